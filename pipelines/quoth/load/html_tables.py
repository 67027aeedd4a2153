"""Tables of HTML: those with data as rows, those for layout told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from selectolax.lexbor import LexborNode

from quoth.load.tables import Cell, place_cells, table_lines

_SECTIONS = ("thead", "tbody", "tfoot")
_CELLS = ("td", "th")
_ROLES = {
    "rowgroup": "tbody",
    "row": "tr",
    "cell": "td",
    "gridcell": "td",
    "columnheader": "th",
    "rowheader": "th",
}
"""The elements that other elements stand for by their role (WAI-ARIA)."""

_NOT_IN_DATA = "table, h1, h2, h3, h4, h5, h6"
_LONG_CELL = 400
_TO_THE_END = 65_534  # rows: as many as the standard of HTML allows


def children(node: LexborNode) -> Iterator[LexborNode]:
    """Yield the nodes directly below a node, with its texts."""
    child = node.first_child
    while child is not None:
        yield child
        child = child.next


def has_role_of_table(node: LexborNode) -> bool:
    """Whether an element of another kind is a table by its role."""
    return (node.attributes or {}).get("role") in ("table", "grid", "treegrid")


def is_data_table(table: LexborNode) -> bool:
    """Whether a table has rows and columns of data, and is not a means of layout."""
    if (table.attributes or {}).get("role") in ("presentation", "none"):
        return False
    has_names = any(_tag(cell) == "th" for row in _rows(table) for cell in children(row))
    if not has_names and any(each.mem_id != table.mem_id for each in table.css(_NOT_IN_DATA)):
        return False
    widths = [sum(1 for cell in children(row) if _tag(cell) in _CELLS) for row in _rows(table)]
    if max(widths, default=0) < 2:
        return False
    return len(widths) > 1 or len(table.text()) <= _LONG_CELL


def lines_of_table(table: LexborNode, cell_text: Callable[[LexborNode], str]) -> list[str]:
    """Return the rows of a table as lines; `cell_text` returns the text of a cell."""
    rows = list(_rows(table))
    placed = place_cells(_cells(row, cell_text) for row in rows)
    return table_lines(placed, header_rows=_header_rows(rows))


def _rows(table: LexborNode) -> Iterator[LexborNode]:
    for child in children(table):
        tag = _tag(child)
        if tag in _SECTIONS:
            yield from (row for row in children(child) if _tag(row) == "tr")
        elif tag == "tr":
            yield child


def _tag(node: LexborNode) -> str:
    """Return the tag of an element, or the one that its role stands for."""
    tag = node.tag or ""
    if tag.startswith(("t", "-")) or not node.attributes:
        return tag
    return _ROLES.get(node.attributes.get("role") or "", tag)


def _cells(row: LexborNode, cell_text: Callable[[LexborNode], str]) -> Iterator[Cell]:
    for cell in children(row):
        if _tag(cell) in _CELLS:
            attributes = cell.attributes or {}
            columns, rows = _span(attributes.get("colspan")), _span(attributes.get("rowspan"))
            rows = _TO_THE_END if attributes.get("rowspan") == "0" else rows
            yield Cell(cell_text(cell), columns, rows)


def _span(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 6 else 1


def _header_rows(rows: list[LexborNode]) -> int | None:
    """Return the number of rows that the page marks as a header, `None` if it marks none."""
    count = 0
    for row in rows:
        tags = [tag for cell in children(row) if (tag := _tag(cell)) in _CELLS]
        in_head = row.parent is not None and row.parent.tag == "thead"
        if not tags or not (in_head or all(tag == "th" for tag in tags)):
            break
        count += 1
    return count if 0 < count < len(rows) else None
