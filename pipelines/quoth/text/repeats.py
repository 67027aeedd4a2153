"""What the rows of a table repeat, and a chunk embeds once: bars, and the words of column names.

A row that names its columns (`Net income | 2018: 10,073 | 2017: 3,033`) can be read and quoted
alone. The vector of a chunk of many rows needs each name once.
"""

from __future__ import annotations

_BAR = " | "
_COLON = ": "
_LONGEST_NAME = 160


def drop_repeats(text: str) -> str:
    """Return the text of a chunk without what the rows of its tables repeat."""
    if _BAR not in text:
        return text
    said: set[str] = set()
    return "\n".join(
        " ".join(_drop_said(cell, said) for cell in line.split(_BAR)) if _BAR in line else line
        for line in text.split("\n")
    )


def _drop_said(cell: str, said: set[str]) -> str:
    """Return a cell without the words of its name that were said, which are then all said."""
    name, colon, value = cell.partition(_COLON)
    if not colon or not value or len(name) > _LONGEST_NAME:
        return cell
    new = [word for word in dict.fromkeys(name.split(" ")) if word not in said]
    said.update(new)
    return f"{' '.join(new)}{_COLON}{value}" if new else value
