"""The sample library is what its sources give, and its questions name the right pages."""

from __future__ import annotations

from tools.library.check import check


def test_the_library_and_its_questions_agree_with_the_sources() -> None:
    assert check() == []
