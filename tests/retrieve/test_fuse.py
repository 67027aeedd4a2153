from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from quoth.retrieve.fuse import Candidates, Weights, fuse, standardize
from quoth.retrieve.query import WeightedQuery
from quoth.text import analyse, encode_word, pack
from quoth.text.bm25 import K1, B, CodedTexts, inverse_frequency, score_letters

PLAIN = Weights(dense=0.5, keyword=0.5, letters=0.0, feedback=0)
WORDS = replace(PLAIN, dense=0.0)


def candidates(*texts: str, cosines: list[float], names: list[float] | None = None) -> Candidates:
    words = [analyse(text) for text in texts]
    vectors = [
        [c, *(np.sqrt(1 - c * c) * (n == i) for n in range(len(texts)))]
        for i, c in enumerate(cosines)
    ]
    return Candidates(
        vectors=np.array(vectors, np.float32),
        words=[pack(row) for row in words],
        around=[b""] * len(texts),
        texts=[" ".join(row) for row in words],
        places=[(n, 0) for n in range(len(texts))],
        names=np.array(names or [0.0] * len(texts), np.float32),
        exact=np.zeros(len(texts), np.float32),
    )


def question(text: str, found: Candidates) -> WeightedQuery:
    terms = [(word,) for word in analyse(text)]
    width = found.vectors.shape[1]
    return WeightedQuery(
        vector=np.eye(1, width, dtype=np.float32)[0],
        terms=dict.fromkeys(terms, 1.0),
        counts=dict.fromkeys(terms, 1),
    )


def test_both_sides_count_and_the_weight_says_how_much() -> None:
    found = candidates("the rent is due", "nothing of it", cosines=[0.1, 0.9])
    asked = question("when is the rent due", found)
    meaning = fuse(asked, found, replace(PLAIN, keyword=0.0))
    words = fuse(asked, found, WORDS)
    assert words[0] > words[1]
    assert meaning[0] < meaning[1]


def test_bm25_is_the_one_of_the_paper() -> None:
    found = candidates("rent rent due", "rent paid late", cosines=[0.5, 0.5])
    asked = question("rent", found)
    scores = fuse(asked, found, WORDS)
    expected = [tf * (K1 + 1) / (tf + K1 * (1 - B + B * 3 / 3)) for tf in (2, 1)]
    assert scores == pytest.approx(standardize(np.array(expected, np.float32)))


def test_words_of_the_chunks_before_and_after_count_too() -> None:
    found = replace(
        candidates("it is due", "it is due", cosines=[0.5, 0.5]),
        around=[pack(analyse("the rent of the house")), b""],
    )
    scores = fuse(question("rent", found), found, WORDS)
    assert scores[0] > scores[1]


def test_of_two_neighbours_only_one_feeds_back() -> None:
    texts = ["wing lift flow", "wing lift flow", "wing tax law", "court tax law"]
    apart = candidates(*texts, cosines=[0.9, 0.9, 0.6, 0.3])
    beside = replace(apart, places=[(0, 0), (0, 1), (1, 0), (2, 0)])
    asked = question("wing", apart)
    weights = replace(PLAIN, feedback=2)
    far, near = (fuse(asked, found, weights) for found in (apart, beside))
    assert near[2] - near[1] > far[2] - far[1], "the third fed back in place of the second"


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    rare, common, everywhere = inverse_frequency(np.array([1, 50, 100]), 100)
    assert rare > common > everywhere > 0


@pytest.mark.parametrize(
    ("word", "right", "wrong"),
    [
        ("hypertensive", "hypertension therapi", "garden furnitur"),
        ("prufung", "staumauerprufung", "staumauersanierung"),
        ("плотину", "плотина высокий", "вокзал старый"),
        ("水坝", "水坝 坝高", "火车 车站"),
    ],
)
def test_letters_find_a_word_that_is_written_otherwise(word: str, right: str, wrong: str) -> None:
    found = score_letters(CodedTexts.of_letters([right, wrong]), {(word,): 1})
    assert found[0] > found[1]


def test_letters_do_not_reach_over_the_border_of_a_word() -> None:
    texts = CodedTexts.of_letters(["xa by", "zz zz"])
    assert score_letters(texts, {("a",): 1, ("b",): 1}).tolist() == [0.0, 0.0]


def test_variants_of_a_word_count_as_one() -> None:
    texts = CodedTexts.of_words([pack(["kirch", "tur"]), pack(["kirche", "tur"])])
    one, other = texts.saturate([[encode_word("kirch"), encode_word("kirche")]])
    assert one == other > 0


def test_a_side_that_sets_its_best_candidate_apart_weighs_more() -> None:
    texts = ["wing lift", *["tax law"] * 6, "tax rate"]
    sure = candidates(*texts, cosines=[0.1, *[0.3] * 6, 0.9])
    unsure = candidates(*texts, cosines=[0.1, *[0.85] * 6, 0.9])
    clear, vague = (fuse(question("wing", found), found, PLAIN) for found in (sure, unsure))
    assert clear[-1] - clear[0] > vague[-1] - vague[0]


def test_an_embedder_that_is_not_trusted_does_not_count() -> None:
    found = candidates("the rent is due", "nothing of it", cosines=[0.1, 0.9])
    scores = fuse(question("rent", found), found, PLAIN, trust=0.0)
    assert scores == pytest.approx(fuse(question("rent", found), found, WORDS))


def test_feedback_brings_up_what_is_like_the_best() -> None:
    texts = ["wing lift flow", "lift flow drag", "tax law court"]
    found = candidates(*texts, cosines=[0.9, 0.3, 0.3])
    asked = question("wing", found)
    without = fuse(asked, found, PLAIN)
    with_it = fuse(asked, found, replace(PLAIN, feedback=1))
    assert without[1] == pytest.approx(without[2])
    assert with_it[1] > with_it[2]
    assert int(np.argmax(with_it)) == 0


def test_a_name_that_fits_lifts_its_chunks() -> None:
    found = candidates("net sales", "net sales", cosines=[0.5, 0.5], names=[0.0, 1.0])
    scores = fuse(question("net sales", found), found, PLAIN)
    assert scores[1] - scores[0] == pytest.approx(PLAIN.name)


@pytest.mark.parametrize("texts", [["one"], ["", ""], ["same", "same", "same"]])
def test_few_empty_or_equal_candidates_give_finite_scores(texts: list[str]) -> None:
    found = candidates(*texts, cosines=[0.5] * len(texts))
    scores = fuse(question("anything at all", found), found, Weights())
    assert np.isfinite(scores).all()


def test_the_same_candidates_give_the_same_scores() -> None:
    found = candidates(
        "wing lift", "lift drag", "tax law", "wing tax", cosines=[0.9, 0.5, 0.1, 0.4]
    )
    asked = question("wing lift", found)
    first = fuse(asked, found, Weights())
    assert (fuse(asked, found, Weights()) == first).all()
