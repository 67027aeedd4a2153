from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fixed_searcher import FixedSearcher
from quoth.answer import Answerer
from quoth.collection import Scope
from quoth.config import Answering, Embedding
from quoth.embed import Embedder, FolderEmbedder
from quoth.models import Description
from quoth.retrieve import Hits
from quoth.types import Chunk, Hit
from scripted_model import Scripted

BILLION = 1_000_000_000


@pytest.fixture(scope="session")
def embedder(session_home: Path) -> Embedder:
    return FolderEmbedder.open(Embedding())


def hit(text: str, source: str, *, headings: tuple[str, ...] = ()) -> Hit:
    chunk = Chunk(source, source, 1, None, 0, len(text), text, headings)
    return Hit(chunk, 0.7, 0.7, 5.0)


def ask(
    embedder: Embedder, hits: list[Hit], model: Scripted, question: str, **settings: Any
) -> str:
    """Return the prompt that a model gets for a question."""
    Answerer(FixedSearcher(hits, embedder), model, Answering(**settings)).invoke(question)
    return str(model.asked[0].messages[-1].content)


@pytest.mark.parametrize(
    ("parameters", "prompt"), [(2 * BILLION, "Quote [2]:"), (8 * BILLION, "Behind each sentence")]
)
def test_a_model_below_three_billion_parameters_quotes_first(
    embedder: Embedder, parameters: int, prompt: str
) -> None:
    asked = ask(embedder, [hit("It is.", "a.md")], Scripted(parameters=parameters), "What is it?")
    assert prompt in asked


def test_a_model_of_unknown_size_is_taken_for_one_that_writes(embedder: Embedder) -> None:
    asked = ask(embedder, [hit("It is.", "a.md")], Scripted(parameters=0), "What is it?")
    assert "Behind each sentence" in asked


def test_a_larger_model_reads_and_writes_more(embedder: Embedder) -> None:
    hits = [hit("word " * 400 + str(number), f"{number}.md") for number in range(12)]
    small, large = (Scripted(parameters=size * BILLION, window=32_000) for size in (2, 8))
    read = [ask(embedder, hits, model, "What?").count("</excerpt") for model in (small, large)]
    assert 0 < read[0] < read[1] < len(hits)
    assert small.asked[0].max_tokens < large.asked[0].max_tokens


def test_what_found_no_room_is_told(embedder: Embedder) -> None:
    hits = [hit("word " * 200 + str(number), f"{number}.md") for number in range(6)]
    searcher = FixedSearcher(hits, embedder)
    answer = Answerer(searcher, Scripted(), Answering(context_tokens=600)).invoke("What?")
    (left,) = answer.not_read
    assert (left.count, left.what) == (len(hits) - len(answer.excerpts), "passages")
    assert left.reason


class Bounding(Scripted):
    """Counts bytes: an upper bound of the tokens."""

    def count_tokens(self, text: str) -> int:
        return len(text.encode())

    def describe(self) -> Description:
        return replace(super().describe(), counting="bound")


def test_a_bound_of_the_tokens_limits_the_prompt_and_not_the_reading(embedder: Embedder) -> None:
    hits = [hit("word " * 100 + str(number), f"{number}.md") for number in range(8)]
    wide, narrow = Bounding(window=32_000), Bounding(window=3_000)
    read = [ask(embedder, hits, model, "What?").count("</excerpt") for model in (wide, narrow)]
    assert read[0] == len(hits)
    assert read[1] < 4


def test_a_comparison_reads_from_each_document_first(embedder: Embedder) -> None:
    hits = [hit(f"Rent number {n}.", "a.md") for n in range(3)] + [hit("Rent of b.", "b.md")]
    asked = ask(embedder, hits, Scripted(), "Compare the rents of both leases.")
    assert asked.index("Rent of b.") < asked.index("Rent number 1.")
    asked = ask(embedder, hits, Scripted(), "What is the rent?")
    assert asked.index("Rent of b.") > asked.index("Rent number 1.")


def test_an_excerpt_names_the_headings_that_it_stands_under(embedder: Embedder) -> None:
    asked = ask(
        embedder, [hit("It is.", "a.md", headings=("Terms", "Rent"))], Scripted(), "What is it?"
    )
    assert "<excerpt 1: a.md, page 1, Terms, Rent>" in asked


@pytest.mark.parametrize(
    ("k", "parameters", "expected"),
    [(None, 8 * BILLION, 12), (None, 2 * BILLION, 8), (5, 8 * BILLION, 5), (None, 10**8, None)],
)
def test_the_number_of_hits_is_the_user_s_or_grows_with_the_model(
    embedder: Embedder, k: int | None, parameters: int, expected: int | None
) -> None:
    asked: list[int | None] = []

    class Counting(FixedSearcher):
        def search(
            self, question: str, *, k: int | None = None, scope: Scope | None = None
        ) -> Hits:
            asked.append(k)
            return super().search(question, k=k, scope=scope)

    searcher = Counting([hit("It is.", "a.md")], embedder)
    Answerer(searcher, Scripted(parameters=parameters), Answering(), k=k).invoke("What is it?")
    assert asked == [expected]


def test_hits_grow_as_far_as_the_budget_allows(embedder: Embedder) -> None:
    grown: list[int] = []

    def grow(hits: Sequence[Hit], tokens: int) -> Sequence[Hit]:
        grown.append(tokens)
        return [hit(f"{one.chunk.text} More of it.", one.chunk.source) for one in hits]

    hits = [hit("It is.", "a.md"), hit("It was.", "b.md")]
    model = Scripted(parameters=8 * BILLION, window=32_000)
    asked = Answerer(FixedSearcher(hits, embedder), model, Answering(), grow=grow)
    answer = asked.invoke("What is it?")
    assert grown == [2_000]
    assert [chunk.text for chunk in answer.excerpts] == [
        "It is. More of it.",
        "It was. More of it.",
    ]
