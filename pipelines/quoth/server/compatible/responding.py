"""The performance of a response, told by OpenAI's events."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any

from quoth.library import Watcher
from quoth.models import Call
from quoth.server.compatible import citing, items, speaking
from quoth.server.compatible.conversing import read_messages, split_question
from quoth.server.compatible.shapes import Message
from quoth.server.performing import Performance
from quoth.server.services import Services
from quoth.types import Answer, Timings

_TOOL = "file_search"
_RESULTS = "file_search_call.results"


def perform_response(services: Services, performance: Performance) -> dict[str, Any]:
    """Answer the input of an operation, and return the whole response."""
    return _Response(services, performance).perform()


class _Response:
    """A response as it is made."""

    def __init__(self, services: Services, performance: Performance) -> None:
        self._services = services
        self._performance = performance
        self._operation = performance.operation
        self._spec = performance.operation.spec
        self._begun = items.begin_response(performance.operation)
        self._message = f"msg_{self._operation.id.removeprefix('resp_')}"
        self._search = f"fs_{self._operation.id.removeprefix('resp_')}"
        self._output: list[dict[str, Any]] = []
        self._shown = ""

    def perform(self) -> dict[str, Any]:
        """Return the whole response, after telling its events."""
        self._tell("response.created", response=self._begun)
        self._tell("response.in_progress", response=self._begun)
        with_search = any(tool.get("type") == _TOOL for tool in self._spec["tools"])
        if with_search:
            self._begin_search()
        last: str | Answer | Call = ""
        with closing(self._parts()) as parts:
            for part in parts:
                self._performance.check()
                if not isinstance(part, str):
                    last = part
                    continue
                if with_search and not self._output:
                    self._end_search()
                self._say(part)
        return self._finish(last)

    def _parts(self) -> Generator[str | Answer | Call, None, None]:
        messages = read_messages([Message(**each) for each in self._spec["messages"]])
        watcher = Watcher(self._performance.check)
        if collection := self._operation.collection:
            question, turns = split_question(messages)
            yield from speaking.answer_from_collection(
                self._services, collection, question, turns, watcher
            )
            return
        manner = speaking.Manner(
            max_tokens=self._spec["max_tokens"],
            temperature=self._spec["temperature"],
            json_schema=self._spec["schema"],
        )
        yield from speaking.speak_freely(self._services, messages, manner, watcher)

    def _finish(self, last: str | Answer | Call) -> dict[str, Any]:
        quoth: dict[str, Any] = {"ignored": self._spec["ignored"], "said": self._shown}
        annotations: Sequence[dict[str, Any]] = ()
        timings, cut = Timings(calls=0), False
        if isinstance(last, Call):
            timings, cut = last.timings, last.finish == "length"
        elif isinstance(last, Answer):
            timings = last.timings
            cited = citing.cite_answer(
                self._services,
                last,
                id=self._operation.id,
                collection=self._operation.collection,
                shown=self._shown,
            )
            quoth |= citing.whole_truth(cited, ignored=self._spec["ignored"])
            self._say(cited.tail)
            annotations = citing.response_annotations(cited)
            self._put_results(last)
        if not self._shown:
            self._say("")
        self._end_message(annotations)
        response = items.finish_response(self._begun, self._output, timings, quoth, cut=cut)
        ending = "response.incomplete" if cut else "response.completed"
        self._tell(ending, response=response)
        return response

    # -- the search ------------------------------------------------------------------------

    def _begin_search(self) -> None:
        item = items.search_item(self._search, self._question, None, status="in_progress")
        self._tell("response.output_item.added", output_index=0, item=item)
        for state in ("in_progress", "searching"):
            self._tell(f"response.file_search_call.{state}", output_index=0, item_id=self._search)

    def _end_search(self) -> None:
        item = items.search_item(self._search, self._question, None, status="completed")
        self._output.append(item)
        self._tell("response.file_search_call.completed", output_index=0, item_id=self._search)
        self._tell("response.output_item.done", output_index=0, item=item)

    def _put_results(self, answer: Answer) -> None:
        """Put the hits into the item of the search, where they were asked for."""
        if _RESULTS not in self._spec["include"] or not self._output:
            return
        collection = self._operation.collection
        self._output[0]["results"] = [
            {
                "file_id": self._services.documents.id_of(collection, hit.chunk.source),
                "filename": hit.chunk.source.rpartition("/")[2],
                "score": round(min(1.0, max(0.0, hit.dense_score or 0.0)), 4),
                "text": hit.chunk.text,
                "attributes": {},
            }
            for hit in answer.hits
        ]

    @property
    def _question(self) -> str:
        question: str = self._spec["messages"][-1]["content"]
        return question

    # -- the message -----------------------------------------------------------------------

    @property
    def _place(self) -> dict[str, Any]:
        return {"item_id": self._message, "output_index": len(self._output), "content_index": 0}

    def _say(self, text: str) -> None:
        if not self._shown:
            item = items.message_item(self._message, "", (), status="in_progress")
            self._tell("response.output_item.added", output_index=len(self._output), item=item)
            self._tell("response.content_part.added", **self._place, part=items.text_part("", ()))
        self._shown += text
        if text:
            self._tell("response.output_text.delta", **self._place, delta=text, logprobs=[])

    def _end_message(self, annotations: Sequence[dict[str, Any]]) -> None:
        for number, annotation in enumerate(annotations):
            self._tell(
                "response.output_text.annotation.added",
                **self._place,
                annotation_index=number,
                annotation=annotation,
            )
        part = items.text_part(self._shown, annotations)
        self._tell("response.output_text.done", **self._place, text=self._shown, logprobs=[])
        self._tell("response.content_part.done", **self._place, part=part)
        item = items.message_item(self._message, self._shown, annotations)
        self._tell("response.output_item.done", output_index=len(self._output), item=item)
        self._output.append(item)

    def _tell(self, kind: str, **data: Any) -> None:
        self._performance.tell(kind, {"type": kind, **data})
