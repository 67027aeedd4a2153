"""`openai-compatible`: any other server on this machine that speaks `/v1` (vLLM, LM Studio, …).

The server applies its own chat template, so the model takes messages. Tokens are counted by the
server's `/tokenize` where it has one (llama.cpp's and vLLM's). Elsewhere an upper bound is used,
and the note of the model says so.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from langchain_core.messages import BaseMessage
from pydantic import PrivateAttr

from quoth.backends.http import LocalHttp, is_crowded, read_key
from quoth.backends.http_model import HttpModel
from quoth.backends.llama.admission import Admission, admit_at_once
from quoth.backends.llama.http import read_timings
from quoth.config import ModelSettings
from quoth.errors import BackendError, ConfigurationError, ModelNotFoundError
from quoth.models import Description, Piece, Provider, Request, defuse, role_of, shortfall_error
from quoth.prompts import ModelMetadata, family_of
from quoth.text import bound_token_count
from quoth.types import Timings
from quoth.weights import Installed

if TYPE_CHECKING:
    from quoth.config import Embedding
    from quoth.embed import Embedder

_WINDOW_KEYS = ("max_model_len", "loaded_context_length", "context_length", "max_context_length")
Tokenizer = Literal["llama.cpp", "vllm", "none"]


@dataclass(frozen=True, slots=True)
class _Server:
    description: Description
    tokenizer: Tokenizer
    model_id: str


class OpenAICompatibleProvider(Provider):
    """The models of the server at `backend.url`, which may end in `/v1` or not."""

    def open(self, name: str) -> OpenAICompatible:
        """Return a model of the server. Raises `ConfigurationError` without an address."""
        return OpenAICompatible(
            model=f"openai-compatible:{name}",
            settings=self.settings,
            prompt_folders=self.prompt_folders,
        )

    def open_embedder(self, name: str, *, embedding: Embedding) -> Embedder:
        """Return an embedder of the server. Raises `ConfigurationError` without an address."""
        from quoth.backends.openai_embedder import OpenAIEmbedder

        return OpenAIEmbedder(name, self.settings, embedding)

    def installed(self) -> Sequence[Installed]:
        """Return the models that the server serves."""
        if not self.settings.url:
            return ()
        http = connect(self.settings)
        try:
            entries = http.json("GET", "/v1/models").get("data") or []
        finally:
            http.close()
        return [Installed(str(entry.get("id"))) for entry in entries]


class OpenAICompatible(HttpModel):
    """A model of a server that speaks OpenAI's chat completions."""

    _server: _Server | None = PrivateAttr(default=None)
    _admission: Admission | None = PrivateAttr(default=None)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def connect(self) -> LocalHttp:
        """Return a client for the server."""
        return connect(self.settings)

    def describe(self) -> Description:
        """Return the description from the server; nothing is loaded."""
        return self._reached().description

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens, by the server's own tokenizer, or an upper bound."""
        server = self._reached()
        if server.tokenizer == "none":
            return bound_token_count(text)
        return len(self._tokens(text, server.tokenizer, server.model_id))

    def count_prompt(self, messages: Sequence[BaseMessage]) -> int:
        """Return the number of tokens of the prompt, exact where the server renders it for us."""
        server = self._reached()
        turns = [_turn(message) for message in defuse(messages)]
        try:
            if server.tokenizer == "llama.cpp":
                rendered = self._http.json("POST", "/apply-template", {"messages": turns})
                return self.count_tokens(str(rendered["prompt"])) + 1  # BOS
            if server.tokenizer == "vllm":
                body = {"model": server.model_id, "messages": turns}
                return int(self._http.json("POST", "/tokenize", body)["count"])
        except (BackendError, KeyError) as error:
            if isinstance(error, BackendError) and error.retryable:
                raise
        return super().count_prompt(messages)

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        """Generate token by token."""
        room = self._admission.admit if self._admission else admit_at_once
        try:
            with room(request.prompt_tokens + request.max_tokens):
                yield from self._generate_raw(request)
        except BackendError as error:
            if is_crowded(error) and self._admission is None:  # as in llama/served.py
                description = self.describe()
                self._admission = Admission(description.context_window, description.parallel)
            raise

    def _generate_raw(self, request: Request) -> Iterator[Piece]:
        body = self._body(request)
        start = time.perf_counter()
        first, generated = 0.0, 0
        finish: Literal["stop", "length"] | None = None
        timings: Timings | None = None
        for event in self._http.events("/v1/chat/completions", body):
            for choice in event.get("choices") or ():
                delta = choice.get("delta") or {}
                text = str(delta.get("content") or "")
                thought = str(delta.get("reasoning_content") or delta.get("reasoning") or "")
                if text or thought:
                    first = first or time.perf_counter() - start
                    generated += 1
                    yield Piece(text=text, thinking=thought)
                if choice.get("finish_reason"):
                    finish = "length" if choice["finish_reason"] == "length" else "stop"
            if event.get("timings") or event.get("usage"):
                timings = _read_timings(event, timings)
        if finish is None:
            return  # the caller sees that the last piece is missing
        spent = time.perf_counter() - start
        measured = Timings(
            prompt_seconds=first,
            generated_tokens=generated,
            generation_seconds=max(0.0, spent - first),
        )
        yield Piece(timings=_merge_timings(timings, measured), finish=finish)

    def check_read(self, request: Request, timings: Timings) -> None:
        """Raise `GenerationError` when the server read fewer tokens than the bare text has."""
        least = self.min_prompt_tokens(request.messages)
        if timings.prompt_tokens and timings.prompt_tokens < least:
            raise shortfall_error(self.model, least, timings.prompt_tokens)

    def unload(self) -> None:
        """Close the connections. The server keeps its model: it is not ours to stop."""
        self.disconnect()
        self._server = None

    def _body(self, request: Request) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._reached().model_id,
            "messages": [_turn(message) for message in request.messages],
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if request.stop:
            body["stop"] = list(request.stop)
        if request.json_schema is not None:
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": dict(request.json_schema)},
            }
        return body

    def _reached(self) -> _Server:
        if self._server is None:
            with self._lock:
                if self._server is None:
                    self._server = self._reach()
        return self._server

    def _reach(self) -> _Server:
        entries = self._http.json("GET", "/v1/models").get("data") or []
        entry = next(
            (e for e in entries if self.short_name in (e.get("id"), *e.get("aliases", ()))), None
        )
        if entry is None:
            if len(entries) != 1 or "/" not in str(entries[0].get("id")):
                names = ", ".join(str(e.get("id")) for e in entries) or "none"
                raise ModelNotFoundError(
                    f"The server at {self._http.url} has no model {self.short_name}.",
                    hint=f"It has: {names}.",
                )
            entry = entries[0]  # a server of one model, which it calls by its path
        model_id = str(entry.get("id"))
        meta = entry.get("meta") or {}
        window = next((int(entry[key]) for key in _WINDOW_KEYS if entry.get(key)), 0)
        window = window or int(meta.get("n_ctx") or 0)
        tokenizer = self._tokenizer(model_id)
        metadata = ModelMetadata(name=self.short_name.rsplit("/", 1)[-1], kind="chat")
        family = family_of(metadata, folders=self.prompt_folders)
        notes = []
        if not window:
            notes.append(
                "The server does not report its window, so backend.context_window is used."
            )
        if tokenizer == "none":
            notes.append(
                "It does not count tokens; counts are upper bounds from the bytes of the text."
            )
        description = Description(
            name=self.model,
            family=family,
            kind="chat",
            context_window=min(
                window or self.settings.context_window, self.settings.context_window
            ),
            parallel=self.settings.parallel,
            fingerprint=f"{model_id}:{meta.get('n_params', '')}:{meta.get('size', '')}",
            parameters=int(meta.get("n_params") or 0),
            bytes=int(meta.get("size") or 0),
            note=" ".join(notes),
            counting="bound" if tokenizer == "none" else "exact",
            constraints=("json_schema",),
        )
        return _Server(description, tokenizer, model_id)

    def _tokenizer(self, model_id: str) -> Tokenizer:
        kinds: tuple[Tokenizer, ...] = ("llama.cpp", "vllm")
        for kind in kinds:
            try:
                if self._tokens("a b c d", kind, model_id):
                    return kind
            except BackendError as error:
                if error.retryable:
                    raise
        return "none"

    def _tokens(self, text: str, kind: Tokenizer, model_id: str) -> list[Any]:
        body: dict[str, Any] = {"content": text, "add_special": False, "parse_special": True}
        if kind == "vllm":
            body = {"model": model_id, "prompt": text, "add_special_tokens": False}
        return list(self._http.json("POST", "/tokenize", body).get("tokens") or ())


def _turn(message: BaseMessage) -> dict[str, str]:
    return {"role": role_of(message), "content": str(message.text)}


def connect(settings: ModelSettings) -> LocalHttp:
    """Return a client for the server at `backend.url`. Raises `ConfigurationError` without one."""
    if not settings.url:
        raise ConfigurationError(
            "backend.url is empty, and openai-compatible needs the address of a server.",
            hint="As in: --set backend.url=http://127.0.0.1:8000",
        )
    url = settings.url.rstrip("/").removesuffix("/v1")
    return LocalHttp(url, api_key=read_key(settings.api_key_file), timeout=settings.timeout)


def _read_timings(event: dict[str, Any], previous: Timings | None) -> Timings:
    usage = event.get("usage") or {}
    exact = read_timings(event)
    details = usage.get("prompt_tokens_details") or {}
    return Timings(
        prompt_tokens=int(usage.get("prompt_tokens") or exact.prompt_tokens),
        cached_prompt_tokens=int(details.get("cached_tokens") or exact.cached_prompt_tokens),
        prompt_seconds=exact.prompt_seconds or (previous.prompt_seconds if previous else 0.0),
        generated_tokens=int(usage.get("completion_tokens") or exact.generated_tokens),
        generation_seconds=exact.generation_seconds
        or (previous.generation_seconds if previous else 0.0),
    )


def _merge_timings(reported: Timings | None, measured: Timings) -> Timings:
    """Return the timings of the server, completed by those that were measured here."""
    if reported is None:
        return measured
    return Timings(
        prompt_tokens=reported.prompt_tokens,
        cached_prompt_tokens=reported.cached_prompt_tokens,
        prompt_seconds=reported.prompt_seconds or measured.prompt_seconds,
        generated_tokens=reported.generated_tokens or measured.generated_tokens,
        generation_seconds=reported.generation_seconds or measured.generation_seconds,
    )
