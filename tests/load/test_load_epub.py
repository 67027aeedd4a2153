"""EPUB: every part of the spine is read or named, whatever its type says and its name is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from quoth.load.registry import load_document
from quoth.types import Document

MakeZip = Callable[[str, dict[str, str]], Path]
Read = Callable[..., Document]

XHTML = "application/xhtml+xml"


@pytest.fixture
def read(make_zip: MakeZip) -> Read:
    def read_book(
        items: dict[str, tuple[str, str]], members: dict[str, str], *, spine: bool = True
    ) -> Document:
        """Read a book of items, id → (address, media type), with these files."""
        manifest = "".join(
            f'<item id="{identity}" href="{address}" media-type="{kind}"/>'
            for identity, (address, kind) in items.items()
        )
        order = "".join(f'<itemref idref="{identity}"/>' for identity in items) if spine else ""
        package = f"<package><manifest>{manifest}</manifest><spine>{order}</spine></package>"
        container = '<c><rootfile full-path="OPS/p.opf"/></c>'
        files = {"META-INF/container.xml": container, "OPS/p.opf": package, **members}
        return load_document(make_zip("a.epub", {"mimetype": "application/epub+zip", **files}))

    return read_book


def page(text: str) -> str:
    return f"<html><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("address", "kind", "name"),
    [
        ("a.xhtml", XHTML, "OPS/a.xhtml"),
        ("a%20b.xhtml", XHTML, "OPS/a b.xhtml"),
        ("a.xhtml#start", XHTML, "OPS/a.xhtml"),
        ("A.XHTML", XHTML, "OPS/a.xhtml"),
        ("../a.xhtml", XHTML, "a.xhtml"),
        ("/OPS/a.xhtml", XHTML, "OPS/a.xhtml"),
        ("a.xhtml", XHTML.upper(), "OPS/a.xhtml"),
        ("a.xml", "application/xml", "OPS/a.xml"),
        ("a.txt", "", "OPS/a.txt"),
    ],
)
def test_a_part_is_read_whatever_it_is_called(
    read: Read, address: str, kind: str, name: str
) -> None:
    document = read({"a": (address, kind)}, {name: page("The ferry leaves.")})
    assert [each.text for each in document.pages] == ["The ferry leaves."]
    assert document.notes == ()


def test_a_part_that_is_missing_or_no_text_is_named(read: Read) -> None:
    items = {
        "a": ("a.xhtml", XHTML),
        "b": ("gone.xhtml", XHTML),
        "c": ("c.bin", "application/x-sound"),
        "d": ("d.png", "image/png"),
    }
    members = {"OPS/a.xhtml": page("One."), "OPS/c.bin": "\x00\x01" * 500, "OPS/d.png": "x"}
    document = read(items, members)
    assert [each.text for each in document.pages] == ["One."]
    assert "OPS/gone.xhtml" in document.notes[0]
    assert document.notes[1] == "The part OPS/c.bin was not read: it is application/x-sound."
    assert document.unread == {"picture": 1}


def test_a_part_named_twice_is_read_once_and_a_book_without_a_spine_is_read(read: Read) -> None:
    twice = {"a": ("a.xhtml", XHTML), "b": ("a.xhtml#part2", XHTML)}
    members = {"OPS/a.xhtml": page("One."), "OPS/s.css": "p {}"}
    assert len(read(twice, members).pages) == 1
    unordered = {"a": ("a.xhtml", XHTML), "s": ("s.css", "text/css")}
    assert [each.text for each in read(unordered, members, spine=False).pages] == ["One."]


_BREAK = '<span epub:type="pagebreak" id="p{0}" title="{0}"/>'


@pytest.mark.parametrize(
    "mark",
    [
        _BREAK,
        '<span epub:type="pagebreak" id="p{0}">{0}</span>',
        '<div role="doc-pagebreak" id="p{0}" aria-label="Page {0}"></div>',
        "<hr class='x' role='doc-pagebreak' aria-label='{0}.'>",
        '<a xml:id="p{0}" epub:type="pagebreak" title="{0}"></a>',
    ],
)
def test_printed_pages_are_those_that_the_text_marks(read: Read, mark: str) -> None:
    first = f"<p>Foreword</p>{mark.format('iv')}<h2>Weirs</h2><p>One</p>{mark.format(1)}<p>Two</p>"
    second = f"<p>Still two</p><h1>{mark.format(2)}Ponds</h1><p>Three</p>"
    items = {"a": ("a.xhtml", XHTML), "b": ("b.xhtml", XHTML)}
    book = read(
        items,
        {
            "OPS/a.xhtml": f"<html><body>{first}</body></html>",
            "OPS/b.xhtml": f"<html><body>{second}</body></html>",
        },
    )
    assert [(page.number, page.label, page.text) for page in book.pages] == [
        (1, None, "Foreword"),
        (2, "iv", "Weirs\n\nOne"),
        (3, "1", "Two"),
        (4, "1", "Still two"),
        (5, "2", "Ponds\n\nThree"),
    ]
    found = [(page.number, each.start, each.title) for page in book.pages for each in page.headings]
    assert found == [(2, 0, "Weirs"), (5, 0, "Ponds")]


def test_a_word_over_two_pages_stays_whole(read: Read) -> None:
    text = f"<p>The gate{_BREAK.format(8)}keeper sleeps, and{_BREAK.format(9)} wakes.</p>"
    book = read({"a": ("a.xhtml", XHTML)}, {"OPS/a.xhtml": f"<html><body>{text}</body></html>"})
    texts = [(page.label, page.text) for page in book.pages]
    assert texts == [(None, "The gatekeeper"), ("8", "sleeps, and"), ("9", "wakes.")]


_NAV = (
    '<html xmlns:epub="http://www.idpf.org/2007/ops"><body><nav epub:type="toc"><ol><li>'
    '<a href="a.xhtml">Chapter</a></li></ol></nav><nav epub:type="page-list"><ol>'
    '<li><a href="text/a%20b.xhtml">17</a></li><li><a href="text/a%20b.xhtml#two">18</a></li>'
    "</ol></nav></body></html>"
)
_NCX = (
    '<ncx><pageList><pageTarget><navLabel><text>17</text></navLabel><content src="text/a%20b.xhtml"'
    "/></pageTarget><pageTarget><navLabel><text>18</text></navLabel><content "
    'src="text/a%20b.xhtml#two"/></pageTarget></pageList></ncx>'
)


@pytest.mark.parametrize(
    ("item", "name", "content"),
    [
        ('properties="nav" media-type="application/xhtml+xml"', "nav.xhtml", _NAV),
        ('media-type="application/x-dtbncx+xml"', "toc.ncx", _NCX),
    ],
)
def test_printed_pages_are_those_that_the_book_lists(
    make_zip: MakeZip, item: str, name: str, content: str
) -> None:
    package = (
        f'<package><manifest><item id="n" href="{name}" {item}/><item id="a" '
        'href="text/a%20b.xhtml" media-type="application/xhtml+xml"/></manifest><spine>'
        '<itemref idref="a"/></spine></package>'
    )
    text = '<html><body><p id="one">One</p><p>More</p><p class="x" id="two">Two</p></body></html>'
    book = load_document(
        make_zip(
            "a.epub",
            {
                "mimetype": "application/epub+zip",
                "META-INF/container.xml": '<c><rootfile full-path="OPS/p.opf"/></c>',
                "OPS/p.opf": package,
                f"OPS/{name}": content,
                "OPS/text/a b.xhtml": text,
            },
        )
    )
    assert [(page.label, page.text) for page in book.pages] == [
        ("17", "One\n\nMore"),
        ("18", "Two"),
    ]


def test_a_part_with_empty_elements_is_read_to_its_end(read: Read) -> None:
    source = (
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/>'
        '<link href="a.css"/></head><body><h2><br/>Part I</h2><p>One<a id="p"/> ferry.</p></body>'
        "</html>"
    )
    document = read({"a": ("a.xhtml", XHTML)}, {"OPS/a.xhtml": source})
    assert document.pages[0].text == "Part I\n\nOne ferry."
