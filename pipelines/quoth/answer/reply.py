"""Parses a model's reply while it streams: answer and quotes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from quoth.text import ENGLISH, Language, strip_links

_LEAD = r"\s*[*_#>-]*\s*"
_REST = r"(?![^\W\d])[*_]*[^:：\n\"“「]{0,12}"
# The end of a text that may be the beginning of a link, an image or a tag.
_OPEN = re.compile(
    r"(?:!?\[[^\]\n]{0,400}(?:\](?:[(\[][^)\]\n]{0,400})?)?|</?[A-Za-z][^<>\n]{0,400}|<|!)$"
)
_QUOTE_MARKS = " \t*_\"“”„«»「」『』'"
_ANSWER, _QUOTE = "answer", "quote"


class Reply:
    """Parses a reply piece by piece.

    `labels` are those of the prompt: the word that opens a line with a `quote`, and the one before
    the `answer`. Models translate them, so those of `language` and the English ones count too.
    `feed` returns the text that may be shown: the answer without labels, with links reduced to
    their words. `text` is the whole answer and `quotes` are the model's evidence; both are complete
    after `finish`.
    """

    def __init__(self, labels: Mapping[str, str], language: Language = ENGLISH) -> None:
        self._labels = _Labels(_known_labels(labels, language))
        self._line = ""
        self._part = ""
        self._labelled = False
        self._withheld = ""
        self._last = ""
        self._shown: list[str] = []
        self._quotes: list[str] = []

    def feed(self, piece: str) -> str:
        """Add a piece, and return the text that can be shown now."""
        shown = ""
        for line in piece.splitlines(keepends=True):
            self._line += line
            shown += self._advance(ended=line.endswith("\n"))
        return self._without_links(shown)

    def finish(self) -> str:
        """End the reply, and return the text that was still withheld."""
        return self._without_links(self._advance(ended=True), last=True)

    @property
    def text(self) -> str:
        """The answer."""
        return "".join(self._shown).strip()

    @property
    def quotes(self) -> Sequence[str]:
        """The quotes, without their marks."""
        return [quote for line in self._quotes if (quote := line.strip().strip(_QUOTE_MARKS))]

    def _advance(self, *, ended: bool) -> str:
        """Return the text that the current line adds to the answer, and drop a line that ended."""
        shown = ""
        if not self._part:
            self._open_part(ended=ended)
        if self._part == _ANSWER:
            shown, self._line = self._line, ""
            if self._labelled:  # the label may be set in bold type
                shown = shown.lstrip("*_ \t")
                self._labelled = not shown
        if ended:
            if self._part == _QUOTE:
                self._quotes.append(self._line)
            self._line, self._part, self._labelled = "", "", False
        return shown

    def _open_part(self, *, ended: bool) -> None:
        """Determine the part to which the current line belongs, once enough of it has arrived."""
        label = self._labels.find(self._line)
        if label:
            self._part, end = label
            self._labelled = True
            self._line = self._line[end:]
        elif ended or not self._labels.may_come(self._line):
            self._part = _ANSWER

    def _without_links(self, text: str, *, last: bool = False) -> str:
        """Return the text without links, and withhold the beginning of a possible one."""
        text = self._withheld + text
        link = None if last else _OPEN.search(text)
        self._withheld = text[link.start() :] if link else ""
        text = strip_links(text[: link.start()] if link else text)
        text = re.sub(r"\](?=\()", "] ", text)
        if self._last == "]" and text.startswith("("):
            text = " " + text
        if not self._shown:
            text = text.lstrip()
        if text:
            self._last = text[-1]
            self._shown.append(text)
        return text


class _Labels:
    """The labels of a prompt, matched at the start of a line in any case and typeface."""

    def __init__(self, parts: Mapping[str, str]) -> None:
        self._parts = {label.casefold(): part for label, part in parts.items()}
        self._label, self._prefix = _patterns(tuple(sorted(parts, key=len, reverse=True)))

    def find(self, line: str) -> tuple[str, int] | None:
        """Return the part that a line opens, and the offset behind its label."""
        match = self._label.match(line) if self._parts else None
        return (self._parts[match.group(1).casefold()], match.end()) if match else None

    def may_come(self, line: str) -> bool:
        """Return whether more text could complete a label at the start of this line."""
        return bool(self._parts) and bool(self._prefix.fullmatch(line))


def _known_labels(labels: Mapping[str, str], language: Language) -> dict[str, str]:
    """Return the part that each word opens: the words of the prompt, and of both languages."""
    parts = {label: part for part, label in labels.items()}
    for rules in (language.replies, ENGLISH.replies):
        for part, words in rules.labels.items():
            if part in labels:
                parts |= dict.fromkeys(words.pattern.split("|"), part)
    return parts


@lru_cache(maxsize=64)
def _patterns(labels: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the pattern of a label at the start of a line, and of the beginning of one."""
    whole = "|".join(map(re.escape, labels))
    begun = "|".join(map(_prefixes, labels))
    label = rf"{_LEAD}({whole}){_REST}[:：\"“„«「]"
    prefix = rf"{_LEAD}(?:{begun})|{_LEAD}(?:{whole}){_REST}"
    return re.compile(label, re.IGNORECASE), re.compile(prefix, re.IGNORECASE)


def _prefixes(word: str) -> str:
    """Return a pattern for the beginnings of a word, the empty one included."""
    pattern = ""
    for letter in reversed(word):
        pattern = f"(?:{re.escape(letter)}{pattern})?"
    return pattern


def declines(text: str, refusals: Sequence[str], language: Language) -> bool:
    """Return whether a reply says that the documents do not hold the answer.

    `refusals` are those that the prompt asks for. Models write others, in `language` or in English.
    """
    reply = text.strip().casefold()
    requested = (refusal.strip(" .。!").casefold() for refusal in refusals)
    return (
        not reply
        or reply.startswith(tuple(requested))
        or any(rules.replies.refusals.match(text.strip()) for rules in {language, ENGLISH})
    )
