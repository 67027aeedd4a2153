"""Scripted replies: what is shown of the replies of models, against what must be shown.

A file has a reply on each line, as JSON: an `id`, the `language` and the `question`, the `excerpts`
that the model was given (`title`, `page`, `text`), its `reply`, and `finish` where a limit ended it
(`length`). `shown` has what must be shown: the `kind` of the answer, its `text`, the `support` of
each sentence, the excerpts that it `cites`, and the `match` of each citation; what is left out may
be anything.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from quoth.answer import WrittenReply
from quoth.errors import UsageError
from quoth.text import language
from quoth.types import AnswerKind, Chunk, Match, Support


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Excerpt(_Line):
    """An excerpt that a model was given. `language` is that of the question by default."""

    title: str
    text: str
    page: int = 1
    language: str = ""


class Shown(_Line):
    """What must be shown of a reply; a field that is `None` may be anything."""

    kind: AnswerKind
    text: str | None = None
    support: tuple[Support, ...] | None = None
    cites: tuple[tuple[int, ...], ...] | None = None
    match: tuple[Match, ...] | None = None


class ScriptedReply(_Line):
    """A reply of a model to a question about excerpts, and what must be shown of it."""

    id: str
    language: str
    question: str
    excerpts: tuple[Excerpt, ...]
    reply: str
    finish: str = "stop"
    shown: Shown

    @property
    def half(self) -> int:
        """The half of a file that the reply belongs to, by the CRC-32 of its `id`: 0 or 1."""
        return zlib.crc32(self.id.encode()) % 2

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        """The excerpts as chunks, each of a source of its own."""
        return tuple(
            Chunk(
                source=f"excerpt-{number}",
                title=excerpt.title,
                page=excerpt.page,
                page_label=None,
                start=0,
                end=len(excerpt.text),
                text=excerpt.text,
                language=excerpt.language or self.language,
            )
            for number, excerpt in enumerate(self.excerpts, start=1)
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of an answer that is shown in another way than it must be."""

    id: str
    part: str
    expected: Any
    shown: Any

    def __str__(self) -> str:
        return f"{self.id}: {self.part} is {self.shown!r}, and must be {self.expected!r}"


def read_replies(file: Path) -> tuple[ScriptedReply, ...]:
    """Return the scripted replies of a file.

    Raises `UsageError`, which names the line, when the file has another form.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The replies in {file} cannot be read: {error}.") from error
    replies = []
    for number, line in enumerate(lines, start=1):
        try:
            replies.append(ScriptedReply.model_validate_json(line))
        except ValidationError as error:
            detail = error.errors()[0]
            key = ".".join(map(str, detail["loc"])) or "the line"
            raise UsageError(f"{file}, line {number}: {key}: {detail['msg']}.") from error
    return tuple(replies)


def replay(reply: ScriptedReply, *, size: int = 0) -> list[Difference]:
    """Return in what an answer differs from what must be shown of a reply.

    The reply comes in pieces of `size` characters; 0 is all at once.
    """
    shown = _show(reply, size or max(1, len(reply.reply)))
    expected = reply.shown.model_dump(exclude_none=True)
    return [
        Difference(reply.id, part, value, shown[part])
        for part, value in expected.items()
        if shown[part] != value
    ]


def show_reply(reply: ScriptedReply) -> str:
    """Return the text that is shown of a reply; empty where it gives no answer."""
    written = WrittenReply(reply.question, reply.chunks, language=language(reply.language))
    written.feed(reply.reply)
    answer = written.finish(cut=reply.finish == "length")
    return answer.text if answer.kind == "answer" else ""


def _show(reply: ScriptedReply, size: int) -> Mapping[str, Any]:
    written = WrittenReply(reply.question, reply.chunks, language=language(reply.language))
    streamed = "".join(written.feed(piece) for piece in _cut(reply.reply, size))
    answer = written.finish(cut=reply.finish == "length")
    sources = {place.n: int(place.source.rpartition("-")[2]) for place in answer.citations}
    return {
        "kind": answer.kind,
        "text": answer.text if answer.text.startswith(streamed) else f"{streamed} ⟂ {answer.text}",
        "support": tuple(sentence.support for sentence in answer.sentences),
        "cites": tuple(
            tuple(dict.fromkeys(sources[n] for n in sentence.citations))
            for sentence in answer.sentences
        ),
        "match": tuple(place.match for place in answer.citations),
    }


def _cut(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))


def count_right(replies: Sequence[ScriptedReply], wrong: Sequence[Difference]) -> dict[int, str]:
    """Return for each half how many of its replies are shown as they must be."""
    ids = {difference.id for difference in wrong}
    counts = {}
    for half in (0, 1):
        of_half = [reply for reply in replies if reply.half == half]
        right = sum(reply.id not in ids for reply in of_half)
        counts[half] = f"{right} of {len(of_half)}"
    return counts
