"""PDF: the better text of each page, printed labels, headings, and what is broken."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from pypdf.constants import PageLabelStyle
from pypdf.generic import NameObject
from quoth.config import Limits
from quoth.errors import CorruptDocumentError, LimitExceededError, NeedsPasswordError
from quoth.load.pdf_choice import is_better, measure_damage, needs_second_reading
from quoth.load.registry import load_document
from reportlab.pdfgen.canvas import Canvas

MakePdf = Callable[..., Path]


def test_pages_labels_and_unreadable_pages(make_pdf: MakePdf, tmp_path: Path) -> None:
    plain = make_pdf("plain.pdf", [["preface"], ["contents"], ["chapter"], []])
    assert [page.label for page in load_document(plain).pages] == [None] * 4
    writer = pypdf.PdfWriter(clone_from=plain)
    writer.set_page_label(0, 1, style=PageLabelStyle.LOWERCASE_ROMAN, start=3)
    writer.set_page_label(2, 3, style=PageLabelStyle.DECIMAL, start=379)
    writer.write(tmp_path / "labels.pdf")
    document = load_document(tmp_path / "labels.pdf")
    assert [page.label for page in document.pages] == ["iii", "iv", "379", "380"]
    assert [page.number for page in document.pages] == [1, 2, 3, 4]
    assert document.unreadable == (4,)


def test_bookmarks_become_headings_where_they_stand(make_pdf: MakePdf, tmp_path: Path) -> None:
    plain = make_pdf("plain.pdf", [["words", "The  First   Part", "more"], ["Other", "A detail"]])
    writer = pypdf.PdfWriter(clone_from=plain)
    part = writer.add_outline_item(title="The First Part", page_number=0)
    writer.add_outline_item(title="A detail", page_number=1, parent=part)
    writer.add_outline_item(title="Stands nowhere", page_number=1)
    writer.write(tmp_path / "outline.pdf")
    pages = load_document(tmp_path / "outline.pdf").pages
    (first,), (second,) = pages[0].headings, pages[1].headings
    assert (first.level, first.title, first.start) == (1, "The First Part", len("words\n"))
    assert (second.level, second.title) == (2, "A detail")
    assert pages[1].text[second.start :] == "A detail"


def test_large_and_numbered_bold_lines_are_headings(make_pdf: MakePdf) -> None:
    body = ["some text of the usual size, which goes on for a while."] * 12
    page = [
        ("Annual Report", "Helvetica-Bold", 22),
        *body,
        ("Results", "Helvetica", 14),
        *body,
        ("Item 7. Discussion", "Helvetica-Bold", 11),
        *body,
        ("only bold", "Helvetica-Bold", 11),
    ]
    document = load_document(make_pdf("a.pdf", [page]))
    found = document.pages[0].headings
    assert [(each.level, each.title) for each in found] == [
        (1, "Annual Report"),
        (3, "Results"),
        (4, "Item 7. Discussion"),
    ]
    for each in found:
        assert document.pages[0].text[each.start :].startswith(each.title)


def test_paragraphs_are_set_apart(tmp_path: Path) -> None:
    buffer = BytesIO()
    canvas = Canvas(buffer)
    for height, line in ((700, "one"), (686, "two"), (672, "three"), (640, "four"), (626, "five")):
        canvas.drawString(60, height, line)
    canvas.save()
    (tmp_path / "a.pdf").write_bytes(buffer.getvalue())
    assert load_document(tmp_path / "a.pdf").pages[0].text == "one\ntwo\nthree\n\nfour\nfive"


def test_filled_form_fields_are_text(tmp_path: Path) -> None:
    buffer = BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(60, 700, "Form")
    canvas.acroForm.textfield(name="city", tooltip="City", value="Lisbon", x=60, y=600)
    canvas.acroForm.textfield(name="empty", tooltip="Nothing", value="", x=60, y=500)
    canvas.save()
    (tmp_path / "a.pdf").write_bytes(buffer.getvalue())
    assert load_document(tmp_path / "a.pdf").pages[0].text == "Form\n\nCity: Lisbon"


@pytest.mark.parametrize("passwords", [(), ("wrong",), ("wrong", "")])
def test_an_encrypted_file_asks_for_its_password(
    make_pdf: MakePdf, passwords: tuple[str, ...]
) -> None:
    path = make_pdf("a.pdf", [["secret"]], password="right")
    with pytest.raises(NeedsPasswordError) as caught:
        load_document(path, passwords=passwords)
    assert ("no given password" in str(caught.value)) is bool(passwords)
    assert load_document(path, passwords=("wrong", "right")).pages[0].text == "secret"


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-", b"not a PDF at all"])
def test_what_is_no_pdf_is_corrupt(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    with pytest.raises(CorruptDocumentError, match="damaged PDF"):
        load_document(path)


def test_half_a_pdf_gives_some_of_its_text_or_a_clean_error(make_pdf: MakePdf) -> None:
    path = make_pdf("a.pdf", [[f"page {number}"] for number in range(20)])
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with suppress(CorruptDocumentError):
        document = load_document(path)
        assert "page" in document.pages[0].text
        assert document.characters < 20 * len("page 00")


def test_more_pages_than_allowed(make_pdf: MakePdf) -> None:
    path = make_pdf("a.pdf", [["x"]] * 5)
    with pytest.raises(LimitExceededError, match="5 pages; 4 are allowed"):
        load_document(path, limits=Limits(pages=4))
    assert len(load_document(path, limits=Limits(pages=5)).pages) == 5


def test_a_huge_image_costs_neither_time_nor_memory(make_pdf: MakePdf, tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=make_pdf("a.pdf", [["a caption"]]))
    side = 60_000  # 450 MB unpacked at one bit a pixel
    packer = zlib.compressobj(9)
    row = b"\x00" * (side // 8)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    image = pypdf.generic.StreamObject()
    image._data = data
    for name, value in {
        "/Type": NameObject("/XObject"),
        "/Subtype": NameObject("/Image"),
        "/Width": pypdf.generic.NumberObject(side),
        "/Height": pypdf.generic.NumberObject(side),
        "/BitsPerComponent": pypdf.generic.NumberObject(1),
        "/ColorSpace": NameObject("/DeviceGray"),
        "/Filter": NameObject("/FlateDecode"),
    }.items():
        image[NameObject(name)] = value
    page = writer.pages[0]
    resources = page["/Resources"]
    assert isinstance(resources, pypdf.generic.DictionaryObject)
    resources[NameObject("/XObject")] = pypdf.generic.DictionaryObject(
        {NameObject("/Im0"): writer._add_object(image)}
    )
    contents = page.get_contents()
    assert contents is not None
    content = contents.get_data() + b"\nq 500 0 0 500 50 50 cm /Im0 Do Q\n"
    stream = pypdf.generic.StreamObject()
    stream._data = content
    page[NameObject("/Contents")] = writer._add_object(stream)
    writer.write(tmp_path / "huge.pdf")
    began = time.process_time()  # a busy machine makes it no longer
    assert load_document(tmp_path / "huge.pdf").pages[0].text == "a caption"
    assert time.process_time() - began < 5


def test_several_threads_may_read_at_once(make_pdf: MakePdf) -> None:
    paths = [make_pdf(f"{n}.pdf", [[f"file {n} page {p}"] for p in range(20)]) for n in range(4)]
    wrong: list[str] = []

    def read(number: int) -> None:
        for _ in range(3):
            texts = [page.text for page in load_document(paths[number]).pages]
            if texts != [f"file {number} page {page}" for page in range(20)]:
                wrong.extend(texts)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# Which of two readings


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain \ue001\ue002 words",
        "wo\ufffdds and wo\ufffdds",
        "\x02\x03\x04 words that are readable",
        "(cid:12)(cid:13) text",
        "\ufe8e\ufedf\ufee4",
        "شكرا",
        "שלום",
        "Overviewofthetechnologyacceptancemodelandmore",
    ],
)
def test_text_that_looks_wrong_is_read_again(text: str) -> None:
    assert needs_second_reading(text)


@pytest.mark.parametrize(
    "text", ["Ordinary text, naïve café №5 → ﬁne", "日本語の文章", "Привет, мир"]
)
def test_ordinary_text_is_not_read_again(text: str) -> None:
    assert not needs_second_reading(text)


@pytest.mark.parametrize(
    ("worse", "good"),
    [
        ("", "words"),
        ("\ue001\ue002\ue003 \ue004", "words that can be read"),
        ("ةيبرعلا ةغللا ةسردملا", "العربية اللغة المدرسة"),
        ("םולש םיקחרמ ןושל", "שלום מרחקים לשון"),
        ("\ufee3\ufea9\ufeaa\ufeae\ufeb2\ufe94", "المدرسة"),
        ("Overviewofthetechnologyacceptancemodelandmore", "Overview of the technology acceptance"),
    ],
)
def test_the_better_reading_wins_from_either_side(worse: str, good: str) -> None:
    assert is_better(good, worse)
    assert not is_better(worse, good)


def test_a_reading_that_lost_most_of_the_page_does_not_win() -> None:
    assert not is_better("few words", "many more words, one \ufffd\ufffd of them bad, but all here")
    assert measure_damage("") == 0.0


LEFT = (
    "The lock was first dug in",
    "the year of the great flood",
    "by monks of the abbey who",
    "needed stone for the choir",
    "and paid the diggers with",
    "bread and with small beer",
)
RIGHT = (
    "Nobody kept a record of the",
    "names of those who dug, but",
    "the parish book lists forty",
    "burials in that same winter",
    "and says that most of them",
    "were strangers to the place",
)


def test_columns_printed_line_by_line_are_read_one_after_the_other(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "columns.pdf"))
    for number, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
        canvas.drawString(60, 700 - 14 * number, left)
        canvas.drawString(320, 700 - 14 * number, right)
    canvas.save()
    text = load_document(tmp_path / "columns.pdf").pages[0].text
    assert text == "\n".join(LEFT) + "\n\n" + "\n".join(RIGHT)


def test_a_table_of_words_is_read_row_by_row(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "words.pdf"))
    for number, place in enumerate(("North quay", "South quay", "Old basin", "New lock", "Weir")):
        canvas.drawString(60, 700 - 14 * number, place)
        canvas.drawString(320, 700 - 14 * number, f"Kept by the family of {place.split()[0]}")
    canvas.save()
    text = load_document(tmp_path / "words.pdf").pages[0].text
    assert "Old basin Kept by the family of Old" in text
