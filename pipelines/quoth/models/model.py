"""The contract: a LangChain chat model that also tells what LangChain does not.

A backend subclasses `LocalModel` and says how to describe itself, how to count tokens, and how to
generate. Everything that must be the same for all of them happens here, once: the prompt is
rendered, counted and refused when it does not fit, retried when that is safe, timed, checked to
have been read whole, and cancelled when the caller stops listening.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import ConfigDict

from quoth.config import ModelSettings
from quoth.errors import BackendError, ConfigurationError, ContextOverflowError, GenerationError
from quoth.models.messages import as_chunk, as_result, defuse, timings_of
from quoth.models.thinking import split_thinking
from quoth.models.values import Description, Piece, Request
from quoth.prompts import ChatTemplate, render_messages
from quoth.text import blocks, offsets_of_tokens
from quoth.types import Timings
from quoth.weights import Installed, Transfer

if TYPE_CHECKING:
    from quoth.embed import Embedder

__all__ = [
    "ATTEMPTS",
    "Description",
    "Installed",
    "LocalModel",
    "Piece",
    "Request",
    "Transfer",
    "blocks",
    "offsets_of_tokens",
    "timings_of",
]

ATTEMPTS = 3
"""Calls of which nothing was handed out yet, and that may succeed later, are made this often."""

_FIRST_PAUSE_SECONDS = 0.5
_MESSAGE_TOKENS = 12
"""What the template of a server puts around a message, at most."""
_TEMPLATE_TOKENS = 96
"""What it puts before all of them: BOS, a date, a system text of its own."""


class LocalModel(BaseChatModel):
    """A language model on this machine.

    It is used like any LangChain chat model. `invoke` and `stream` take `max_tokens`,
    `temperature`, `seed`, `json_schema` and `grammar` (GBNF) as keyword arguments, and put
    `timings` (see `timings_of`) and `finish_reason` into `response_metadata`. What a reasoning
    model thinks stands in `additional_kwargs["reasoning_content"]`, apart from the answer.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    model: str
    max_tokens: int = 512
    temperature: float = 0.0
    seed: int = 0
    prompt_folders: tuple[Path, ...] = ()
    """Where prompts and families of the user's own are; they go before ours."""

    # -- what a backend says ---------------------------------------------------------------

    @classmethod
    @abstractmethod
    def open(cls, name: str, settings: ModelSettings) -> LocalModel:
        """Return the model called `name`, configured, without loading it."""

    @abstractmethod
    def describe(self) -> Description:
        """Return what the model is, without loading it where a file or a server can tell."""

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """Return the number of the model's own tokens in `text`, without BOS.

        Where `describe().counting` is `bound`, it is a number that is never exceeded.
        """

    @abstractmethod
    def pieces(self, request: Request) -> Iterator[Piece]:
        """Generate. Raise `BackendError`; stop at once when the iterator is closed."""

    def preload(self) -> None:
        """Load the model now, where the first call would load it into this process."""

    def unload(self) -> None:
        """Free what the model takes. The next call loads it again."""

    def close(self) -> None:
        """Let go of the model; one that a server of the user's keeps in memory stays there."""
        self.unload()

    def template(self) -> ChatTemplate | None:
        """Return the chat template of a text model; `None` where a server applies its own."""
        return None

    @property
    def address(self) -> str:
        """The address of the server that runs the model; empty where it runs on this machine."""
        return ""

    def template_tokens(self) -> int:
        """Return what a server's own template may add to all messages together, at most."""
        return _TEMPLATE_TOKENS

    def weights_file(self) -> Path | None:
        """Return the GGUF file with the weights, where it can be read here."""
        return None

    def check_read(self, request: Request, timings: Timings) -> None:
        """Raise `GenerationError` when the backend read less than it was sent."""
        read = timings.prompt_tokens
        if request.prompt and read and read + 1 < request.prompt_tokens:
            raise shortfall(self.model, request.prompt_tokens, read)

    @classmethod
    def open_embedder(cls, name: str, settings: ModelSettings) -> Embedder:
        """Return an embedder that the backend runs; `ConfigurationError` where it runs none."""
        raise ConfigurationError(
            "This backend does not embed.",
            hint="Set embedding.model to `embedded`, a folder, or `ollama:NAME`.",
        )

    @classmethod
    def installed(cls, settings: ModelSettings) -> Sequence[Installed]:
        """Return the models that the backend has here. Raises `BackendUnavailableError`."""
        return ()

    @classmethod
    def pull(cls, name: str, settings: ModelSettings) -> Iterator[Transfer]:
        """Fetch a model, step by step. Raises `ConfigurationError` where nothing can be fetched."""
        raise ConfigurationError(
            "This backend does not fetch models.",
            hint="Fetch the file yourself, or use the backend ollama.",
        )

    @classmethod
    def origin(cls, name: str) -> str:
        """Return the host that `pull` would fetch a model from; empty where it cannot."""
        return ""

    @classmethod
    def remove(cls, name: str, settings: ModelSettings) -> None:
        """Delete a model that the backend keeps; `ConfigurationError` where it keeps none."""
        raise ConfigurationError(
            "This backend keeps no models of its own.", hint="Delete the file yourself."
        )

    # -- what follows from it --------------------------------------------------------------

    @property
    def family(self) -> str:
        """Return the family whose prompts fit the model."""
        return self.describe().family

    @property
    def kind(self) -> Literal["text", "chat"]:
        """Tell whether the model takes rendered text, or messages."""
        return self.describe().kind

    def render(self, messages: Sequence[BaseMessage]) -> str:
        """Return the exact text that a text model sees; empty for a chat model."""
        template = self.template()
        if template is None:
            return ""
        return render_messages(
            defuse(messages), template=template, drop_leading_bos=self.describe().adds_bos
        )

    def count_prompt(self, messages: Sequence[BaseMessage]) -> int:
        """Return the tokens that the prompt takes, template included.

        For a chat model, whose server applies the template, it is an upper bound.
        """
        if prompt := self.render(messages):
            return self.count_tokens(prompt) + 1  # BOS
        texts = [str(message.text) for message in defuse(messages)]
        return self.template_tokens() + sum(
            self.count_tokens(text) + _MESSAGE_TOKENS for text in texts
        )

    def least_tokens(self, messages: Sequence[BaseMessage]) -> int:
        """Return a number of tokens that the text of messages surely takes, whatever is around it.

        Where only a bound is known, it is a token for ten bytes: what is sparser is not language.
        """
        texts = [str(message.text) for message in messages]
        if self.describe().counting == "exact":
            return sum(max(0, self.count_tokens(text) - 2) for text in texts)
        return sum(len(text.encode("utf-8", "replace")) // 10 for text in texts)

    def bound_tokens(self, messages: Sequence[BaseMessage]) -> int:
        """Return how many tokens an answer to these messages may take in the window."""
        return self.describe().context_window - self.count_prompt(messages)

    def token_starts(self, text: str) -> list[int]:
        """Return the offset in `text` of each of its tokens, ascending.

        A backend that cannot tell where a token starts has them spread evenly over some words; how
        many there are is exact up to the borders of what is counted at once.
        """
        starts: list[int] = []
        for begin, end in blocks(text):
            starts += [begin + start for start in self._block_starts(text[begin:end])]
        return starts

    def get_num_tokens(self, text: str) -> int:
        """Return the number of the model's own tokens in `text`."""
        return self.count_tokens(text)

    # -- LangChain's side ------------------------------------------------------------------

    @property
    def _llm_type(self) -> str:
        return "quoth"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "seed": self.seed,
        }

    def _block_starts(self, text: str) -> list[int]:
        return [
            begin + offset
            for begin, end in blocks(text, 400)
            for offset in offsets_of_tokens(
                text[begin:end], [0] * self.count_tokens(text[begin:end])
            )
        ]

    def _request(
        self, messages: Sequence[BaseMessage], stop: Sequence[str] | None, options: dict[str, Any]
    ) -> Request:
        description = self.describe()
        max_tokens = int(options.get("max_tokens") or self.max_tokens)
        prompt_tokens = self.count_prompt(messages)
        if prompt_tokens + max_tokens > description.context_window:
            raise ContextOverflowError(
                prompt_tokens=prompt_tokens,
                answer_tokens=max_tokens,
                window=description.context_window,
                what="The prompt" + ", by a cautious bound," * (description.counting == "bound"),
            )
        template = self.template()
        stops = (*(stop or ()), *(template.stop if template else ()))
        return Request(
            messages=tuple(defuse(messages)),
            prompt=self.render(messages),
            max_tokens=max_tokens,
            temperature=float(options.get("temperature", self.temperature)),
            seed=int(options.get("seed", self.seed)),
            stop=tuple(dict.fromkeys(stops)),
            json_schema=options.get("json_schema"),
            grammar=options.get("grammar") or "",
            prompt_tokens=prompt_tokens,
        )

    def _checked(self, request: Request) -> Iterator[Piece]:
        """Yield pieces with the thinking apart; the last one is there, and read everything."""
        finished = False
        for piece in split_thinking(self.pieces(request), prompt=request.prompt):
            if piece.timings is not None:
                finished = True
                self.check_read(request, piece.timings)
            yield piece
        if not finished:
            raise GenerationError(
                f"{self.model} broke off in the middle of an answer.",
                hint="Its server may have stopped; `quoth doctor` looks whether it is there.",
                retryable=True,
            )

    def _chunk(self, piece: Piece, first: float) -> AIMessageChunk:
        if piece.timings is not None:
            found = self.describe()
            timings = replace(
                piece.timings,
                first_token_seconds=first,
                gpu_layers=found.gpu_layers,
                note=found.offload_note,
            )
            piece = replace(piece, timings=timings)
        return as_chunk(piece, self.model)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request = self._request(messages, stop, kwargs)
        start, first = time.perf_counter(), 0.0
        for attempt in range(1, ATTEMPTS + 1):
            try:
                for piece in self._checked(request):
                    first = first or time.perf_counter() - start
                    chunk = ChatGenerationChunk(message=self._chunk(piece, first))
                    if run_manager and piece.text:
                        run_manager.on_llm_new_token(piece.text, chunk=chunk)
                    yield chunk
            except BackendError as error:
                if first or not error.retryable or attempt == ATTEMPTS:
                    raise
                time.sleep(_pause(attempt))
            else:
                return

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        request = self._request(messages, stop, kwargs)
        for attempt in range(1, ATTEMPTS + 1):
            start, first = time.perf_counter(), 0.0
            whole: AIMessageChunk | None = None
            try:
                for piece in self._checked(request):
                    first = first or time.perf_counter() - start
                    part = self._chunk(piece, first)
                    whole = part if whole is None else whole + part
                break
            except BackendError as error:
                # Nothing was handed out yet, so even half an answer can be asked for again.
                if not error.retryable or attempt == ATTEMPTS:
                    raise
                time.sleep(_pause(attempt))
        assert whole is not None
        return as_result(whole)


def shortfall(model: str, sent: int, read: int) -> GenerationError:
    """Return the error for a backend that read less than it was sent."""
    return GenerationError(
        f"{model} was sent {sent} tokens and read only {read}: its server dropped the rest.",
        hint="Lower backend.context_window to what the server really gives the model.",
    )


def _pause(attempt: int) -> float:
    return _FIRST_PAUSE_SECONDS * float(2 ** (attempt - 1))
