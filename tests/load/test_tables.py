"""Tables as text: which rows name the columns, and where the names are said again."""

from __future__ import annotations

import pytest
from quoth.load.table_header import Row
from quoth.load.tables import Cell, place_cells, row_text, table_lines
from quoth.text.split import Splitter
from quoth.types import Document, Page


def long(header: list[Row], *, rows: int = 60) -> list[Row]:
    """Return a table of lakes, too long for its header to be in sight of every row."""
    return [*header, *([f"Lake {n}", f"{n}.5", f"{n + 1}.25"] for n in range(rows))]


def named(header: list[Row], *, lines: int | None = None) -> str:
    """Return how the first row of values is written below a header."""
    found = table_lines(long(header))
    return found[len(header) if lines is None else lines]


def test_a_small_table_stays_as_it_is() -> None:
    assert table_lines([["Lake", "2022"], ["Garda", "5"]]) == ["Lake | 2022", "Garda | 5"]


@pytest.mark.parametrize(
    ("header", "first"),
    [
        ([["Lake", "Depth", "Width"]], "Lake: Lake 0 | Depth: 0.5 | Width: 1.25"),
        ([["Lake", "2022", "2023"]], "Lake: Lake 0 | 2022: 0.5 | 2023: 1.25"),
        ([["", "2021/22", "2022/23"]], "Lake 0 | 2021/22: 0.5 | 2022/23: 1.25"),
        ([["", "31.12.2022", "31.12.2023"]], "Lake 0 | 31.12.2022: 0.5 | 31.12.2023: 1.25"),
        ([["Lake", "FY2022", "Q1"]], "Lake: Lake 0 | FY2022: 0.5 | Q1: 1.25"),
        ([["Lake:", "%", "#"]], "Lake: Lake 0 | %: 0.5 | #: 1.25"),
        ([["Lakes of the north"], ["Lake", "Depth", "Width"]], "Lake: Lake 0 | Depth: 0.5"),
        ([["Made on", "5 May"], ["Lake", "Depth", "Width"]], "Lake: Lake 0 | Depth: 0.5"),
        ([["Lake", "Depth", "Width"], ["", "m", "km"]], "Lake: Lake 0 | Depth m: 0.5"),
        ([["", "2022", None], ["Lake", "May", "June"]], "Lake: Lake 0 | 2022 May: 0.5"),
        (
            [["", "Year ended", None], ["in m", "2022", "2021"]],
            "in m: Lake 0 | Year ended 2022: 0.5",
        ),
    ],
)
def test_every_row_of_a_long_table_names_its_columns(header: list[Row], first: str) -> None:
    assert named(header).startswith(first)


@pytest.mark.parametrize(
    "rows",
    [
        [["Apples", "12 kg"], ["Pears", "5 kg"]] * 40,
        [["Ann", "2021"], ["Bea", "2022"]] * 40,
        [["Customer", "Ann Berg"], ["Town", "Ulm"], ["Phone", "030 1234"]],
        [["2.5", "3.5"], ["1.5", "7.5"]] * 60,
        [["only one column"], ["of some words"]] * 40,
        [[f"Locker {n}", f"key {n}"] for n in range(40)],
        [[f"Item {'x' * n}", "12.5.2024" if n == 7 else "some words"] for n in range(40)],
    ],
)
def test_a_table_without_names_gets_none(rows: list[Row]) -> None:
    assert table_lines(rows, in_sight=0) == [row_text(row) for row in rows]


def test_columns_of_words_are_named_where_the_table_is_more_than_a_form() -> None:
    rows: list[Row] = [["Name", "Task", "Town"], ["Ann", "pumps", "Ulm"], ["Bea", "wells", "Bonn"]]
    assert table_lines(rows, in_sight=0)[1] == "Name: Ann | Task: pumps | Town: Ulm"
    capitals: list[Row] = [["Country", "Capital"], *(["Land" + "x" * n, "Ulm"] for n in range(9))]
    assert table_lines(capitals, in_sight=0)[1] == "Country: Land | Capital: Ulm"


def test_the_format_may_say_how_many_rows_are_names() -> None:
    form: list[Row] = [["Apples", "12 kg"], ["Pears", "5 kg"]]
    assert table_lines(form, header_rows=1, in_sight=0)[1] == "Apples: Pears | 12 kg: 5 kg"
    assert (
        table_lines(long([["Lake", "Depth", "Width"]]), header_rows=0)[1] == "Lake 0 | 0.5 | 1.25"
    )


def test_an_empty_row_ends_a_table_unless_it_goes_on_below() -> None:
    first = long([["Lake", "Depth", "Width"]])
    second: list[Row] = [["Pump", "Hours", "Cost"], ["Tau", "7", "8"]]
    assert (
        table_lines([*first, ["", ""], *second], in_sight=0)[-1] == "Pump: Tau | Hours: 7 | Cost: 8"
    )
    more: list[Row] = [["Lake Z", "7", "8"]]
    assert table_lines([*first, [], *more])[-1] == "Lake: Lake Z | Depth: 7 | Width: 8"


def test_a_row_of_one_cell_and_a_header_said_again_get_no_names() -> None:
    header: Row = ["Lake", "Depth", "Width"]
    lines = table_lines([*long([header]), ["In the south"], header, ["Garda", "346", "17"]])
    assert lines[-3:] == [
        "In the south",
        "Lake | Depth | Width",
        "Lake: Garda | Depth: 346 | Width: 17",
    ]


def test_a_cell_over_rows_is_said_in_each_and_one_over_columns_keeps_the_next_in_place() -> None:
    rows = [
        [Cell("District"), Cell("Household"), Cell("Fee")],
        [Cell("East", rows=2), Cell("one person"), Cell("3.10")],
        [Cell("two persons"), Cell("5.20")],
        [Cell("Mean", columns=2), Cell("4.15")],
    ]
    assert table_lines(place_cells(rows)) == [
        "District | Household | Fee",
        "East | one person | 3.10",
        "East | two persons | 5.20",
        "Mean |  | 4.15",
    ]
    assert table_lines(place_cells(rows), in_sight=0)[3] == "District, Household: Mean | Fee: 4.15"


def test_names_on_two_levels_are_joined_also_in_a_small_table() -> None:
    rows = [
        [Cell("Region", rows=2), Cell("2022", columns=2), Cell("2023", columns=2)],
        [Cell("Q1"), Cell("Q2"), Cell("Q1"), Cell("Q2")],
        [Cell("North"), Cell("1"), Cell("2"), Cell("3"), Cell("4")],
    ]
    assert table_lines(place_cells(rows))[2] == (
        "Region: North | 2022 Q1: 1 | 2022 Q2: 2 | 2023 Q1: 3 | 2023 Q2: 4"
    )


def test_spans_of_a_hostile_table_cost_no_more_than_its_rows() -> None:
    rows = [[Cell("x", columns=10**9, rows=10**9)] * 100, [Cell("y")]]
    assert max(len(row) for row in place_cells(rows)) <= 16_384


def test_a_wide_row_goes_on_in_lines_that_begin_with_its_name() -> None:
    header: Row = ["Lake", *(f"What was measured on day {n}" for n in range(60))]
    lines = table_lines([header, *(["Garda", *["7.5"] * 60] for _ in range(3))])[1:]
    assert all(line.startswith("Lake: Garda | What was measured on day ") for line in lines)
    assert max(map(len, lines)) < 700


@pytest.mark.parametrize("tokens", [40, 120, 240])
def test_no_chunk_of_a_long_table_lacks_the_names_of_its_columns(tokens: int) -> None:
    text = "\n".join(
        table_lines(long([["Lakes of the north"], ["Lake", "2022", "2023"]], rows=200))
    )
    splitter = Splitter(lambda text: range(0, len(text), 3), chunk_tokens=tokens, limit=256)
    chunks = splitter.split(Document("/lakes.csv", "Lakes", "csv", (Page(1, text),)))
    assert len(chunks) > 10
    for chunk in chunks:
        assert all(name in chunk.text for name in ("Lake", "2022", "2023")), chunk.text
