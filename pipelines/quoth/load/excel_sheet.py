"""What is known of a sheet beside its values."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class SheetParts:
    """What is known of a sheet by rows and columns, which count from 0.

    `texts` are cells as they are shown, where that is not their plain value; '' is left out.
    `lines` come below the rows: charts, boxes and comments.
    """

    texts: dict[int, dict[int, str]] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    lines: list[str] = field(default_factory=list)


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell (`B3`); row and column count from 0."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"
