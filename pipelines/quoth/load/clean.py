"""Text cleaning, which every loader applies before text becomes a page."""

from __future__ import annotations

import re

_TABLE = str.maketrans(
    {
        **{chr(code): None for code in (*range(32), 0x7F) if code not in (9, 10)},
        # The rest of a dash or a quote where UTF-8 was read as Latin-1: it separates words.
        **{chr(code): " " for code in range(0x80, 0xA0)},
        "\u00ad": None,  # soft hyphen
        "\u200b": None,  # zero-width space
        "\ufeff": None,  # byte order mark inside a text
        "\ufffe": None,
        "\uffff": None,
        "\u0085": "\n",
        "\u2028": "\n",
        "\u2029": "\n",
    }
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_MANY_NEWLINES = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """Return the text with LF line ends and without control characters and soft hyphens.

    Tabs stay. Lone surrogates, which no file or database can hold, become U+FFFD. Nothing else
    is changed: white space, ligatures and accents are as in the source.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\v", "\n")
    return replace_surrogates(text.translate(_TABLE))


def replace_surrogates(text: str) -> str:
    """Return the text, of the same length, with lone surrogates replaced by U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def tidy(text: str) -> str:
    """Return cleaned text without spaces at line ends and with at most one empty line in a row."""
    text = "\n".join(line.rstrip(" \t") for line in clean(text).split("\n"))
    return _MANY_NEWLINES.sub("\n\n", text).strip()


def one_line(text: str) -> str:
    """Return cleaned text with every run of white space as one space."""
    if text.isprintable() and "  " not in text:  # most cells of tables: nothing to clean
        return text.strip(" ")
    return " ".join(clean(text).split())
