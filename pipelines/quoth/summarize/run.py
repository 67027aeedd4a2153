"""One summary in the making: its model, its prompts, its calls, and their cost so far."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, wait
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ContextThreadPoolExecutor

from quoth.errors import QuothError
from quoth.journal import Journal
from quoth.models import Call, ChatRequest, LocalModel, ModelCalls
from quoth.prompts import Prompt, select_prompt
from quoth.summarize.gate import Gate
from quoth.summarize.options import SummaryOptions
from quoth.types import Timings

_MARGIN = 8

Item = TypeVar("Item")
Result = TypeVar("Result")


class StoppedError(QuothError):
    """The work was stopped from outside; the calls in flight were finished and kept."""

    exit_code = 130


class Monitor:
    """Sees a summary in the making. Override what you want to know; any thread may call."""

    @property
    def stopped(self) -> bool:
        """Whether no further call is to be begun."""
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
        journal: Journal | None,
        gate: Gate,
        folders: Sequence[Path],
        config: RunnableConfig | None,
        monitor: Monitor,
    ) -> None:
        self.model = model
        self.options = options
        self.monitor = monitor
        self.description = model.describe()
        self.small = self.description.is_small
        self.started = time.perf_counter()
        self.calls = 0
        self.cached_calls = 0
        self.timings = Timings(calls=0)
        self.notes: dict[str, None] = {}
        self._calls = ModelCalls(model, journal)
        self._gate = gate
        self._folders = folders
        self._config = config
        self._lock = threading.Lock()
        self._prompts: dict[str, Prompt] = {}

    @property
    def prompts(self) -> tuple[str, ...]:
        """The prompts that were used: name, version, and a hash of the wording."""
        return tuple(
            f"{prompt.name}@{prompt.version} {prompt.fingerprint}"
            for _, prompt in sorted(self._prompts.items())
        )

    def prompt(self, name: str) -> Prompt:
        """Return the prompt of that name, and count it among those that were used."""
        if name not in self._prompts:
            self._prompts[name] = self._select(name)
        return self._prompts[name]

    def refusals(self, name: str) -> tuple[str, ...]:
        """Return the refusals that a prompt asks for, whether it is used or not."""
        return self._select(name).refusals

    def messages(self, task: str, values: Mapping[str, str]) -> list[BaseMessage]:
        """Return a task's prompt with its declared variables filled in; other values are dropped.

        The language goes in front, where it is the same for every part.
        """
        prompt = self.prompt(task)
        messages = prompt.messages(**{name: values[name] for name in prompt.variables})
        if not self.options.language:
            return messages
        request = self.prompt("summarize-language").texts(language=self.options.language)[1]
        first = messages[0]
        if isinstance(first, SystemMessage):
            return [SystemMessage(f"{first.content}\n{request}"), *messages[1:]]
        return [HumanMessage(f"{request}\n\n{first.content}"), *messages[1:]]

    def room(self, task: str, values: Mapping[str, str], answer_tokens: int) -> int:
        """Return the token budget for text in the window, next to a prompt and its answer."""
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
        """Return the answer to a request; wait while the model is busy with as many as it takes.

        A model that used up its tokens thinking, and has not begun to answer, is asked once more
        with room for both.
        """
        self._check_stopped()
        limits = [request.max_tokens]
        roomy = min(8 * request.max_tokens + 512, self.model.answer_budget(request.messages))
        if roomy > request.max_tokens:
            limits.append(roomy)
        for limit in limits:
            call = self._calls.call(
                replace(request, max_tokens=limit),
                self._config,
                fresh=self.options.fresh,
                turn=self._turn,
            )
            self._count(call)
            if call.text or call.finish != "length":
                break
        return call

    def gather(self, function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Return the function's result for each item, as many in parallel as the model decodes.

        The first error ends the rest: calls in flight are finished and kept, no new one begins.
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
        """Wait for a free place at the model, and hold it within the block."""
        with self._gate.turn():
            self._check_stopped()
            yield

    def _check_stopped(self) -> None:
        if self.monitor.stopped:
            raise StoppedError("Stopped before all calls were made; finished calls are kept.")

    def _count(self, call: Call) -> None:
        with self._lock:
            if call.cached:
                self.cached_calls += 1
            else:
                self.calls += 1
                self.timings += call.timings
        self.monitor.called(call)

    def _select(self, name: str) -> Prompt:
        return select_prompt(name, self.model, folders=self._folders)
