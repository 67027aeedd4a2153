"""Charts and diagrams of office files as text: a chart is the table of its values."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from quoth.load.archive import attribute, local_name
from quoth.load.clean import one_line
from quoth.load.number_format import format_general, format_number, is_date
from quoth.load.tables import table_lines

_MOST_POINTS = 2000


def chart_text(chart: Element) -> str:
    """Return the title of a chart and of its axes, and a row of values for each category."""
    titles = list(filter(None, (_text(each) for each in chart.iter() if _is(each, "title"))))
    series = [each for each in chart.iter() if _is(each, "ser")]
    lines = [f"Chart: {titles[0]}" if titles else "Chart"]
    if titles[1:]:
        lines.append("Axes: " + ", ".join(titles[1:]))
    if series:
        lines += _series_lines(series)
    return "\n".join(lines) if titles or series else ""


def diagram_text(diagram: Element) -> str:
    """Return the texts of a diagram, one per line."""
    points = (_text(each) for each in diagram.iter() if _is(each, "pt"))
    return "\n".join(filter(None, points))


def _series_lines(series: list[Element]) -> list[str]:
    names, columns = [], []
    categories: dict[int, str] = {}
    for number, each in enumerate(series, 1):
        parts = {local_name(part): part for part in each}
        names.append(_name(parts.get("tx")) or f"Series {number}")
        categories = categories or _points(parts.get("cat", parts.get("xVal")))
        columns.append(_points(parts.get("val", parts.get("yVal"))))
    indexes = sorted({*categories, *(index for column in columns for index in column)})
    rows = [
        [categories.get(index, str(index + 1)), *(column.get(index, "") for column in columns)]
        for index in indexes[:_MOST_POINTS]
    ]
    return table_lines([["", *names], *rows], header_rows=1)


def _name(element: Element | None) -> str:
    return " ".join(_points(element).values()) or (_text(element) if element is not None else "")


def _points(element: Element | None) -> dict[int, str]:
    """Return the cached texts or values of a series by index; levels of categories are joined."""
    found: dict[int, str] = {}
    code = "General"
    for each in element.iter() if element is not None else ():
        if _is(each, "formatCode"):
            code = each.text or code
        elif _is(each, "pt") and attribute(each, "idx").isdigit():
            index = int(attribute(each, "idx"))
            value = next((inner.text or "" for inner in each if _is(inner, "v")), "")
            shown = _shown(value, code)
            found[index] = f"{shown} {found[index]}" if index in found else shown
    return found


def _shown(value: str, code: str) -> str:
    try:
        number = float(value)
    except ValueError:
        return one_line(value)
    if is_date(code):
        return value
    return format_general(number) if code == "General" else format_number(number, code)


def _text(element: Element) -> str:
    return one_line(" ".join(_runs(element)))


def _runs(element: Element) -> Iterator[str]:
    """Yield the texts of paragraphs."""
    for paragraph in element.iter():
        if _is(paragraph, "p"):
            yield "".join(each.text or "" for each in paragraph.iter() if _is(each, "t"))


def _is(element: Element, name: str) -> bool:
    return local_name(element) == name
