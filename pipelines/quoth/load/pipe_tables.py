"""Tables in Markdown and Org: rows of cells between vertical bars."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from quoth.load.tables import table_lines

_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:[|+][ \t]*:?-+:?[ \t]*)*[|+]?[ \t]*")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_BAR = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"(`+)(?:(?!\1).)*\1")
_BREAK = re.compile(r"<br\s*/?>", re.I)
IN_SIGHT = 400
"""A table of at most so many characters stays as it is written."""


def name_columns(text: str) -> str:
    """Return the text with the columns named in each row of its long tables.

    A short table stays as it is written.
    """
    if "|" not in text or "-" not in text:
        return text
    return "\n".join(_lines(text.split("\n")))


def _lines(lines: list[str]) -> Iterator[str]:
    fence = ""
    number = 0
    while number < len(lines):
        line = lines[number]
        opening = _FENCE.match(line)
        if opening and (not fence or opening[1].startswith(fence)):
            fence = "" if fence else opening[1]
        end = number if fence else _end_of_table(lines, number)
        if end == number:
            yield line
            number += 1
        else:
            yield from _table(lines[number:end])
            number = end


def _end_of_table(lines: Sequence[str], start: int) -> int:
    """Return the end of the table whose names are on a line, that line if there is none."""
    if "|" not in lines[start] or start + 1 >= len(lines):
        return start
    rule = lines[start + 1]
    if "|" not in rule or not _RULE.fullmatch(rule):
        return start
    end = start + 2
    while end < len(lines) and "|" in lines[end] and lines[end].strip():
        end += 1
    return end


def _table(lines: Sequence[str]) -> list[str] | Sequence[str]:
    if sum(map(len, lines)) <= IN_SIGHT:
        return lines
    rows = [_cells(line) for line in lines if not _RULE.fullmatch(line)]
    return table_lines(rows, header_rows=1)


def _cells(line: str) -> list[str]:
    """Return the cells of a row; a bar in code or behind a backslash is text."""
    hidden = _CODE.sub(lambda code: code[0].replace("|", "\0"), line.strip())
    cells = _BAR.split(hidden.removeprefix("|"))
    if cells and not cells[-1].strip():
        cells.pop()
    return [_BREAK.sub(" ", cell.replace("\\|", "|").replace("\0", "|")).strip() for cell in cells]
