from __future__ import annotations

import pytest
from quoth.text import encloses
from quoth.types import Chunk, Citation


def chunk(start: int, end: int, *, page: int = 1, source: str = "a.pdf") -> Chunk:
    return Chunk(source, "", page, None, start, end, "x" * (end - start))


def citation(start: int, end: int) -> Citation:
    return Citation(
        source="a.pdf", page=1, quote="x" * (end - start), start=start, end=end, match="exact"
    )


@pytest.mark.parametrize(
    ("outer", "inner", "enclosed"),
    [
        (chunk(0, 10), citation(0, 10), True),
        (chunk(0, 10), citation(3, 5), True),
        (chunk(0, 10), citation(3, 11), False),
        (chunk(5, 10), citation(3, 7), False),
        (chunk(0, 10, page=2), citation(3, 5), False),
        (chunk(0, 10, source="b.pdf"), citation(3, 5), False),
    ],
)
def test_a_span_encloses_what_lies_within_it_on_its_page(
    outer: Chunk, inner: Citation, enclosed: bool
) -> None:
    assert encloses(outer, inner) is enclosed
