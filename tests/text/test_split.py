from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quoth.errors import ConfigurationError, LimitExceededError
from quoth.text.split import Splitter
from quoth.types import Document, Heading, Page


def token_starts(text: str) -> list[int]:
    return [match.start() for match in re.finditer(r"\w+|[^\w\s]", text)]


def splitter(size: int) -> Splitter:
    return Splitter(token_starts, chunk_tokens=size, limit=256)


def of(*pages: Page) -> Document:
    return Document("/a.txt", "Title", "text", pages)


TEXTS = st.text(alphabet=st.sampled_from("ab. \n|1漢é-"), max_size=400)


@settings(deadline=None)  # the first text loads the classifier of languages
@given(st.lists(TEXTS, min_size=1, max_size=3), st.integers(1, 20))
def test_chunks_are_the_whole_text_in_order_and_within_the_limit(
    texts: list[str], size: int
) -> None:
    pages = [Page(n, text) for n, text in enumerate(texts, start=1)]
    chunks = splitter(size).split(of(*pages))
    for page in pages:
        mine = [chunk for chunk in chunks if chunk.page == page.number]
        at = 0
        for chunk in mine:
            assert not page.text[at : chunk.start].strip(), "something between chunks was lost"
            assert page.text[chunk.start : chunk.end] == chunk.text
            assert chunk.text == chunk.text.strip() != ""
            assert 0 < len(token_starts(chunk.text)) <= size
            at = chunk.end
        assert not page.text[at:].strip()
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))


def test_paragraphs_and_sentences_stay_whole_where_they_fit() -> None:
    text = "One two three. Four five six.\n\nSeven eight nine ten eleven. Twelve."
    chunks = splitter(8).split(of(Page(1, text)))
    assert [chunk.text for chunk in chunks] == [
        "One two three. Four five six.",
        "Seven eight nine ten eleven. Twelve.",
    ]


def test_rows_of_a_table_stay_whole() -> None:
    rows = [f"item {n} | {n} kg | {n}.50 crowns" for n in range(12)]
    chunks = splitter(24).split(of(Page(1, "\n".join(rows))))
    assert len(chunks) > 2
    for chunk in chunks:
        assert set(chunk.text.split("\n")) <= set(rows)


def test_a_chunk_knows_the_headings_above_it() -> None:
    body = "word " * 10
    text = f"Intro\n{body}\nRent\n{body}\nDue dates\n{body}"
    headings = tuple(
        Heading(text.index(title), level, title)
        for level, title in ((1, "Intro"), (1, "Rent"), (2, "Due dates"))
    )
    pages = (Page(1, text, headings=headings), Page(2, body))
    chunks = splitter(12).split(of(*pages))
    paths = {chunk.text.split("\n")[0]: chunk.headings for chunk in chunks}
    assert paths["Intro"] == ("Intro",)
    assert paths["Rent"] == ("Rent",)
    assert paths["Due dates"] == ("Rent", "Due dates")
    assert chunks[-1].page == 2
    assert chunks[-1].headings == ("Rent", "Due dates"), "a section goes on over the page"


def test_a_chunk_longer_than_the_embedder_reads_is_refused_before_anything_is_split() -> None:
    with pytest.raises(ConfigurationError, match="reads only 256 tokens"):
        Splitter(token_starts, chunk_tokens=300, limit=256)


def test_empty_pages_give_no_chunks() -> None:
    assert splitter(10).split(of(Page(1, ""), Page(2, " \n "))) == []


def headings_above(page: Page, chunk_start: int, chunk_end: int) -> tuple[str, ...]:
    """Return the titles above a chunk of a page, by going through all headings of the page."""
    line = page.text.find("\n", chunk_start, chunk_end)
    limit = max(chunk_start, chunk_end if line < 0 else min(line + 1, chunk_end))
    above: list[Heading] = []
    for heading in sorted(page.headings, key=lambda each: each.start):
        if heading.start < limit:
            above = [*(each for each in above if each.level < heading.level), heading]
    return tuple(heading.title for heading in above)


@settings(deadline=None)
@given(TEXTS, st.lists(st.tuples(st.integers(0, 400), st.integers(1, 3)), max_size=8))
def test_the_headings_of_a_chunk_are_those_above_it_wherever_they_stand(
    text: str, places: list[tuple[int, int]]
) -> None:
    starts = dict(places)
    headings = tuple(
        Heading(start, level, f"h{start}") for start, level in starts.items() if start < len(text)
    )
    page = Page(1, text, None, headings)
    for chunk in splitter(8).split(of(page)):
        assert chunk.headings == headings_above(page, chunk.start, chunk.end)


def test_a_text_that_takes_too_long_is_given_up() -> None:
    page = Page(1, "word " * 2000)
    assert splitter(8).split(of(page), seconds=60)
    with pytest.raises(LimitExceededError, match="Title was given up"):
        splitter(8).split(of(page), seconds=0)


def headed(count: int) -> Page:
    text = "".join(f"h{n}\n\ntext {n}\n\n" for n in range(count))
    starts = (match.start() for match in re.finditer(r"h\d+\n", text))
    return Page(1, text, None, tuple(Heading(start, 1, "h") for start in starts))


def in_one_row(count: int) -> Page:
    return Page(1, " | ".join(map(str, range(count))))


@pytest.mark.parametrize("make", [headed, in_one_row])
def test_the_work_grows_with_the_length_of_a_page_and_not_with_its_square(
    make: Callable[[int], Page],
) -> None:
    def spend(count: int) -> float:
        begin = time.thread_time()
        assert splitter(16).split(of(make(count)))
        return time.thread_time() - begin

    spend(100)
    assert spend(8000) < 40 * spend(800)


def test_a_title_of_many_pages_is_not_repeated_by_every_chunk() -> None:
    long = "gate " * 20_000
    page = Page(1, f"{long}\n{'The ferry leaves at noon. ' * 50}", None, (Heading(0, 1, long),))
    chunks = splitter(64).split(Document("/a.eml", long, "mail", (page,)))
    assert "".join(chunk.text for chunk in chunks)
    assert all(len(text) <= 500 for chunk in chunks for text in (chunk.title, *chunk.headings))
