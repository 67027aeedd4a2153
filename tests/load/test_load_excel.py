"""Workbooks: cells as they are shown, in their columns; the rest of a sheet below, or counted."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from load.office_files import with_namespaces
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image
from quoth.load.number_format import format_number
from quoth.load.registry import load_document
from quoth.types import Document

Load = Callable[[], Document]


@pytest.fixture
def book() -> Workbook:
    return openpyxl.Workbook()


@pytest.fixture
def sheet(book: Workbook) -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Sales"
    return sheet


@pytest.fixture
def load(book: Workbook, tmp_path: Path) -> Load:
    def load_saved() -> Document:
        book.save(tmp_path / "a.xlsx")
        return load_document(tmp_path / "a.xlsx")

    return load_saved


def lines(document: Document) -> list[str]:
    """Return the lines of the only page below the name of the sheet."""
    (page,) = document.pages
    return page.text.split("\n")[1:]


def test_pages_are_sheets_and_a_formula_without_a_value_is_counted(
    book: Workbook, sheet: Worksheet, load: Load
) -> None:
    for row in (["Region", "Amount"], ["North", 10.0], [None, None], ["South", 2.5]):
        sheet.append(row)
    sheet["A5"] = "=SUM(B2:B4)"
    book.create_sheet("Empty")
    book.properties.title = "The title"
    document = load()
    assert document.title == "The title"
    assert document.pages[0].text == "Sales\nRegion | Amount\nNorth | 10\nSouth | 2.5"
    assert document.pages[0].label == "Sales"
    assert document.unread == {"uncalculated formula": 1}
    assert document.unreadable == (2,)


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.075, "0.0%", "7.5%"),
        (0.075, "0%", "8%"),
        (56701.0309278351, '"$"#,##0.00', "$56,701.03"),
        (-1250000, "#,##0;(#,##0)", "(1,250,000)"),
        (1067, "00000", "01067"),
        (5551234, "000\\-0000", "555-1234"),
        (1.25, "[h]:mm", "30:00"),
        (1.260416666666667, "[hh]:mm:ss", "30:15:00"),
        (0.5, "[mm]:ss", "720:00"),
        (12345678901234567890, "0", "12345678901234600000"),
        (498912345678, "+0", "+498912345678"),
        (0.000123, "0.00E+00", "1.23E-04"),
        (123456, "##0.0E+0", "123.5E+3"),
        (1234567, '0.0,,"M"', "1.2M"),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
        (-1234.5, '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)', "$(1,234.50)"),
        (0, '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)', "$-"),
        (-5, "0;[Red]0", "-5"),
        (1500, '[>=1000]0.0,"k";0', "1.5k"),
        (12, '[>=1000]0.0,"k";0', "12"),
        (2.5, "# ?/?", "2 1/2"),
        (12.5, '0.0" kg"', "12.5 kg"),
        (49, "0\\°", "49°"),
        (1.005, "0.00", "1.01"),
        (3, "0.##", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (datetime.date(2026, 4, 1), "mmm yyyy", "Apr 2026"),
        (datetime.date(2026, 4, 1), "yyyy", "2026"),
        (datetime.date(2026, 4, 1), "dd/mm/yyyy", "2026-04-01"),
        (datetime.datetime(2024, 5, 6, 7, 8, 9), "yyyy-mm-dd hh:mm:ss", "2024-05-06 07:08:09"),
        (datetime.time(9, 30), "hh:mm", "09:30"),
        (True, "General", "TRUE"),
    ],
)
def test_a_cell_is_written_as_it_is_shown(
    sheet: Worksheet, load: Load, value: object, code: str, shown: str
) -> None:
    sheet["A1"], sheet["B1"] = "figure", value
    sheet["B1"].number_format = code
    assert lines(load()) == [f"figure | {shown}"]


@pytest.mark.parametrize(
    "code", ["0.0.0", "[", '"', ";;;", "[$-", "0E", "?/0", "\\", "[>]0;0", "#,,,"]
)
def test_no_format_code_breaks_a_number(code: str) -> None:
    for value in (0.0, -1.5, 1e300, 1e-300, 12345.678):
        assert isinstance(format_number(value, code), str)


def test_cells_keep_their_columns_and_merged_ones_are_said_in_each_row(
    sheet: Worksheet, load: Load
) -> None:
    for row in (
        ["Team", "Day", "Lead"],
        ["Blue", "Mon", "Ines"],
        [None, "Tue", "Omar"],
        ["Red", None, "Vera"],
    ):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("A4:B4")
    assert lines(load()) == [
        "Team | Day | Lead",
        "Blue | Mon | Ines",
        "Blue | Tue | Omar",
        "Red |  | Vera",
    ]


def test_years_below_a_title_name_the_columns(sheet: Worksheet, load: Load) -> None:
    sheet.append(["Visitors of the museums"])
    sheet.append([])
    sheet.append(["Museum", 2022, 2023])
    for number in range(40):
        sheet.append([f"House {number}", 1000 + number, 2000 + number])
    found = lines(load())
    assert found[:2] == ["Visitors of the museums", "Museum | 2022 | 2023"]
    assert found[-1] == "Museum: House 39 | 2022: 1039 | 2023: 2039"


def test_what_is_hidden_or_struck_out_is_counted_and_no_text(
    book: Workbook, sheet: Worksheet, load: Load
) -> None:
    for row in (
        ["Name", "Salary", "Town"],
        ["Ann", 1, "Ulm"],
        ["Bea", 2, "Bonn"],
        ["Cid", 3, "Kiel"],
    ):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    sheet["C4"].font = Font(strike=True)
    book.create_sheet("Secret")["A1"] = "not to be read"
    book["Secret"].sheet_state = "hidden"
    book.create_sheet("More")["A1"] = "read"
    document = load()
    assert [page.text for page in document.pages] == [
        "Sales\nName | Town\nAnn | Ulm\nCid",
        "More\nread",
    ]
    assert document.unread == {
        "struck-out cell": 1,
        "hidden row": 1,
        "hidden column": 1,
        "hidden sheet": 1,
    }


def test_rows_that_a_filter_hides_are_read(sheet: Worksheet, load: Load) -> None:
    for row in (["Name", "Town"], ["Ann", "Ulm"], ["Bea", "Bonn"]):
        sheet.append(row)
    sheet.auto_filter.ref = "A1:B3"
    sheet.auto_filter.add_filter_column(1, ["Ulm"])
    sheet.row_dimensions[3].hidden = True
    document = load()
    assert lines(document)[-1] == "Bea | Bonn"
    assert document.unread == {}


def test_parts_of_a_cell_may_be_raised_or_struck_out(sheet: Worksheet, load: Load) -> None:
    raised, struck = InlineFont(vertAlign="superscript"), InlineFont(strike=True)
    sheet["A1"] = CellRichText("12", TextBlock(raised, "5"), " tokens")
    sheet["A2"] = CellRichText("old ", TextBlock(struck, "price "), "rent")
    document = load()
    assert lines(document) == ["12⁵ tokens", "old rent"]
    assert document.unread == {"struck-out passage": 1}


def test_errors_are_noted(sheet: Worksheet, load: Load) -> None:
    sheet["A1"], sheet["B1"] = "x", "#DIV/0!"
    assert load().notes == ("1 cell(s) hold an error in place of a value.",)


def test_comments_charts_and_pictures_come_below_the_rows(
    sheet: Worksheet, load: Load, tmp_path: Path
) -> None:
    for row in (["Use", "Share"], ["Mills", 3], ["Homes", 2]):
        sheet.append(row)
    sheet["B2"].comment = Comment("Measured in May.", "Ann")
    chart = BarChart()
    chart.title = "Water used"
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    sheet.add_chart(chart, "E5")
    Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
    sheet.add_image(openpyxl.drawing.image.Image(str(tmp_path / "a.png")), "H5")
    document = load()
    text = document.pages[0].text
    assert text.startswith("Sales\nUse | Share\nMills | 3\nHomes | 2\n\nChart: Water used")
    assert text.endswith("\n\nComments:\nB2: Ann: Measured in May.")
    assert document.unread == {"picture": 1}


THREADS = (
    '<x:ThreadedComments><x:threadedComment ref="A1" personId="p1"><x:text>Is it so?</x:text>'
    '</x:threadedComment><x:threadedComment ref="A1" personId="p2"><x:text>Yes.</x:text>'
    "</x:threadedComment></x:ThreadedComments>"
)
PEOPLE = (
    '<x:personList><x:person id="p1" displayName="Ann"/><x:person id="p2" displayName="Bea"/>'
    "</x:personList>"
)


def test_threads_of_comments_are_read_once_with_their_authors(
    sheet: Worksheet, book: Workbook, tmp_path: Path
) -> None:
    sheet["A1"] = "Depth"
    sheet["A1"].comment = Comment("[Threaded comment] Your version cannot show this.", "tc=1")
    book.save(tmp_path / "plain.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "plain.xlsx") as source,
        zipfile.ZipFile(tmp_path / "a.xlsx", "w") as target,
    ):
        for name in source.namelist():
            content = source.read(name).decode()
            for part, kind, place in (
                ("worksheets/_rels/sheet1.xml.rels", "threadedComment", "../threads.xml"),
                ("_rels/workbook.xml.rels", "person", "people.xml"),
            ):
                if name == f"xl/{part}":
                    entry = f'<Relationship Id="t" Type="x/{kind}" Target="{place}"/>'
                    content = content.replace("</Relationships>", f"{entry}</Relationships>")
            target.writestr(name, content)
        target.writestr("xl/threads.xml", with_namespaces(THREADS))
        target.writestr("xl/people.xml", with_namespaces(PEOPLE))
    document = load_document(tmp_path / "a.xlsx")
    assert lines(document) == ["Depth", "", "Comments:", "A1: Ann: Is it so?", "A1: Bea: Yes."]


def test_a_sheet_that_is_a_chart_is_a_page(book: Workbook, sheet: Worksheet, load: Load) -> None:
    sheet.append(["Mills", 3])
    chart = BarChart()
    chart.title = "Water used"
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=1))
    book.create_chartsheet("Overview").add_chart(chart)
    book.create_chartsheet("Nothing")
    assert [page.label for page in load().pages] == ["Sales", "Overview"]
    assert load().pages[1].text.startswith("Overview\n\nChart: Water used")


def test_a_number_in_a_format_for_texts_is_read(sheet: Worksheet, load: Load) -> None:
    sheet["A1"], sheet["A2"] = 7, 8
    sheet["A1"].number_format = '"No. "@'
    sheet["A2"].number_format = ";;;"
    document = load()
    assert document.pages[0].text == "Sales\nNo. 7"
    assert document.unread == {"hidden cell": 1}
