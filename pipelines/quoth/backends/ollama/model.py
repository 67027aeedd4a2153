"""`ollama`: the user's own Ollama server, through langchain-ollama.

Models take messages (`ChatOllama`). With `backend.template`, and where the model has no template of
its own, the prompt is rendered here and sent raw (`OllamaLLM`). Ollama's default window is small
and it drops the start of what does not fit, so the window is always sent, cutting is forbidden, and
what it says it has read is compared with what was sent.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from langchain_core.messages import BaseMessage, SystemMessage
from pydantic import PrivateAttr
from quoth.backends.http import LocalHttp
from quoth.backends.llama.offload import gpu_layers_for_llama
from quoth.backends.ollama.facts import Facts, look, with_offload
from quoth.backends.ollama.prompt_memory import PromptMemory
from quoth.backends.ollama.wire import (
    WholeTransport,
    client_options,
    close_client,
    closing,
    connect,
    our_errors,
    server_address,
)
from quoth.config import ModelSettings
from quoth.errors import BackendError, ConfigurationError, ContextOverflowError, ModelNotFoundError
from quoth.models import Description, LocalModel, Piece, Request, shortfall
from quoth.prompts import ChatTemplate
from quoth.text import most_tokens
from quoth.types import Timings
from quoth.weights import Installed, Transfer, decode_threads, find_weights, split_name

if TYPE_CHECKING:
    from langchain_ollama import ChatOllama, OllamaLLM
    from quoth.embed import Embedder

Part = tuple[str, str, Mapping[str, Any]]
"""Text, thinking, and what Ollama says at the end."""


class Ollama(LocalModel):
    """A model of an Ollama server."""

    settings: ModelSettings
    name: str

    _http: LocalHttp = PrivateAttr()
    _facts: Facts | None = PrivateAttr(default=None)
    _used: bool = PrivateAttr(default=False)
    _memory: PromptMemory = PrivateAttr(default_factory=PromptMemory)
    _chat_model: ChatOllama | None = PrivateAttr(default=None)
    _raw_model: OllamaLLM | None = PrivateAttr(default=None)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @classmethod
    def open(cls, name: str, settings: ModelSettings) -> Self:
        """Return a model of the server at `backend.url`, OLLAMA_HOST, or the usual address."""
        return cls(
            model=f"ollama:{name}",
            name=name,
            settings=settings,
            temperature=settings.temperature,
            seed=settings.seed,
        )

    def model_post_init(self, context: Any, /) -> None:
        """Prepare the way to the server; nothing is sent yet."""
        super().model_post_init(context)
        self._http = connect(self.settings)

    @classmethod
    def open_embedder(cls, name: str, settings: ModelSettings) -> Embedder:
        """Return an embedder of the server."""
        from quoth.backends.ollama.embedder import OllamaEmbedder

        return OllamaEmbedder(name, settings)

    @classmethod
    def installed(cls, settings: ModelSettings) -> Sequence[Installed]:
        """Return the models that the server has, but for those that run elsewhere."""
        http = connect(settings)
        try:
            entries = http.json("GET", "/api/tags").get("models") or []
        finally:
            http.close()
        return [
            Installed(
                name=str(entry["name"]),
                bytes=int(entry.get("size") or 0),
                quantization=str((entry.get("details") or {}).get("quantization_level") or ""),
            )
            for entry in entries
            if not entry.get("remote_host")
        ]

    @classmethod
    def pull(cls, name: str, settings: ModelSettings) -> Iterator[Transfer]:
        """Have the server fetch a model, and yield how far it is."""
        import ollama

        url = server_address(settings)
        client = ollama.Client(host=url, **client_options(settings))
        with our_errors(url, name):
            for step in client.pull(name, stream=True):
                yield Transfer(step.status or "", step.completed or 0, step.total or 0)

    @classmethod
    def origin(cls, name: str) -> str:
        """Return the registry that a name stands for."""
        return split_name(name)[0]

    @classmethod
    def remove(cls, name: str, settings: ModelSettings) -> None:
        """Have the server delete a model."""
        import ollama

        url = server_address(settings)
        with our_errors(url, name):
            ollama.Client(host=url, **client_options(settings)).delete(name)

    @property
    def address(self) -> str:
        """The address of the server."""
        return self._http.url

    def describe(self) -> Description:
        """Return what the server says of the model; nothing is loaded."""
        return self._known().description

    def template(self) -> ChatTemplate | None:
        """Return the template of a raw prompt; `None` where Ollama applies its own."""
        return self._known().template

    def weights_file(self) -> Path | None:
        """Return the blob with the weights, where it can be read."""
        try:
            return find_weights(self.name)
        except ModelNotFoundError:
            return None

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens by the model's own vocabulary, else a bound."""
        vocabulary = self._known().vocabulary
        return most_tokens(text) if vocabulary is None else vocabulary.count(text)

    def template_tokens(self) -> int:
        """Return what Ollama's template may add: all that is written in it."""
        return self.count_tokens(self._known().template_text) + 8

    def pieces(self, request: Request) -> Iterator[Piece]:
        """Generate token by token."""
        facts = self._known()
        url = self._http.url
        answers = self._raw(request) if request.prompt else self._chat(request, facts.thinks)
        self._used = True
        try:
            with our_errors(url, self.name):
                for text, thinking, info in answers:
                    if text or thinking:
                        yield Piece(text=text, thinking=thinking)
                    if info.get("done"):
                        self._read_offload()
                        finish: Literal["stop", "length"]
                        finish = "length" if info.get("done_reason") == "length" else "stop"
                        yield Piece(timings=_timings(info), finish=finish)
                        self._memory.remember(_whole(request))
        except BackendError as error:
            if "context" in str(error) and ("exceed" in str(error) or "length" in str(error)):
                raise ContextOverflowError(
                    prompt_tokens=request.prompt_tokens,
                    answer_tokens=request.max_tokens,
                    window=facts.description.context_window,
                    what="The prompt",
                ) from error
            raise

    def check_read(self, request: Request, timings: Timings) -> None:
        """Raise `GenerationError` when Ollama read less than it was sent.

        Some versions do not count what their prompt cache held. When what we sent before does not
        explain the difference, Ollama reads the prompt again behind a beginning that no cache has.
        """
        exact = bool(request.prompt) and self.describe().counting == "exact"
        least = request.prompt_tokens - 1 if exact else self.least_tokens(request.messages)
        missing = least - timings.prompt_tokens
        if missing <= 0 or self._memory.explains(_whole(request), missing, self.count_tokens):
            return
        read = self._read_uncached(request)
        if read < least:
            raise shortfall(self.model, least, read)

    def unload(self) -> None:
        """Have the server free the model, if it was used here."""
        self._let_go()
        if self._used:
            self._http.json("POST", "/api/generate", {"model": self.name, "keep_alive": 0})
            self._used = False

    def close(self) -> None:
        """Let go of the model; the server keeps it in memory as long as it likes."""
        self._used = False
        self._let_go()
        self._http.close()
        self._http = connect(self.settings)  # opens nothing before it is used

    def _chat(self, request: Request, thinks: bool) -> Iterator[Part]:
        from langchain_ollama import ChatOllama

        with self._lock:
            if self._chat_model is None:
                self._chat_model = closing(ChatOllama(**self._construction()))
        result = self._chat_model._stream(
            list(request.messages),
            options=self._options(request),
            format=_format(request),
            reasoning=True if thinks else None,
        )
        for chunk in result:
            thinking = str(chunk.message.additional_kwargs.get("reasoning_content", ""))
            yield chunk.text, thinking, chunk.generation_info or {}

    def _raw(self, request: Request) -> Iterator[Part]:
        from langchain_ollama import OllamaLLM

        with self._lock:
            if self._raw_model is None:
                self._raw_model = closing(OllamaLLM(**self._construction()))
        result = self._raw_model._stream(
            request.prompt, raw=True, options=self._options(request), format=_format(request) or ""
        )
        for chunk in result:
            yield chunk.text, "", chunk.generation_info or {}

    def _construction(self) -> dict[str, Any]:
        return {
            "model": self.name,
            "base_url": self._http.url,
            "client_kwargs": client_options(self.settings),
            "sync_client_kwargs": {"transport": WholeTransport()},
        }

    def _let_go(self) -> None:
        with self._lock:
            facts, self._facts = self._facts, None
            models = [self._chat_model, self._raw_model]
            self._chat_model = self._raw_model = None
        for model in models:
            if model is not None:
                close_client(model)
        if facts is not None and facts.vocabulary is not None:
            facts.vocabulary.close()

    def _options(self, request: Request) -> dict[str, Any]:
        if request.grammar:
            raise ConfigurationError(
                f"{self.model} cannot be held to a grammar.",
                hint="Use json_schema, or one of the llama.cpp backends.",
            )
        settings = self.settings
        options: dict[str, Any] = {
            "num_ctx": self.describe().context_window,
            "num_predict": request.max_tokens,
            "num_batch": settings.batch_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
            "stop": list(request.stop) or None,
        }
        if request.temperature == 0:
            options["top_k"] = 1
        if settings.gpu_layers != "auto":
            options["num_gpu"] = gpu_layers_for_llama(settings.gpu_layers)
        if settings.threads:
            options["num_thread"] = decode_threads(settings.threads)
        return options

    def _known(self) -> Facts:
        facts = self._facts
        if facts is None:
            with self._lock:
                if self._facts is None:
                    self._facts = look(self._http, self.name, self.settings, self.prompt_folders)
                facts = self._facts
        return facts

    def _read_offload(self) -> None:
        facts = self._facts
        if facts is not None and facts.description.gpu_layers is None:
            self._facts = with_offload(facts, self._http, self.name, self.settings)

    def _read_uncached(self, request: Request) -> int:
        """Return how many tokens Ollama reads of this prompt when no cache can hold it."""
        fresh = secrets.token_hex(8)
        messages: list[BaseMessage] = [SystemMessage(fresh), *request.messages]
        if request.messages and isinstance(request.messages[0], SystemMessage):
            first = SystemMessage(f"{fresh}\n{request.messages[0].text}")
            messages = [first, *request.messages[1:]]
        prompt = f"{fresh}\n{request.prompt}" if request.prompt else ""
        again = replace(request, messages=tuple(messages), prompt=prompt, max_tokens=1)
        read = 0
        answers = self._raw(again) if prompt else self._chat(again, self._known().thinks)
        with our_errors(self._http.url, self.name):
            for _, _, info in answers:
                read = max(read, int(info.get("prompt_eval_count") or 0))
        return read


def _whole(request: Request) -> str:
    return request.prompt or "\n".join(f"{m.type}: {m.text}" for m in request.messages)


def _format(request: Request) -> dict[str, Any] | None:
    return dict(request.json_schema) if request.json_schema is not None else None


def _timings(info: Mapping[str, Any]) -> Timings:
    nano = 1e-9
    return Timings(
        load_seconds=float(info.get("load_duration") or 0) * nano,
        prompt_tokens=int(info.get("prompt_eval_count") or 0),
        prompt_seconds=float(info.get("prompt_eval_duration") or 0) * nano,
        generated_tokens=int(info.get("eval_count") or 0),
        generation_seconds=float(info.get("eval_duration") or 0) * nano,
    )
