"""A language model of an Ollama server.

Models take messages. With `backend.template`, and where the model has no template of its own, the
prompt is rendered here and sent raw. Ollama's default window is small and it drops the start of a
prompt that does not fit. So the window is always sent, truncation is forbidden, and the number of
tokens that Ollama reports as read is compared with the number that was sent.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from langchain_core.messages import BaseMessage, SystemMessage
from pydantic import PrivateAttr

from quoth.backends.http import LocalHttp
from quoth.backends.http_model import HttpModel
from quoth.backends.llama.offload import to_llama_layers
from quoth.backends.ollama.facts import Facts, look_up
from quoth.backends.ollama.generation import Generation, ReplyPart
from quoth.backends.ollama.placement import add_placement, read_placement
from quoth.backends.ollama.progress import Progress
from quoth.backends.ollama.prompt_memory import PromptMemory
from quoth.backends.ollama.wire import connect, translate_errors
from quoth.backends.rates import TokenRates
from quoth.errors import (
    BackendError,
    ConfigurationError,
    ContextOverflowError,
    ModelNotFoundError,
)
from quoth.models import Description, Piece, Placement, Request, ToolCall, shortfall_error
from quoth.prompts import ChatTemplate
from quoth.types import Timings
from quoth.weights import Gguf, choose_threads, find_weights

_AGAINST_LOOPS = {"repeat_penalty": 1.1, "repeat_last_n": 64}
"""Ollama's own defaults, which files of models turn off: a schema keeps small models in circles.

A call of a tool goes without: its arguments repeat what the user said.
"""


class Ollama(HttpModel):
    """A model of an Ollama server."""

    _facts: Facts | None = PrivateAttr(default=None)
    _used: bool = PrivateAttr(default=False)
    _placed: bool = PrivateAttr(default=False)
    _memory: PromptMemory = PrivateAttr(default_factory=PromptMemory)
    _rates: TokenRates = PrivateAttr(default_factory=TokenRates)
    _progress: Progress = PrivateAttr(default_factory=Progress)
    _generation: Generation | None = PrivateAttr(default=None)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def connect(self) -> LocalHttp:
        """Return a client for the small calls."""
        return connect(self.settings)

    def describe(self) -> Description:
        """Return the description from the server; nothing is loaded."""
        return self._known().description

    def preload(self) -> None:
        """Have the server load the model now."""
        self.reserve()

    def reserve(self) -> None:
        """Have the server load the model with the window that is asked for.

        Raises `ConfigurationError` for a window that the memory there does not hold. A shorter one
        that the server gives instead is that of `describe` from then on.
        """
        if self._used:
            return
        with translate_errors(self._http.url, self.short_name):
            self._generator().load(self._options())
        self._used = True
        self._read_placement()

    def placement(self) -> Placement | None:
        """Return what `/api/ps` says of the model."""
        return read_placement(self._http, self.short_name)

    def template(self) -> ChatTemplate | None:
        """Return the template of a raw prompt; `None` where Ollama applies its own."""
        return self._known().template

    def weights_file(self) -> Path | None:
        """Return the blob with the weights, where it can be read."""
        try:
            return find_weights(self.short_name)
        except ModelNotFoundError:
            return None

    def weights_header(self) -> Gguf | None:
        """Return the header of the weights, as the server shows it."""
        return self._known().header or super().weights_header()

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens by the model's own vocabulary, else an upper bound.

        The bound is learnt from what the server reads of the start of a text.
        """
        facts = self._known()
        if facts.vocabulary is not None:
            return facts.vocabulary.count(text)
        self._rates.learn_from(text, self._count_sample)
        return self._rates.bound(text)

    def template_tokens(self) -> int:
        """Return the most tokens that Ollama's template adds: everything that it contains."""
        return self.count_tokens(self._known().template_text) + 8

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        """Generate token by token.

        Raises `ContextOverflowError`, with the counts of the server, for a prompt that it refuses.
        """
        self._used = True
        try:
            with translate_errors(self._http.url, self.short_name):
                calls: tuple[ToolCall, ...] = ()
                for reply in self._replies(request):
                    calls += reply.tool_calls
                    yield Piece(reply.text, reply.thinking, steps=reply.steps)
                    if reply.timings is not None:
                        self._read_placement()
                        yield Piece(timings=reply.timings, finish=reply.finish, tool_calls=calls)
                        self._memory.remember(_text_of(request))
        except ContextOverflowError as error:
            self._placed = False  # the window is shorter than it was believed to be
            self._rates.learn(_text_of(request), error.prompt_tokens)
            self._read_placement()
            window = error.window or self._known().description.context_window
            raise _overflow(request, error.prompt_tokens, window) from error
        except BackendError as error:
            if "context" in str(error) and ("exceed" in str(error) or "length" in str(error)):
                window = self._known().description.context_window
                raise _overflow(request, request.prompt_tokens, window) from error
            raise

    def check_read(self, request: Request, timings: Timings) -> None:
        """Raise `GenerationError` if Ollama read fewer tokens than it was sent.

        Some versions do not count the tokens that their prompt cache held. When the prompts that
        were sent before do not explain the difference, Ollama reads the prompt again behind a
        beginning that no cache holds.
        """
        exact = bool(request.prompt) and self.describe().counting == "exact"
        least = request.prompt_tokens - 1 if exact else self.min_prompt_tokens(request.messages)
        missing = least - timings.prompt_tokens
        if missing <= 0 or self._memory.explains(_text_of(request), missing, self.count_tokens):
            return
        read = self._read_uncached(request)
        if read < least:
            raise shortfall_error(self.model, least, read)

    def unload(self) -> None:
        """Have the server free the model, if it was used here."""
        self._release()
        if self._used:
            self._http.json("POST", "/api/generate", {"model": self.short_name, "keep_alive": 0})
            self._used = False

    def close(self) -> None:
        """Release the model; the server keeps it in memory as long as it likes."""
        self._used = False
        self._release()
        self.disconnect()

    def _replies(self, request: Request) -> Iterator[ReplyPart]:
        """Yield the parts of an answer.

        Ollama answers one call at a time unless it is told otherwise. A call that waits for its
        turn gets nothing, for as long as the calls before it take; it is sent again as long as
        these get something.
        """
        while True:
            begun = False
            try:
                for part in self._send(request):
                    begun = True
                    self._progress.note()
                    yield part
                return
            except httpx.ReadTimeout:
                if begun or not self._progress.within(self.settings.timeout):
                    raise

    def _send(self, request: Request) -> Iterator[ReplyPart]:
        think = self._known().think(self.settings)
        return self._generator().replies(request, options=self._options(request), think=think)

    def _generator(self) -> Generation:
        with self._lock:
            if self._generation is None:
                self._generation = Generation(self.short_name, self.settings)
            return self._generation

    def _release(self) -> None:
        with self._lock:
            facts, self._facts = self._facts, None
            self._placed = False
            generation, self._generation = self._generation, None
        if generation is not None:
            generation.close()
        if facts is not None and facts.vocabulary is not None:
            facts.vocabulary.close()

    def _options(self, request: Request | None = None) -> dict[str, Any]:
        """Return the options of a call; those that are the same for all calls without one."""
        settings = self.settings
        options: dict[str, Any] = {
            "num_ctx": self.describe().context_window,
            "num_batch": settings.batch_tokens,
        }
        if settings.gpu_layers != "auto":
            options["num_gpu"] = to_llama_layers(settings.gpu_layers)
        if settings.main_gpu:
            options["main_gpu"] = settings.main_gpu
        if settings.threads:
            options["num_thread"] = choose_threads(settings.threads)
        if request is None:
            return options
        if request.temperature == 0:
            options["top_k"] = 1
        if request.end_loops and request.json_schema is not None and not request.guided:
            options |= _AGAINST_LOOPS
        return {
            **options,
            "num_predict": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
            "stop": list(request.stop) or None,
        }

    def _known(self) -> Facts:
        facts = self._facts
        if facts is None:
            with self._lock:
                if self._facts is None:
                    self._facts = look_up(
                        self._http, self.short_name, self.settings, self.prompt_folders
                    )
                facts = self._facts
        if facts.only_embeds:
            raise ConfigurationError(
                f"{self.model} is an embedding model: it does not write answers.",
                hint=f"Choose a language model; this one is for `embedding.model: {self.model}`.",
            )
        return facts

    def _read_placement(self) -> None:
        """Learn from the server where the model is, until it says so."""
        facts = self._facts
        if facts is None or self._placed:
            return
        if (placement := self.placement()) is not None:
            self._facts = add_placement(facts, placement, self.settings)
            self._placed = True

    def _count_sample(self, text: str) -> int:
        """Return the number of tokens that the server reads of a bare text, by its report."""
        sample = Request((), text, max_tokens=1, temperature=0, seed=0)
        try:
            return self._read_uncached(sample)
        except ContextOverflowError as error:
            return error.prompt_tokens

    def _read_uncached(self, request: Request) -> int:
        """Return the number of tokens that Ollama reads of this prompt when no cache holds it."""
        fresh = secrets.token_hex(8)
        messages: list[BaseMessage] = [SystemMessage(fresh), *request.messages]
        if request.messages and isinstance(request.messages[0], SystemMessage):
            first = SystemMessage(f"{fresh}\n{request.messages[0].text}")
            messages = [first, *request.messages[1:]]
        prompt = f"{fresh}\n{request.prompt}" if request.prompt else ""
        again = replace(request, messages=tuple(messages), prompt=prompt, max_tokens=1)
        with translate_errors(self._http.url, self.short_name):
            return max(
                (reply.timings.prompt_tokens for reply in self._replies(again) if reply.timings),
                default=0,
            )


def _text_of(request: Request) -> str:
    return request.prompt or "\n".join(f"{m.type}: {m.text}" for m in request.messages)


def _overflow(request: Request, prompt_tokens: int, window: int) -> ContextOverflowError:
    return ContextOverflowError(
        prompt_tokens=prompt_tokens or request.prompt_tokens,
        answer_tokens=request.max_tokens,
        window=window,
        what="The prompt",
    )
