"""The query of a search: a question, with the texts that a model added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from quoth.retrieve.exact import Pair, find_names
from quoth.retrieve.expand import Expansion
from quoth.retrieve.question import Question
from quoth.retrieve.section_numbers import find_section_numbers
from quoth.retrieve.terms import find_terms
from quoth.text import Term, guess_name_words, language
from quoth.types import Vectors


@dataclass(frozen=True, eq=False)
class Query:
    """A question and its expansion. Questions added count on both sides, passages on the dense.

    `languages` are those of the collection.
    """

    question: Question
    expansion: Expansion
    languages: Sequence[str]

    @cached_property
    def terms(self) -> Mapping[Term, int]:
        """The terms of all questions with their counts; a term has a variant for each language."""
        return find_terms(self._text, self.languages, own=self.question.language.code)

    @cached_property
    def pairs(self) -> Sequence[Pair]:
        """The names of two words."""
        return find_names(self._text, self.languages)

    @cached_property
    def section_numbers(self) -> Sequence[str]:
        """The numbers that may be those of sections."""
        return find_section_numbers(self._text)

    @cached_property
    def named_words(self) -> set[str]:
        """The words that can be part of a file's name."""
        codes = {self.question.language.code, *self.languages}
        return set().union(*(guess_name_words(self._text, language(code)) for code in codes))

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
    """A query for the fusion: its vector, its terms with their weights, and with their counts."""

    vector: Vectors
    terms: Mapping[Term, float]
    counts: Mapping[Term, int]
