"""PDF: each row of a table of words is one line, in which cells follow the names of columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from quoth.load.registry import load_document
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

STYLES = getSampleStyleSheet()
BOLD = [("FONT", (0, 0), (-1, 0), "Helvetica-Bold")]
RULED = [("GRID", (0, 0), (-1, -1), 0.5, "black")]
ONE_RULE = [
    ("LINEABOVE", (0, 0), (-1, 0), 1, "black"),
    ("LINEBELOW", (0, 0), (-1, 0), 0.5, "black"),
]
FILLED = [("BACKGROUND", (0, 0), (-1, 0), "navy"), ("TEXTCOLOR", (0, 0), (-1, 0), "white")]

FERRIES = [
    ["Ferry", "Berth", "Crew", "Sails to"],
    ["Maren", "North quay", "5 hands", "Outer Skerries"],
    ["Tern", "Slip 2", "3 hands", "Lambholm"],
    ["Old Bess", "South quay", "4 hands", "Lambholm and back"],
]
ROWS = [
    "Maren | Berth: North quay | Crew: 5 hands | Sails to: Outer Skerries",
    "Tern | Berth: Slip 2 | Crew: 3 hands | Sails to: Lambholm",
    "Old Bess | Berth: South quay | Crew: 4 hands | Sails to: Lambholm and back",
]

Print = Callable[..., list[str]]


@pytest.fixture
def printed(tmp_path: Path) -> Print:
    """Print what is given on pages, and return the lines that are read."""

    def build(*parts: Flowable, pagesize: tuple[float, float] = (595, 842)) -> list[str]:
        path = tmp_path / "table.pdf"
        SimpleDocTemplate(str(path), pagesize=pagesize).build(list(parts))
        return [line for page in load_document(path).pages for line in page.text.split("\n")]

    return build


def text(words: str) -> Paragraph:
    return Paragraph(words, STYLES["BodyText"])


def table(rows: Sequence[list[Any]], *styles: Sequence[Any], **options: Any) -> Table:
    return Table(rows, style=[each for style in styles for each in style], **options)


@pytest.mark.parametrize("style", [BOLD, RULED, ONE_RULE, FILLED, [*BOLD, *RULED]])
@pytest.mark.parametrize("align", ["LEFT", "CENTER", "RIGHT"])
def test_each_cell_follows_its_name_however_the_table_is_drawn(
    printed: Print, style: list[Any], align: str
) -> None:
    lines = printed(
        text("These boats belong to the harbour."),
        table(FERRIES, style, [("ALIGN", (0, 0), (-1, -1), align)]),
        text("Each of them has a radio."),
    )
    assert [line for line in lines if "|" in line] == ROWS
    assert "Each of them has a radio." in lines


@pytest.mark.parametrize("valign", ["TOP", "MIDDLE"])
def test_a_cell_on_several_lines_stays_in_its_row(printed: Print, valign: str) -> None:
    rows: list[list[Any]] = [
        ["Pump", "Where it stands", "Who looks after it"],
        [text("P-3"), text("in the cellar of the mill, behind the second door"), text("Ruth")],
        [text("P-4"), text("outside"), text("the miller and, in winter, the board's own man")],
        [text("P-5"), text("on the roof"), text("Ruth")],
    ]
    lines = printed(
        table(rows, BOLD, [("VALIGN", (0, 0), (-1, -1), valign)], colWidths=[60, 130, 130])
    )
    assert (
        "P-3 | Where it stands: in the cellar of the mill, behind the second door"
        " | Who looks after it: Ruth"
    ) in lines
    assert (
        "P-4 | Where it stands: outside"
        " | Who looks after it: the miller and, in winter, the board's own man"
    ) in lines
    assert "P-5 | Where it stands: on the roof | Who looks after it: Ruth" in lines


def test_a_cell_over_several_rows_belongs_to_each(printed: Print) -> None:
    rows = [
        ["Ferry", "Day", "Sails to"],
        ["Maren", "Monday", "Outer Skerries"],
        ["", "Tuesday", "Lambholm"],
        ["Tern", "Monday", "Lambholm"],
        ["", "Friday", "Grey Rock"],
    ]
    spans = [("SPAN", (0, 1), (0, 2)), ("SPAN", (0, 3), (0, 4))]
    lines = printed(table(rows, BOLD, RULED, spans))
    assert [line for line in lines if "|" in line] == [
        "Maren | Day: Monday | Sails to: Outer Skerries",
        "Maren | Day: Tuesday | Sails to: Lambholm",
        "Tern | Day: Monday | Sails to: Lambholm",
        "Tern | Day: Friday | Sails to: Grey Rock",
    ]


def test_an_empty_cell_shifts_no_other(printed: Print) -> None:
    rows: list[list[Any]] = [
        *FERRIES,
        ["Gull", "", "2 hands", "Grey Rock"],
        ["Kite", "Slip 1", "", "Grey Rock"],
    ]
    lines = printed(table(rows, BOLD))
    assert "Gull | Crew: 2 hands | Sails to: Grey Rock" in lines
    assert "Kite | Berth: Slip 1 | Sails to: Grey Rock" in lines


def test_a_name_on_two_lines_is_one_name(printed: Print) -> None:
    rows = [["Ferry", "Berth in\nsummer", "Sails to"], *([a, b, d] for a, b, _, d in FERRIES[1:])]
    lines = printed(table(rows, BOLD))
    assert "Tern | Berth in summer: Slip 2 | Sails to: Lambholm" in lines


@pytest.mark.parametrize("repeated", [0, 1])
@pytest.mark.parametrize("style", [BOLD, RULED])
def test_a_table_over_pages_names_its_columns_on_each(
    printed: Print, repeated: int, style: list[Any]
) -> None:
    rows = [
        ["Buoy", "Colour", "Keeper"],
        *([f"No. {number}", "red and white", f"Keeper {number}"] for number in range(90)),
    ]
    lines = printed(text("All buoys of the sound."), table(rows, style, repeatRows=repeated))
    found = [line for line in lines if "|" in line]
    assert found == [
        f"No. {number} | Colour: red and white | Keeper: Keeper {number}" for number in range(90)
    ]


def test_keys_and_values_have_no_names(printed: Print) -> None:
    rows = [["Invoice", "B-221"], ["Customer", "Harbour board"], ["Paid by", "transfer"]]
    lines = printed(table(rows, RULED), Spacer(1, 20), table(rows))
    assert not [line for line in lines if "|" in line]


def test_items_of_a_list_are_no_table(printed: Print) -> None:
    rows = [
        ["2.1", text("The rent is 1,250 crowns a year, payable in four parts of 312.50")],
        ["2.2", text("No pets.")],
        ["2.3", text("The keys are handed over on 1 May 2031.")],
    ]
    lines = printed(text("<b>2. Rent</b>"), table(rows, colWidths=[40, 420]))
    assert not [line for line in lines if "|" in line]


def test_columns_of_running_text_under_bold_heads_are_no_table(printed: Print) -> None:
    left = "The ferry was built in a yard that nobody remembers, of oak and of pine. " * 4
    right = "The keeper of the light writes down every ship that passes in the night. " * 4
    rows = [[text("<b>The ferry</b>"), text("<b>The keeper</b>")], [text(left), text(right)]]
    lines = printed(table(rows, colWidths=[220, 220]))
    assert not [line for line in lines if "|" in line]


def test_the_title_of_a_table_is_no_name(printed: Print) -> None:
    lines = printed(text("<b>Boats of the harbour</b>"), table(FERRIES, BOLD, hAlign="LEFT"))
    assert "Boats of the harbour" in lines
    assert [line for line in lines if "|" in line] == ROWS


def test_a_bold_line_of_dots_above_names_is_no_title(printed: Print) -> None:
    lines = printed(text("<b>" + ". " * 40 + "</b>"), table(FERRIES, BOLD))
    assert [line for line in lines if "|" in line] == ROWS
