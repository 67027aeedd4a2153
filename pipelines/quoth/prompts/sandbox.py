"""Renders chat templates of other authors, within limits on time, memory and output.

A template in a model file is a program. Jinja's sandbox keeps it away from Python's internals, but
not from an endless loop, nor from `'a' * 10**9`; and neither a thread nor a signal handler can stop
a long operation inside the interpreter. So such a template is rendered by a worker process, which
stays for the next rendering (below a millisecond each) and is ended when a limit is exceeded.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from quoth.errors import PromptError
from quoth.prompts.limits import TIME_LIMIT
from quoth.system import Child

_HINT = "Choose another template for this model: a family's name, or a file of your own."


class TemplateRefusalError(PromptError):
    """The template refuses these messages, and says why."""


class _Sandbox:
    """One process that renders one template at a time, for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: Child | None = None

    def render(self, request: bytes) -> bytes:
        """Return the reply of the process, which is started when none runs."""
        with self._lock:
            if self._child is None or not self._child.running:
                self._child = Child("quoth.prompts.worker:main")
            child = self._child
            try:
                reply = child.ask(request, seconds=TIME_LIMIT)
            except BaseException:  # an unread reply must not answer the next request
                child.kill()
                raise
        if reply is not None:
            return reply
        child.kill()
        if child.expired:
            raise PromptError(
                f"The chat template took longer than the {TIME_LIMIT} seconds allowed.", hint=_HINT
            )
        raise PromptError("The chat template crashed its sandbox.", hint=_HINT)


_sandbox = _Sandbox()


def _start_afresh() -> None:
    """Leave the process and its lock, which may be taken, to the parent after a fork."""
    global _sandbox
    _sandbox = _Sandbox()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_afresh)


def render_untrusted(
    source: str,
    messages: Sequence[Mapping[str, Any]],
    *,
    variables: Mapping[str, Any],
    now: datetime,
) -> str:
    """Return the messages as an untrusted template renders them. Safe in any thread.

    `messages` and `variables` hold JSON values. Raises `PromptError` with the template's own
    message, or with the limit that it exceeded.
    """
    try:
        request = json.dumps(
            {
                "source": source,
                "messages": messages,
                "variables": variables,
                "now": now.isoformat(),
            }
        )
    except (TypeError, ValueError, RecursionError) as error:
        raise PromptError(f"The messages cannot be passed to a chat template: {error}") from error
    reply: dict[str, Any] = json.loads(_sandbox.render(request.encode()))
    if "error" in reply:
        if reply["refusal"]:
            raise TemplateRefusalError(reply["error"])
        raise PromptError(reply["error"], hint=_HINT)
    text: str = reply["text"]
    return text


def render_trusted(
    source: str,
    messages: Sequence[Mapping[str, Any]],
    *,
    variables: Mapping[str, Any],
    now: datetime,
) -> str:
    """Return the messages as a template that ships with Quoth renders them, in this process."""
    import jinja2

    from quoth.prompts.engine import OutputLimitError, explain, is_refusal, render

    try:
        return render(source, messages, variables=variables, now=now)
    except (jinja2.TemplateError, TypeError, ValueError, OutputLimitError) as error:
        kind = TemplateRefusalError if is_refusal(error) else PromptError
        raise kind(explain(error)) from error
