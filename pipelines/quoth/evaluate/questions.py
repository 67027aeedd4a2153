"""Questions with known answers, in the file formats that `quoth eval answers` reads."""

from __future__ import annotations

import random
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from quoth.errors import UsageError
from quoth.evaluate.corpus import read_rows

Item = TypeVar("Item")
OTHER_LANGUAGE = "other-language"
"""The kind of a question in another language than its documents; it counts for its kind alone."""


@dataclass(frozen=True, slots=True)
class GoldPlace:
    """A place that answers a question: a page of a document that holds one of the `evidence` texts.

    `source` is the id of a text or the name of a file. `pages` count from 1; without any, every
    page is right. Without `evidence`, every text of the page is.
    """

    source: str
    pages: tuple[int, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldQuestion:
    """A question, its correct answers, and the places that answer it.

    `answers` are short texts for comparison with a phrase; a question with places need not have
    any. One of the `places` suffices, or all are needed with `needs_all`. With `anywhere`, the
    evidence may be shown from any document. `kind` is a word of the file, such as `list`; empty
    where it tells none. `collection` names the documents, where a file is about several sets.
    """

    id: str
    text: str
    answerable: bool = True
    answers: tuple[str, ...] = ()
    places: tuple[GoldPlace, ...] = ()
    needs_all: bool = False
    anywhere: bool = False
    kind: str = ""
    language: str = ""
    collection: str = ""


def read_questions(path: Path) -> list[GoldQuestion]:
    """Read the questions in a file of JSON lines.

    The keys of SQuAD are `question`, `is_impossible`, `answers`, `passage_id`; of FinanceBench,
    `question`, `answer`, `pdf`, `evidence` with `page_1based`; of our own format, `question`,
    `answer`, `answerable`, `document`, `page`, `quote`, or with several places `question`,
    `answerable`, `places` (each with `document`, `page`, `evidence`), `need` (`any` or `all`),
    `phrase`, `set`. `kind` and `language` may be added to each. Raises `UsageError`, which names
    the question at fault.
    """
    questions = []
    for number, row in enumerate(read_rows(path, needed=("question",)), start=1):
        try:
            questions.append(_question(row, number))
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(
                f"Question {number} of {path} is in no known format: {error}.",
                hint="It needs `answers` and `passage_id`, or `answer`, `document` and `page`.",
            ) from error
    if not questions:
        raise UsageError(f"There are no questions in {path}.")
    return questions


def is_in_half(id: str, half: int | None) -> bool:
    """Whether an item belongs to a half, 0 or 1, by the CRC-32 of its id; `None` is both.

    Constants are chosen on one half and measured on the other.
    """
    return half is None or zlib.crc32(id.encode()) % 2 == half


def sample(items: Sequence[Item], limit: int | None, *, seed: int) -> list[Item]:
    """Draw `limit` items at random with `seed`; without a limit, return all in order."""
    if limit is None or limit >= len(items):
        return list(items)
    return random.Random(seed).sample(list(items), limit)  # noqa: S311


def sample_balanced(
    questions: Sequence[GoldQuestion], limit: int | None, *, seed: int
) -> list[GoldQuestion]:
    """Draw `limit` questions at random, up to half of them unanswerable."""
    answerable = [question for question in questions if question.answerable]
    unanswerable = [question for question in questions if not question.answerable]
    if limit is None or limit >= len(questions):
        return list(questions)
    count = min(limit // 2, len(unanswerable))
    drawn = sample(answerable, limit - count, seed=seed) + sample(unanswerable, count, seed=seed)
    random.Random(seed).shuffle(drawn)  # noqa: S311
    return drawn


def _question(row: Mapping[str, Any], number: int) -> GoldQuestion:
    answerable = not row.get("is_impossible", not row.get("answerable", True))
    answers, places = _gold(row) if answerable or "passage_id" in row else ((), ())
    return GoldQuestion(
        id=str(row.get("id", number)),
        text=str(row["question"]),
        answerable=answerable,
        answers=answers if answerable else (),
        places=places,
        needs_all=row.get("need", "any") == "all",
        anywhere="passage_id" in row,
        kind=str(row.get("kind", "")),
        language=str(row.get("language", "")),
        collection=str(row.get("set", "")),
    )


def _gold(row: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[GoldPlace, ...]]:
    """Return the short answers of a question, and the places that answer it."""
    if "passage_id" in row:
        answers = tuple(map(str, row["answers"]))
        return answers, (GoldPlace(str(row["passage_id"]), (1,), answers),)
    if "places" in row:
        places = (
            GoldPlace(
                str(place["document"]),
                (int(place["page"]),) if place["page"] else (),
                tuple(map(str, place["evidence"])),
            )
            for place in row["places"]
        )
        return tuple(map(str, row["phrase"])), tuple(places)
    answer = (str(row["answer"]),)
    if "evidence" in row:
        pages = tuple(sorted({int(item["page_1based"]) for item in row["evidence"]}))
        return answer, (GoldPlace(str(row["pdf"]), pages),)
    evidence = (str(row["quote"]),) if row.get("quote") else ()
    return answer, (GoldPlace(str(row["document"]), (int(row["page"]),), evidence),)
