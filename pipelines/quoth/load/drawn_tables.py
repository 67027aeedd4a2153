"""Tables drawn with characters: the grids and rules of reStructuredText, the bars of AsciiDoc."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from quoth.load.pipe_tables import IN_SIGHT
from quoth.load.tables import table_lines

_GRID_RULE = re.compile(r"[ \t]*\+(?:[-=]+\+)+[ \t]*")
_PARTIAL_RULE = re.compile(r"\+[-=]+\+|\+[-=]+\||\|[-=]+\+")
_SIMPLE_RULE = re.compile(r"[ \t]*=+(?:[ \t]+=+)+[ \t]*")
_SPAN = re.compile(r"=+")
_BAR_RULE = re.compile(r"\|={3,}[ \t]*")
_BAR = re.compile(r"(?:^|(?<=\s))[\w.<^>+*]*\|", re.M)

_Rows = tuple[list[list[str]], int]
"""The rows of a table, and how many of them name the columns."""


def name_columns_of_rst(text: str) -> str:
    """Return reStructuredText with the columns named in each row of its long tables."""
    if "+-" in text or "+=" in text:
        text = _named(text, _GRID_RULE, _end_of_grid, _grid)
    return _named(text, _SIMPLE_RULE, _end_of_simple, _simple) if "= " in text else text


def name_columns_of_asciidoc(text: str) -> str:
    """Return AsciiDoc with the columns named in each row of its long tables."""
    return _named(text, _BAR_RULE, _end_of_bars, _bars) if "|==" in text else text


def _named(
    text: str,
    rule: re.Pattern[str],
    find_end: Callable[[Sequence[str], int], int],
    read: Callable[[Sequence[str]], _Rows | None],
) -> str:
    lines = text.split("\n")
    written: list[str] = []
    number = 0
    while number < len(lines):
        end = find_end(lines, number) if rule.fullmatch(lines[number]) else number
        table = lines[number:end]
        number = max(end, number + 1)
        found = read(table) if sum(map(len, table)) > IN_SIGHT else None
        if found is None:
            written += table or [lines[number - 1]]
        else:
            rows, header = found
            written += table_lines(rows, header_rows=header or None)
    return "\n".join(written)


def _end_of_grid(lines: Sequence[str], start: int) -> int:
    end = start
    while end < len(lines) and lines[end].lstrip()[:1] in ("+", "|") and lines[end].strip():
        end += 1
    return end


def _grid(lines: Sequence[str]) -> _Rows | None:
    """Return the rows of a grid; `None` if a cell is over several rows, or lines are no grid."""
    indent = len(lines[0]) - len(lines[0].lstrip())
    borders = [at for at, sign in enumerate(lines[0]) if sign == "+"]
    rows: list[list[str]] = []
    header = 0
    row: list[str] = []
    for line in lines[1:]:
        if _GRID_RULE.fullmatch(line):
            rows += [row] if row else []
            header = len(rows) if "=" in line else header
            row = []
        elif _PARTIAL_RULE.search(line, indent) or line[borders[-1] : borders[-1] + 1] != "|":
            return None
        else:
            row = _joined(row, list(_slices(line, borders)))
    return rows, header


def _slices(line: str, borders: Sequence[int]) -> Iterator[str]:
    """Yield the cells of a line; one that reaches over a border leaves the next ones empty."""
    start, covered = borders[0], 0
    for border in borders[1:]:
        if line[border] == "|":
            yield line[start + 1 : border].strip()
            yield from [""] * covered
            start, covered = border, 0
        else:
            covered += 1


def _joined(row: list[str], more: list[str]) -> list[str]:
    """Return a row whose cells go on in another line."""
    if not row:
        return more
    return [f"{cell} {rest}".strip() for cell, rest in zip(row, more, strict=True)]


def _end_of_simple(lines: Sequence[str], start: int) -> int:
    """Return the end of a table between rules: behind the last one before an empty line."""
    last = start
    for number in range(start + 1, len(lines)):
        if _SIMPLE_RULE.fullmatch(lines[number]):
            last = number
        elif not lines[number].strip() and last > start and last == number - 1:
            break
    return last + 1 if last > start else start


def _simple(lines: Sequence[str]) -> _Rows | None:
    spans = [match.span() for match in _SPAN.finditer(lines[0])]
    spans[-1] = (spans[-1][0], 1 << 20)
    rows: list[list[str]] = []
    header = 0
    for line in lines[1:]:
        if _SIMPLE_RULE.fullmatch(line):
            header = header or len(rows)
        elif line.strip() and not set(line) <= set("- \t"):
            cells = [line[start:end].strip() for start, end in spans]
            if rows and not cells[0] and len(rows) > header:
                rows[-1] = _joined(rows[-1], cells)
            else:
                rows.append(cells)
    return rows, header if header < len(rows) else 0


def _end_of_bars(lines: Sequence[str], start: int) -> int:
    for number in range(start + 1, len(lines)):
        if _BAR_RULE.fullmatch(lines[number]):
            return number + 1
    return start


def _bars(lines: Sequence[str]) -> _Rows | None:
    """Return the rows of a table in AsciiDoc, which the cells of its first line count."""
    inner = list(lines[1:-1])
    if not inner or not inner[0].startswith("|"):
        return None
    width = len(_BAR.findall(inner[0]))
    is_named = len(inner) > 1 and not inner[1].strip()
    cells = [cell.strip() for cell in _BAR.split("\n".join(inner))[1:]]
    if width < 2 or len(cells) % width:
        return None
    rows = [cells[at : at + width] for at in range(0, len(cells), width)]
    return rows, int(is_named)
