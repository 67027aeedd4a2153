"""Finds the chat template of a model, and renders messages with it.

The caller knows the tokenizer, and gives the tokens at the start and the end of a sequence. To
avoid a second BOS, give the real `bos_token`, which some templates write before every exchange, and
set `drop_leading_bos=True` when the tokenizer adds one itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from quoth.errors import PromptError
from quoth.prompts.families import PLAIN, ModelMetadata, family_of, family_template, find_family
from quoth.prompts.sandbox import TemplateRefusalError, render_trusted, render_untrusted
from quoth.system import read_text_file

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

WITHOUT_THINKING: Mapping[str, Any] = {"enable_thinking": False, "reasoning_effort": "low"}
"""The variables by which templates switch thinking off, or low where it cannot be off.

Qwen, GLM and SmolLM have the first, gpt-oss the second; other templates read neither.
"""

Origin = Literal["override", "server", "model", "family", "plain"]

_TUNED = re.compile(
    r"(?i)(?<![a-z])(?:instruct|chat|it|sft|dpo|assistant|tulu|hermes|vicuna|alpaca|zephyr)(?![a-z])"
)
"""The words in the names of models that were trained to follow instructions."""
_ROLES = {"human": "user", "ai": "assistant"}


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """The template that renders the messages for a model.

    `origin` is the step that found it: the user's override, the server that applies its own, the
    model's file, the family's, or the plain one; `warning` is then a sentence for the user, else
    empty. `text` is empty when a server applies a template that is not known here. `trusted`
    templates ship with Quoth. `system_role` is `None` when only a rendering can tell.
    """

    text: str
    origin: Origin
    family: str
    trusted: bool = False
    system_role: bool | None = None
    bos_token: str = ""
    eos_token: str = ""
    stop: tuple[str, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    warning: str = ""


def resolve_template(
    metadata: ModelMetadata,
    *,
    override: str | Path | None = None,
    folders: Sequence[Path] = (),
) -> ChatTemplate:
    """Return the template of a model: the first of these five that exists.

    1. `override`: a family's name, a file, or the text of a template. 2. For a chat model, the one
    that its server applies. 3. The one in the model's file. 4. Its family's. 5. The plain one,
    with a warning.
    """
    if override is not None:
        return _override(override, metadata, folders)
    name = family_of(metadata, folders=folders)
    if metadata.kind == "chat":
        return _from_text(metadata.chat_template or "", "server", name, folders)
    if metadata.chat_template:
        return _from_text(metadata.chat_template, "model", name, folders)
    if name != PLAIN:
        return template_of_family(name, folders=folders, warning=_base_warning(metadata.name))
    return template_of_family(
        PLAIN,
        folders=folders,
        origin="plain",
        warning=f"The chat template of '{metadata.name}' is not known, so a plain one is used; "
        "answers may be worse. Set backend.template to the name of its family.",
    )


def _base_warning(name: str) -> str:
    """Return a warning for a file that may hold a base model; empty if its name says otherwise."""
    if _TUNED.search(name):
        return ""
    return (
        f"'{name}' has no chat template. It may be a base model, which follows no instructions. "
        "Choose the file of the instruct model, or set backend.template."
    )


def template_of_family(
    name: str,
    *,
    folders: Sequence[Path] = (),
    origin: Origin = "family",
    warning: str = "",
) -> ChatTemplate:
    """Return our template for a family, or the one in the user's `folders` that replaces it."""
    family = find_family(name, folders=folders)
    text, trusted = family_template(family, folders=folders)
    return ChatTemplate(
        text=text,
        origin=origin,
        family=family.name,
        trusted=trusted,
        system_role=family.system_role,
        bos_token=family.bos,
        eos_token=family.eos,
        stop=family.stop,
        variables=family.variables,
        warning=warning,
    )


def _override(
    override: str | Path, metadata: ModelMetadata, folders: Sequence[Path]
) -> ChatTemplate:
    if isinstance(override, str) and ("{{" in override or "{%" in override):
        text = override
    elif isinstance(override, Path) or override.endswith((".jinja", ".jinja2", ".j2", ".txt")):
        text = read_template(Path(override))
    else:
        return template_of_family(override, folders=folders, origin="override")
    name = family_of(ModelMetadata(name=metadata.name, chat_template=text), folders=folders)
    return _from_text(text, "override", name, folders)


def _from_text(text: str, origin: Origin, name: str, folders: Sequence[Path]) -> ChatTemplate:
    family = find_family(name, folders=folders)
    return ChatTemplate(
        text=text,
        origin=origin,
        family=family.name,
        bos_token=family.bos,
        eos_token=family.eos,
        stop=family.stop,
    )


def read_template(file: Path) -> str:
    """Return the text of a template file. Raises `PromptError` naming it."""
    try:
        return read_text_file(file)
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"The template {file} cannot be read: {error}") from error


def render_messages(
    messages: Sequence[BaseMessage | Mapping[str, Any]],
    *,
    template: ChatTemplate | str,
    bos_token: str | None = None,
    eos_token: str | None = None,
    add_generation_prompt: bool = True,
    now: datetime | None = None,
    drop_leading_bos: bool = False,
    variables: Mapping[str, Any] | None = None,
) -> str:
    """Return the exact text that a model reads for these messages.

    `template` given as text is rendered unchanged, as transformers would. With a `ChatTemplate`, a
    system text for which the template has no place opens the first user turn, and tokens that are
    not given are those of its family. `now` is the date that some templates name. Raises
    `PromptError` with the template's own message when it refuses the messages.
    """
    if isinstance(template, str):
        template = ChatTemplate(text=template, origin="override", family=PLAIN, system_role=True)
    if not template.text:
        raise PromptError(
            "The server applies its own chat template, which is not known here.",
            hint="Ask the server for the rendered prompt, or name a family or a template file.",
        )
    bos = template.bos_token if bos_token is None else bos_token
    values = {
        **template.variables,
        **(variables or {}),
        "bos_token": bos,
        "eos_token": template.eos_token if eos_token is None else eos_token,
        "add_generation_prompt": add_generation_prompt,
    }
    plain = [to_template_message(message) for message in messages]
    if template.trusted:  # ours take texts only
        plain = [{**message, "content": _text(message.get("content"))} for message in plain]
    if plain and plain[0].get("role") == "system" and not _takes_system_text(template):
        plain = fold_system_text(plain)
    render = render_trusted if template.trusted else render_untrusted
    text = render(template.text, plain, variables=values, now=now or datetime.now())
    return text.removeprefix(bos) if drop_leading_bos else text


def to_template_message(message: BaseMessage | Mapping[str, Any]) -> dict[str, Any]:
    """Return a message as templates read it: `role`, `content`, and other keys of a mapping."""
    if isinstance(message, Mapping):
        return dict(message)
    role = getattr(message, "role", None) or _ROLES.get(message.type, message.type)
    return {"role": role, "content": _text(message.content)}


def _text(content: Any) -> str:
    """Return the text of a message, given as LangChain does: a text, or a list of blocks."""
    pieces = content if isinstance(content, list) else [content]
    texts = []
    for piece in pieces:
        text = piece.get("text") if isinstance(piece, Mapping) else piece
        if not isinstance(text, str):
            raise PromptError("A message has content other than text, which no prompt can hold.")
        texts.append(text)
    return "".join(texts)


def fold_system_text(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the messages with the leading system text, and a blank line, in the first user turn.

    Gemma 3's own template does the same, and so does llama.cpp for Gemma 1 and 2.
    """
    turns = [dict(message) for message in messages]
    opening = []
    while turns and turns[0].get("role") == "system":
        opening.append(str(turns.pop(0).get("content", "")))
    text = "\n\n".join(part for part in opening if part)
    if not text:
        return turns
    if turns and turns[0].get("role") == "user":
        turns[0]["content"] = f"{text}\n\n{turns[0].get('content', '')}"
        return turns
    return [{"role": "user", "content": text}, *turns]


def _takes_system_text(template: ChatTemplate) -> bool:
    if template.system_role is not None:
        return template.system_role
    return _shows_system_text(template.text)


@lru_cache(maxsize=64)
def _shows_system_text(text: str) -> bool:
    """Return whether a template shows a system text: some refuse it, some drop it."""
    probe = [{"role": "system", "content": "QUOTH"}, {"role": "user", "content": "Hello"}]
    values = {"bos_token": "", "eos_token": "", "add_generation_prompt": True}
    try:
        return "QUOTH" in render_untrusted(text, probe, variables=values, now=datetime.now())
    except TemplateRefusalError:
        return False
