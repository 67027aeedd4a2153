"""The parts of a reply, line by line: its answer in blocks, and its quotes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, cast

from quoth.answer.marks import Marker, scope
from quoth.text import ENGLISH, Language, ReplyPart, is_complete

BlockKind = Literal["prose", "item", "row", "heading", "border"]

_FENCE = re.compile(r"\s*(?:```|~~~)[\w+-]*\s*$")
_RULE = re.compile(r"\s*(?:[-*_=]\s?){3,}$")
_BORDER = re.compile(r"\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*(?::?-{2,}:?\s*)?$")
_HEADING = re.compile(r"\s*#{1,6}\s+(.*?)\s*#*$")
_ITEM = re.compile(r"\s*(?:[-*•‣◦▪–]|(\d{1,3})[.)])\s+(?=\S)")
_QUOTED = re.compile(r"\s*(?:>\s?)+")
_EMPHASIS = re.compile(r"\*\*|__|(?<![\w*])[*_](?=\S)|(?<=\S)[*_](?![\w*])|`+")
_OPENING = '"“„«‹「『'
_CLOSING = '"”“»›」』'
_PIECE = re.compile(rf"[{_OPENING}]([^{_OPENING}{_CLOSING}]*)[{_CLOSING}]")
_SIGNS = re.compile(r"[\W_]*")
_LEAD = r"\s*(?:>\s*)*(?:[-*•]\s+|\d{1,2}[.)]\s*)?[*_#\s]*"


@dataclass(frozen=True, slots=True)
class Block:
    """A line or a paragraph of an answer. `lead` is what stands before it in the answer."""

    text: str
    lead: str
    kind: BlockKind


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote of the model, without marks, and the numbers of the excerpts that it names."""

    text: str
    numbers: tuple[int, ...] = ()


@dataclass(slots=True)
class Parts:
    """The blocks of an answer and of the thinking before it, its quotes, and the sources named."""

    answer: list[Block] = field(default_factory=list)
    thinking: list[Block] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    sources: tuple[int, ...] = ()


def split_parts(reply: str, labels: Mapping[str, str], marker: Marker) -> Parts:
    """Return the parts of a reply. `labels` are those that the prompt asks for."""
    reader = _PartReader(Labels(labels, marker.language), marker)
    for line in reply.split("\n"):
        if not reader.read(line):
            break
    reader.end_quote()
    return reader.parts


class Labels:
    """The words that open a part of a reply at the start of a line, in any typeface."""

    def __init__(self, labels: Mapping[str, str], language: Language) -> None:
        prompt = tuple(sorted(labels.items()))
        self._line, self._alone, self._inside = _label_patterns(prompt, language)

    def find(self, line: str) -> tuple[ReplyPart, str, str] | None:
        """Return the part that a line opens, the words of its label, and the rest of the line."""
        found = self._line.match(line)
        if found is None and (found := self._alone.match(line)) and not _is_marked(line):
            return None
        if found is None:
            return None
        return cast(ReplyPart, found.lastgroup), found[0], line[found.end() :].lstrip("*_ \t")

    def find_inside(self, line: str) -> int:
        """Return where a label with what it opens begins inside a line; -1 if nowhere."""
        found = self._inside.search(line)
        return found.start() if found else -1


class _PartReader:
    """Reads a reply line by line."""

    def __init__(self, labels: Labels, marker: Marker) -> None:
        self.parts = Parts()
        self._labels = labels
        self._marker = marker
        self._part: ReplyPart = "answer"
        self._quote: list[str] = []
        self._numbers: tuple[int, ...] = ()
        self._blank = False

    def read(self, line: str) -> bool:
        """Read a line; return whether the reply goes on."""
        if _FENCE.match(line) or _RULE.fullmatch(line):
            return True
        if not line.strip():
            self._blank = True
            if self._part == "quote" and self._quote and not self._is_open():
                self.end_quote()
            return True
        label = self._labels.find(line)
        if label is None:
            return self._continue(line)
        part, words, rest = label
        self.end_quote()
        if part == "final":
            self.parts.thinking += self.parts.answer
            self.parts.answer, part = [], "answer"
        if part == "question":
            self._part = "answer"
            return not self.parts.answer
        self._part = part
        if part == "quote":
            self._numbers = self._find_numbers(words.rstrip(":： "))
        return self._continue(rest) if rest else True

    def end_quote(self) -> None:
        """Keep the quote that was read."""
        if self._quote:
            text, numbers = self._without_marks(" ".join(self._quote))
            pieces = _PIECE.findall(text) or [text]
            for piece in pieces:
                if bare := piece.strip(" \t*_>-" + _OPENING + _CLOSING + "'"):
                    self.parts.quotes.append(Quote(bare, numbers or self._numbers))
        self._quote = []
        self._numbers = ()
        if self._part == "quote":
            self._part = "answer"

    def _continue(self, line: str) -> bool:
        """Read a line, or what follows a label, as a part of what is open."""
        if self._part == "quote":
            return self._read_quote(line)
        if self._part == "sources":
            self.parts.sources += self._find_numbers(line)
            return True
        if self._part == "answer" and (opened := self._opens_quote(line)):
            self._part, (self._numbers, rest) = "quote", opened
            return self._read_quote(rest)
        inside = self._labels.find_inside(line)
        if inside > 0:
            self._add_block(line[:inside])
            return self.read(line[inside:])
        self._add_block(line)
        return True

    def _read_quote(self, line: str) -> bool:
        bare = _QUOTED.sub("", line).strip()
        if self._quote and self._is_over():
            self.end_quote()
            return self._continue(line)
        inside = self._labels.find_inside(bare)
        self._quote.append(bare[:inside] if inside > 0 else bare)
        if inside > 0:
            return self.read(bare[inside:])
        return True

    def _is_over(self) -> bool:
        """Whether the quote ends with its line: behind a closing quotation mark or a sentence."""
        text = " ".join(self._quote).lstrip(" *_>-")
        quoted = text[:1] in _OPENING
        return not self._is_open() if quoted else is_complete(text)

    def _is_open(self) -> bool:
        """Whether the quote has an opening quotation mark and no closing one yet."""
        text = " ".join(self._quote).lstrip(" *_>-")
        if text[:1] not in _OPENING:
            return False
        closed = re.search(
            rf"[{_CLOSING}][\s.,;*_]*(?:[\[(（【].{{0,80}}[\])）】]?[\s.]*)*$", text[1:]
        )
        return closed is None

    def _opens_quote(self, line: str) -> tuple[tuple[int, ...], str] | None:
        """Return the numbers of `[1]: "…"`, and the quote; `None` for another line."""
        head = re.match(rf"([^{_OPENING}\n]{{1,90}}?[:：–-])\s*[*_]*(?=[{_OPENING}])", line)
        if head is None:
            return None
        rest, numbers = self._without_marks(_EMPHASIS.sub("", head[1]))
        is_mark = bool(numbers) and bool(_SIGNS.fullmatch(rest))
        return (numbers, line[head.end() :]) if is_mark else None

    def _add_block(self, line: str) -> None:
        blocks = self.parts.thinking if self._part == "thinking" else self.parts.answer
        block = _read_block(line, blank=self._blank)
        before = blocks[-1] if blocks else None
        if before and not self._blank and _goes_on(before, block):
            blocks[-1] = Block(f"{before.text} {block.text}", before.lead, before.kind)
        else:
            blocks.append(block)
        self._blank = False

    def _find_numbers(self, text: str) -> tuple[int, ...]:
        """Return the numbers of the excerpts that a label or a source names."""
        marked = self._without_marks(text)[1]
        loose = re.search(r"\b(\d{1,2})\s*\W*$", text)
        known = range(1, len(self._marker.excerpts) + 1)
        return marked or ((int(loose[1]),) if loose and int(loose[1]) in known else ())

    def _without_marks(self, text: str) -> tuple[str, tuple[int, ...]]:
        bare, marks = self._marker.remove(text)
        return bare, tuple(number for mark in marks for number in mark.numbers)


def _is_marked(line: str) -> bool:
    """Whether a line is set as a heading."""
    return line.lstrip()[:1] in "#*_" or line.rstrip().endswith((":", "："))


def _read_block(line: str, *, blank: bool) -> Block:
    lead = "\n\n" if blank else "\n"
    line = _QUOTED.sub("", line) if _QUOTED.match(line) else line
    if heading := _HEADING.match(line):
        return Block(_EMPHASIS.sub("", heading[1]), lead, "heading")
    if _BORDER.match(line):
        return Block(line.strip(), lead, "border")
    if line.lstrip().startswith("|"):
        return Block(_EMPHASIS.sub("", line.strip()), lead, "row")
    if item := _ITEM.match(line):
        sign = f"{item[1]}. " if item[1] else "- "
        indent = " " * (len(line) - len(line.lstrip()))
        return Block(_EMPHASIS.sub("", line[item.end() :].strip()), lead + indent + sign, "item")
    return Block(_EMPHASIS.sub("", line.strip()), lead, "prose")


def _goes_on(before: Block, block: Block) -> bool:
    """Whether a line continues the sentence of the line before it."""
    return (
        block.kind == "prose"
        and before.kind in ("prose", "item")
        and not is_complete(before.text)
        and not before.text.endswith((":", "：", "]", "】"))
        and not block.text[:1].isupper()
        and block.text[:1].isalpha()
    )


@lru_cache(maxsize=64)
def _label_patterns(
    prompt: tuple[tuple[str, str], ...], language: Language
) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return patterns for a label before a text, on a line of its own, and inside a line."""
    words: dict[str, list[str]] = {"final": []}
    words |= {part: [re.escape(label)] for part, label in prompt}
    for rules in dict.fromkeys((language, ENGLISH)):
        for part, pattern in rules.replies.labels.items():
            words.setdefault(part, []).append(scope(pattern))
    parts = "|".join(rf"(?P<{part}>{'|'.join(known)})" for part, known in words.items() if known)
    bracketed = r"[\[(（【](?:[^\[\](（)）【】\n]|\[\d{1,2}\]){0,80}[\])）】]"
    number = r"(?:[^\W\d]+\s*){0,2}[#№]?\d{1,2}"
    rest = rf"[*_]*(?:\s*(?:(?:from|aus|von|de|del|des|dans|in)\s+)?(?:{bracketed}|{number}))?"
    colon = rf"{rest}[*_\s]*(?:[:：]|(?=[“„«「『\"]))[*_]*"
    line = rf"(?i:{_LEAD}[【\[]?(?:{parts})(?:[】\]][:：]?|(?![^\W\d_]){colon}))"
    alone = rf"(?i:{_LEAD}(?:{parts}){rest}[*_:：\s]*$)"
    both = "|".join(
        pattern for part in ("quote", "final", "answer") for pattern in words.get(part, ())
    )
    behind = r"(?:(?<=[\"”»」』.。!?])|(?<=[\"”»」』.。!?*\])]\s))"
    inside = rf"(?i:{behind}[*_]*(?:{both})(?![^\W\d_]){rest}[*_\s]*[:：][*_]*)"
    return re.compile(line), re.compile(alone), re.compile(inside)
