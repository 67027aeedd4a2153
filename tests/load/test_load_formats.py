"""What each format gives: text, pages, headings, tables."""

from __future__ import annotations

import codecs
import importlib.util
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from docx import Document as NewDocx
from docx.enum.text import WD_BREAK
from load.kept import TEXT
from load.samples_office import SAMPLES
from load.xlsb_file import write_xlsb
from quoth.config import Limits
from quoth.errors import (
    CorruptDocumentError,
    DocumentError,
    EmptyDocumentError,
    LimitExceededError,
    MissingExtraError,
    NoTextError,
    UnsupportedFormatError,
)
from quoth.load.langchain import DocumentLoader
from quoth.load.registry import load_document, supported_suffixes
from quoth.types import Document

MakePdf = Callable[..., Path]
MakeZip = Callable[[str, dict[str, str]], Path]


Write = Callable[[str, str | bytes], Path]


def headings(document: Document) -> list[tuple[int, str]]:
    """Return the headings of all pages, after checking that each stands where it says."""
    found = []
    for page in document.pages:
        for heading in page.headings:
            at = " ".join(page.text[heading.start :].split())
            assert at.startswith(heading.title), (heading, at[:60])
            found.append((heading.level, heading.title))
    return found


# Text


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"],
)
def test_text_in_any_encoding(write: Write, encoding: str) -> None:
    text = "Die Straße führt über die Brücke. " * 5 + "Größe: fünf Äpfel."
    assert load_document(write("a.txt", text.encode(encoding))).pages[0].text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Съешь ещё этих мягких французских булок, да выпей чаю. " * 10),
        ("shift_jis", "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。" * 10),
        ("gb18030", "学而时习之。不亦说乎。有朋自远方来。不亦乐乎。" * 10),
        ("koi8-r", "Отчёт о продажах за первый квартал"),
        ("iso2022_jp", "これは文字コードの検出を試すための短い文です。"),
    ],
)
def test_text_in_encodings_of_other_scripts(write: Write, encoding: str, text: str) -> None:
    assert load_document(write("a.txt", text.encode(encoding))).pages[0].text == text


def test_a_damaged_byte_does_not_turn_utf8_into_something_else(write: Write) -> None:
    content = ("naïve café, " * 50).encode() + b"\xff" + " déjà vu".encode()
    text = load_document(write("a.txt", content)).pages[0].text
    assert text.startswith("naïve café")
    assert text.endswith("\ufffd déjà vu")


def test_a_stray_zero_byte_does_not_make_a_text_binary(write: Write) -> None:
    assert load_document(write("a.txt", b"before\x00after")).pages[0].text == "beforeafter"
    assert load_document(write("a.csv", b"a,b\n1,\x002\n")).pages[0].text == "a | b\n1 | 2"


def test_text_is_cleaned_of_what_is_not_text(write: Write) -> None:
    text = load_document(write("a.txt", "a\r\nb\x07\u00adc\rd\tﬁ\n")).pages[0].text
    assert text == "a\nbc\nd\tﬁ\n"


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("\x1b[31mERROR\x1b[0m pump \x1b[1;33mP-88\x1b[0m", "ERROR pump P-88"),
        ("\x1b[38;5;208mWARN\x1b[39m \x1b[38:2:1:2:3mP-9\x1b[m\x1b[K", "WARN P-9"),
        ("\x1b]0;title\x07done \x1b]8;;http://x.org\x1b\\link\x1b]8;;\x1b\\", "done link"),
        ("#033[1;31mERROR#033[0m ^[[33mP-8^[[m [32mok[0m m[0]", "ERROR P-8 ok m[0]"),
        ("\x1b(B\x1b)0\x1b=text\x1b>\x1b7", "text"),
        ("N\x08NA\x08AM\x08ME _\x08w_\x08o", "NAME wo"),
        ("Dampf\u00adschiff\u200b fahrt\u2060s 1\u200f2\u202c", "Dampfschiff fahrts 12"),
        ("pass\u200cword می\u200cخواهم", "password می\u200cخواهم"),
        ("safe\U000e0041\U000e0042", "safe"),
    ],
)
def test_what_is_not_seen_does_not_stick_to_words(write: Write, written: str, seen: str) -> None:
    assert load_document(write("a.log", written)).pages[0].text == seen


def test_form_feeds_are_page_ends(write: Write) -> None:
    pages = load_document(write("rfc.txt", "one\n\ftwo\n\f\n")).pages
    assert [(page.number, page.text) for page in pages] == [(1, "one\n"), (2, "two\n")]


@pytest.mark.parametrize("name", ["a.txt", "a.pdf", "a.docx", "a.md", "noname"])
def test_zero_bytes_are_empty(write: Write, name: str) -> None:
    with pytest.raises(EmptyDocumentError, match="0 bytes"):
        load_document(write(name, b""))


def test_white_space_is_empty(write: Write) -> None:
    with pytest.raises(EmptyDocumentError, match="white space"):
        load_document(write("a.txt", " \n\t\r\n"))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (bytes(range(256)) * 20, "binary data"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "a picture"),
        (b"\x7fELF\x02\x01\x01" + b"\x00" * 50, "a program"),
        (os.urandom(4000), "binary data"),
    ],
)
def test_a_binary_named_as_text_is_refused(write: Write, content: bytes, what: str) -> None:
    with pytest.raises(CorruptDocumentError, match=what):
        load_document(write("notes.txt", content))


def test_what_no_loader_reads_is_unsupported(write: Write) -> None:
    with pytest.raises(UnsupportedFormatError, match="a picture"):
        load_document(write("a.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50))
    with pytest.raises(UnsupportedFormatError, match="before 2007"):
        load_document(write("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600))


def test_content_goes_before_the_suffix(make_pdf: MakePdf, write: Write) -> None:
    pdf = make_pdf("a.pdf", [["words on a page"]])
    renamed = pdf.rename(pdf.with_suffix(".txt"))
    assert load_document(renamed).format == "pdf"
    assert load_document(write("page.txt", "<!DOCTYPE html><p>x</p>")).format == "html"
    with pytest.raises(CorruptDocumentError, match=r"\.docx"):
        load_document(write("a.docx", "only text"))


def test_a_missing_file_and_a_folder_are_document_errors(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="No such file"):
        load_document(tmp_path / "absent.txt")
    with pytest.raises(DocumentError, match="not a regular file"):
        load_document(tmp_path)


def test_a_file_over_the_limit_is_refused(write: Write) -> None:
    with pytest.raises(LimitExceededError, match="1 MB are allowed"):
        load_document(write("a.txt", b"x" * 1_100_000), limits=Limits(unpacked_megabytes=1))


def test_more_text_or_headings_than_allowed_are_refused(write: Write) -> None:
    limits = Limits(text_megabytes=1)
    with pytest.raises(LimitExceededError, match="of text; 1 MB are allowed"):
        load_document(write("a.txt", "żółw " * 150_000), limits=limits)
    with pytest.raises(LimitExceededError, match="of text; 1 MB are allowed"):
        load_document(write("a.md", "# a\n\n" * 2_000), limits=limits)
    assert load_document(write("b.txt", "word " * 150_000), limits=limits)


# Markup


def test_markdown_is_verbatim_with_headings_outside_code() -> None:
    from quoth.load.markdown import markdown_headings

    text = (
        "---\ntitle: x\n---\n# One #\n\ntext\n\n```sh\n# not this\n```\n\nTwo\n---\n\n"
        "~~~\n## nor this\n```\n~~~\n- item\n---\n###no\n### Three\nFour\n====\n    # code\n"
    )
    found = markdown_headings(text)
    assert [(h.level, h.title) for h in found] == [
        (1, "One"),
        (2, "Two"),
        (3, "Three"),
        (1, "Four"),
    ]
    assert all(text[h.start :].lstrip("# ").startswith(h.title) for h in found)


def test_markdown_headings_in_comments_quotes_and_lists_are_none() -> None:
    from quoth.load.markdown import markdown_headings

    text = "<!--\n# comment\n-->\n\n> # quoted\n\n- # item\n\n#\n\n# One\n\n---\nTwo\n---\n"
    assert [(h.start, h.level, h.title) for h in markdown_headings(text)] == [
        (text.index("# One"), 1, "One"),
        (text.index("Two"), 2, "Two"),
    ]


@pytest.mark.parametrize("mark", ["> ", "- ", "[", "```\n", "<a\n", "1. a\n   "])
def test_many_marks_of_markdown_cost_little_time(mark: str) -> None:
    from quoth.load.markdown import markdown_headings

    began = time.process_time()  # seconds of the processor, which a busy machine hardly changes
    assert len(markdown_headings(mark * 20_000 + "\n\n# One\n")) <= 1
    assert time.process_time() - began < 5


def test_rst_and_org_headings(write: Write) -> None:
    rst = load_document(write("a.rst", "Top\n===\n\ntext\n\nSub\n---\n\nOther\n=====\n"))
    assert headings(rst) == [(1, "Top"), (2, "Sub"), (1, "Other")]
    org = load_document(write("a.org", "* Top :tag:\n** Sub\n#+begin_src\n* no\n#+end_src\n"))
    assert [(h.level, h.title) for h in org.pages[0].headings] == [(1, "Top"), (2, "Sub")]


def test_html_gives_visible_text_headings_and_table_rows(write: Write) -> None:
    source = (
        "<html><head><title>The  title</title><style>p{}</style></head><body>"
        "<script>var x = 1;</script><h1>One <b>two</b></h1><p>A &amp; B<br>next\n line</p>"
        "<p style='display:none'>hidden</p><table><tr><th>Name</th><th>Age</th></tr>"
        "<tr><td><p>Ann</p></td><td></td><td>7</td></tr></table><ul><li>x<ul><li>y</li></ul></li>"
        "</ul><pre>a\n  b</pre><h2>Last</h2></body></html>"
    )
    document = load_document(write("a.html", source))
    assert document.title == "The title"
    assert document.pages[0].text == (
        "One two\n\nA & B\nnext line\n\nName | Age\nAnn |  | 7\n\n- x\n- y\n\na\n  b\n\nLast"
    )
    assert headings(document) == [(1, "One two"), (2, "Last")]


def test_html_says_its_encoding(write: Write) -> None:
    source = "<meta charset='windows-1251'><p>Привет, мир</p>".encode("cp1251")
    assert load_document(write("a.html", source)).pages[0].text == "Привет, мир"


def test_deeply_nested_html_is_read(write: Write) -> None:
    source = "<div>" * 20_000 + "deep" + "</div>" * 20_000
    assert "deep" in load_document(write("a.html", source)).pages[0].text


def test_xml_gives_the_text_of_its_elements(write: Write) -> None:
    source = (
        "<?xml version='1.0' encoding='UTF-8'?><a><b>one</b><c x='1'>two <i>and</i> a half</c></a>"
    )
    text = load_document(write("a.xml", source.encode("utf-16"))).pages[0].text
    assert text == "b: one | x: 1 | c: two and a half"


def test_an_entity_bomb_is_not_expanded(write: Write) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e0 "boom">{entities}]><a>&e9;</a>'
    document = load_document(write("a.xml", bomb))
    assert document.characters < 2000
    assert document.notes == (
        "a.xml declares entities, which are not read. It was read as plain text.",
    )


# Tables and records


def test_csv_rows_are_lines_and_those_of_long_tables_name_their_columns(write: Write) -> None:
    rows = ["name;amount"] + [f"person {number};{number}" for number in range(300)]
    text = load_document(write("a.csv", "\n".join(rows))).pages[0].text
    assert text.split("\n") == ["name | amount"] + [
        f"name: person {number} | amount: {number}" for number in range(300)
    ]


def test_csv_of_excel_may_say_its_separator(write: Write) -> None:
    document = load_document(write("a.csv", b"sep=;\r\na;b\r\n1,5;2\r\n"))
    assert document.pages[0].text == "a | b\n1,5 | 2"


def test_csv_quotes_and_ragged_rows(write: Write) -> None:
    text = load_document(write("a.csv", 'a,b\n"x, y\nz",2,3\n')).pages[0].text
    assert text == "a | b\nx, y z | 2 | 3"


def test_json_is_readable_and_keeps_numbers(write: Write) -> None:
    source = {"name": "Ann", "tags": ["x", True, None], "inner": [{"deep": "a\nb"}]}
    text = load_document(write("a.json", json.dumps(source)[:-1] + ', "n": 1.10}')).pages[0].text
    assert text == (
        "name: Ann\ntags:\n  - x\n  - true\n  - null\ninner:\n  -\n    deep: a\nb\nn: 1.10"
    )


def test_broken_json_is_read_as_text_and_says_so(write: Write) -> None:
    document = load_document(write("a.json", '{"a": 1,'))
    assert document.pages[0].text == '{"a": 1,'
    assert "not valid JSON" in document.notes[0]


def test_json_lines_name_the_broken_ones(write: Write) -> None:
    document = load_document(write("a.jsonl", '{"a": "one"}\n{bad\n{"a": "two"}\n'))
    assert document.pages[0].text == "a: one\n\n{bad\n\na: two"
    assert document.notes == ("1 line(s) are not valid JSON and were read as text: 2.",)


def test_xls_of_the_time_before_2007() -> None:
    document = load_document(Path(__file__).parent / "files" / "sales.xls")
    assert document.format == "xls"
    assert [page.text for page in document.pages] == [
        "Sales\nRegion | Amount | Since\nNorth | 10 | 2024-05-06\nSouth | 2.5",
        "",
    ]
    assert document.unreadable == (2,)


def test_a_damaged_xls_is_corrupt(write: Write) -> None:
    content = (Path(__file__).parent / "files" / "sales.xls").read_bytes()
    with pytest.raises(CorruptDocumentError, match=r"a\.xls is a damaged XLS file"):
        load_document(write("a.xls", content[:3000]))


def test_xlsb_rows(tmp_path: Path) -> None:
    write_xlsb(tmp_path / "a.xlsb", "Sales", [("Region", "Amount"), ("North", 10.5)])
    document = load_document(tmp_path / "a.xlsb")
    assert document.pages[0].text == "Sales\nRegion | Amount\nNorth | 10.5"


# Office


def test_docx_pages_headings_and_tables(tmp_path: Path) -> None:
    source = NewDocx()
    source.add_heading("Chapter", 1)
    source.add_paragraph("First words.")
    table = source.add_table(2, 2)
    for row, cells in zip(table.rows, [("a", "b"), ("c", "d")], strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    source.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    source.add_heading("Part", 2)
    source.add_paragraph("Second words.")
    source.sections[0].header.paragraphs[0].text = "Company"
    source.core_properties.title = "The title"
    source.save(str(tmp_path / "a.docx"))
    document = load_document(tmp_path / "a.docx")
    assert document.title == "The title"
    assert document.pages[0].text == "Chapter\n\nFirst words.\n\na | b\nc | d"
    assert document.pages[1].text == "Part\n\nSecond words.\n\nHeader:\nCompany"
    assert headings(document) == [(1, "Chapter"), (2, "Part")]


def test_a_truncated_office_file_is_corrupt(tmp_path: Path) -> None:
    NewDocx().save(str(tmp_path / "a.docx"))
    content = (tmp_path / "a.docx").read_bytes()
    (tmp_path / "a.docx").write_bytes(content[: len(content) // 2])
    with pytest.raises(CorruptDocumentError, match="damaged archive"):
        load_document(tmp_path / "a.docx")


def test_epub_pages_are_its_parts_in_reading_order(make_zip: MakeZip) -> None:
    package = (
        "<package><metadata><title>Book</title></metadata><manifest>"
        '<item id="b" href="text/b%20b.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="gone" href="gone.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="b"/><itemref idref="gone"/><itemref idref="a"/></spine></package>'
    )
    members = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<c><rootfile full-path="OPS/p.opf"/></c>',
        "OPS/p.opf": package,
        "OPS/text/b b.xhtml": "<html><body><h1>First</h1></body></html>",
        "OPS/a.xhtml": "<html><body><p>Second</p></body></html>",
    }
    document = load_document(make_zip("a.epub", members))
    assert document.title == "Book"
    assert [page.text for page in document.pages] == ["First", "Second"]
    assert "gone.xhtml" in document.notes[0]


def test_mail_has_its_fields_its_body_and_its_attachments(write: Write) -> None:
    from email.message import EmailMessage

    message = EmailMessage()
    message["Subject"], message["From"] = "Grüße", "Ann <ann@example.org>"
    message.set_content("plain body")
    message.add_alternative("<p>html body</p>", subtype="html")
    message.add_attachment("# Heading\n\nattached", filename="note.md")
    message.add_attachment(b"\x89PNG\r\n\x1a\n00", "image", "png", filename="image.png")
    document = load_document(write("a.eml", bytes(message)))
    assert document.title == "Grüße"
    assert document.pages[0].text == "Subject: Grüße\nFrom: Ann <ann@example.org>\n\nplain body"
    assert document.pages[1].text.rstrip() == "Attachment: note.md\n\n# Heading\n\nattached"
    assert document.pages[1].headings[0].title == "Attachment: note.md"
    assert document.notes == (
        "The attachment image.png was not read: image.png is a picture; "
        "its text is read only with OCR.",
    )


def test_subtitles_keep_their_times_and_lose_their_markup(write: Write) -> None:
    source = (
        "WEBVTT\n\nNOTE no\n\n1\n"
        + "00:01.000 --> 00:02.000 align:left\n<v Ann>Hi <i>you</i> &amp; me\n"
    )
    assert load_document(write("a.vtt", source)).pages[0].text == (
        "00:01.000 --> 00:02.000\nAnn: Hi you & me"
    )
    source = "1\r\n00:00:01,000 --> 00:00:02,500\r\n{\\an8}Hello\r\nworld\r\n\r\n"
    assert load_document(write("a.srt", source)).pages[0].text == (
        "00:00:01,000 --> 00:00:02,500\nHello\nworld"
    )


# The door


def test_the_door_is_cheap_and_complete() -> None:
    import quoth.load

    assert quoth.load.__all__ == sorted(quoth.load.__all__)
    assert all(hasattr(quoth.load, name) for name in quoth.load.__all__)
    heavy = (
        "pypdf pypdfium2 openpyxl selectolax docx pptx langchain_core lxml torch charset_normalizer"
    )
    code = (
        "import sys, quoth.load; from quoth.load import LoaderPool, load_document; "
        f"print([name for name in {heavy.split()} if name in sys.modules])"
    )
    path = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.usefixtures("third_party")
def test_a_third_party_adds_a_loader(write: Write) -> None:
    assert ".fine" in supported_suffixes()
    assert load_document(write("a.fine", "theirs")).format == "fine"


def test_suffixes_are_those_of_the_formats() -> None:
    assert {".pdf", ".docx", ".md", ".txt", ".py", ".vtt"} <= supported_suffixes()


def test_the_langchain_loader_gives_a_document_a_page(make_pdf: MakePdf, write: Write) -> None:
    path = make_pdf("a.pdf", [["first page"], ["second page"]])
    write("b.txt", "some text")
    write("c.txt", b"")
    one = DocumentLoader(path, workers=1).load()
    assert [(page.page_content, page.metadata["page"]) for page in one] == [
        ("first page", 1),
        ("second page", 2),
    ]
    assert one[0].metadata["source"] == str(path)
    folder = DocumentLoader(path.parent, workers=1)
    assert sorted(page.page_content for page in folder.lazy_load()) == [
        "first page",
        "second page",
        "some text",
    ]
    assert [(path.name, type(error)) for path, error in folder.failed] == [
        ("c.txt", EmptyDocumentError)
    ]
    with pytest.raises(EmptyDocumentError):
        DocumentLoader(path.with_name("c.txt"), workers=1).load()


def test_only_the_first_pages_are_kept_of_any_format(make_pdf: MakePdf, write: Write) -> None:
    pdf = make_pdf("a.pdf", [["one"], ["two"], ["three"]])
    for path in (pdf, write("a.txt", "one\n\ftwo\n\fthree\n")):
        document = load_document(path, limits=Limits(first_pages=2))
        assert [page.number for page in document.pages] == [1, 2]
        assert document.left_out == 1
        assert document.notes == ("Only the first 2 of 3 pages were read.",)


def test_ocr_without_an_engine_says_what_to_install(
    make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda *_: None)
    with pytest.raises(MissingExtraError, match="tesseract") as caught:
        load_document(make_pdf("a.pdf", [["x"]]), ocr=True)
    assert '"rapidocr>=' in caught.value.hint


def test_an_empty_pdf_names_the_pages_and_ocr(make_pdf: MakePdf) -> None:
    with pytest.raises(NoTextError, match=r"3 page\(s\) could not be read") as caught:
        load_document(make_pdf("a.pdf", [[], [], []]))
    assert "ingestion.ocr" in caught.value.hint


def test_marks_are_not_text() -> None:
    from quoth.load.text import decode

    assert decode(codecs.BOM_UTF8 + b"x") == "x"


def test_docx_numbers_what_word_numbers() -> None:
    from xml.etree.ElementTree import fromstring

    from quoth.load.docx_numbers import read_numbering

    def level(number: int, kind: str, pattern: str) -> str:
        values = f'<start val="1"/><numFmt val="{kind}"/><lvlText val="{pattern}"/>'
        return f'<lvl ilvl="{number}">{values}</lvl>'

    numbering = fromstring(
        '<numbering><abstractNum abstractNumId="7">'
        + level(0, "upperRoman", "%1.")
        + level(1, "decimal", "%1.%2")
        + level(2, "bullet", "o")
        + '</abstractNum><num numId="3"><abstractNumId val="7"/></num></numbering>'
    )
    styles = fromstring(
        '<styles><style styleId="H1"><pPr><numPr><numId val="3"/></numPr></pPr></style>'
        '<style styleId="H2"><pPr><numPr><ilvl val="1"/><numId val="3"/></numPr></pPr></style>'
        "</styles>"
    )
    numbers = read_numbering(numbering, styles)
    given = [numbers.next(style, None) for style in ("H1", "H2", "H2", "None", "H1", "H2")]
    assert given == ["I.", "I.1", "I.2", "", "II.", "II.1"]
    bullet = fromstring('<numPr><ilvl val="2"/><numId val="3"/></numPr>')
    assert numbers.next("", bullet) == ""
    assert read_numbering(None, None).next("H1", None) == ""


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.org", "a.html", "a.eml", "a.vtt", "a.csv"])
@pytest.mark.parametrize("filler", [" ", "# ", "* ", "<a", "a: ", "\t|", "::"])
def test_monotonous_text_is_read_in_linear_time(write: Write, name: str, filler: str) -> None:
    path = write(name, "* # x" + filler * 200_000 + "x")
    began = time.process_time()
    with suppress(CorruptDocumentError, NoTextError):
        load_document(path)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("suffix", "part"),
    [
        ("docx", "word/comments.xml"),
        ("pptx", "ppt/comments/c.xml"),
        ("xlsx", "xl/comments/comment1.xml"),
        ("xlsx", "xl/drawings/drawing1.xml"),
    ],
)
def test_a_broken_part_beside_the_text_costs_only_itself(
    tmp_path: Path, suffix: str, part: str
) -> None:
    sample = SAMPLES[suffix.upper()](tmp_path)
    with zipfile.ZipFile(sample) as source, zipfile.ZipFile(tmp_path / "a.zip", "w") as target:
        assert part in source.namelist()
        for name in source.namelist():
            target.writestr(name, b"<broken" if name == part else source.read(name))
    document = load_document((tmp_path / "a.zip").rename(tmp_path / f"a.{suffix}"))
    assert TEXT in document.pages[0].text
    assert part in document.notes[0]
