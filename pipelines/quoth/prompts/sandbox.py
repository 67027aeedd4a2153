"""Renders chat templates that others wrote, within limits on time, memory and output.

A template in a model file is a program. Jinja's sandbox keeps it away from Python's internals, but
not from an endless loop, nor from `'a' * 10**9`; and neither a thread nor a signal handler can stop
a long operation inside the interpreter. So such a template is rendered by a worker process, which
stays for the next rendering (below a millisecond each) and is ended when a limit is crossed.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from quoth.errors import PromptError

TIME_LIMIT = 1.0
"""Seconds that one rendering may take, compiling included."""

MEMORY_LIMIT = 512 * 1024 * 1024
"""Bytes of address space of the worker. Enforced by Linux; elsewhere the time limit bounds it."""

_HINT = "Choose another template for this model: a family's name, or a file of your own."


class TemplateRefusalError(PromptError):
    """The template does not take these messages, and says why."""


class _Worker:
    """One process that renders one template at a time, for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: bytes) -> dict[str, Any]:
        """Return the worker's reply, starting the worker where there is none."""
        with self._lock:
            process = self._running()
            started = time.monotonic()
            try:
                reply = self._exchange(process, request)
            except BaseException:
                self._end()
                raise
            if not reply.endswith(b"\n"):
                self._end()
                if time.monotonic() - started < TIME_LIMIT:
                    raise PromptError("The chat template crashed its sandbox.", hint=_HINT)
                raise PromptError(
                    f"The chat template took longer than the {TIME_LIMIT} seconds allowed.",
                    hint=_HINT,
                )
        answer: dict[str, Any] = json.loads(reply)
        return answer

    def close(self) -> None:
        """End the worker; the next request starts another one."""
        with self._lock:
            self._end()

    @staticmethod
    def _exchange(process: subprocess.Popen[bytes], request: bytes) -> bytes:
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(BrokenPipeError):
            process.stdin.write(request)
            process.stdin.flush()
        return process.stdout.readline()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            engine = Path(__file__).with_name("engine.py")
            # -P: the folder of engine.py holds modules that are not meant to be top-level ones.
            self._process = subprocess.Popen(
                [sys.executable, "-P", engine, str(TIME_LIMIT), str(MEMORY_LIMIT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        process.wait()


_worker = _Worker()


def _forget_worker() -> None:
    """Leave the worker to the parent process after a fork."""
    global _worker
    _worker = _Worker()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_worker)
atexit.register(lambda: _worker.close())


def render_untrusted(
    source: str,
    messages: Sequence[Mapping[str, Any]],
    *,
    variables: Mapping[str, Any],
    now: datetime,
) -> str:
    """Return what a template that is not ours makes of the messages.

    Call it from any thread. `messages` and `variables` hold what JSON can hold. Raises
    `PromptError` with the template's own message, or with the limit that it crossed.
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
        raise PromptError(f"The messages cannot be handed to a chat template: {error}") from error
    reply = _worker.ask(request.encode() + b"\n")
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
    """Return what a template that ships with Quoth makes of the messages; in this process."""
    import jinja2

    from quoth.prompts.engine import OutputLimitError, explain, is_refusal, render

    try:
        return render(source, messages, variables=variables, now=now)
    except (jinja2.TemplateError, TypeError, ValueError, OutputLimitError) as error:
        kind = TemplateRefusalError if is_refusal(error) else PromptError
        raise kind(explain(error)) from error
