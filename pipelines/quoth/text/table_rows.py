"""Rows of tables as their page shows them: the names of the columns once, above the rows.

In the text of a page, the rows of a long table name their columns, so that each can be read alone:
`Net income | 2018: 10,073 | 2017: 3,033`. A person sees, and copies, the names and the row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_BAR = " | "
_RULE = re.compile(r"(?=[^\n]*-)[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:[|+][ \t]*:?-+:?[ \t]*)*[|+]?[ \t]*")
_NAMED = re.compile(r"(?P<name>[^\n]{1,160}?)(?<!:): (?P<value>\S.*)")
_VALUE = re.compile(r"\W*\d")
_FEWEST_NAMED = 2
"""The fewest cells with a name that tell a named row; one is enough before a number."""


def show_rows(text: str, above: str = "") -> str:
    """Return a piece of a page with its rows as the page shows them.

    The names of columns stand once, above the rows. `above` is the text of the page before the
    piece, in which the header of its first row is looked for. Text without rows stays as it is.
    """
    if "|" not in text:
        return text
    lines = text.split("\n")
    shown: list[str] = []
    header = _find_header(above, lines) if is_named_row(lines[0]) or _is_row(lines[0]) else ""
    if header:
        shown.append(_cut_bars(header))
    for line in lines:
        if _RULE.fullmatch(line) and "|" in line:
            continue
        names, values = _split_names(line)
        if names and not _says(header, names):
            header = _BAR.join(names)
            shown.append(header)
        elif not names and _is_row(line):
            header = line
        shown.append(_BAR.join(values) if names else _cut_bars(line))
    return "\n".join(shown)


def is_named_row(line: str) -> bool:
    """Whether a line is a row whose cells say the names of their columns."""
    return bool(_split_names(line)[0])


def values_of(text: str) -> tuple[str, list[int]]:
    """Return a text without bars and the names of columns in its rows, and the offsets of the rest.

    Each character that is left has its offset in `text`.
    """
    kept: list[int] = []
    begin = 0
    for line in text.split("\n"):
        kept += (begin + offset for offset in _kept(line))
        kept.append(begin + len(line))
        begin += len(line) + 1
    kept = kept[:-1]
    return "".join(text[offset] for offset in kept), kept


def _kept(line: str) -> list[int]:
    """Return the offsets of the characters of a line that its page shows, without bars."""
    named = is_named_row(line)
    offsets: list[int] = []
    begin = 0
    for cell in line.split("|"):
        match = _NAMED.fullmatch(cell.strip()) if named else None
        skipped = cell.find(match["value"], match.start("value")) if match else 0
        offsets += range(begin + skipped, begin + len(cell))
        begin += len(cell) + 1
    return offsets


def _split_names(line: str) -> tuple[list[str], list[str]]:
    """Return the names of the columns of a named row, and its values; no names for other lines."""
    cells = line.split(_BAR)
    matches = [_NAMED.fullmatch(cell.strip()) for cell in cells]
    named = [match for match in matches if match]
    certain = len(named) >= _FEWEST_NAMED or any(_VALUE.match(match["value"]) for match in named)
    if len(cells) < _FEWEST_NAMED or not certain:
        return [], []
    values = [
        match["value"] if match else cell.strip()
        for match, cell in zip(matches, cells, strict=True)
    ]
    return [match["name"] for match in named], values


def _find_header(above: str, lines: Sequence[str]) -> str:
    """Return the line that names the columns of the first of the lines, which are rows."""
    table: list[str] = []
    for line in reversed(above.rstrip("\n").split("\n")):
        if not (_is_row(line) or (_RULE.fullmatch(line) and "|" in line)):
            break
        table.insert(0, line)
    names = _split_names(lines[0])[0]
    if names:
        plain = [line for line in table if not is_named_row(line)]
        return next((line for line in reversed(plain) if _says(line, names)), "")
    is_marked = len(table) > 1 and _RULE.fullmatch(table[1])
    return table[0] if table and (is_marked or not any(map(str.isdigit, table[0]))) else ""


def _is_row(line: str) -> bool:
    has_cells = _BAR in line or re.fullmatch(r"\s*\|.*\|\s*", line)
    return bool(has_cells) and any(map(str.isalnum, line))


def _says(header: str, names: Sequence[str]) -> bool:
    """Whether a line has the names of columns, each in a cell."""
    cells = [cell.strip() for cell in header.split("|")]
    return all(name in cells for name in names)


def _cut_bars(line: str) -> str:
    """Return a row of Markdown without the bars at its ends."""
    bare = line.strip()
    if not _is_row(bare) or not bare.startswith("|"):
        return line
    return bare.strip("|").strip()
