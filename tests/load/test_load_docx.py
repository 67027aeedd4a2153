"""DOCX: what a page shows is its text, on the page where it stands; the rest is counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document as NewDocx
from load.office_files import (
    CHART,
    CHART_TEXT,
    DIAGRAM,
    paragraph,
    picture,
    run,
    table,
    text_box,
    write_docx,
)
from quoth.load.registry import load_document
from quoth.types import Document

Part = tuple[str, str, str | bytes]
Read = Callable[..., Document]

BREAK = '<w:r><w:br w:type="page"/></w:r>'
RENDERED = "<w:r><w:lastRenderedPageBreak/></w:r>"
ENTRIES = '<w:listEntry w:val="No"/><w:listEntry w:val="Yes"/>'
UP = '<w:vertAlign w:val="superscript"/>'
DOWN = '<w:vertAlign w:val="subscript"/>'


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_body(body: str, parts: dict[str, Part] | None = None) -> Document:
        return load_document(write_docx(tmp_path / "a.docx", body, parts))

    return read_body


def text_of(document: Document) -> str:
    assert len(document.pages) == 1
    return document.pages[0].text


def by_page(document: Document) -> dict[int, str]:
    return {page.number: page.text for page in document.pages}


# Characters


@pytest.mark.parametrize(
    ("font", "code", "character"),
    [
        ("Symbol", "F0B0", "°"),
        ("Symbol", "F0B1", "±"),
        ("Symbol", "F057", "Ω"),
        ("Symbol", "F06D", "μ"),
        ("Symbol", "B3", "≥"),
        ("Symbol", "F0B4", "×"),
        ("Wingdings", "F0FE", "☑"),
        ("Wingdings", "F0FD", "☒"),
        ("Wingdings", "F0A8", "☐"),
        ("Wingdings", "F0FC", "✓"),
        ("Wingdings 2", "F052", "☑"),
        ("Webdings", "F063", "☐"),
    ],
)
def test_a_symbol_is_the_character_that_its_font_shows(
    read: Read, font: str, code: str, character: str
) -> None:
    symbol = f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'
    assert text_of(read(paragraph("5 ", symbol, " C"))) == f"5 {character} C"


def test_text_in_a_symbol_font_is_what_the_font_shows(read: Read) -> None:
    fonts = '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/>'
    body = paragraph(
        "470 k",
        run("W", fonts),
        ", ",
        run("\uf0b1"),
        "2, ",
        run("þ", '<w:rFonts w:ascii="Wingdings"/>'),
    )
    assert text_of(read(body)) == "470 kΩ, ±2, ☑"


@pytest.mark.parametrize(
    ("before", "look", "after", "expected"),
    [
        ("12", run("5", UP), " tokens", "12⁵ tokens"),
        ("10", run("-6", UP), " m", "10⁻⁶ m"),
        ("10", run("6.5", UP), " m", "10^(6.5) m"),
        ("2", run("n+1", UP), "", "2^(n+1)"),
        ("5", run("th", UP), " street", "5th street"),
        ("H", run("2", DOWN), "O", "H2O"),
        ("CO", run("2,5", DOWN), "", "CO_2,5"),
    ],
)
def test_raised_and_lowered_digits_do_not_join_the_number_before_them(
    read: Read, before: str, look: str, after: str, expected: str
) -> None:
    assert text_of(read(paragraph(before, look, after))) == expected


def test_a_style_raises_and_hides_text_too(read: Read) -> None:
    styles = (
        "<w:styles><w:style w:type='character' w:styleId='Mark'><w:rPr>"
        f"{UP}</w:rPr></w:style><w:style w:type='character' w:styleId='MyMark'>"
        "<w:basedOn w:val='Mark'/></w:style><w:style w:type='paragraph' w:styleId='Secret'><w:rPr>"
        "<w:vanish/></w:rPr></w:style></w:styles>"
    )
    body = paragraph("12", run("5", '<w:rStyle w:val="MyMark"/>')) + paragraph(
        "draft", run("shown", '<w:vanish w:val="0"/>'), properties='<w:pStyle w:val="Secret"/>'
    )
    document = read(body, {"s": ("styles", "styles.xml", styles)})
    assert text_of(document) == "12⁵\n\nshown"
    assert document.unread == {"hidden passage": 1}


# What is not text


@pytest.mark.parametrize(
    ("kind", "passage"),
    [
        ("hidden passage", run("of lead", "<w:vanish/>")),
        ("struck-out passage", run("of lead", "<w:strike/>")),
        ("struck-out passage", run("of ", "<w:dstrike/>") + run("lead", "<w:dstrike/>")),
        ("deleted passage", '<w:del w:id="1"><w:r><w:delText>of lead</w:delText></w:r></w:del>'),
        ("deleted passage", f'<w:moveFrom w:id="1">{run("of lead")}</w:moveFrom>'),
    ],
)
def test_what_is_struck_hidden_or_deleted_is_counted_and_no_text(
    read: Read, kind: str, passage: str
) -> None:
    inserted = f'<w:ins w:id="2">{run("of steel")}</w:ins>'
    document = read(paragraph("A pipe ", passage, inserted, "."))
    assert text_of(document) == "A pipe of steel."
    assert document.unread == {kind: 1}


def test_a_deleted_row_is_no_row(read: Read) -> None:
    deleted = "<w:trPr><w:del w:id='1'/></w:trPr>"
    body = table(["Well", "Depth"], ["East", "12"], ["West", "9"]).replace(
        '<w:tr><w:tc><w:p><w:r><w:t xml:space="preserve">West',
        f"<w:tr>{deleted}<w:tc><w:p><w:r><w:t>West",
    )
    document = read(body)
    assert text_of(document) == "Well | Depth\nEast | 12"
    assert document.unread == {"deleted passage": 1}


def test_a_control_that_only_asks_for_its_content_is_no_text(read: Read) -> None:
    asks = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
    chosen = "<w:sdt><w:sdtPr><w:dropDownList/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
    body = paragraph("Fuel: ", chosen.format(run("Wood pellets")), asks.format(run("Pick one")))
    assert text_of(read(body)) == "Fuel: Wood pellets"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            f'<w:ddList><w:result w:val="1"/>{ENTRIES}</w:ddList>',
            "Yes",
        ),
        (f"<w:ddList>{ENTRIES}</w:ddList>", "No"),
        ('<w:checkBox><w:default w:val="1"/></w:checkBox>', "☒"),
        ('<w:checkBox><w:default w:val="1"/><w:checked w:val="0"/></w:checkBox>', "☐"),
        ("<w:checkBox><w:checked/></w:checkBox>", "☒"),
        ("<w:textInput/>", ""),
    ],
)
def test_a_field_of_an_old_form_says_what_was_chosen(read: Read, data: str, expected: str) -> None:
    start = f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{data}</w:ffData></w:fldChar></w:r>'
    code = "<w:r><w:instrText> FORM </w:instrText></w:r>"
    assert text_of(read(paragraph("Answer:", start, code))) == f"Answer:{expected}"


def test_the_result_of_a_field_is_text_and_its_code_is_not(read: Read) -> None:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF a</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + run("Table 4")
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    assert text_of(read(paragraph("See ", field, "."))) == "See Table 4."


# Boxes, pictures and other parts


def test_a_box_is_read_once_wherever_it_stands(read: Read) -> None:
    box = text_box(paragraph("The crane carries 38 tonnes."))
    nested = text_box(paragraph("Outer.", text_box(paragraph("Inner."))))
    assert text_of(read(paragraph("Notice.", box))) == "Notice.\n\nThe crane carries 38 tonnes."
    assert text_of(read(table(["Berth", "Note"], ["7", paragraph("See", box)]))) == (
        "Berth | Note\n7 | See The crane carries 38 tonnes."
    )
    assert text_of(read(paragraph(nested))) == "Outer.\n\nInner."
    inside = f"<w:txbxContent>{paragraph('Old.')}</w:txbxContent>"
    old = f"<w:r><w:pict><v:shape><v:textbox>{inside}</v:textbox></v:shape></w:pict></w:r>"
    assert text_of(read(paragraph(old))) == "Old."


def test_a_picture_is_its_alternative_text_and_is_counted(read: Read) -> None:
    generated = "A map of a town&#10;&#10;Description automatically generated"
    body = paragraph("Where:", picture("The well lies north"), picture(), picture(generated))
    document = read(body)
    assert text_of(document) == "Where:\n\nPicture: The well lies north\n\nPicture: A map of a town"
    assert document.unread == {"picture": 3}
    old = '<w:r><w:pict><v:shape alt="A weir"><v:imagedata/></v:shape></w:pict></w:r>'
    document = read(table(["a", paragraph(old)], ["b", "c"]))
    assert "Picture: A weir" in text_of(document)
    assert document.unread == {"picture": 1}


def test_word_art_and_embedded_objects(read: Read) -> None:
    art = '<w:r><w:pict><v:shape><v:textpath string="Summer fair"/></v:shape></w:pict></w:r>'
    thing = '<w:r><w:object><o:OLEObject ProgID="Excel.Sheet"/></w:object></w:r>'
    document = read(paragraph("See", thing, art))
    assert text_of(document) == "See\n\nSummer fair"
    assert document.unread == {"embedded object": 1}


def test_charts_and_diagrams_are_read_where_they_stand(read: Read) -> None:
    drawing = "<w:r><w:drawing><wp:inline>{}</wp:inline></w:drawing></w:r>"
    chart = drawing.format('<c:chart r:id="c"/>')
    diagram = drawing.format('<dgm:relIds r:dm="d"/>')
    parts: dict[str, Part] = {
        "c": ("chart", "charts/chart1.xml", CHART),
        "d": ("diagramData", "diagrams/data1.xml", DIAGRAM),
    }
    document = read(paragraph("One.", chart) + paragraph("Two.", diagram), parts)
    assert text_of(document) == f"One.\n\n{CHART_TEXT}\n\nTwo.\n\nPlan\nDig"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("part.html", b"<html><body><h1>Annex</h1><p>A shredder was bought.</p></body></html>"),
        ("part.rtf", rb"{\rtf1 Annex\par A shredder was bought.}"),
        ("part.txt", b"Annex\n\nA shredder was bought."),
        (
            "part.mht",
            b"From: x\nSubject: y\nContent-Type: text/html\n\n<h1>Annex</h1>A shredder was bought.",
        ),
    ],
)
def test_a_part_in_another_format_is_read_in_its_place(
    read: Read, name: str, content: bytes
) -> None:
    body = paragraph("Before.") + '<w:altChunk r:id="x"/>' + paragraph("After.")
    text = text_of(read(body, {"x": ("aFChunk", name, content)}))
    assert text.startswith("Before.")
    assert "Annex" in text
    assert text.endswith("A shredder was bought.\n\nAfter.")


def test_an_inner_docx_is_read_and_a_broken_part_is_noted(read: Read, tmp_path: Path) -> None:
    inner = write_docx(tmp_path / "inner.docx", paragraph("Inner.", run("x", "<w:strike/>")))
    body = paragraph("Before.") + '<w:altChunk r:id="x"/>'
    document = read(body, {"x": ("aFChunk", "inner.docx", inner.read_bytes())})
    assert text_of(document) == "Before.\n\nInner."
    assert document.unread == {"struck-out passage": 1}
    document = read(body, {"x": ("aFChunk", "broken.docx", b"no")})
    assert text_of(document) == "Before."
    assert "word/broken.docx was not read" in document.notes[0]


def test_headings_of_an_inner_part_stand_where_they_say(read: Read) -> None:
    html = b"<html><body><p>Intro</p><h2>Annex</h2><p>text</p></body></html>"
    body = paragraph("Before.") + '<w:altChunk r:id="x"/>'
    (page,) = read(body, {"x": ("aFChunk", "p.html", html)}).pages
    (heading,) = page.headings
    assert page.text[heading.start :].startswith("Annex")


# Pages


def test_each_page_of_a_long_paragraph_and_of_a_long_table_is_its_own(read: Read) -> None:
    long = paragraph("One. ", RENDERED, "Two. ", RENDERED, "Three.")
    rows = [[f"Row {n}", f"{n}"] for n in range(1, 7)]
    rows[2][0] = f"<w:tc>{paragraph(RENDERED, 'Row 3')}</w:tc>"
    rows[4][0] = f"<w:tc>{paragraph(RENDERED, 'Row 5')}</w:tc>"
    document = read(
        long + paragraph(RENDERED, "Four.") + table(["Name", "Count"], *rows) + paragraph("Last.")
    )
    assert by_page(document) == {
        1: "One.",
        2: "Two.",
        3: "Three.",
        4: "Four.\n\nName | Count\nRow 1 | 1\nRow 2 | 2",
        5: "Name | Count\nRow 3 | 3\nRow 4 | 4",
        6: "Name | Count\nRow 5 | 5\nRow 6 | 6\n\nLast.",
    }


def test_a_row_over_two_pages_is_in_pieces(read: Read) -> None:
    cells = [
        f"<w:tc>{paragraph('a ', RENDERED, 'b')}</w:tc>",
        f"<w:tc>{paragraph('c ', RENDERED, 'd')}</w:tc>",
    ]
    document = read(table(["x", "y"], cells))
    assert by_page(document) == {1: "x | y\na | c", 2: "b | d"}


@pytest.mark.parametrize("value", ["0", "false", "off"])
def test_a_page_break_that_is_switched_off_is_none(read: Read, value: str) -> None:
    off = f'<w:pageBreakBefore w:val="{value}"/>'
    assert len(read(paragraph("One.") + paragraph("Two.", properties=off)).pages) == 1
    document = read(paragraph("One.") + paragraph("Two.", properties="<w:pageBreakBefore/>"))
    assert by_page(document) == {1: "One.", 2: "Two."}


def test_a_break_that_word_repeats_counts_once_and_a_blank_page_counts(read: Read) -> None:
    body = paragraph("One.", BREAK) + paragraph(RENDERED, "Two.") + paragraph(BREAK, BREAK)
    assert by_page(read(body + paragraph(RENDERED, "Four."))) == {1: "One.", 2: "Two.", 4: "Four."}


def test_sections_print_numbers_of_their_own(read: Read) -> None:
    def section(numbers: str, kind: str = "nextPage") -> str:
        return f'<w:sectPr><w:type w:val="{kind}"/><w:pgNumType {numbers}/></w:sectPr>'

    preface = paragraph("Preface.", BREAK) + paragraph(
        "Thanks.", properties=section('w:fmt="lowerRoman"')
    )
    body = preface + paragraph("Chapter.", BREAK) + paragraph("More.") + section('w:start="1"')
    assert [(p.number, p.label) for p in read(body).pages] == [
        (1, "i"),
        (2, "ii"),
        (3, "1"),
        (4, "2"),
    ]


def test_how_a_section_begins_stands_at_its_own_end(read: Read) -> None:
    def section(kind: str) -> str:
        return f'<w:sectPr><w:type w:val="{kind}"/></w:sectPr>' if kind else "<w:sectPr/>"

    def pages(*kinds: str) -> list[str]:
        *inner, last = map(section, kinds)
        body = "".join(paragraph(f"{n}", properties=each) for n, each in enumerate(inner))
        return [page.text for page in read(body + paragraph("End") + last).pages]

    assert pages("", "continuous", "") == ["0\n\n1", "End"]
    assert pages("continuous", "", "continuous") == ["0", "1\n\nEnd"]
    assert pages("nextPage", "oddPage", "nextColumn") == ["0", "1\n\nEnd"]


def test_a_legal_number_counts_all_levels_in_digits(read: Read) -> None:
    levels = (
        '<w:lvl w:ilvl="0"><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%2"/></w:lvl>'
    )
    part = (
        f'<w:numbering><w:abstractNum w:abstractNumId="1">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
    )

    def item(text: str, level: int) -> str:
        look = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>'
        return paragraph(text, properties=look)

    document = read(item("Fees", 0) + item("Piers", 1), {"n": ("numbering", "numbering.xml", part)})
    assert text_of(document) == "I. Fees\n\n1.1 Piers"


def test_notes_stand_on_the_page_of_their_mark(read: Read) -> None:
    notes = (
        '<w:footnotes><w:footnote w:id="0" w:type="separator"><w:p/></w:footnote>'
        f'<w:footnote w:id="2">{paragraph("Paid by the mill.")}</w:footnote>'
        f'<w:footnote w:id="3">{paragraph("In m", run("3", UP))}</w:footnote></w:footnotes>'
    )
    ends = (
        f'<w:endnotes><w:endnote w:id="2">{paragraph("Copied in 1904.")}</w:endnote></w:endnotes>'
    )
    comments = (
        f'<w:comments><w:comment w:id="0" w:author="Ann">{paragraph("Is it so?")}</w:comment>'
        f'<w:comment w:id="9" w:author="Bea">{paragraph("No anchor.")}</w:comment></w:comments>'
    )
    body = (
        paragraph("We asked 900", '<w:r><w:footnoteReference w:id="2"/></w:r>', " people.", BREAK)
        + paragraph(
            "They use 80",
            '<w:r><w:footnoteReference w:id="3"/></w:r>',
            '<w:r><w:endnoteReference w:id="2"/></w:r>',
        )
        + paragraph("Why?", '<w:r><w:commentReference w:id="0"/></w:r>', BREAK, "End.")
    )
    parts: dict[str, Part] = {
        "f": ("footnotes", "footnotes.xml", notes),
        "e": ("endnotes", "endnotes.xml", ends),
        "c": ("comments", "comments.xml", comments),
    }
    assert by_page(read(body, parts)) == {
        1: "We asked 900[1] people.\n\nFootnotes:\n[1] Paid by the mill.",
        2: "They use 80[2][i]\n\nWhy?\n\nFootnotes:\n[2] In m³\n\nComments:\nAnn: Is it so?",
        3: "End.\n\nEndnotes:\n[i] Copied in 1904.\n\nComments:\nBea: No anchor.",
    }


# Tables and lists


def test_merged_cells_say_their_label_in_each_row_and_keep_values_in_place(read: Read) -> None:
    def cell(text: str, properties: str) -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text) if text else '<w:p/>'}</w:tc>"

    body = table(
        ["District", "Household", "Fee"],
        [cell("East", '<w:vMerge w:val="restart"/>'), "one", "3.10"],
        [cell("", "<w:vMerge/>"), "two", "5.20"],
        [cell("West", '<w:gridSpan w:val="2"/>'), "9.99"],
    )
    assert text_of(read(body)) == (
        "District | Household | Fee\nEast | one | 3.10\nEast | two | 5.20\nWest |  | 9.99"
    )


def test_a_long_table_names_its_columns_on_every_page(read: Read) -> None:
    rows = [[f"Lake {n}", f"{n}.5", f"{n}.75"] for n in range(60)]
    rows[30][0] = f"<w:tc>{paragraph(RENDERED, 'Lake 30')}</w:tc>"
    first, second = read(table(["Depths"], ["Lake", "2022", "2023"], *rows)).pages
    assert first.text.split("\n")[:3] == [
        "Depths",
        "Lake | 2022 | 2023",
        "Lake: Lake 0 | 2022: 0.5 | 2023: 0.75",
    ]
    assert "Lake: Lake 30 | 2022: 30.5 | 2023: 30.75" in second.text


def test_a_frame_around_text_is_no_table(read: Read) -> None:
    heading = paragraph("Chapter", properties='<w:outlineLvl w:val="0"/>')
    body = f"<w:tbl><w:tr><w:tc>{heading}{paragraph('Text.')}</w:tc></w:tr></w:tbl>"
    (page,) = read(body).pages
    assert (page.text, page.headings[0].title) == ("Chapter\n\nText.", "Chapter")


def test_an_item_taken_off_its_list_is_a_paragraph(read: Read) -> None:
    item = "<w:numPr><w:ilvl w:val='0'/><w:numId w:val='{}'/></w:numPr>"
    body = paragraph("Item", properties=item.format(4)) + paragraph(
        "Text", properties=item.format(0)
    )
    assert text_of(read(body)) == "- Item\n\nText"


def test_headers_come_last_without_bare_page_numbers(read: Read) -> None:
    parts: dict[str, Part] = {
        "h": (
            "header",
            "header1.xml",
            f"<w:hdr>{paragraph('Mill & Co'.replace('&', '&amp;'))}</w:hdr>",
        ),
        "i": (
            "header",
            "header2.xml",
            f"<w:hdr>{paragraph('Mill &amp; Co')}{paragraph('7')}</w:hdr>",
        ),
        "f": ("footer", "footer1.xml", f"<w:ftr>{paragraph('7')}</w:ftr>"),
    }
    assert text_of(read(paragraph("Text."), parts)) == "Text.\n\nHeader:\nMill & Co"


def test_a_document_of_the_library_reads_as_before(tmp_path: Path) -> None:
    source = NewDocx()
    source.add_heading("Chapter", 1)
    source.add_paragraph("First", style="List Number")
    source.add_paragraph("Second", style="List Number")
    source.add_paragraph("Point", style="List Bullet")
    source.save(str(tmp_path / "a.docx"))
    assert (
        text_of(load_document(tmp_path / "a.docx")) == "Chapter\n\n1. First\n\n2. Second\n\nPoint"
    )


@pytest.mark.parametrize("wrapper", ["{}", "<w:moveTo>{}</w:moveTo>", "<w:ins>{}</w:ins>"])
@pytest.mark.parametrize("is_marked", [True, False])
def test_a_row_that_was_moved_stands_where_it_is_now(
    tmp_path: Path, wrapper: str, is_marked: bool
) -> None:
    def row(*cells: str, look: str = "") -> str:
        properties = f"<w:trPr>{look}</w:trPr>" if look else ""
        return f"<w:tr>{properties}{''.join(f'<w:tc><w:p>{c}</w:p></w:tc>' for c in cells)}</w:tr>"

    gone = [f"<w:moveFrom>{run(text)}</w:moveFrom>" for text in ("B", "9 m")]
    here = [f"<w:moveTo>{run(text)}</w:moveTo>" for text in ("B", "9 m")]
    rows = [
        row(run("Pier"), run("Depth")),
        row(*gone, look="<w:del/>" if is_marked else ""),
        row(run("A"), run("7 m")),
        wrapper.format(row(*here)),
    ]
    path = write_docx(tmp_path / "a.docx", f"<w:tbl>{''.join(rows)}</w:tbl>")
    assert load_document(path).pages[0].text == "Pier | Depth\nA | 7 m\nB | 9 m"


def _field(instruction: str, result: str) -> str:
    begin, separate, end = (
        f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")
    )
    return f"{begin}{instruction}{separate}{result}{end}"


def _code(text: str) -> str:
    return f"<w:r><w:instrText>{text}</w:instrText></w:r>"


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        (_field(_code(" PAGE "), run("3")), "3"),
        (_field(_code(" IF ") + _field(_code("PAGE"), run("3")) + _code("=3"), run("yes")), "yes"),
        (_field(_code(" HYPERLINK "), run("a ") + _field(_code(" REF "), run("b"))), "a b"),
        ('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + run("lost end"), "lost end"),
    ],
)  # fmt: skip
def test_of_a_field_its_result_is_read(read: Read, field: str, shown: str) -> None:
    assert text_of(read(paragraph("See ", field, "."))) == f"See {shown}."


def test_capitals_are_read_as_they_are_shown(read: Read) -> None:
    caps = "<w:caps/>"
    body = paragraph(run("Grand Hotel", caps), " and ", run("Small", "<w:smallCaps/>"))
    assert read(body).pages[0].text == "GRAND HOTEL and Small"
    style = f'<w:styles><w:style w:styleId="Loud"><w:rPr>{caps}</w:rPr></w:style></w:styles>'
    loud = '<w:rStyle w:val="Loud"/>'
    body = paragraph(run("Weir", loud), run(" gate", f'{loud}<w:caps w:val="0"/>'))
    assert read(body, {"rId2": ("styles", "styles.xml", style)}).pages[0].text == "WEIR gate"
