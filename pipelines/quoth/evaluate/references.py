"""Documents with reference summaries, in the three file formats of `quoth eval summaries`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quoth.errors import UsageError
from quoth.evaluate.corpus import read_rows
from quoth.types import Document, Page

_NOISE = re.compile(r"\s*\{\w+\}")
"""Marks of noises and broken words in QMSum's transcripts; its authors remove them too."""


@dataclass(frozen=True, slots=True)
class ReferencedDocument:
    """A document and its reference summaries; with a `query`, they answer that query only."""

    id: str
    document: Document
    references: tuple[str, ...]
    query: str = ""


def read_references(path: Path, *, questions: bool = False) -> list[ReferencedDocument]:
    """Read documents with their reference summaries from a file of JSON lines.

    The keys of SQuALITY are `document`, `questions`; of QMSum, `meeting_transcripts`,
    `general_query_list`, `specific_query_list`; of L-Eval, `document`, `references`. The summaries
    are those of whole documents, or with `questions` those that answer a query. Raises
    `UsageError`, which names the document at fault.
    """
    documents: list[ReferencedDocument] = []
    for number, row in enumerate(read_rows(path), start=1):
        try:
            documents += [item for item in _read(row, number) if bool(item.query) == questions]
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise UsageError(
                f"Document {number} of {path} is in no known format: {error}.",
                hint="It needs `document` with `questions` or `references`, or "
                "`meeting_transcripts` with `general_query_list`.",
            ) from error
    if not documents:
        kind = "on a question" if questions else "of a whole document"
        raise UsageError(f"There is no summary {kind} in {path}.")
    return documents


def _read(row: dict[str, Any], number: int) -> Iterator[ReferencedDocument]:
    if "meeting_transcripts" in row:
        yield from _meeting(row, number)
        return
    text = str(row["document"])
    if "questions" not in row:
        id = str(row.get("id", number))
        references = tuple(map(str, row["references"]))
        yield ReferencedDocument(id, _document(id, text), references)
        return
    id = str(row["metadata"]["passage_id"])
    for question in row["questions"]:
        # The first question of every story in SQuALITY asks for its plot.
        general = int(question["question_number"]) == 1
        yield ReferencedDocument(
            id if general else f"{id}/{question['question_number']}",
            _document(id, text),
            tuple(str(response["response_text"]) for response in question["responses"]),
            "" if general else str(question["question_text"]),
        )


def _meeting(row: dict[str, Any], number: int) -> Iterator[ReferencedDocument]:
    turns = (
        f"{turn['speaker']}: {_NOISE.sub('', turn['content']).strip()}"
        for turn in row["meeting_transcripts"]
    )
    document = _document(f"meeting {number}", "\n".join(turns))
    for question in row["general_query_list"][:1]:
        yield ReferencedDocument(f"{number}", document, (str(question["answer"]),))
    for index, question in enumerate(row["specific_query_list"], start=1):
        id = f"{number}/{index}"
        yield ReferencedDocument(id, document, (str(question["answer"]),), str(question["query"]))


def _document(id: str, text: str) -> Document:
    if not text.strip():
        raise ValueError("its text is empty")
    return Document(id, id, "text", (Page(1, text),))
