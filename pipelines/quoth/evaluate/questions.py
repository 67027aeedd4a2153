"""Questions with known answers, in the two forms that `quoth eval answers` takes."""

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
    """A question, the answers that count as right (none when it cannot be answered), their place.

    `source` is the id of the text, or the file's name; `pages` count from 1.
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
    """Return the questions in a file of JSON lines.

    SQuAD's: `question`, `is_impossible`, `answers`, `passage_id`. FinanceBench's: `question`,
    `answer`, `pdf`, `evidence` with `page_1based`. Golden ones: `question`, `answer`, `answerable`,
    `document`, `page`, `quote`. Raises `UsageError` that names the line.
    """
    questions = []
    for number, row in enumerate(read_rows(path, needed=("question",)), start=1):
        try:
            questions.append(_question(row, number))
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(
                f"Question {number} of {path} is not of a known form: {error}.",
                hint="It needs `answers` and `passage_id`, or `answer`, `document` and `page`.",
            ) from error
    if not questions:
        raise UsageError(f"{path} holds no questions.")
    return questions


def sample(items: Sequence[Item], limit: int | None, *, seed: int) -> list[Item]:
    """Return `limit` of the items, drawn at random with `seed`; all of them, in order, without."""
    if limit is None or limit >= len(items):
        return list(items)
    return random.Random(seed).sample(list(items), limit)  # noqa: S311


def sample_balanced(
    questions: Sequence[GoldQuestion], limit: int | None, *, seed: int
) -> list[GoldQuestion]:
    """Return `limit` questions, up to half of them unanswerable."""
    can = [question for question in questions if question.answerable]
    cannot = [question for question in questions if not question.answerable]
    if limit is None or limit >= len(questions):
        return list(questions)
    few = min(limit // 2, len(cannot))
    drawn = sample(can, limit - few, seed=seed) + sample(cannot, few, seed=seed)
    random.Random(seed).shuffle(drawn)  # noqa: S311
    return drawn


def _question(row: dict[str, Any], number: int) -> GoldQuestion:
    id = str(row.get("id", number))
    if "passage_id" in row:
        impossible = bool(row["is_impossible"])
        answers = () if impossible else tuple(str(answer) for answer in row["answers"])
        return GoldQuestion(id, str(row["question"]), answers, str(row["passage_id"]), (1,))
    if "evidence" in row:
        pages = tuple(sorted({int(place["page_1based"]) for place in row["evidence"]}))
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
