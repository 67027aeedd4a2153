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
