"""One summary in progress: its model, prompts and calls, and their cost so far."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, wait
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from langchain_core.messages import BaseMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ContextThreadPoolExecutor

from quoth.errors import QuothError
from quoth.journal import CallRecord
from quoth.models import (
    Call,
    ChatRequest,
    LocalModel,
    ModelCalls,
    is_cut_silent,
    with_room_to_think,
)
from quoth.prompts import Prompt, add_request, select_prompt
from quoth.summarize.gate import Gate
from quoth.summarize.options import SummaryOptions
from quoth.text import ENGLISH, UNDETERMINED, Language
from quoth.types import Timings

_MARGIN = 8

Item = TypeVar("Item")
Result = TypeVar("Result")


class StoppedError(QuothError):
    """The work was stopped; the calls in flight were finished and recorded."""

    exit_code = 130


class Monitor:
    """Observes and stops a summary in progress. Override its methods; any thread may call them."""

    @property
    def stopped(self) -> bool:
        """Whether no further call may begin."""
        return False

    def planned(self, calls: int) -> None:
        """Note that `calls` further calls are planned."""

    def called(self, call: Call) -> None:
        """Note a finished call, made now or answered by the journal."""


class SummaryRun:
    """The state that all calls of one summary share: model, options, prompts, costs."""

    def __init__(
        self,
        model: LocalModel,
        options: SummaryOptions,
        *,
        journal: CallRecord | None,
        gate: Gate,
        folders: Sequence[Path],
        config: RunnableConfig | None,
        monitor: Monitor,
        language: Language = ENGLISH,
    ) -> None:
        self.model = model
        self.options = options
        self.language = language
        """The language to write in."""
        self.monitor = monitor
        model.reserve()
        self.description = model.describe()
        self.small = self.description.is_small
        self.started = time.perf_counter()
        self.calls = 0
        self.cached_calls = 0
        self.timings = Timings(calls=0)
        self.notes: dict[str, None] = {}
        self._calls = ModelCalls(model, journal)
        self._gate = gate
        self.folders = tuple(folders)
        self._config = config
        self._lock = threading.Lock()
        self._prompts: dict[str, Prompt] = {}

    @property
    def words(self) -> int:
        """The target length of the summary in words of its language, or in characters."""
        factor = self.language.summaries.length_factor if self.options.is_named_length else 1.0
        return round(factor * self.options.words)

    @property
    def prompts(self) -> tuple[str, ...]:
        """The prompts in use: name, version, and a hash of the wording."""
        return tuple(
            f"{prompt.name}@{prompt.version} {prompt.fingerprint}"
            for _, prompt in sorted(self._prompts.items())
        )

    def prompt(self, name: str) -> Prompt:
        """Return the prompt with this name, and note its use."""
        if name not in self._prompts:
            self._prompts[name] = self._select(name)
        return self._prompts[name]

    def refusals(self, name: str) -> tuple[str, ...]:
        """Return the refusals that a prompt declares, without noting its use."""
        return self._select(name).refusals

    def messages(self, task: str, values: Mapping[str, str]) -> list[BaseMessage]:
        """Return the messages of a task's prompt, filled with those of the values that it declares.

        The language comes first, so that the start is the same for every part. A prompt that is
        written in the language asks for it itself.
        """
        prompt = self.prompt(task)
        messages = prompt.messages(**{name: values[name] for name in prompt.variables})
        wanted = self.options.language
        if not wanted and self.language.code not in (ENGLISH.code, UNDETERMINED):
            wanted = self.language.name
        if not wanted or prompt.language == self.language.code:
            return messages
        request = self.prompt("summarize-language").texts(language=wanted)[1]
        return add_request(messages, request)

    def room(self, task: str, values: Mapping[str, str], answer_tokens: int) -> int:
        """Return the tokens that the window leaves for text, beside a prompt and its answer."""
        head = self.model.count_prompt(self.messages(task, values))
        return self.description.context_window - head - answer_tokens - _MARGIN

    def request(
        self, messages: Sequence[BaseMessage], max_tokens: int, enough_words: int = 0
    ) -> ChatRequest:
        """Return the request for an answer of at most `max_tokens`."""
        return ChatRequest(
            tuple(messages), max_tokens=max_tokens, enough_words=enough_words, purpose="summary"
        )

    def knows(self, request: ChatRequest) -> bool:
        """Whether the journal holds the answer to a request."""
        if self.options.fresh and self.model.temperature > 0:
            return False
        return self._calls.lookup(request) is not None

    def ask(self, request: ChatRequest) -> Call:
        """Return the answer to a request, from the journal or after waiting for a free slot.

        A model that spends all its tokens on thinking is asked once more, with a higher limit.
        """
        self._check_stopped()
        for attempt in filter(None, (request, with_room_to_think(request, self.model))):
            call = self._calls.call(
                attempt,
                self._config,
                fresh=self.options.fresh,
                turn=self._turn,
            )
            self._count(call)
            if not is_cut_silent(call):
                break
        return call

    def gather(self, function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Apply the function to all items, as many at once as the model decodes in parallel.

        The first error is raised: calls in flight are finished and recorded, and no new one begins.
        """
        if len(items) == 1:
            return [function(items[0])]
        workers = max(1, min(self.description.parallel, len(items)))
        with ContextThreadPoolExecutor(max_workers=workers) as pool:
            futures = [pool.submit(function, item) for item in items]
            try:
                wait(futures, return_when=FIRST_EXCEPTION)
            finally:
                for future in futures:
                    future.cancel()
        for future in futures:
            if not future.cancelled() and (error := future.exception()) is not None:
                raise error
        return [future.result() for future in futures]

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for a free slot of the model, and occupy it within the block."""
        with self._gate.turn():
            self._check_stopped()
            yield

    def _check_stopped(self) -> None:
        if self.monitor.stopped:
            raise StoppedError("The summary was stopped; finished calls are in the journal.")

    def _count(self, call: Call) -> None:
        with self._lock:
            if call.cached:
                self.cached_calls += 1
            else:
                self.calls += 1
                self.timings += call.timings
        self.monitor.called(call)

    def _select(self, name: str) -> Prompt:
        return select_prompt(name, self.model, language=self.language.code, folders=self.folders)
