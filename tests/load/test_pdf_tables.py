"""PDF: each row of a table is one line, in which every value follows the name of its column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from places import TESTDATA
from quoth.load.registry import load_document
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate, Table

from bench import tables

FILINGS = TESTDATA / "qa_financebench"


class Sheet:
    """A page on which lines are printed from top to bottom; numbers end at their column's edge."""

    def __init__(self, path: Path, *, edges: Sequence[float] = (360, 430, 500)) -> None:
        self.path = path
        self.edges = edges
        self.height = 780.0
        self.canvas = Canvas(str(path), pagesize=A4)
        self.canvas.setFont("Helvetica", 10)

    def print(self, label: str, *values: str, step: float = 13) -> None:
        """Print a label and its values; an empty value leaves its column empty."""
        self.canvas.drawString(60, self.height, label)
        for edge, value in zip(self.edges, values, strict=False):
            if value.startswith("$ "):
                self.canvas.drawString(edge - 50, self.height, "$")
                value = value[2:]
            self.canvas.drawRightString(edge, self.height, value)
        self.height -= step

    def center(self, text: str, *columns: int) -> None:
        """Print a text over the middle of some columns, on the present line."""
        left, right = self.edges[columns[0]] - 50, self.edges[columns[-1]]
        self.canvas.drawCentredString((left + right) / 2, self.height, text)

    def down(self, step: float = 13) -> None:
        self.height -= step

    def turn(self) -> None:
        self.canvas.showPage()
        self.canvas.setFont("Helvetica", 10)
        self.height = 780.0

    def lines(self) -> list[str]:
        """Return the lines of all pages, as they are read."""
        self.canvas.save()
        pages = load_document(self.path).pages
        return [line for page in pages for line in page.text.split("\n") if line]


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    return Sheet(tmp_path / "table.pdf")


def test_each_value_follows_its_year(sheet: Sheet) -> None:
    sheet.print("Harbour accounts")
    sheet.print("(in thousands)", "2023", "2022", "2021")
    sheet.print("Mooring fees", "$ 4,120", "$ 3,980", "$ 3,355")
    sheet.print("Expenses:")
    sheet.print("Dredging", "(812)", "—", "(640)")
    sheet.print("Profit", "$ 3,308", "$ 3,980", "$ 2,715")
    assert sheet.lines() == [
        "Harbour accounts",
        "(in thousands) 2023 2022 2021",
        "Mooring fees | 2023: $4,120 | 2022: $3,980 | 2021: $3,355",
        "Expenses:",
        "Dredging | 2023: (812) | 2022: — | 2021: (640)",
        "Profit | 2023: $3,308 | 2022: $3,980 | 2021: $2,715",
    ]


def test_an_empty_cell_shifts_no_value(sheet: Sheet) -> None:
    sheet.print("Berths", "2023", "2022", "2021")
    sheet.print("North quay", "14", "", "12")
    sheet.print("South quay", "", "9", "")
    sheet.print("Both", "14", "9", "12")
    assert sheet.lines()[1:3] == ["North quay | 2023: 14 | 2021: 12", "South quay | 2022: 9"]


def test_names_over_several_columns_are_said_where_they_are_needed(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "levels.pdf", edges=(280, 350, 430, 500))
    sheet.center("Summer", 0, 1)
    sheet.center("Winter", 2, 3)
    sheet.down()
    sheet.print("", "2023", "2022", "2023", "2022")
    sheet.print("Ferries", "310", "295", "120", "118")
    sheet.print("Barges", "88", "91", "40", "44")
    assert sheet.lines()[-2] == (
        "Ferries | Summer 2023: 310 | Summer 2022: 295 | Winter 2023: 120 | Winter 2022: 118"
    )


def test_a_name_printed_on_two_lines_is_one_name(sheet: Sheet) -> None:
    for first, second in (("June 30,", "2023"), ("June 30,", "2022")):
        column = (first, second) == ("June 30,", "2022")
        sheet.canvas.drawRightString(sheet.edges[column], sheet.height, first)
        sheet.canvas.drawRightString(sheet.edges[column], sheet.height - 11, second)
    sheet.down(24)
    sheet.print("Debts", "1,250", "1,310")
    sheet.print("Reserves", "600", "580")
    assert sheet.lines()[-1] == "Reserves | June 30, 2023: 600 | June 30, 2022: 580"


def test_the_year_of_the_whole_table_is_said_with_each_column(sheet: Sheet) -> None:
    sheet.center("Year ended May 31, 2022", 0, 2)
    sheet.down()
    sheet.print("", "Tolls", "Rents", "Fines")
    sheet.print("East lock", "72.5%", "20.0%", "7.5%")
    sheet.print("West lock", "60.0%", "31.5%", "8.5%")
    assert (
        sheet.lines()[-1] == "West lock | 2022 Tolls: 60.0% | 2022 Rents: 31.5% | 2022 Fines: 8.5%"
    )


def test_dates_close_together_are_told_apart(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "dates.pdf", edges=(360, 455))
    sheet.print("", "At March 31, 2023", "At March 31, 2022")
    sheet.print("Stock of coal", "410", "395")
    sheet.print("Stock of peat", "77", "80")
    assert sheet.lines()[-1] == "Stock of peat | At March 31, 2023: 77 | At March 31, 2022: 80"


def test_a_label_on_two_lines_is_one_label(sheet: Sheet) -> None:
    sheet.print("", "2023", "2022")
    sheet.print("Fees for the use of the crane and of the")
    sheet.print("weighing house", "55", "61")
    sheet.print("Other", "9", "8")
    assert sheet.lines()[1] == (
        "Fees for the use of the crane and of the weighing house | 2023: 55 | 2022: 61"
    )


def test_a_dash_at_the_end_of_a_row_does_not_join_the_next_one(sheet: Sheet) -> None:
    sheet.print("", "2023", "2022")
    sheet.print("Subsidy", "31", "—")
    sheet.print("Loan", "12", "15")
    sheet.print("Gift", "4", "-")
    sheet.print("Lottery", "7", "6")
    assert sheet.lines()[1:] == [
        "Subsidy | 2023: 31 | 2022: —",
        "Loan | 2023: 12 | 2022: 15",
        "Gift | 2023: 4 | 2022: -",
        "Lottery | 2023: 7 | 2022: 6",
    ]


def test_a_table_goes_on_over_pages_with_the_names_of_its_columns(sheet: Sheet) -> None:
    sheet.print("Buoy", "Depth in m", "Mass in kg")
    for number in range(80):
        if number == 50:
            sheet.turn()
        sheet.print(f"Buoy {number:03}", str(7 + number % 9), str(210 + number))
    rows = [line for line in sheet.lines() if line.startswith("Buoy 0")]
    assert len(rows) == 80
    assert rows[79] == "Buoy 079 | Depth in m: 14 | Mass in kg: 289"


def test_another_table_on_the_next_page_does_not_take_the_names(sheet: Sheet) -> None:
    sheet.print("", "2023", "2022")
    sheet.print("Cattle", "31", "28")
    sheet.print("Sheep", "90", "95")
    sheet.turn()
    sheet.print(
        "The parish counts its trees by kind and by age, as every ten years, in the spring."
    )
    sheet.print("Oaks", "310", "44")
    sheet.print("Limes", "120", "15")
    assert sheet.lines()[-1] == "Limes | 120 | 15"


def test_cells_in_a_grid_are_rows_too(tmp_path: Path) -> None:
    path = tmp_path / "grid.pdf"
    rows = [["Boat", "Length", "Crew"], ["Anna", "12.4", "3"], ["Berta", "9.8", "2"]]
    table = Table(rows, style=[("GRID", (0, 0), (-1, -1), 0.5, "black")])
    SimpleDocTemplate(str(path)).build([table])
    text = load_document(path).pages[0].text
    assert "Anna | Length: 12.4 | Crew: 3" in text
    assert "Berta | Length: 9.8 | Crew: 2" in text


def test_running_text_with_numbers_is_no_table(sheet: Sheet) -> None:
    text = (
        "The dyke was raised in 1953 and again in 1979 to 2021",
        "levels. Its crown is 8 metres wide, and in 2019 and 2020",
        "the board spent 1,250 and 1,310 crowns on 12 and 14",
        "kilometres of it, as in the years 2017 and 2018.",
    )
    for line in text:
        sheet.print(line)
    assert sheet.lines() == list(text)


def test_dots_that_lead_to_a_number_are_not_text(sheet: Sheet) -> None:
    sheet.print("", "2023", "2022")
    sheet.print("Salt " + "." * 70, "18", "17")
    sheet.print("Sand " + ". " * 45, "25", "31")
    assert sheet.lines()[1:] == ["Salt | 2023: 18 | 2022: 17", "Sand | 2023: 25 | 2022: 31"]


@pytest.mark.testdata("qa_financebench")
@pytest.mark.timeout(120)
def test_figures_of_filings_stand_beside_their_names() -> None:
    few = ("AMAZON_2019_10K", "Pfizer_2023Q2_10Q", "FOOTLOCKER_2022_8K_dated-2022-05-20")
    found = []
    for question, figures in tables.read_figures(FILINGS):
        if question["doc_name"] in few:
            document = load_document(FILINGS / question["pdf"])
            found += [bool(tables.find_line(document, figure, [])) for figure in figures]
    assert len(found) == 3
    assert all(found)
