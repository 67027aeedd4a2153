"""Presentations: what a slide shows is its text; notes and comments follow, the rest is counted."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from load.office_files import CHART_TEXT, with_namespaces
from PIL import Image
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches
from quoth.load.registry import load_document
from quoth.types import Document

Load = Callable[[], Document]
Show = Any  # python-pptx types its objects by half
Slide = Any


@pytest.fixture
def show() -> Show:
    return Presentation()


@pytest.fixture
def slide(show: Show) -> Slide:
    return show.slides.add_slide(show.slide_layouts[6])


@pytest.fixture
def load(show: Show, tmp_path: Path) -> Load:
    def load_saved() -> Document:
        show.save(str(tmp_path / "a.pptx"))
        return load_document(tmp_path / "a.pptx")

    return load_saved


def box(slide: Slide, *texts: str) -> list[Any]:
    """Add a box with a paragraph of these runs, and return the runs."""
    paragraph = slide.shapes.add_textbox(0, 0, 99, 99).text_frame.paragraphs[0]
    runs = []
    for text in texts:
        run = paragraph.add_run()
        run.text = text
        runs.append(run)
    return [run._r.get_or_add_rPr() for run in runs]


def add_members(path: Path, members: dict[str, str], related: dict[str, tuple[str, str]]) -> None:
    """Add parts to a presentation, and relations of the first slide to them."""
    with zipfile.ZipFile(path) as source:
        contents = {name: source.read(name) for name in source.namelist()}
    name = "ppt/slides/_rels/slide1.xml.rels"
    entries = "".join(
        f'<Relationship Id="{identity}" Type="x/{kind}" Target="{target}"/>'
        for identity, (kind, target) in related.items()
    )
    old = contents[name].decode()
    contents[name] = old.replace("</Relationships>", f"{entries}</Relationships>").encode()
    contents |= {name: with_namespaces(xml).encode() for name, xml in members.items()}
    with zipfile.ZipFile(path, "w") as target:
        for name, content in contents.items():
            target.writestr(name, content)


def test_pages_are_slides_with_tables_and_notes(show: Show, load: Load) -> None:
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "Plan"
    table = slide.shapes.add_table(1, 2, 0, 0, 99, 99).table
    table.cell(0, 0).text, table.cell(0, 1).text = "left", "right"
    slide.notes_slide.notes_text_frame.text = "say hello"
    show.slides.add_slide(show.slide_layouts[6])
    document = load()
    (heading,) = document.pages[0].headings
    assert document.pages[0].text == "Plan\n\nleft | right\n\nNotes:\nsay hello"
    assert (heading.start, heading.level, heading.title) == (0, 1, "Plan")
    assert document.unreadable == (2,)


@pytest.mark.parametrize(
    ("texts", "baseline", "expected"),
    [
        (("12", "5", " tokens"), "30000", "12⁵ tokens"),
        (("10", "-6", " m"), "30000", "10⁻⁶ m"),
        (("H", "2", "O"), "-25000", "H2O"),
        (("5", "th", " street"), "30000", "5th street"),
        (("12", "5", " tokens"), "0", "125 tokens"),
    ],
)
def test_raised_digits_do_not_join_the_number_before_them(
    slide: Slide, load: Load, texts: tuple[str, ...], baseline: str, expected: str
) -> None:
    box(slide, *texts)[1].set("baseline", baseline)
    assert load().pages[0].text == expected


def test_what_is_struck_out_or_hidden_is_counted_and_no_text(
    show: Show, slide: Slide, load: Load
) -> None:
    looks = box(slide, "Rent ", "80", " 90 euros")
    looks[1].set("strike", "sngStrike")
    box(slide, "draft")
    slide.shapes[1]._element.nvSpPr.cNvPr.set("hidden", "1")
    hidden = show.slides.add_slide(show.slide_layouts[6])
    box(hidden, "not shown")
    hidden._element.set("show", "0")
    box(show.slides.add_slide(show.slide_layouts[6]), "Last.")
    document = load()
    assert [(page.number, page.text) for page in document.pages] == [
        (1, "Rent  90 euros"),
        (3, "Last."),
    ]
    assert document.unread == {"struck-out passage": 1, "hidden shape": 1, "hidden slide": 1}


def test_pictures_are_their_alternative_text_and_are_counted(
    slide: Slide, load: Load, tmp_path: Path
) -> None:
    Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
    for description in ("The weir from the north", ""):
        picture = slide.shapes.add_picture(str(tmp_path / "a.png"), 0, 0)
        picture._element.nvPicPr.cNvPr.set("descr", description)
    document = load()
    assert document.pages[0].text == "Picture: The weir from the north"
    assert document.unread == {"picture": 2}


def test_a_chart_is_a_table_of_its_values(slide: Slide, load: Load) -> None:
    new_data: Any = CategoryChartData
    data = new_data(number_format="0.0%")
    data.categories = ["Mills", "Homes"]
    data.add_series("Share", (0.625, 0.375))
    frame = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 99, 99, data)
    frame.chart.has_title = True
    frame.chart.chart_title.text_frame.text = "Water used"
    axis = frame.chart.value_axis
    axis.has_title = True
    axis.axis_title.text_frame.text = "of the year"
    assert load().pages[0].text == CHART_TEXT


def test_merged_cells_say_their_label_and_keep_values_in_place(slide: Slide, load: Load) -> None:
    table = slide.shapes.add_table(4, 3, 0, 0, Inches(3), Inches(3)).table
    for row, texts in enumerate(
        [["Area", "Size", "Fee"], ["East", "one", "3"], ["", "two", "5"], ["West", "", "9"]]
    ):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 0).merge(table.cell(3, 1))
    assert load().pages[0].text == "Area | Size | Fee\nEast | one | 3\nEast | two | 5\nWest |  | 9"


def test_numbered_paragraphs_have_their_numbers(slide: Slide, load: Load) -> None:
    frame = slide.shapes.add_textbox(0, 0, 99, 99).text_frame
    for index, (text, kind, level) in enumerate(
        [
            ("Dig", "arabicPeriod", 0),
            ("deep", "alphaLcParenR", 1),
            ("Fill", "arabicPeriod", 0),
            ("Rest", "", 0),
        ]
    ):
        paragraph = frame.paragraphs[0] if not index else frame.add_paragraph()
        paragraph.text, paragraph.level = text, level
        if kind:
            properties = paragraph._p.get_or_add_pPr()
            automatic = properties.makeelement(
                properties.tag.replace("}pPr", "}buAutoNum"), {"type": kind}
            )
            properties.append(automatic)
    assert load().pages[0].text == "1. Dig\na) deep\n2. Fill\nRest"


def test_symbols_are_what_their_font_shows(slide: Slide, load: Load) -> None:
    looks = box(slide, "5 ", "\uf0b0", "C")
    font = looks[1].makeelement(looks[1].tag.replace("}rPr", "}sym"), {"typeface": "Symbol"})
    looks[1].append(font)
    assert load().pages[0].text == "5 °C"


OLD_COMMENTS = '<p:cmLst><p:cm authorId="0"><p:text>Is it so?</p:text></p:cm></p:cmLst>'
OLD_AUTHORS = '<p:cmAuthorLst><p:cmAuthor id="0" name="Ann"/></p:cmAuthorLst>'
NEW_COMMENTS = (
    '<p:cmLst><p:cm authorId="{1}"><p:replyLst><p:reply authorId="{2}"><p:txBody><a:p><a:r>'
    "<a:t>Yes.</a:t></a:r></a:p></p:txBody></p:reply></p:replyLst><p:txBody><a:p><a:r>"
    "<a:t>Is it so?</a:t></a:r></a:p></p:txBody></p:cm></p:cmLst>"
)
NEW_AUTHORS = (
    '<p:authorLst><p:author id="{1}" name="Ann"/><p:author id="{2}" name="Bea"/></p:authorLst>'
)


@pytest.mark.parametrize(
    ("comments", "authors", "part", "expected"),
    [
        (OLD_COMMENTS, OLD_AUTHORS, "commentAuthors.xml", ["Ann: Is it so?"]),
        (NEW_COMMENTS, NEW_AUTHORS, "authors.xml", ["Ann: Is it so?", "Bea: Yes."]),
        (OLD_COMMENTS, OLD_AUTHORS.replace('"0"', '"7"'), "commentAuthors.xml", ["Is it so?"]),
    ],
)
def test_comments_come_after_the_slide(
    slide: Slide,
    load: Load,
    tmp_path: Path,
    comments: str,
    authors: str,
    part: str,
    expected: list[str],
) -> None:
    box(slide, "The weir holds.")
    load()
    members = {"ppt/comments/c.xml": comments, f"ppt/{part}": authors}
    add_members(tmp_path / "a.pptx", members, {"c": ("comments", "../comments/c.xml")})
    text = load_document(tmp_path / "a.pptx").pages[0].text
    assert text.split("\n") == ["The weir holds.", "", "Comments:", *expected]
