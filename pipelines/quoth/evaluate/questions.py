"""Questions with known answers, in the file formats that `quoth eval answers` reads."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from quoth.errors import UsageError
from quoth.evaluate.corpus import read_rows

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question, its correct answers, and where they are in the documents.

    `answers` is empty for an unanswerable question. `source` is the id of the text or the name of
    the file; `pages` count from 1.
    """

    id: str
    text: str
    answers: tuple[str, ...]
    source: str
    pages: tuple[int, ...]
    quote: str = ""

    @property
    def answerable(self) -> bool:
        """Whether the documents hold an answer."""
        return bool(self.answers)


def read_questions(path: Path) -> list[GoldQuestion]:
    """Read the questions in a file of JSON lines.

    The keys of SQuAD are `question`, `is_impossible`, `answers`, `passage_id`; of FinanceBench,
    `question`, `answer`, `pdf`, `evidence` with `page_1based`; of our own format, `question`,
    `answer`, `answerable`, `document`, `page`, `quote`. Raises `UsageError`, which names the
    question at fault.
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


def _question(row: dict[str, Any], number: int) -> GoldQuestion:
    id = str(row.get("id", number))
    if "passage_id" in row:
        impossible = bool(row["is_impossible"])
        answers = () if impossible else tuple(str(answer) for answer in row["answers"])
        return GoldQuestion(id, str(row["question"]), answers, str(row["passage_id"]), (1,))
    if "evidence" in row:
        pages = tuple(sorted({int(item["page_1based"]) for item in row["evidence"]}))
        return GoldQuestion(id, str(row["question"]), (str(row["answer"]),), str(row["pdf"]), pages)
    if not row.get("answerable", True):
        return GoldQuestion(id, str(row["question"]), (), "", ())
    return GoldQuestion(
        id,
        str(row["question"]),
        (str(row["answer"]),),
        str(row["document"]),
        (int(row["page"]),),
        str(row.get("quote") or ""),
    )
