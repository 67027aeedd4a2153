"""A model of a server that speaks OpenAI's chat completions.

The server applies its own chat template, so the model takes messages. Tokens are counted by the
server where it counts for callers. Elsewhere the number of tokens is learnt from what the server
reports to have read, and the note of the model says so. No prompt is cut unseen: each count that
the server reports is held against what was sent.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from langchain_core.messages import BaseMessage, HumanMessage
from pydantic import PrivateAttr

from quoth.backends.hardware import explain_ignored
from quoth.backends.http import LocalHttp, is_crowded
from quoth.backends.http_model import HttpModel
from quoth.backends.llama.admission import Admission, admit_at_once
from quoth.backends.openai.dialects import Dialect, find_dialect
from quoth.backends.openai.tools import ToolCalls
from quoth.backends.openai.window import WindowProof
from quoth.backends.openai.wire import (
    add_timings,
    body_of,
    choices_of,
    connect,
    count_read,
    events_of,
    find_entry,
    finish_of,
    list_models,
    steps_of,
    texts_of,
    turns_of,
)
from quoth.backends.rates import TokenRates
from quoth.backends.stated import whole_number
from quoth.backends.template import variables_of
from quoth.config import ModelSettings
from quoth.errors import BackendError, ContextOverflowError
from quoth.models import Description, Piece, Request, defuse, shortfall_error
from quoth.prompts import ModelMetadata, family_of
from quoth.types import Timings

_Way = Literal["constraint", "likelihoods", "text"]


@dataclass(frozen=True, slots=True)
class _Server:
    description: Description
    dialect: Dialect
    window: int
    """The window that the server states; 0 where it states none."""
    proof: WindowProof


class OpenAICompatible(HttpModel):
    """A model of a server that speaks OpenAI's chat completions."""

    _server: _Server | None = PrivateAttr(default=None)
    _admission: Admission | None = PrivateAttr(default=None)
    _rates: TokenRates = PrivateAttr(default_factory=TokenRates)
    _template: int | None = PrivateAttr(default=None)
    _refused: set[_Way] = PrivateAttr(default_factory=set)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def connect(self) -> LocalHttp:
        """Return a client for the server."""
        return connect(self.settings)

    def describe(self) -> Description:
        """Return the description from the server; nothing is loaded."""
        return self._reached().description

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens, by the server's own tokenizer, or an upper bound."""
        dialect = self._reached().dialect
        if dialect.counts:
            return dialect.count_text(text) if text else 0
        self._rates.learn_from(text, self._count_sample)
        return self._rates.bound(text)

    def count_prompt(self, messages: Sequence[BaseMessage]) -> int:
        """Return the number of tokens of the prompt, exact where the server renders it for us."""
        try:
            counted = self._reached().dialect.count_prompt(turns_of(defuse(messages)))
        except BackendError as error:
            if error.retryable:
                raise
            counted = 0
        return counted or super().count_prompt(messages)

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        """Generate token by token. Raises `ContextOverflowError` with the server's own counts."""
        room = self._admission.admit if self._admission else admit_at_once
        try:
            with room(request.prompt_tokens + request.max_tokens):
                yield from self._generate_raw(request)
        except ContextOverflowError as error:
            raise self._learn_window(request, error) from error
        except BackendError as error:
            if is_crowded(error) and self._admission is None:  # as in llama/served.py
                description = self.describe()
                self._admission = Admission(description.context_window, description.parallel)
            raise

    def check_read(self, request: Request, timings: Timings) -> None:
        """Raise `GenerationError` unless the server read the whole prompt."""
        server = self._reached()
        if not server.dialect.counts:
            read = timings.prompt_tokens
            server.proof.check(request.messages, read, window=server.window)
            return
        least = self.min_prompt_tokens(request.messages)
        if timings.prompt_tokens and timings.prompt_tokens < least:
            raise shortfall_error(self.model, least, timings.prompt_tokens)

    def unload(self) -> None:
        """Close the connections. The server keeps its model: it is not ours to stop."""
        self.disconnect()
        server, self._server = self._server, None
        if server is not None:
            server.dialect.close()

    # -- one call ----------------------------------------------------------------------------

    def _generate_raw(self, request: Request) -> Iterator[Piece]:
        start = time.perf_counter()
        first, generated = 0.0, 0
        finish: Literal["", "stop", "length"] = ""
        timings, calls = Timings(), ToolCalls()
        for event in self._events(request):
            yield Piece()  # a sign of life, as long as no text comes
            for choice in choices_of(event):
                calls.add(choice)
                text, thinking = texts_of(choice)
                if text or thinking:
                    first = first or time.perf_counter() - start
                    generated += 1
                    yield Piece(text, thinking, steps=steps_of(choice))
                finish = finish_of(choice) or finish
            timings = add_timings(event, timings)
        if not finish:
            return  # the caller sees that the last piece is missing
        spent = time.perf_counter() - start
        timings = replace(
            timings,
            prompt_seconds=timings.prompt_seconds or first,
            generated_tokens=timings.generated_tokens or generated,
            generation_seconds=timings.generation_seconds or max(0.0, spent - first),
        )
        yield Piece(timings=timings, finish=finish, tool_calls=calls.finished())

    def _events(self, request: Request) -> Iterator[Mapping[str, Any]]:
        """Yield the events of a call.

        A choice among texts is asked for in the first way that the server does not refuse: by
        grammar or schema, by the likelihoods of tokens, as any reply.
        """
        dialect = self._reached().dialect
        ways = [way for way in _ways_of(request) if way not in self._refused]
        for way in ways:
            begun = False
            try:
                body = body_of(_asked(request, way), dialect.model)
                for event in events_of(self._http, {**body, **dialect.template_fields()}):
                    begun = begun or bool(event)
                    yield event
                return
            except BackendError as error:
                if begun or error.retryable or way == ways[-1]:
                    raise
                self._refused.add(way)

    # -- what is learnt ----------------------------------------------------------------------

    def _count_sample(self, text: str) -> int:
        """Return the number of tokens that the server reads of a text, by its report."""
        return self._count_read([HumanMessage(text)]) - self._template_tokens()

    def _template_tokens(self) -> int:
        """Return the number of tokens that the server's template puts around one message."""
        if self._template is None:
            self._template = max(0, self._count_read([HumanMessage(".")]) - 1)
        return self._template

    def _count_read(self, messages: Sequence[BaseMessage]) -> int:
        return count_read(self._http, self._reached().dialect.model, messages)

    def _learn_window(self, request: Request, error: ContextOverflowError) -> ContextOverflowError:
        """Note the window and the count that a refusal states, and return our error with both."""
        server = self._reached()
        description = server.description
        if 0 < error.window < description.context_window:
            description = replace(description, context_window=error.window)
            self._server = replace(server, description=description, window=error.window)
        text = "\n".join(str(message.text) for message in request.messages)
        self._rates.learn(text, error.prompt_tokens)
        return ContextOverflowError(
            prompt_tokens=error.prompt_tokens or request.prompt_tokens,
            answer_tokens=request.max_tokens,
            window=error.window or description.context_window,
            what="The prompt",
        )

    # -- the server --------------------------------------------------------------------------

    def _reached(self) -> _Server:
        if self._server is None:
            with self._lock:
                if self._server is None:
                    self._server = self._reach()
        return self._server

    def _reach(self) -> _Server:
        dialect = find_dialect(
            self._http, find_entry(self._http, self.short_name, list_models(self._http))
        )
        dialect.variables = variables_of(self.settings)
        window = dialect.window()
        meta = dialect.entry.get("meta")
        meta = meta if isinstance(meta, dict) else {}
        metadata = ModelMetadata(name=self.short_name.rsplit("/", 1)[-1], kind="chat")
        believed = self.settings.context_window
        description = Description(
            name=self.model,
            family=family_of(metadata, folders=self.prompt_folders),
            kind="chat",
            context_window=min(window or believed, believed),
            parallel=self.settings.parallel,
            fingerprint=f"{dialect.model}:{meta.get('n_params', '')}:{meta.get('size', '')}",
            engine=dialect.name,
            parameters=whole_number(meta.get("n_params")),
            bytes=whole_number(meta.get("size")),
            note=_note(dialect, window, self.settings),
            counting="exact" if dialect.counts else "bound",
            constraints=dialect.constraints,
            takes_tools="chosen",
        )
        return _Server(description, dialect, window, self._proof(dialect))

    def _proof(self, dialect: Dialect) -> WindowProof:
        return WindowProof(
            self.model,
            lambda messages: count_read(self._http, dialect.model, messages),
            self._rates,
        )


def _ways_of(request: Request) -> Sequence[_Way]:
    """Return the ways to ask for a reply, the best first."""
    if not request.choices:
        return ("constraint",)
    return ("likelihoods", "text") if _is_free(request) else ("constraint", "likelihoods", "text")


def _asked(request: Request, way: _Way) -> Request:
    if way == "constraint":
        return request
    return replace(request, grammar="", json_schema=None, likelihoods=way == "likelihoods")


def _is_free(request: Request) -> bool:
    return not request.grammar and request.json_schema is None


def _note(dialect: Dialect, window: int, settings: ModelSettings) -> str:
    notes = []
    if not window:
        notes.append("The server does not report its window, so backend.context_window is used.")
    if not dialect.counts:
        notes.append(
            "It does not count tokens, so counts are upper bounds, learnt from what it reports."
        )
    return " ".join(filter(None, [*notes, explain_ignored(settings)]))
