"""A sample of each office format, with everything that it may hold."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
from load.kept import (
    COMMENT,
    DESCRIPTION,
    FIRST,
    FOOTNOTE,
    HEADER,
    HEADING,
    HIDDEN,
    ITEM,
    ROWS,
    STRUCK,
    TEXT,
    THEN,
)
from load.office_files import paragraph, picture, run, table, with_namespaces, write_docx
from load.xls_file import write_xls
from load.xlsb_file import write_xlsb
from openpyxl.comments import Comment
from openpyxl.styles import Font
from PIL import Image

_NUMBERING = (
    '<w:numbering><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
    '<w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
)
_EQUATION = (
    '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:sSup><m:e>'
    "<m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath>"
)


def docx(folder: Path) -> Path:
    """Write a DOCX."""
    body = (
        paragraph(HEADING, properties='<w:outlineLvl w:val="0"/>')
        + paragraph(TEXT, '<w:r><w:footnoteReference w:id="2"/></w:r>')
        + paragraph(FIRST)
        + paragraph(THEN, '<w:r><w:commentReference w:id="1"/></w:r>')
        + paragraph(ITEM, properties='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>')
        + table(list(HEADER), *map(list, ROWS))
        + paragraph(run(HIDDEN, "<w:vanish/>"), "and", run(STRUCK, "<w:strike/>"), _EQUATION)
        + paragraph(picture(DESCRIPTION), "<w:r><w:object><o:OLEObject/></w:object></w:r>")
        + '<w:sectPr><w:pgNumType w:start="4" w:fmt="lowerRoman"/></w:sectPr>'
    )
    note = f'<w:footnote w:id="2">{paragraph(FOOTNOTE)}</w:footnote>'
    comment = f'<w:comment w:id="1" w:author="Ann">{paragraph(COMMENT)}</w:comment>'
    return write_docx(
        folder / "sample.docx",
        body,
        {
            "n": ("numbering", "numbering.xml", _NUMBERING),
            "f": ("footnotes", "footnotes.xml", f"<w:footnotes>{note}</w:footnotes>"),
            "c": ("comments", "comments.xml", f"<w:comments>{comment}</w:comments>"),
        },
    )


def pptx(folder: Path) -> Path:
    """Write a PPTX."""
    from pptx import Presentation
    from pptx.oxml import parse_xml

    show: Any = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = HEADING
    frame = slide.shapes.add_textbox(0, 0, 99, 99).text_frame
    formula = slide.shapes.add_textbox(0, 0, 9, 9).text_frame.paragraphs[0]
    formula._p.append(parse_xml(_EQUATION))
    for text in (TEXT, FIRST, THEN, ITEM, STRUCK):
        frame.add_paragraph().add_run().text = text
    paragraphs = frame.paragraphs
    look = paragraphs[5].runs[0]._r.get_or_add_rPr()
    look.set("strike", "sngStrike")
    properties = paragraphs[4]._p.get_or_add_pPr()
    tag = properties.tag.replace("}pPr", "}buAutoNum")
    properties.append(properties.makeelement(tag, {"type": "arabicPeriod"}))
    grid = slide.shapes.add_table(len(ROWS) + 1, 3, 0, 0, 99, 99).table
    for row, cells in enumerate((HEADER, *ROWS)):
        for column, cell in enumerate(cells):
            grid.cell(row, column).text = cell
    slide.shapes.add_textbox(0, 0, 9, 9).text_frame.text = HIDDEN
    slide.shapes[-1]._element.nvSpPr.cNvPr.set("hidden", "1")
    _draw(folder / "weir.png")
    image = slide.shapes.add_picture(str(folder / "weir.png"), 0, 0)
    image._element.nvPicPr.cNvPr.set("descr", DESCRIPTION)
    slide.shapes.add_ole_object(str(folder / "weir.png"), "Package", 0, 0, 9, 9)
    show.save(str(folder / "bare.pptx"))
    relation = '<Relationship Id="k" Type="x/comments" Target="../comments/c.xml"/>'
    comments = f'<p:cmLst><p:cm authorId="0"><p:text>{COMMENT}</p:text></p:cm></p:cmLst>'
    return _with_members(
        folder / "bare.pptx",
        folder / "sample.pptx",
        {"ppt/comments/c.xml": with_namespaces(comments)},
        ("ppt/slides/_rels/slide1.xml.rels", relation),
    )


def xlsx(folder: Path) -> Path:
    """Write an XLSX; its formula has the value that Excel computed."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = HEADING
    for cells in ([TEXT], [FIRST], [THEN], [STRUCK], [], list(HEADER), *map(list, ROWS)):
        sheet.append([float(cell) if cell.replace(".", "").isdigit() else cell for cell in cells])
    sheet["A4"].font = Font(strike=True)
    sheet["A1"].comment = Comment(COMMENT, "Ann")
    sheet["B6"], sheet["C6"] = 2022, 2023
    sheet["E1"] = "=85/2"
    sheet["A70"] = HIDDEN
    sheet.row_dimensions[70].hidden = True
    _draw(folder / "weir.png")
    sheet.add_image(openpyxl.drawing.image.Image(str(folder / "weir.png")), "H5")
    book.save(folder / "bare.xlsx")
    return _with_members(
        folder / "bare.xlsx",
        folder / "sample.xlsx",
        {},
        (
            "xl/worksheets/_rels/sheet1.xml.rels",
            '<Relationship Id="k" Type="x/oleObject" Target="../embeddings/o.bin"/>',
        ),
        replaced={
            "xl/worksheets/sheet1.xml": (b"<f>85/2</f><v></v>", b"<f>85/2</f><v>941.75</v>"),
            "xl/drawings/drawing1.xml": (
                b'descr="Picture"',
                b'descr="%s"' % DESCRIPTION.encode(),
            ),
        },
    )


def _binary_rows() -> list[list[str | float]]:
    rows: list[list[str | float]] = [[TEXT], [FIRST], [THEN], [STRUCK], [HIDDEN], [941.75], []]
    rows.append([HEADER[0], *map(float, HEADER[1:])])
    return rows + [[row[0], *map(float, row[1:])] for row in ROWS]


def xls(folder: Path) -> Path:
    """Write an XLS."""
    path = folder / "sample.xls"
    return write_xls(
        path,
        HEADING,
        _binary_rows(),
        struck={(3, 0)},
        hidden_rows={4},
        comments={(0, 0): COMMENT},
    )


def xlsb(folder: Path) -> Path:
    """Write an XLSB."""
    return write_xlsb(
        folder / "sample.xlsb",
        HEADING,
        _binary_rows(),
        struck={(3, 0)},
        hidden_rows={4},
        comments={(0, 0): COMMENT},
    )


_OPEN = (
    'xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:t="urn:text" '
    'xmlns:b="urn:table" xmlns:d="urn:drawing" xmlns:s="urn:style" xmlns:v="urn:svg" '
    'xmlns:p="urn:presentation" xmlns:e="urn:dc" xmlns:m="urn:math"'
)
_STYLES = (
    '<s:style s:name="H"><s:text-properties t:display="none"/></s:style><s:style s:name="S">'
    '<s:text-properties s:text-line-through-style="solid"/></s:style><t:list-style s:name="L">'
    '<t:list-level-style-number t:level="1" s:num-format="1" s:num-suffix="."/></t:list-style>'
    '<s:style s:name="R" s:master-page-name="M"><s:paragraph-properties s:page-number="4"/>'
    "</s:style>"
    '<s:page-layout s:name="Y"><s:page-layout-properties s:num-format="i"/></s:page-layout>'
    '<s:master-page s:name="M" s:page-layout-name="Y"/>'
)
_FORMULA_PART = f'<m:math {_OPEN}><m:annotation m:encoding="StarMath">x^2</m:annotation></m:math>'


def _open_table(name: str) -> str:
    rows = "".join(
        "<b:table-row>"
        + "".join(f"<b:table-cell><t:p>{c}</t:p></b:table-cell>" for c in row)
        + "</b:table-row>"
        for row in (HEADER, *ROWS)
    )
    return f'<b:table b:name="{name}">{rows}</b:table>'


def _open_paragraphs() -> str:
    comment = f"<o:annotation><e:creator>Ann</e:creator><t:p>{COMMENT}</t:p></o:annotation>"
    looks = (
        f'<t:span t:style-name="H">{HIDDEN}</t:span> and <t:span t:style-name="S">{STRUCK}</t:span>'
    )
    frames = (
        f"<d:frame><d:image/><v:desc>{DESCRIPTION}</v:desc></d:frame>"
        '<d:frame><d:object d:href="./Object 1"/></d:frame><d:frame><d:object-ole/></d:frame>'
    )
    items = f'<t:list t:style-name="L"><t:list-item><t:p>{ITEM}</t:p></t:list-item></t:list>'
    words = f"<t:p>{TEXT}</t:p><t:p>{FIRST}</t:p><t:p>{THEN}{comment}</t:p>"
    return f"{words}{items}<t:p>{looks}{frames}</t:p>"


def _write_open(path: Path, kind: str, mimetype: str, body: str) -> Path:
    content = (
        f"<o:document-content {_OPEN}><o:automatic-styles>{_STYLES}</o:automatic-styles><o:body>"
        f"<o:{kind}>{body}</o:{kind}></o:body></o:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{mimetype}")
        archive.writestr("content.xml", content)
        archive.writestr("Object 1/content.xml", _FORMULA_PART)
    return path


def odt(folder: Path) -> Path:
    """Write an ODT."""
    note = (
        "<t:note><t:note-citation>1</t:note-citation><t:note-body>"
        f"<t:p>{FOOTNOTE}</t:p></t:note-body></t:note>"
    )
    heading = f'<t:h t:outline-level="1" t:style-name="R">{HEADING}</t:h>'
    body = f"{heading}<t:p>See{note}</t:p>{_open_paragraphs()}{_open_table('Lakes')}"
    return _write_open(folder / "sample.odt", "text", "text", body)


def odp(folder: Path) -> Path:
    """Write an ODP."""
    title = f'<d:frame p:class="title"><d:text-box><t:p>{HEADING}</t:p></d:text-box></d:frame>'
    box = f"<d:frame><d:text-box>{_open_paragraphs()}</d:text-box></d:frame>"
    grid = f"<d:frame>{_open_table('Lakes')}</d:frame>"
    return _write_open(
        folder / "sample.odp",
        "presentation",
        "presentation",
        f"<d:page>{title}{box}{grid}</d:page>",
    )


def ods(folder: Path) -> Path:
    """Write an ODS."""
    cells = "".join(
        f"<b:table-row><b:table-cell>{each}</b:table-cell></b:table-row>"
        for each in (
            f"<t:p>{TEXT}</t:p>",
            f"<t:p>{FIRST}</t:p>",
            f"<t:p>{THEN}</t:p><o:annotation><t:p>{COMMENT}</t:p></o:annotation>",
            f'<t:p><t:span t:style-name="S">{STRUCK}</t:span></t:p>',
            "<t:p>941.75</t:p>",
            f"<t:p><d:frame><d:image/><v:desc>{DESCRIPTION}</v:desc></d:frame></t:p>",
            "<t:p><d:frame><d:object-ole/></d:frame></t:p>",
        )
    )
    cell = f"<b:table-cell><t:p>{HIDDEN}</t:p></b:table-cell>"
    hidden = f'<b:table-row b:visibility="collapse">{cell}</b:table-row>'
    empty = "<b:table-row><b:table-cell/></b:table-row>"
    grid = _open_table(HEADING)
    start = grid.index("<b:table-row>")
    body = f"{grid[:start]}{cells}{hidden}{empty}{grid[start:]}"
    return _write_open(folder / "sample.ods", "spreadsheet", "spreadsheet", body)


def epub(folder: Path) -> Path:
    """Write an EPUB."""
    grid = "".join(
        "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in row) + "</tr>"
        for row, tag in ((HEADER, "th"), *((row, "td") for row in ROWS))
    )
    page = (
        "<html><body><hr role='doc-pagebreak' aria-label='iv'/>"
        f"<h1>{HEADING}</h1><p>{TEXT}</p><p>{FIRST}</p><p>{THEN}</p>"
        f"<ol><li>{ITEM}</li></ol>"
        f"<table>{grid}</table><p hidden='hidden'>{HIDDEN}</p><p><del>{STRUCK}</del></p>"
        f"<p><img src='w.png' alt='{DESCRIPTION}'/></p><aside id='n'>{FOOTNOTE}</aside>"
        "<p><math><msup><mi>x</mi><mn>2</mn></msup></math></p></body></html>"
    )
    item = '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
    package = f'<package><manifest>{item}</manifest><spine><itemref idref="a"/></spine></package>'
    path = folder / "sample.epub"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", '<c><rootfile full-path="p.opf"/></c>')
        archive.writestr("p.opf", package)
        archive.writestr("a.xhtml", page)
    return path


def _draw(path: Path) -> None:
    Image.new("RGB", (9, 9)).save(path)


def _with_members(
    source: Path,
    target: Path,
    members: dict[str, str],
    related: tuple[str, str] = ("", ""),
    *,
    replaced: dict[str, tuple[bytes, bytes]] | None = None,
) -> Path:
    """Copy an archive with more members, one more relation, and other bytes in some parts."""
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w") as copy:
        for name in archive.namelist():
            content = archive.read(name)
            if name == related[0]:
                end = b"</Relationships>"
                content = content.replace(end, related[1].encode() + end)
            old, new = (replaced or {}).get(name, (b"", b""))
            assert old in content, name
            copy.writestr(name, content.replace(old, new) if old else content)
        for name, text in members.items():
            copy.writestr(name, text)
    return target


SAMPLES = {
    "DOCX": docx,
    "PPTX": pptx,
    "XLSX": xlsx,
    "XLSB": xlsb,
    "XLS": xls,
    "ODT": odt,
    "ODS": ods,
    "ODP": odp,
    "EPUB": epub,
}
"""The writers of samples by the name of the format in the documentation."""
