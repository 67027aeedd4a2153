"""Exact things in a question: what they are, and that their chunk comes first."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from bag_embedder import BagEmbedder
from quoth.collection import DenseIndex, Store, name_language
from quoth.config import Retrieval
from quoth.retrieve import CollectionSearcher
from quoth.retrieve.exact import (
    find_names,
    fit_exact,
    fit_names_held,
    share_of_rarity,
    weigh_exact,
)
from quoth.system import WriteLock
from quoth.text import Term, analyse, language, pack
from quoth.types import Chunk, Document, Page

FIRST = "Ada Bela Cyra Dora Edda Fay".split()
LAST = "Kiss Lund Moss Okafor Reyes Sato".split()
ROWS = [
    f"{first} {last} | XK-{1000 + 37 * n}/{n % 7} | {4_000_000 + 7919 * n} | open_{last.lower()}_"
    f"{first.lower()}({n})"
    for n, (first, last) in enumerate((first, last) for first in FIRST for last in LAST)
]
ECHO = (
    "Who has part number? Which part number has who? The number of a part says who has it: "
    "ask who has the part with the number, and which number the part has."
)


@pytest.fixture
def searcher(tmp_path: Path) -> CollectionSearcher:
    store, embedder = Store(tmp_path / "library.sqlite"), BagEmbedder()
    texts = [*ROWS, ECHO]
    pages = tuple(Page(number, text) for number, text in enumerate(texts, start=1))
    chunks = [
        Chunk("/a", "", page.number, None, 0, len(page.text), page.text, (), page.number - 1)
        for page in pages
    ]
    store.put(
        name_language(Document("/a", "", "text", pages), "en"),
        chunks,
        embedder.embed(texts),
        hash="a",
        size=1,
        mtime_ns=1,
        embedded_hashes=texts,
    )
    store.set_meta("embedder", embedder.fingerprint)
    index = DenseIndex(store, tmp_path / "chroma", WriteLock(tmp_path / "lock"))
    return CollectionSearcher(store, index, embedder, Retrieval())


@pytest.mark.parametrize("form", ["{}", "Who has part number {}?", "Which number has {}?"])
@pytest.mark.parametrize("column", range(4))
def test_the_row_with_the_thing_comes_first(
    searcher: CollectionSearcher, form: str, column: int
) -> None:
    for row in ROWS[::9]:
        thing = row.split(" | ")[column].split("(")[0]
        assert searcher.search(form.format(thing), k=1)[0].chunk.text == row


def test_a_code_weighs_more_than_a_short_number_and_a_word_nothing() -> None:
    terms = Counter((word,) for word in analyse("pumps 1998 4006381333931 ab-12 get_user_by_id"))
    weights = weigh_exact(terms, lambda _: 1)
    assert ("pump",) not in weights
    assert weights["1998",] < weights["4006381333931",] == weights["ab-12",] == 1
    assert weights["get_user_by_id",] == 1


def test_a_code_counts_less_where_a_question_has_other_rare_words() -> None:
    code, common, rare = ("ab-12",), ("pump",), [(f"word{n}",) for n in range(5)]
    assert share_of_rarity([code], {code: 7.0, common: 2.0}) == 1.0
    assert share_of_rarity([code], {code: 7.0, **dict.fromkeys(rare, 7.0)}) == pytest.approx(2 / 3)
    assert share_of_rarity([], {common: 2.0}) == share_of_rarity([], {}) == 0.0


def test_what_many_chunks_hold_identifies_none() -> None:
    assert weigh_exact([("ab-12",)], lambda _: 100) == {}
    assert weigh_exact([("ab-12",)], lambda _: 0) == {}


def test_a_word_of_a_script_whose_vowels_are_marks_is_no_code() -> None:
    terms = [(word,) for word in analyse("बाँध की ऊँचाई", language("hi"))]
    assert terms
    assert weigh_exact(terms, lambda _: 1) == {}


def test_the_more_of_the_things_a_text_holds_the_better_it_fits() -> None:
    texts = [pack(["a1", "b2"]), pack(["a1"]), pack(["c"])]
    assert fit_exact({("a1",): 1.0, ("b2",): 1.0}, texts).tolist() == [1.0, 0.5, 0.0]
    assert fit_exact({}, texts).tolist() == [0.0] * 3


def test_a_name_is_held_where_its_words_follow_one_another() -> None:
    pairs = find_names("Where does Ada Lund work?", ["en"])
    texts = [pack(analyse(text)) for text in ("Ada Lund, Tom Moss", "Ada Moss, Tom Lund")]
    both, apart = fit_names_held(pairs, texts, {}, count=2)
    assert both > apart == 0.0
    assert find_names("where does ada lund work?", ["en"]) == []


def test_a_name_counts_less_where_a_question_has_other_rare_words() -> None:
    pairs = find_names("Where does Ada Lund work?", ["en"])
    texts = [pack(["ada", "lund"]), *[pack(["pump"])] * 99]

    def weight(others: int) -> float:
        terms: dict[Term, float] = {("ada",): 1.0, ("lund",): 1.0}
        terms |= {(f"word{n}",): 4.2 for n in range(others)}
        return float(fit_names_held(pairs, texts, terms, count=100)[0])

    assert weight(0) == weight(2) == 0.5
    assert weight(2) > weight(4) > weight(12) > 0.0
