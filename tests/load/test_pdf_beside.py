"""PDF: what stands beside the pages' content, which is form fields, comments and attached files."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)
from quoth.errors import NoTextError
from quoth.load.registry import load_document

MakePdf = Callable[..., Path]


def dictionary(**entries: object) -> DictionaryObject:
    """Return a PDF dictionary; strings that begin with a slash are names."""
    return DictionaryObject({NameObject(f"/{key}"): _value(each) for key, each in entries.items()})


def _value(entry: object) -> pypdf.generic.PdfObject:
    if isinstance(entry, bool):
        return BooleanObject(entry)
    if isinstance(entry, int):
        return NumberObject(entry)
    if isinstance(entry, str):
        return NameObject(entry) if entry.startswith("/") else TextStringObject(entry)
    if isinstance(entry, list):
        return ArrayObject(map(_value, entry))
    assert isinstance(entry, pypdf.generic.PdfObject)
    return entry


def stream(content: bytes, **entries: object) -> DecodedStreamObject:
    made = DecodedStreamObject()
    made.set_data(content)
    made.update(dictionary(**entries))
    return made


def attached_file(writer: pypdf.PdfWriter, name: str, content: bytes) -> DictionaryObject:
    """Return the specification of an embedded file."""
    reference = writer._add_object(stream(content, Type="/EmbeddedFile"))
    return dictionary(Type="/Filespec", F=name, UF=name, EF=dictionary(F=reference))


def annotate(writer: pypdf.PdfWriter, page: int = 0, **entries: object) -> None:
    """Put an annotation on a page."""
    annotation = dictionary(Type="/Annot", Rect=[100, 600, 180, 620], **entries)
    writer.pages[page].setdefault(NameObject("/Annots"), ArrayObject())
    annotations_of(writer, page).append(writer._add_object(annotation))


def annotations_of(writer: pypdf.PdfWriter, page: int = 0) -> ArrayObject:
    found = writer.pages[page]["/Annots"].get_object()
    assert isinstance(found, ArrayObject)
    return found


@pytest.fixture
def writer(make_pdf: MakePdf) -> pypdf.PdfWriter:
    return pypdf.PdfWriter(clone_from=make_pdf("plain.pdf", [["The page."], ["The next page."]]))


def save(writer: pypdf.PdfWriter, folder: Path) -> Path:
    path = folder / "made.pdf"
    writer.write(path)
    return path


# Attached files


def test_a_file_attached_to_the_document_is_read_after_its_pages(
    writer: pypdf.PdfWriter, tmp_path: Path
) -> None:
    writer.add_attachment("measures.txt", b"The cellar is four metres deep.")
    document = load_document(save(writer, tmp_path))
    assert [page.number for page in document.pages] == [1, 2, 3]
    last = document.pages[-1]
    assert last.text == "Attachment: measures.txt\n\nThe cellar is four metres deep."
    assert last.headings[0].title == "Attachment: measures.txt"


def test_a_file_attached_to_a_page_is_read_as_well(writer: pypdf.PdfWriter, tmp_path: Path) -> None:
    specification = attached_file(writer, "levels.csv", b"Month,Level\nMay,12\n")
    annotate(writer, 1, Subtype="/FileAttachment", FS=specification, Contents="see here")
    last = load_document(save(writer, tmp_path)).pages[-1]
    assert last.text.startswith("Attachment: levels.csv")
    assert "12" in last.text


def test_a_file_attached_twice_is_read_once(writer: pypdf.PdfWriter, tmp_path: Path) -> None:
    writer.add_attachment("a.txt", b"Said once.")
    for page in (0, 1):
        annotate(
            writer,
            page,
            Subtype="/FileAttachment",
            FS=attached_file(writer, "a.txt", b"Said once."),
        )
    assert len(load_document(save(writer, tmp_path)).pages) == 3


@pytest.mark.parametrize(
    ("name", "content"), [("tool.exe", b"MZ\x00\x01" * 90), ("none.txt", b""), ("x.pdf", b"%PDF-1")]
)
def test_an_attached_file_that_cannot_be_read_is_named(
    writer: pypdf.PdfWriter, tmp_path: Path, name: str, content: bytes
) -> None:
    writer.add_attachment(name, content)
    document = load_document(save(writer, tmp_path))
    assert len(document.pages) == 2
    assert [note for note in document.notes if name in note and "not read" in note]


def test_a_pdf_in_a_pdf_in_a_pdf_ends(make_pdf: MakePdf, tmp_path: Path) -> None:
    content = make_pdf("inner.pdf", [["The innermost page."]]).read_bytes()
    for depth in range(6):
        writer = pypdf.PdfWriter(clone_from=make_pdf(f"{depth}.pdf", [[f"Level {depth}."]]))
        writer.add_attachment("inner.pdf", content)
        content = save(writer, tmp_path).read_bytes()
    document = load_document(tmp_path / "made.pdf")
    assert 3 <= len(document.pages) < 7
    assert "nested too deeply" in " ".join(document.notes)


# Form fields


def test_a_value_is_inherited_from_the_parent_field(
    writer: pypdf.PdfWriter, tmp_path: Path
) -> None:
    parent = writer._add_object(dictionary(FT="/Tx", T="owner", V="Widow Hansen"))
    annotate(writer, Subtype="/Widget", Parent=parent)
    annotate(writer, Subtype="/Widget", FT="/Tx", T="street", DV="the default")
    kids = annotations_of(writer)
    field = parent.get_object()
    assert isinstance(field, DictionaryObject)
    field[NameObject("/Kids")] = ArrayObject(kids[:1])
    writer.root_object[NameObject("/AcroForm")] = dictionary(
        Fields=[parent, kids[1]], NeedAppearances=True
    )
    text = load_document(save(writer, tmp_path)).pages[0].text
    assert "owner: Widow Hansen" in text
    assert "the default" not in text  # a default is what a reset restores, not what was filled in


def test_choices_are_read_by_their_labels(writer: pypdf.PdfWriter, tmp_path: Path) -> None:
    options = [["n", "North quay"], ["s", "South quay"]]
    annotate(writer, Subtype="/Widget", FT="/Ch", Ff=1 << 17, T="berth", V="s", Opt=options)
    writer.root_object[NameObject("/AcroForm")] = dictionary(Fields=list(annotations_of(writer)))
    assert "berth: South quay" in load_document(save(writer, tmp_path)).pages[0].text


def test_only_ticked_boxes_are_read(writer: pypdf.PdfWriter, tmp_path: Path) -> None:
    for name, state in (("insured", "/Yes"), ("heated", "/Off")):
        states = dictionary(
            Yes=writer._add_object(
                stream(b"", Type="/XObject", Subtype="/Form", BBox=[0, 0, 9, 9])
            ),
            Off=writer._add_object(
                stream(b"", Type="/XObject", Subtype="/Form", BBox=[0, 0, 9, 9])
            ),
        )
        annotate(
            writer,
            Subtype="/Widget",
            FT="/Btn",
            T=name,
            V=state,
            AS=state,
            AP=dictionary(N=states),
        )
    writer.root_object[NameObject("/AcroForm")] = dictionary(Fields=list(annotations_of(writer)))
    text = load_document(save(writer, tmp_path)).pages[0].text
    assert "insured: Yes" in text
    assert "heated" not in text


# XFA


TEMPLATE = (
    '<template xmlns="http://www.xfa.org/schema/xfa-template/3.3/"><subform name="form">'
    "<draw><value><text>Licence for a market stall</text></value></draw>"
    '<field name="trade"><caption><value><text>Trade</text></value></caption></field>'
    '<field name="note" presence="hidden"><value><text>internal</text></value></field>'
    '<field name="fee"><caption><value><text>Fee</text></value></caption>'
    "<value><text>80 crowns</text></value></field>"
    "</subform></template>"
)
DATA = (
    '<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data>'
    "<form><trade>Baskets</trade><witness>Mr Oort</witness></form></xfa:data></xfa:datasets>"
)
PACKAGE = '<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/">{}</xdp:xdp>'


def make_dynamic(writer: pypdf.PdfWriter, xfa: pypdf.generic.PdfObject) -> None:
    writer.root_object[NameObject("/AcroForm")] = dictionary(Fields=[], XFA=xfa)
    writer.root_object[NameObject("/NeedsRendering")] = BooleanObject(True)


def test_the_text_of_a_dynamic_form_is_its_template_and_data(
    writer: pypdf.PdfWriter, tmp_path: Path
) -> None:
    whole = PACKAGE.format(TEMPLATE + DATA).encode()
    make_dynamic(writer, writer._add_object(stream(whole)))
    document = load_document(save(writer, tmp_path))
    assert [page.text for page in document.pages] == [
        "Licence for a market stall\nTrade: Baskets\nFee: 80 crowns\nwitness: Mr Oort"
    ]
    assert "XFA" in document.notes[0]


def test_packets_of_a_form_may_be_streams_of_their_own(
    writer: pypdf.PdfWriter, tmp_path: Path
) -> None:
    packets: list[object] = []
    begin, end = PACKAGE.split("{}")
    for name, part in (("xdp", begin), ("template", TEMPLATE), ("datasets", DATA), ("end", end)):
        packets += [name, writer._add_object(stream(part.encode()))]
    make_dynamic(writer, _value(packets))
    (page,) = load_document(save(writer, tmp_path)).pages
    assert page.text.splitlines()[1] == "Trade: Baskets"


@pytest.mark.parametrize(
    "packet", [b"", b"<xdp", zlib.compress(b"noise"), b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>']
)
def test_a_dynamic_form_without_readable_text_fails_by_name(
    writer: pypdf.PdfWriter, tmp_path: Path, packet: bytes
) -> None:
    make_dynamic(writer, writer._add_object(stream(packet)))
    with pytest.raises(NoTextError, match="XFA"):
        load_document(save(writer, tmp_path))


# Comments


def test_comments_of_all_kinds_are_read_as_comments(
    writer: pypdf.PdfWriter, tmp_path: Path
) -> None:
    annotate(writer, Subtype="/Text", Contents="Ask the miller.")
    annotate(
        writer, Subtype="/Highlight", Contents="Is this so?", QuadPoints=[1, 2, 3, 2, 1, 1, 3, 1]
    )
    annotate(writer, Subtype="/FreeText", Contents="Written over it.", DA="/Helv 9 Tf")
    annotate(writer, Subtype="/Popup", Contents="Ask the miller.")
    annotate(writer, Subtype="/Square", Contents="")
    text = load_document(save(writer, tmp_path)).pages[0].text
    assert text == (
        "The page.\n\nComment: Ask the miller.\nComment: Is this so?\nComment: Written over it."
    )
