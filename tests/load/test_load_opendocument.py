"""OpenDocument: what is shown is the text; notes and comments follow it, the rest is counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from quoth.load.registry import load_document
from quoth.types import Document

MakeZip = Callable[[str, dict[str, str]], Path]
Read = Callable[..., Document]

_NAMESPACES = (
    " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (
            ("o", "office"),
            ("t", "text"),
            ("b", "table"),
            ("d", "drawing"),
            ("s", "style"),
            ("c", "chart"),
            ("p", "presentation"),
            ("v", "svg"),
            ("f", "xsl-fo-compatible"),
        )
    )
    + ' xmlns:e="http://purl.org/dc/elements/1.1/" xmlns:m="http://www.w3.org/1998/Math/MathML"'
)
_KINDS = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}


@pytest.fixture
def read(make_zip: MakeZip) -> Read:
    def read_body(
        kind: str, body: str, *, styles: str = "", parts: dict[str, str] | None = None
    ) -> Document:
        name = _KINDS[kind]
        members = {
            "mimetype": f"application/vnd.oasis.opendocument.{name}",
            "content.xml": f"<o:document-content {_NAMESPACES}><o:automatic-styles>{styles}"
            f"</o:automatic-styles><o:body><o:{name}>{body}</o:{name}></o:body>"
            "</o:document-content>",
        }
        members |= {
            part: f"<o:document-content {_NAMESPACES}>{content}</o:document-content>"
            for part, content in (parts or {}).items()
        }
        return load_document(make_zip(f"a.{kind}", members))

    return read_body


def text_of(document: Document) -> str:
    (page,) = document.pages
    return page.text


def style(name: str, properties: str, parent: str = "") -> str:
    return f'<s:style s:name="{name}" s:parent-style-name="{parent}">{properties}</s:style>'


def row(*cells: str) -> str:
    written = (
        each if each.startswith("<") else f"<b:table-cell><t:p>{each}</t:p></b:table-cell>"
        for each in cells
    )
    return f"<b:table-row>{''.join(written)}</b:table-row>"


def test_text_with_headings_lists_and_tables(read: Read) -> None:
    document = read(
        "odt",
        '<t:h t:outline-level="2">Head</t:h><t:p>a<t:s t:c="2"/>b<t:span>c</t:span></t:p>'
        "<t:list><t:list-item><t:p>item</t:p></t:list-item></t:list>"
        f"<b:table>{row('x', 'y')}</b:table>",
    )
    (heading,) = document.pages[0].headings
    assert text_of(document) == "Head\n\na  bc\n\n- item\n\nx | y"
    assert (heading.start, heading.level, heading.title) == (0, 2, "Head")


def test_a_sheet_does_not_blow_up_with_repeated_cells(read: Read) -> None:
    cells = (
        '<b:table-cell b:number-columns-repeated="2"><t:p>x</t:p></b:table-cell>'
        '<b:table-cell b:number-columns-repeated="99999999"/>'
    )
    empty = '<b:table-row b:number-rows-repeated="1048576"><b:table-cell/></b:table-row>'
    body = f'<b:table b:name="One">{row(cells)}{empty}</b:table>'
    assert text_of(read("ods", body)) == "One\nx | x"


def test_numbered_lists_have_their_numbers(read: Read) -> None:
    levels = (
        '<t:list-style s:name="L"><t:list-level-style-number t:level="1" s:num-format="1" '
        's:num-suffix="."/><t:list-level-style-number t:level="2" s:num-format="a" s:num-prefix="("'
        ' s:num-suffix=")" t:start-value="3"/></t:list-style>'
    )
    inner = "<t:list><t:list-item><t:p>deep</t:p></t:list-item></t:list>"
    first = f"<t:list-item><t:p>Dig</t:p>{inner}</t:list-item>"
    items = f"{first}<t:list-item><t:p>Fill</t:p></t:list-item>"
    body = f'<t:list t:style-name="L">{items}</t:list>'
    assert text_of(read("odt", body, styles=levels)) == "1. Dig\n(c) deep\n\n2. Fill"


@pytest.mark.parametrize(
    ("position", "before", "inside", "expected"),
    [
        ("super 58%", "12", "5", "12⁵ pages"),
        ("33% 58%", "10", "-6", "10⁻⁶ pages"),
        ("sub 58%", "CO", "2", "CO2 pages"),
        ("-33%", "H", "2", "H2 pages"),
        ("0% 100%", "12", "5", "125 pages"),
    ],
)
def test_raised_and_lowered_digits_do_not_join_the_number_before_them(
    read: Read, position: str, before: str, inside: str, expected: str
) -> None:
    styles = style("up", f'<s:text-properties s:text-position="{position}"/>') + style(
        "mine", "", "up"
    )
    body = f'<t:p>{before}<t:span t:style-name="mine">{inside}</t:span> pages</t:p>'
    assert text_of(read("odt", body, styles=styles)) == expected


def test_notes_and_comments_follow_the_text(read: Read) -> None:
    note = (
        '<t:note t:note-class="{}"><t:note-citation>{}</t:note-citation><t:note-body>'
        "<t:p>{}</t:p></t:note-body></t:note>"
    )
    comment = "<o:annotation><e:creator>Ann</e:creator><t:p>Is it so?</t:p></o:annotation>"
    foot = note.format("footnote", "1", "Pupils pay 20 euros.")
    end = note.format("endnote", "i", "As of May.")
    body = f"<t:p>It costs 85 euros.{foot} It stays{end} so.{comment}</t:p>"
    assert text_of(read("odt", body)) == (
        "It costs 85 euros.[1] It stays[i] so.\n\nFootnotes:\n[1] Pupils pay 20 euros.\n\n"
        "Endnotes:\n[i] As of May.\n\nComments:\nAnn: Is it so?"
    )


@pytest.mark.parametrize(
    ("kind", "styles", "passage"),
    [
        (
            "hidden passage",
            style("x", '<s:text-properties t:display="none"/>'),
            '<t:span t:style-name="x">of lead</t:span>',
        ),
        (
            "struck-out passage",
            style("x", '<s:text-properties s:text-line-through-style="solid"/>'),
            '<t:span t:style-name="x">of <t:span>lead</t:span></t:span>',
        ),
        ("hidden passage", "", '<t:hidden-text t:string-value="of lead">of lead</t:hidden-text>'),
    ],
)
def test_what_is_hidden_or_struck_out_is_counted_and_no_text(
    read: Read, kind: str, styles: str, passage: str
) -> None:
    document = read("odt", f"<t:p>A pipe {passage}of steel.</t:p>", styles=styles)
    assert text_of(document) == "A pipe of steel."
    assert document.unread == {kind: 1}


def test_deletions_and_hidden_sections_are_counted_and_no_text(read: Read) -> None:
    body = (
        "<t:tracked-changes><t:changed-region><t:deletion><t:p>old words</t:p></t:deletion>"
        "</t:changed-region></t:tracked-changes><t:p>New words.</t:p>"
        '<t:section t:display="none"><t:p>Secret.</t:p></t:section>'
        "<t:section><t:p>Shown.</t:p></t:section>"
    )
    document = read("odt", body)
    assert text_of(document) == "New words.\n\nShown."
    assert document.unread == {"deleted passage": 1, "hidden passage": 1}


def test_merged_cells_say_their_label_and_keep_values_in_place(read: Read) -> None:
    cell = '<b:table-cell b:number-{}-spanned="2"><t:p>{}</t:p></b:table-cell>'
    covered = "<b:covered-table-cell/>"
    body = "<b:table>{}</b:table>".format(
        row("Area", "Size", "Fee")
        + row(cell.format("rows", "East"), "one", "3")
        + row(covered, "two", "5")
        + row(cell.format("columns", "West"), covered, "9")
    )
    assert (
        text_of(read("odt", body))
        == "Area | Size | Fee\nEast | one | 3\nEast | two | 5\nWest |  | 9"
    )


def test_a_header_that_repeats_names_the_columns(read: Read) -> None:
    rows = "".join(row(f"Lake {n}", f"blue {n}") for n in range(40))
    top = f"<b:table-header-rows>{row('Lake', 'Colour')}</b:table-header-rows>"
    body = f"<b:table>{top}{rows}</b:table>"
    assert text_of(read("odt", body)).split("\n")[-1] == "Lake: Lake 39 | Colour: blue 39"


def test_hidden_rows_columns_and_sheets_are_counted_and_no_text(read: Read) -> None:
    head = row("Name", "Pay", "Town")
    hidden_row = row("Bea", "2", "Bonn").replace(
        "<b:table-row>", '<b:table-row b:visibility="collapse">'
    )
    filtered = row("Cid", "3", "Kiel").replace(
        "<b:table-row>", '<b:table-row b:visibility="filter">'
    )
    columns = '<b:table-column/><b:table-column b:visibility="collapse"/><b:table-column/>'
    styles = style("off", '<s:table-properties b:display="false"/>')
    body = (
        f'<b:table b:name="One">{columns}{head}{hidden_row}{filtered}</b:table>'
        f'<b:table b:name="Two" b:style-name="off">{row("secret")}</b:table>'
    )
    document = read("ods", body, styles=styles)
    assert text_of(document) == "One\nName | Town\nCid | Kiel"
    assert document.unread == {"hidden column": 1, "hidden row": 1, "hidden sheet": 1}


def test_frames_are_read_where_they_stand(read: Read) -> None:
    words = "<v:title>Weir</v:title><v:desc>The weir from the north</v:desc>"
    picture = f"<d:frame><d:image/>{words}</d:frame>"
    box = "<d:frame><d:text-box><t:p>In a box.</t:p></d:text-box></d:frame>"
    ole = '<d:frame><d:object-ole href="x"/></d:frame>'
    table = f"<b:table>{row('a', f'<b:table-cell><t:p>b{box}</t:p></b:table-cell>')}</b:table>"
    body = f"{table}<t:p>See{picture}{box}{ole}</t:p>"
    document = read("odt", body)
    assert (
        text_of(document)
        == "a | b In a box.\n\nSee\n\nPicture: The weir from the north\n\nIn a box."
    )
    assert document.unread == {"picture": 1, "embedded object": 1}


def test_charts_and_formulas_are_read_from_their_parts(read: Read) -> None:
    chart = (
        "<o:body><o:chart><c:chart><c:title><t:p>Water used</t:p></c:title><b:table>"
        f"{row('', 'Share')}{row('Mills', '5')}</b:table></c:chart></o:chart></o:body>"
    )
    formula = '<m:annotation m:encoding="StarMath 5.0">a over b</m:annotation>'
    frame = '<d:frame><d:object d:href="./{}"/></d:frame>'
    body = f"<t:p>One.{frame.format('Object 1')}</t:p><t:p>Two.{frame.format('Object 2')}</t:p>"
    parts = {"Object 1/content.xml": chart, "Object 2/content.xml": formula}
    assert text_of(read("odt", body, parts=parts)) == (
        "One.\n\nChart: Water used\n | Share\nMills | 5\n\nTwo.\n\na over b"
    )


def test_slides_have_titles_and_notes_and_hidden_ones_are_counted(read: Read) -> None:
    styles = style("off", '<s:drawing-page-properties p:visibility="hidden"/>')
    frame = '<d:frame p:class="{}"><d:text-box><t:p>{}</t:p></d:text-box></d:frame>'
    notes = "<p:notes><d:frame><d:text-box><t:p>say hello</t:p></d:text-box></d:frame></p:notes>"
    body = (
        f"<d:page>{frame.format('title', 'Plan')}{notes}{frame.format('outline', 'Dig.')}</d:page>"
        f'<d:page d:style-name="off">{frame.format("title", "Secret")}</d:page>'
        f"<d:page>{frame.format('outline', 'Last.')}</d:page>"
    )
    document = read("odp", body, styles=styles)
    assert [(page.number, page.text) for page in document.pages] == [
        (1, "Plan\n\nDig.\n\nNotes:\nsay hello"),
        (3, "Last."),
    ]
    assert [heading.title for heading in document.pages[0].headings] == ["Plan"]
    assert document.unread == {"hidden slide": 1}


_PAGED = (
    '<s:style s:name="B"><s:paragraph-properties f:break-before="page"/></s:style>'
    '<s:style s:name="Child" s:parent-style-name="B"/>'
    '<s:style s:name="After"><s:paragraph-properties f:break-after="page"/></s:style>'
    '<s:style s:name="Front" s:master-page-name="Roman"><s:paragraph-properties s:page-number="4"/>'
    '</s:style><s:style s:name="Main" s:master-page-name="Plain"><s:paragraph-properties '
    's:page-number="1"/></s:style><s:page-layout s:name="PL"><s:page-layout-properties '
    's:num-format="i"/></s:page-layout><s:master-page s:name="Roman" s:page-layout-name="PL"/>'
)


@pytest.mark.parametrize(
    ("body", "pages"),
    [
        ("<t:p>a</t:p><t:p t:style-name='B'>b</t:p>", ["a", "b"]),
        ("<t:p t:style-name='B'>a</t:p><t:p t:style-name='Child'>b</t:p>", ["a", "b"]),
        ("<t:p t:style-name='After'>a</t:p><t:p t:style-name='B'>b</t:p>", ["a", "b"]),
        ("<t:p t:style-name='After'>a</t:p>", ["a"]),
        ("<t:p>a</t:p><t:soft-page-break/><t:p>b</t:p>", ["a", "b"]),
        ("<t:p>a</t:p><t:p t:style-name='B'><t:soft-page-break/>b</t:p>", ["a", "b"]),
        ("<t:p>A <t:span>long <t:soft-page-break/>row</t:span> on.</t:p>", ["A long", "row on."]),
        ("<t:section><t:p>a</t:p><t:p t:style-name='B'>b</t:p></t:section>", ["a", "b"]),
        ("<t:list><t:list-item><t:p>a</t:p></t:list-item><t:soft-page-break/><t:list-item><t:p>b"
         "</t:p></t:list-item></t:list>", ["- a", "- b"]),
    ],
)  # fmt: skip
def test_pages_end_where_the_author_or_the_program_ended_them(
    read: Read, body: str, pages: list[str]
) -> None:
    document = read("odt", body, styles=_PAGED)
    assert [page.text for page in document.pages] == pages
    assert [page.number for page in document.pages] == [*range(1, len(pages) + 1)]


def test_a_table_over_pages_keeps_its_rows_whole(read: Read) -> None:
    def row(*cells: str) -> str:
        inner = "".join(f"<b:table-cell>{cell}</b:table-cell>" for cell in cells)
        return f"<b:table-row>{inner}</b:table-row>"

    rows = [row("<t:p>Pier</t:p>", "<t:p>Depth</t:p>"), row("<t:p>A</t:p>", "<t:p>7 m</t:p>")]
    rows += ["<t:soft-page-break/>", row("<t:p>B</t:p>", "<t:p>9 m</t:p>")]
    rows += [row("<t:p>C</t:p>", "<t:p>4<t:soft-page-break/> m</t:p>")]
    document = read("odt", f"<b:table>{''.join(rows)}</b:table>", styles=_PAGED)
    assert [page.text for page in document.pages] == ["Pier | Depth\nA | 7 m", "B | 9 m", "C | 4 m"]


def test_pages_have_their_printed_numbers_and_their_notes(read: Read) -> None:
    def note(kind: str, mark: str, text: str) -> str:
        citation = f"<t:note-citation>{mark}</t:note-citation>"
        body = f"<t:note-body><t:p>{text}</t:p></t:note-body>"
        return f"<t:note t:note-class='{kind}'>{citation}{body}</t:note>"

    body = (
        "<t:p t:style-name='Front'>Foreword</t:p><t:soft-page-break/><t:p>More</t:p>"
        f"<t:p t:style-name='Main'>Text{note('endnote', 'i', 'Last.')} on<t:soft-page-break/> "
        f"the pier{note('footnote', '1', 'Of wood.')} here</t:p>"
        "<t:p t:style-name='B'>End</t:p>"
    )
    document = read("odt", body, styles=_PAGED)
    assert [page.label for page in document.pages] == ["iv", "v", "1", "2", "3"]
    assert document.pages[2].text == "Text[i] on"
    assert document.pages[3].text == "the pier[1] here\n\nFootnotes:\n[1] Of wood."
    assert document.pages[4].text == "End\n\nEndnotes:\n[i] Last."


def test_headings_and_items_have_the_numbers_of_all_levels(read: Read) -> None:
    styles = (
        '<t:outline-style s:name="Outline"><t:outline-level-style t:level="1" s:num-format="1"/>'
        '<t:outline-level-style t:level="2" s:num-format="1" t:display-levels="2" '
        's:num-suffix="."/></t:outline-style><t:list-style s:name="L">'
        '<t:list-level-style-number t:level="1" s:num-format="1" s:num-suffix="."/>'
        '<t:list-level-style-number t:level="2" '
        's:num-format="a" t:display-levels="2" s:num-suffix=")"/></t:list-style>'
    )
    deep = "<t:list><t:list-item><t:p>deep</t:p></t:list-item></t:list>"
    body = (
        '<t:h t:outline-level="1">Ponds</t:h><t:h t:outline-level="2">Fish</t:h>'
        '<t:h t:outline-level="1" t:is-list-header="true">Thanks</t:h>'
        '<t:h t:outline-level="1">Weirs</t:h><t:h t:outline-level="2">Gates</t:h>'
        f'<t:list t:style-name="L"><t:list-item><t:p>Dig</t:p>{deep}</t:list-item></t:list>'
        '<t:p>Meanwhile</t:p><t:list t:style-name="L" t:continue-numbering="true"><t:list-item>'
        '<t:p>Fill</t:p></t:list-item><t:list-item t:start-value="9"><t:p>Rest</t:p></t:list-item>'
        '</t:list><t:list t:style-name="L"><t:list-item><t:p>Anew</t:p></t:list-item></t:list>'
        '<t:list t:style-name="L"><t:list-item><t:h t:outline-level="3">In a list</t:h>'
        "</t:list-item></t:list>"
    )
    page = read("odt", body, styles=styles).pages[0]
    titles = ["1 Ponds", "1.1. Fish", "Thanks", "2 Weirs", "2.1. Gates", "1. In a list"]
    assert [heading.title for heading in page.headings] == titles
    assert page.text.split("\n\n")[5:9] == ["1. Dig\n1.a) deep", "Meanwhile", "2. Fill", "9. Rest"]
    assert page.text.split("\n\n")[9:] == ["1. Anew", "1. In a list"]


def test_a_value_without_the_text_that_shows_it_is_read(read: Read) -> None:
    cells = "".join(
        f'<b:table-cell o:value-type="{kind}" o:{name}="{value}"/>'
        for kind, name, value in (
            ("float", "value", "12.5"),
            ("date", "date-value", "2024-05-03"),
            ("boolean", "boolean-value", "true"),
            ("string", "string-value", "Como"),
            ("percentage", "value", "0.4"),
        )
    )
    empty = '<b:table-row b:number-rows-repeated="1000000"><b:table-cell/></b:table-row>'
    body = f'<b:table b:name="S">{empty}<b:table-row>{cells}</b:table-row></b:table>'
    assert read("ods", body).pages[0].text == "S\n12.5 | 2024-05-03 | true | Como | 0.4"


@pytest.mark.parametrize("inner", ["<d:object/>", "<d:object-ole/>", "<d:image/>", "<d:plugin/>"])
def test_whatever_is_in_a_frame_its_description_is_read(read: Read, inner: str) -> None:
    frame = f"<d:frame>{inner}<v:title>Weir</v:title><v:desc>The weir at noon</v:desc></d:frame>"
    document = read("odp", f"<d:page>{frame}</d:page>")
    assert document.pages[0].text == "Picture: The weir at noon"
    assert sum(document.unread.values()) == 1
