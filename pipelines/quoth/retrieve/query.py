"""The query of a search: a question, with the texts that a model added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from quoth.retrieve.expand import Expansion
from quoth.retrieve.question import Question
from quoth.text import analyse, guess_name_words
from quoth.types import Vectors


@dataclass(frozen=True, eq=False)
class Query:
    """A question and its expansion. Questions added count on both sides, passages on the dense."""

    question: Question
    expansion: Expansion

    @cached_property
    def words(self) -> Sequence[str]:
        """The words of all questions, as the keyword index has them."""
        added = self.expansion.questions
        return analyse(self._text, self.question.language) if added else self.question.words

    @cached_property
    def named_words(self) -> set[str]:
        """The words that can be part of a file's name."""
        return guess_name_words(self._text, self.question.language)

    @cached_property
    def vector(self) -> Vectors:
        """The mean of the vectors of all texts, of unit length."""
        embedder = self.question.embedder
        added = (*self.expansion.questions, *self.expansion.passages)
        vectors = [self.question.vector, *map(embedder.query_vector, added)]
        mean: Vectors = np.mean(vectors, axis=0)
        return (mean / np.linalg.norm(mean)).astype(np.float32)

    @property
    def _text(self) -> str:
        return " ".join((self.question.text, *self.expansion.questions))


@dataclass(frozen=True, slots=True)
class WeightedQuery:
    """A query for the fusion: its vector, its words, and their weights (idf)."""

    vector: Vectors
    words: Sequence[str]
    idf: Mapping[str, float]
