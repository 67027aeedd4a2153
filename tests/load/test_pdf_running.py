"""PDF: headers, footers and page numbers are read once; words cut at page ends are whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from quoth.load.registry import load_document

MakePdf = Callable[..., Path]

BODIES = (
    "The first sluice was built of oak.",
    "The second one is of brick.",
    "A third was never finished.",
    "The fourth has a gate of steel.",
)


def test_what_stands_on_every_page_is_read_once(make_pdf: MakePdf) -> None:
    pages = [
        ["Register of sluices", f"{body}", "All rights with the dyke board", f"Page {number} of 4"]
        for number, body in enumerate(BODIES, 1)
    ]
    document = load_document(make_pdf("a.pdf", pages))
    text = "\n".join(page.text for page in document.pages)
    assert text.count("Register of sluices") == 1
    assert text.count("All rights with the dyke board") == 1
    assert [page.text.count(body) for page, body in zip(document.pages, BODIES, strict=True)] == [
        1
    ] * 4
    assert document.pages[2].text == BODIES[2]


def test_printed_numbers_are_the_labels_of_pages(make_pdf: MakePdf) -> None:
    pages = [[body, str(number)] for number, body in enumerate(BODIES, 117)]
    document = load_document(make_pdf("a.pdf", pages))
    assert [page.label for page in document.pages] == ["117", "118", "119", "120"]
    assert [page.text for page in document.pages] == list(BODIES)


def test_numbers_that_are_no_sequence_are_text(make_pdf: MakePdf) -> None:
    pages = [[body, number] for number, body in zip(("40", "7", "512", "33"), BODIES, strict=True)]
    document = load_document(make_pdf("a.pdf", pages))
    assert [page.label for page in document.pages] == [None] * 4
    assert document.pages[1].text.split("\n") == [BODIES[1], "7"]


def test_rows_at_the_edges_of_pages_stay(make_pdf: MakePdf) -> None:
    rows = [
        [
            f"Buoy {number} lies {number + 4} metres deep"
            for number in range(12 * page, 12 * page + 12)
        ]
        for page in range(4)
    ]
    document = load_document(make_pdf("a.pdf", rows))
    assert sum(page.text.count("metres deep") for page in document.pages) == 48


def test_a_page_of_nothing_else_keeps_its_text(make_pdf: MakePdf) -> None:
    document = load_document(make_pdf("a.pdf", [["This page is intentionally blank."]] * 5))
    assert {page.text for page in document.pages} == {"This page is intentionally blank."}
    assert not document.unreadable


def test_a_word_cut_at_the_end_of_a_page_is_whole(make_pdf: MakePdf) -> None:
    pages = [
        ["Agreement", "The keeper reports every ope-", "Page 1 of 2"],
        ["Agreement", "ning to the dyke master.", "Page 2 of 2"],
    ]
    first, second = load_document(make_pdf("a.pdf", pages)).pages
    assert first.text == "Agreement\nThe keeper reports every opening\nPage 1 of 2"
    assert second.text == "Agreement\nto the dyke master.\nPage 2 of 2"


def test_a_hyphen_of_the_word_itself_stays(make_pdf: MakePdf) -> None:
    pages = [["The long-term plan and the short-", "Page 1"], ["term plan; short-term is better."]]
    first, second = load_document(make_pdf("a.pdf", pages)).pages
    assert first.text == "The long-term plan and the short-term\nPage 1"
    assert second.text == "plan; short-term is better."


def test_headings_stand_where_they_stood_before_the_changes(make_pdf: MakePdf) -> None:
    pages = [
        [
            "Running head",
            *(f"Line {number} of part {part} goes on for a while." for number in range(9)),
            ("Results", "Helvetica", 16),
            *(f"Line {number} of the results of part {part}." for number in range(9)),
        ]
        for part in "ABCD"
    ]
    for page in load_document(make_pdf("a.pdf", pages)).pages[1:]:
        (heading,) = page.headings
        assert page.text[heading.start :].startswith("Results\n")
        assert "Running head" not in page.text
