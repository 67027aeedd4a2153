"""The ways in which citations travel to a client of OpenAI's API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from quoth.server.presenting import present_answer
from quoth.server.services import Services
from quoth.server.shapes import AnswerBody, CitationBody
from quoth.types import Answer
from quoth.views import cited_text


@dataclass(frozen=True, slots=True)
class Cited:
    """An answer as text with footnotes, and the places that the footnotes are about.

    `text` is all of it, `tail` what follows the text of the answer itself. `spans` are the first
    and the last offset of the mark of each footnote in `text`, by its number.
    """

    body: AnswerBody
    text: str
    tail: str
    spans: dict[int, tuple[int, int]]


def cite_answer(
    services: Services,
    answer: Answer,
    *,
    id: str,
    collection: str,
    footnotes: bool = True,
    shown: str | None = None,
) -> Cited:
    """Return an answer with its footnotes.

    `shown` is the text that a stream has told already; its marks then follow at its end.
    """
    body = present_answer(services, answer, id=id, collection=collection)
    text = cited_text(answer) if shown is None else shown
    begin = len(text) if shown is not None else len(answer.text)
    places = body.citations or body.nearest
    missing = [place.n for place in body.citations if f"[{place.n}]" not in text]
    if missing:
        text = f"{text.rstrip() if shown is None else text} " + "".join(f"[{n}]" for n in missing)
    spans = dict(_spans(text, [place.n for place in places]))
    if footnotes and places:
        text += "\n\n" + "\n".join(_footnote(place) for place in places)
    return Cited(body, text, text[begin:] if shown is not None else "", spans)


def url_annotations(cited: Cited) -> list[dict[str, Any]]:
    """Return the annotations of a chat completion, in their nested form."""
    return [
        {"type": "url_citation", "url_citation": _url_citation(place, cited)}
        for place in cited.body.citations
    ]


def response_annotations(cited: Cited) -> list[dict[str, Any]]:
    """Return the annotations of a response: the file and the address of each citation."""
    found: list[dict[str, Any]] = []
    for place in cited.body.citations:
        found.append(
            {
                "type": "file_citation",
                "file_id": place.file_id,
                "filename": PurePath(place.source).name,
                "index": _span_of(place, cited)[0],
            }
        )
        found.append({"type": "url_citation", **_url_citation(place, cited)})
    return found


def source_events(cited: Cited) -> list[dict[str, Any]]:
    """Return the places as events that Open WebUI shows in its window of citations."""
    return [
        {
            "type": "source",
            "data": {
                "source": {"name": _title(place), "url": place.url},
                "document": [place.quote],
                "metadata": [{"source": place.url, "name": _title(place), "page": place.page}],
            },
        }
        for place in cited.body.citations
    ]


def whole_truth(cited: Cited, *, ignored: Sequence[str], mode: str = "answer") -> dict[str, Any]:
    """Return everything about an answer, for the field `quoth`."""
    told = cited.body.model_dump(mode="json", exclude={"text", "question"})
    return {**told, "mode": mode, "ignored": list(ignored)}


def _url_citation(place: CitationBody, cited: Cited) -> dict[str, Any]:
    start, end = _span_of(place, cited)
    return {"start_index": start, "end_index": end, "title": _title(place), "url": place.url}


def _span_of(place: CitationBody, cited: Cited) -> tuple[int, int]:
    return cited.spans.get(place.n, (0, 0))


def _title(place: CitationBody) -> str:
    return f"{PurePath(place.source).name}, p. {place.page_label or place.page}"


def _footnote(place: CitationBody) -> str:
    quote = " ".join(place.quote.split())
    return f"[{place.n}] {_title(place)}: “{quote}”"


def _spans(text: str, numbers: Sequence[int]) -> Iterator[tuple[int, tuple[int, int]]]:
    for number in numbers:
        mark = f"[{number}]"
        if (start := text.find(mark)) >= 0:
            yield number, (start, start + len(mark))
