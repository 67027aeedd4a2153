"""The conformance suite of an embedder."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from quoth.embed import Embedder
from quoth.errors import ConfigurationError

TEXTS = [
    "The boiler was inspected in May.",
    "Bees make honey from nectar.",
    "Das Löschwasser reicht für 12 Minuten.",
]
_CLOSE = 0.999
"""The least cosine of two vectors of the same text; kernels differ with the size of a batch."""


class EmbedderConformance:
    """The contract of an embedder. Name your subclass `Test…` and implement `open_embedder`."""

    def open_embedder(self) -> Embedder:
        """Return a new embedder."""
        raise NotImplementedError("A conformance suite needs an embedder: `open_embedder`.")

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder of one test; override it to share one by all tests."""
        return self.open_embedder()

    def teardown_method(self) -> None:
        """Close the embedder of a test."""
        if "embedder" in self.__dict__:
            self.embedder.close()

    def test_gives_a_row_of_unit_length_for_each_text(self) -> None:
        vectors = self.embedder.embed(TEXTS)
        assert vectors.shape[0] == len(TEXTS)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)

    def test_gives_a_text_the_same_vector_in_any_company(self) -> None:
        together = self.embedder.embed(TEXTS)
        alone = np.concatenate([self.embedder.embed([text]) for text in reversed(TEXTS)])[::-1]
        assert (together * alone).sum(axis=1).min() > _CLOSE

    def test_tells_texts_apart(self) -> None:
        vectors = self.embedder.embed(TEXTS)
        assert (vectors @ vectors.T)[np.triu_indices(len(TEXTS), 1)].max() < _CLOSE

    def test_reports_its_progress(self) -> None:
        steps: list[int] = []
        self.embedder.embed(TEXTS, progress=steps.append)
        assert sum(steps) == len(TEXTS)

    def test_serves_langchain(self) -> None:
        rows = np.asarray(self.embedder.embed_documents(TEXTS))
        assert (rows * self.embedder.embed(TEXTS)).sum(axis=1).min() > _CLOSE
        assert len(self.embedder.embed_query("Who makes honey?")) == rows.shape[1]

    def test_finds_the_tokens_of_a_text(self) -> None:
        for text in TEXTS:
            starts = self.embedder.token_starts(text)
            assert len(starts) == self.embedder.count_tokens(text)
            assert list(starts) == sorted(starts)
            assert 0 <= starts[0] <= starts[-1] < len(text)

    def test_refuses_a_text_that_it_would_cut(self) -> None:
        text = "honey " * (self.embedder.limit + 1)
        try:
            self.embedder.embed([text])
        except ConfigurationError as error:
            assert str(self.embedder.limit) in str(error)
        else:
            raise AssertionError("a text longer than the limit was embedded")
        assert self.embedder.embed([self.embedder.clip(text)]).shape[0] == 1

    def test_embeds_a_question_of_any_length(self) -> None:
        vector = self.embedder.query_vector("Who makes honey? " * self.embedder.limit)
        assert np.isclose(np.linalg.norm(vector), 1, atol=1e-3)

    def test_has_a_fingerprint_of_its_own(self) -> None:
        other = self.open_embedder()
        try:
            assert self.embedder.fingerprint
            assert other.fingerprint == self.embedder.fingerprint
        finally:
            other.close()
