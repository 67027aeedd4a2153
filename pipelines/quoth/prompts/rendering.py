"""Renders the messages in a file, for `quoth prompts render`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from quoth.errors import PromptError, UsageError
from quoth.prompts.template import read_template, render_messages, template_of_family
from quoth.system import parse_json, read_text_file


def render_file(
    messages: Path,
    *,
    family: str | None = None,
    template: Path | None = None,
    bos_token: str | None = None,
    eos_token: str | None = None,
    now: datetime | None = None,
    add_generation_prompt: bool | None = None,
    folders: Sequence[Path] = (),
) -> str:
    """Return the messages in a JSON file, rendered with a family's template or one in a file.

    The file holds a list of messages (`role`, `content`), or a mapping with `messages` and other
    variables of the template: `tools`, `documents`, `bos_token`, `enable_thinking`. Arguments
    override the file. The generation prompt is added unless an argument or the file forbids it. A
    template in a file is rendered unchanged; a family without a system role gets the system text in
    the first user turn. Raises `PromptError` with the template's own message.
    """
    if (family is None) == (template is None):
        raise UsageError("Give either a family or a template file.")
    turns, variables = read_messages(messages)
    arguments = {"bos_token": bos_token, "eos_token": eos_token}
    tokens = {
        key: value if value is not None else _token(variables.pop(key, None))
        for key, value in arguments.items()
    }
    in_file = bool(variables.pop("add_generation_prompt", True))
    if family is not None:
        chosen = template_of_family(family, folders=folders)
    return render_messages(
        turns,
        template=chosen if template is None else read_template(template),
        bos_token=tokens["bos_token"],
        eos_token=tokens["eos_token"],
        add_generation_prompt=in_file if add_generation_prompt is None else add_generation_prompt,
        now=now,
        variables=variables,
    )


def read_messages(file: Path) -> tuple[list[Mapping[str, Any]], dict[str, Any]]:
    """Return the messages in a JSON file, and the other variables that it holds."""
    try:
        data = parse_json(read_text_file(file))
    except (OSError, ValueError) as error:
        raise PromptError(f"The messages in {file} cannot be read: {error}") from error
    variables = dict(data) if isinstance(data, dict) else {"messages": data}
    messages = variables.pop("messages", None)
    if not isinstance(messages, list) or not all(
        isinstance(message, dict) and isinstance(message.get("role"), str) for message in messages
    ):
        raise PromptError(
            f"{file} holds no list of messages.",
            hint='Write a list of {"role": "user", "content": "…"}, or the same under "messages".',
        )
    return messages, variables


def _token(value: object) -> str | None:
    return value if isinstance(value, str) else None
