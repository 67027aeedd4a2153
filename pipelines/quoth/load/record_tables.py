"""Records of the same kind as the rows of a table."""

from __future__ import annotations

from collections.abc import Sequence

from quoth.load.tables import table_lines

NamedValue = tuple[str, str]
_LONGEST_CELL = 200
_MOST_NAMES = 60


def record_lines(records: Sequence[Sequence[NamedValue]]) -> list[str] | None:
    """Return records as the rows of a table whose columns are the names of their values.

    `None` for records that are no rows: of one value, with a name twice, or with long texts.
    """
    names = list(dict.fromkeys(name for record in records for name, _ in record))
    is_table = 1 < len(names) <= _MOST_NAMES and all(
        len(dict(record)) == len(record)
        and all(len(text) <= _LONGEST_CELL and "\n" not in text for _, text in record)
        for record in records
    )
    if not is_table:
        return None
    rows = [[dict(record).get(name, "") for name in names] for record in records]
    return table_lines([names, *rows], header_rows=1)
