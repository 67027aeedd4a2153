"""The tokens of RTF: braces, control words, control signs, and text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<byte>[0-9a-fA-F]{2})"
    r"|\\(?P<sign>[^a-zA-Z'])|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)",
    re.S,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token: a control word with its number, a sign, a brace, or text as its bytes."""

    kind: Literal["word", "sign", "brace", "text"]
    text: str
    number: int | None = None


def tokens(source: str) -> Iterator[Token]:
    """Yield the tokens of a file; the raw bytes of pictures are passed over."""
    position = 0
    while match := _TOKEN.search(source, position):
        position = match.end()
        if match["word"]:
            number = int(match["number"]) if match["number"] else None
            if match["word"] == "bin":
                position += max(0, number or 0)
            yield Token("word", match["word"], number)
        elif match["byte"]:
            yield Token("text", chr(int(match["byte"], 16)))
        elif match["sign"] in ("\n", "\r"):
            yield Token("word", "par")
        elif match["sign"]:
            yield Token("sign", match["sign"])
        elif match["brace"]:
            yield Token("brace", match["brace"])
        else:
            yield Token("text", match["text"])
