"""What a model writes, taken apart while it comes: answer and quotes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from quoth.text import without_links

_LABEL = re.compile(r"\s*[*_#>-]*\s*(quote|answer)\b[*_]*[^:\n\"“]{0,12}[:\"“]", re.IGNORECASE)
_PERHAPS_LABEL = re.compile(
    r"\s*[*_#>-]*\s*(?:(?:q(?:u(?:o(?:te?)?)?)?)|a(?:n(?:s(?:w(?:er?)?)?)?)?)?"
    r"|\s*[*_#>-]*\s*(?:quote|answer)\b[*_]*[^:\n\"“]{0,12}",
    re.IGNORECASE,
)
# The end of a text that may be the beginning of a link, an image or a tag.
_OPEN = re.compile(
    r"(?:!?\[[^\]\n]{0,400}(?:\](?:[(\[][^)\]\n]{0,400})?)?|</?[A-Za-z][^<>\n]{0,400}|<|!)$"
)
_QUOTE_MARKS = " \t*_\"“”„«»'"
_DECLINED = re.compile(
    r"(?:this |it |that |the answer )?(?:is |was )?not (?:\w+ )?in (?:the|your|these) "
    r"(?:documents?|excerpts?|texts?)\b|i (?:don't|do not|don’t) know\b"
    r"|(?:the|these|none of the) (?:documents?|excerpts?|texts?) (?:do|does|did) not "
    r"|(?:no|none of the) (?:documents?|excerpts?|texts?) (?:answers?|says?|mentions?)\b",
    re.IGNORECASE,
)


class Reply:
    """Takes a reply piece by piece.

    `feed` returns what may be shown of it: not the lines that open with `Quote`, not the label
    `Answer:`, and of links only their words. `text` is the whole answer, `quotes` are what the
    model gave as its evidence, both complete after `finish`.
    """

    def __init__(self) -> None:
        self._line = ""
        self._in = ""
        self._labelled = False
        self._held = ""
        self._last = ""
        self._shown: list[str] = []
        self._quotes: list[str] = []

    def feed(self, piece: str) -> str:
        """Return what can be shown now."""
        out = ""
        for part in piece.splitlines(keepends=True):
            self._line += part
            out += self._advance(ended=part.endswith("\n"))
        return self._safe(out)

    def finish(self) -> str:
        """Return what was still held back; nothing comes after it."""
        return self._safe(self._advance(ended=True), last=True)

    @property
    def text(self) -> str:
        """Return the answer."""
        return "".join(self._shown).strip()

    @property
    def quotes(self) -> Sequence[str]:
        """Return the quotes without their marks."""
        return [quote for line in self._quotes if (quote := line.strip().strip(_QUOTE_MARKS))]

    def _advance(self, *, ended: bool) -> str:
        """Return what the current line adds to the answer, and forget it when it has ended."""
        out = ""
        if not self._in:
            label = _LABEL.match(self._line)
            if label:
                self._in = label.group(1).lower()
                self._labelled = True
                self._line = self._line[label.end() :]
            elif ended or not _PERHAPS_LABEL.fullmatch(self._line):
                self._in = "answer"
        if self._in == "answer":
            out, self._line = self._line, ""
            if self._labelled:  # the label may be set in bold type
                out = out.lstrip("*_ \t")
                self._labelled = not out
        if ended:
            if self._in == "quote":
                self._quotes.append(self._line)
            self._line, self._in, self._labelled = "", "", False
        return out

    def _safe(self, text: str, *, last: bool = False) -> str:
        """Return the text without links, holding back what may become one."""
        text = self._held + text
        open_at = None if last else _OPEN.search(text)
        self._held = text[open_at.start() :] if open_at else ""
        text = without_links(text[: open_at.start()] if open_at else text)
        text = re.sub(r"\](?=\()", "] ", text)
        if self._last == "]" and text.startswith("("):
            text = " " + text
        if not self._shown:
            text = text.lstrip()
        if text:
            self._last = text[-1]
            self._shown.append(text)
        return text


def is_declined(text: str) -> bool:
    """Tell whether a model says that the documents do not hold the answer."""
    return not text.strip() or bool(_DECLINED.match(text.strip()))
