"""Text cleaning, which every loader applies before text becomes a page."""

from __future__ import annotations

import re

_TABLE = str.maketrans(
    {
        **{chr(code): None for code in (*range(32), 0x7F) if code not in (9, 10)},
        # The rest of a dash or a quote where UTF-8 was read as Latin-1: it separates words.
        **{chr(code): " " for code in range(0x80, 0xA0)},
        **{chr(code): None for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))},
        **{chr(code): None for code in range(0xE0000, 0xE0080)},  # letters that nobody sees
        "\u00ad": None,  # soft hyphen
        "\u200b": None,  # zero-width space
        "\u200e": None,  # marks of direction, which are inside words and beside numbers
        "\u200f": None,
        "\u2060": None,  # word joiner
        "\ufeff": None,  # byte order mark inside a text
        "\ufffe": None,
        "\uffff": None,
        "\u0085": "\n",
        "\u2028": "\n",
        "\u2029": "\n",
    }
)
# Both are faster than to translate a text beyond ASCII, and than one pattern of all planes.
_UNSEEN = re.compile(f"[{re.escape(''.join(chr(code) for code in _TABLE if code <= 0xFFFF))}]")
_UNSEEN_TAG = re.compile("[\U000e0000-\U000e007f]")
# The control sequences of a terminal (ECMA-48): colours and cursor, titles and links, the others.
_TERMINAL = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]+[0-~]|[0-Z\\-~])"
)
# Colours whose first sign a program has written out (`^[`, `#033`) or lost.
_WRITTEN_COLOUR = re.compile(r"(?:\^\[|#033)?\[(?:\d{1,3}(?:;\d{1,3})*)?m")
_END_OF_COLOUR = "[0m"
_OVERSTRUCK = re.compile(r"[^\n\b]\x08")  # a typewriter's bold and underlined letters
_JOINERS = re.compile("(?<=[A-Za-z0-9])[\u200c\u200d]+(?=[A-Za-z0-9])")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PIECE = 4096  # characters of a long line that are looked at together
_MANY_NEWLINES = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """Return the text with LF line ends and without what is not to be seen.

    Control characters, terminal sequences (colours), soft hyphens, zero-width spaces and marks of
    direction go; tabs stay. Lone surrogates, which no file or database can hold, become U+FFFD.
    Nothing else is changed: white space, ligatures and accents are as in the source.
    """
    if "\x1b" in text:
        text = _TERMINAL.sub("", text)
    if _END_OF_COLOUR in text:
        text = _WRITTEN_COLOUR.sub("", text)
    if "\b" in text:
        text = _OVERSTRUCK.sub("", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\v", "\n")
    if text.isascii():
        return text.translate(_TABLE)
    lines = text.split("\n")  # all that is to go is not printable: most lines stay as they are
    return "\n".join([line if line.isprintable() else _without_unseen(line) for line in lines])


def _without_unseen(line: str) -> str:
    pieces = [line[start : start + _PIECE] for start in range(0, len(line), _PIECE)]
    line = "".join([piece if piece.isprintable() else _translated(piece) for piece in pieces])
    if "\u200c" in line or "\u200d" in line:  # letters of other scripts need them
        line = _JOINERS.sub("", line)
    return replace_surrogates(line)


def _translated(piece: str) -> str:
    has_unseen = piece.isascii() or _UNSEEN.search(piece) or _UNSEEN_TAG.search(piece)
    return piece.translate(_TABLE) if has_unseen else piece


def replace_surrogates(text: str) -> str:
    """Return the text, of the same length, with lone surrogates replaced by U+FFFD."""
    try:
        text.encode()  # many times as fast as a search
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


def tidy(text: str) -> str:
    """Return cleaned text without spaces at line ends and with at most one empty line in a row."""
    text = "\n".join(line.rstrip(" \t") for line in clean(text).split("\n"))
    return _MANY_NEWLINES.sub("\n\n", text).strip()


def one_line(text: str) -> str:
    """Return cleaned text with every run of white space as one space."""
    if text.isprintable() and "  " not in text:  # most cells of tables: nothing to clean
        return text.strip(" ")
    return " ".join(clean(text).split())
