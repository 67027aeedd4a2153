from __future__ import annotations

import numpy as np
from quoth.text import diversify


def unit_vectors(count: int) -> np.ndarray:
    vectors = np.random.default_rng(3).normal(size=(count, 8)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def test_values_never_rise() -> None:
    vectors = unit_vectors(20)
    relevance = np.random.default_rng(4).normal(size=20)
    chosen = diversify(relevance, lambda index: vectors @ vectors[index], redundancy=0.6)
    values = [value for _, value in chosen]
    assert len(values) == 20
    assert values == sorted(values, reverse=True)


def test_without_redundancy_the_order_is_that_of_the_relevance() -> None:
    vectors = unit_vectors(20)
    relevance = np.random.default_rng(4).normal(size=20)
    chosen = diversify(relevance, lambda index: vectors @ vectors[index], redundancy=0, limit=5)
    assert [index for index, _ in chosen] == np.argsort(-relevance)[:5].tolist()


def test_a_repetition_comes_after_something_else() -> None:
    vectors = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    relevance = np.array([1.0, 0.9, 0.5])
    chosen = diversify(relevance, lambda index: vectors @ vectors[index], redundancy=1.0)
    assert [index for index, _ in chosen] == [0, 2, 1]


def test_a_crowded_group_waits() -> None:
    chosen = diversify(
        np.array([1.0, 0.9, 0.8]),
        lambda index: np.zeros(3),
        redundancy=0,
        groups=[7, 7, 2],
        crowding=0.3,
    )
    assert [index for index, _ in chosen] == [0, 2, 1]


def test_what_is_refused_or_infinitely_irrelevant_is_never_chosen() -> None:
    chosen = diversify(
        np.array([1.0, -np.inf, 0.8]),
        lambda index: np.zeros(3),
        redundancy=0,
        accepts=lambda index: index != 0,
    )
    assert [index for index, _ in chosen] == [2]


def test_nothing_comes_of_nothing() -> None:
    assert diversify(np.array([]), lambda index: [], redundancy=0.5) == []
