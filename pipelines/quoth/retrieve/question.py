"""The question as a value: parsed once, embedded once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from quoth.collection import Scope
from quoth.embed import Embedder
from quoth.errors import UsageError
from quoth.text import ENGLISH, Language, QuestionKind, analyse, lexemes, stem
from quoth.types import Drawn, Hit, Vectors, format_count, glimpse

MAX_QUESTION_CHARACTERS = 20_000


@dataclass(frozen=True, eq=False)
class Question:
    """A question, with the facts that search and answering use.

    Each fact is computed when it is first used, and kept. `embedder` is that of the collection.
    Raises `UsageError` for a text that is empty or too long.
    """

    text: str
    embedder: Embedder = field(repr=False)
    language: Language = field(default=ENGLISH, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", check_question(self.text))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words as the keyword index has them, in order."""
        return tuple(analyse(self.text, self.language))

    @cached_property
    def terms(self) -> Mapping[str, int]:
        """The words with their counts."""
        return Counter(self.words)

    @cached_property
    def lexemes(self) -> frozenset[str]:
        """All words and signs, in lower case."""
        return frozenset(match.group().lower() for match in lexemes(self.text))

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of all words, stop words included."""
        return frozenset(stem(word, self.language) for word in self.lexemes)

    @cached_property
    def names(self) -> frozenset[str]:
        """The stems of names and numbers."""
        names = self.language.questions.names.findall(self.text)
        return frozenset(stem(name, self.language) for name in names) & self.terms.keys()

    @cached_property
    def kind(self) -> QuestionKind:
        """The kind of answer that the question asks for."""
        return self.language.questions.kind_of(self.text)

    @cached_property
    def negated(self) -> bool:
        """Whether the question holds a negation."""
        return bool(self.language.questions.negations.search(self.text.lower()))

    @cached_property
    def vector(self) -> Vectors:
        """The vector of the text, of unit length."""
        return self.embedder.query_vector(self.text)


class Hits(list[Hit], Drawn):
    """The hits of one search, best first, and the question that was searched for."""

    def __init__(self, question: Question, hits: Iterable[Hit] = ()) -> None:
        super().__init__(hits)
        self.question = question

    def __repr__(self) -> str:
        best = f", best {self[0]!r}" if self else ""
        return f"<{format_count(len(self), 'hit')} for {glimpse(self.question.text)}{best}>"


def check_limits(k: int | None = None, scope: Scope | None = None) -> None:
    """Raise `UsageError` for what is no number of hits, and for what is no scope."""
    if k is not None and (not isinstance(k, int) or isinstance(k, bool) or k < 1):
        raise UsageError(f"`k` must be a number of hits from 1, not {k!r}.")
    if scope is not None and not isinstance(scope, Scope):
        hint = "`Scope.read(documents=…, pages=…, tags=…)` makes one."
        raise UsageError.of_argument("scope", expected="a `Scope`", came=scope, hint=hint)


def check_question(text: str) -> str:
    """Return a question without white space around it, or raise `UsageError`."""
    if not isinstance(text, str):
        raise UsageError.of_argument("question", expected="a text", came=text)
    question = text.strip()
    if not question:
        raise UsageError("The question is empty.", hint='Ask something: quoth ask "What is …?"')
    if not question.isascii() and question.encode("utf-8", "ignore").decode() != question:
        raise UsageError("The question is not valid Unicode.", hint="Write it as UTF-8.")
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise UsageError(
            f"The question has {len(question):,} characters; "
            f"the limit is {MAX_QUESTION_CHARACTERS:,}.",
            hint="Put a long text into a file, ingest it, and ask about it.",
        )
    return question
