"""Answers as operations: what happens is told event by event, and can be stopped at each token."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from typing import Any
from uuid import UUID

from langchain_core.messages import BaseMessage
from langchain_core.runnables import RunnableConfig

from quoth.answer import Answerer, Conversation
from quoth.library import Library, Watcher
from quoth.models import ModelCalls
from quoth.server.events import PROMPT
from quoth.server.performing import Performance
from quoth.server.presenting import present_answer, present_hit
from quoth.server.services import Services
from quoth.types import Answer, Chunk, Hit

HitsTold = Callable[[Sequence[Hit]], None]


class PromptWatcher(Watcher):
    """Also tells the exact prompt that the model is given."""

    def __init__(self, watched: Performance, library: Library, found: HitsTold) -> None:
        super().__init__(watched.check, found)
        self._performance = watched
        self._library = library

    def on_chat_model_start(
        self, serialized: Any, messages: list[list[BaseMessage]], *, run_id: UUID, **kwargs: Any
    ) -> None:
        """Tell the prompt."""
        whole = self._library.model.render(messages[0])
        parts = [f"[{message.type}]\n{message.text}" for message in messages[0]]
        self._performance.tell(PROMPT, {"text": whole or "\n\n".join(parts)})


class WatchedAnswerer:
    """An answerer whose calls are watched, for a conversation."""

    def __init__(self, answerer: Answerer, config: RunnableConfig) -> None:
        self.calls: ModelCalls = answerer.calls
        self._answerer = answerer
        self._config = config

    def stream(self, input: str, *, shown: Sequence[Chunk] = ()) -> Iterator[str | Answer]:
        """Yield the text of the answer as it is written, and at the end the whole `Answer`."""
        return self._answerer.stream(input, self._config, shown=shown)


def answer_parts(
    library: Library, question: str, watcher: Watcher, *, conversation: str = ""
) -> Generator[str | Answer, None, None]:
    """Yield the text of an answer as it is written, and at the end the whole `Answer`."""
    config: RunnableConfig = {"callbacks": [watcher]}
    if not conversation:
        yield from library.answerer.stream(question, config)
        return
    answerer = WatchedAnswerer(library.answerer, config)
    folder = library.folder / "conversations"
    if (folder / f"{conversation}.json").exists():
        talk = Conversation.resume(answerer, folder, id=conversation)
    else:
        talk = Conversation(answerer, folder, id=conversation)
    yield from talk.stream(question)


def perform_answer(services: Services, performance: Performance) -> dict[str, Any]:
    """Answer the question of an operation, and return the body of the answer."""
    operation = performance.operation
    library = services.shelf.library(operation.collection)

    def tell_hits(hits: Sequence[Hit]) -> None:
        bodies = [present_hit(services, operation.collection, hit) for hit in hits]
        performance.tell("found", {"hits": [body.model_dump(mode="json") for body in bodies]})

    performance.tell("searching", {})
    watcher = PromptWatcher(performance, library, tell_hits)
    answer = None
    parts = answer_parts(
        library, operation.spec["question"], watcher, conversation=operation.conversation
    )
    with closing(parts):
        for part in parts:
            performance.check()
            if isinstance(part, Answer):
                answer = part
            else:
                performance.tell("text", {"delta": part})
    assert answer is not None
    body = present_answer(
        services,
        answer,
        id=operation.id,
        collection=operation.collection,
        conversation=operation.conversation,
    ).model_dump(mode="json")
    for citation in body["citations"]:
        performance.tell("citation", citation)
    performance.tell("answer", body)
    return body
