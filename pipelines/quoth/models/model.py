"""The contract of a model: a LangChain chat model with a description, token counts and timings.

A backend subclasses `LocalModel` and implements three methods: `describe`, `count_tokens` and
`generate_pieces`. The part that all backends share: the prompt is rendered, counted and refused
when it does not fit; a failed call is repeated where that is safe; every answer is timed, checked
to have been read whole, and cancelled when the caller stops listening.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, Literal

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, Field, model_validator

from quoth.config import ModelSettings
from quoth.errors import ConfigurationError, ContextOverflowError, GenerationError
from quoth.models.attempts import retry_transient
from quoth.models.choices import constrain, settle_choice
from quoth.models.fence import Fence
from quoth.models.likelihoods import add_likelihoods, read_likelihoods, read_reply_likelihood
from quoth.models.messages import as_chunk, as_result, defuse
from quoth.models.thinking import split_thinking
from quoth.models.values import Description, Piece, Placement, Request, Step
from quoth.prompts import ChatTemplate, render_messages
from quoth.text import locate_tokens, split_blocks
from quoth.types import Timings
from quoth.weights import Gguf, read_gguf

_MESSAGE_TOKENS = 12
"""The most tokens that a server's template puts around one message."""
_TEMPLATE_TOKENS = 96
"""The most tokens that it puts before all messages: BOS, a date, and its own system text."""
_BYTES_A_TOKEN = 10
"""The most bytes of natural text that any tokenizer puts into one token."""


class LocalModel(BaseChatModel):
    """A language model on this machine.

    It is used like any LangChain chat model. `invoke` and `stream` take `max_tokens`,
    `temperature`, `seed`, `json_schema`, `grammar` (GBNF) and `choices` (texts of which the reply
    must be one) as keyword arguments, with `likelihoods` and `reply` as in `ChatRequest`. They put
    `timings` (see `timings_of`) and `finish_reason` into `response_metadata`, and `likelihoods`
    where they were asked for. The thinking of a reasoning model is in
    `additional_kwargs["reasoning_content"]`, apart from the answer.

    `model` is `backend:name`. Temperature and seed are those of `settings` unless they are given.
    `prompt_folders` are folders of the user's own prompts and families, which take precedence.

    >>> message = library.model.invoke("Is a lease a contract?", choices=["Yes", "No"])
    >>> message.text in ("Yes", "No")
    True
    >>> library.model.count_tokens("The deposit is 4,500 crowns.")
    11
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    model: str
    settings: ModelSettings = Field(default_factory=ModelSettings)
    max_tokens: int = 512
    temperature: float = 0.0
    seed: int = 0
    prompt_folders: tuple[Path, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _sample_as_configured(cls, values: Any) -> Any:
        if isinstance(values, dict) and isinstance(values.get("settings"), ModelSettings):
            settings = values["settings"]
            return {"temperature": settings.temperature, "seed": settings.seed, **values}
        return values

    # -- what a backend implements ---------------------------------------------------------

    @abstractmethod
    def describe(self) -> Description:
        """Return the description of the model, without loading it where that is possible."""

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """Return the number of the model's own tokens in `text`, without BOS.

        Where `describe().counting` is `bound`, the number is an upper bound.
        """

    @abstractmethod
    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        """Generate, and stop immediately when the iterator is closed. Raises `BackendError`.

        An empty piece is a sign of life of a server: the time in which it writes nothing counts.
        """

    # -- what a backend may replace --------------------------------------------------------

    def preload(self) -> None:
        """Load the model now, if the first call would load it into this process."""

    def reserve(self) -> None:
        """Have a server load the model, so that a window that it cannot hold is told now."""

    def placement(self) -> Placement | None:
        """Return where a server has put the model; `None` while it is not loaded there."""
        return None

    def unload(self) -> None:
        """Free the memory of the model. The next call loads it again."""

    def close(self) -> None:
        """Release the model. A model in the memory of a user's own server stays there."""
        self.unload()

    def template(self) -> ChatTemplate | None:
        """Return the chat template of a text model; `None` where a server applies its own."""
        return None

    @property
    def address(self) -> str:
        """The address of the server that runs the model; empty where it runs on this machine."""
        return ""

    def template_tokens(self) -> int:
        """Return the most tokens that a server's own template adds to all messages together."""
        return _TEMPLATE_TOKENS

    def weights_file(self) -> Path | None:
        """Return the GGUF file with the weights, where it can be read here."""
        return None

    def spell(self, text: str) -> str:
        """Return a grammar by which the model writes exactly this text, in its own tokens.

        Raises `ConfigurationError` unless `describe().spells`.
        """
        raise ConfigurationError(
            f"{self.model} does not tell how likely a given text is.",
            hint="The backend llamacpp does, with any GGUF file.",
        )

    def weights_header(self) -> Gguf | None:
        """Return the header of the weights, where it is known here."""
        file = self.weights_file()
        return read_gguf(file) if file else None

    def check_read(self, request: Request, timings: Timings) -> None:
        """Raise `GenerationError` if the backend read fewer tokens than it was sent."""
        read = timings.prompt_tokens
        if request.prompt and read and read + 1 < request.prompt_tokens:
            raise shortfall_error(self.model, request.prompt_tokens, read)

    # -- what follows from it --------------------------------------------------------------

    @property
    def short_name(self) -> str:
        """The name of the model without its backend."""
        return self.model.partition(":")[2]

    @property
    def family(self) -> str:
        """The family whose prompts fit the model."""
        return self.describe().family

    @property
    def kind(self) -> Literal["text", "chat"]:
        """`text` for a model that takes rendered text, `chat` for one that takes messages."""
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
        """Return the number of tokens of the prompt, template included.

        For a chat model, whose server applies the template, it is an upper bound.
        """
        if prompt := self.render(messages):
            return self.count_tokens(prompt) + 1  # BOS
        texts = [str(message.text) for message in defuse(messages)]
        return self.template_tokens() + sum(
            self.count_tokens(text) + _MESSAGE_TOKENS for text in texts
        )

    def min_prompt_tokens(self, messages: Sequence[BaseMessage]) -> int:
        """Return a lower bound of the tokens in the text of messages, without any template."""
        texts = [str(message.text) for message in messages]
        if self.describe().counting == "exact":
            return sum(max(0, self.count_tokens(text) - 2) for text in texts)
        return sum(len(text.encode("utf-8", "replace")) // _BYTES_A_TOKEN for text in texts)

    def answer_budget(self, messages: Sequence[BaseMessage]) -> int:
        """Return the number of tokens that the window leaves for an answer to these messages."""
        return self.describe().context_window - self.count_prompt(messages)

    def token_starts(self, text: str) -> list[int]:
        """Return the offset in `text` of each of its tokens, ascending.

        Where the backend does not report token offsets, tokens are spread evenly over each block of
        words; their number is exact up to the borders of the blocks.
        """
        starts: list[int] = []
        for begin, end in split_blocks(text):
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
            for begin, end in split_blocks(text, 400)
            for offset in locate_tokens(text[begin:end], [0] * self.count_tokens(text[begin:end]))
        ]

    def _request(
        self,
        messages: Sequence[BaseMessage],
        stop: Sequence[str] | None,
        options: Mapping[str, Any],
    ) -> Request:
        """Return the request for a call.

        Raises `ContextOverflowError` if it does not fit, and `ConfigurationError` if the backend
        cannot constrain the answer as the call asks.
        """
        description = self.describe()
        for constraint in ("json_schema", "grammar"):
            if options.get(constraint) and constraint not in description.constraints:
                raise ConfigurationError(
                    f"{self.model} cannot constrain an answer by a {constraint.replace('_', ' ')}.",
                    hint="The backend llamacpp can, with any GGUF file.",
                )
        reply = str(options.get("reply") or "")
        max_tokens = int(options.get("max_tokens") or self.max_tokens)
        if reply:
            max_tokens = (
                2 * self.count_tokens(reply) + 2
            )  # a grammar may spell it in smaller tokens
        prompt_tokens = self.count_prompt(messages)
        if prompt_tokens + max_tokens > description.context_window:
            raise ContextOverflowError(
                prompt_tokens=prompt_tokens,
                answer_tokens=max_tokens,
                window=description.context_window,
                what="The prompt" + ", by a cautious bound," * (description.counting == "bound"),
            )
        template = self.template()
        choices = tuple(options.get("choices") or ())
        likelihoods = bool(options.get("likelihoods"))
        # A schema would make the reply a JSON string, whose first token tells nothing.
        constraints = ("grammar",) if likelihoods else ("grammar", "json_schema")
        held = [one for one in constraints if one in description.constraints]
        grammar, schema = constrain(choices, held)
        stops = (*(stop or ()), *(template.stop if template else ()))
        return Request(
            messages=tuple(defuse(messages)),
            prompt=self.render(messages),
            max_tokens=max_tokens,
            temperature=float(options.get("temperature", self.temperature)),
            seed=int(options.get("seed", self.seed)),
            stop=() if reply else tuple(dict.fromkeys(stops)),
            json_schema=schema or options.get("json_schema"),
            grammar=self.spell(reply) if reply else grammar or options.get("grammar") or "",
            choices=(reply,) if reply else choices,
            likelihoods=likelihoods or bool(reply or (choices and not held)),
            prompt_tokens=prompt_tokens,
        )

    def _answer(self, request: Request) -> Iterator[AIMessageChunk]:
        """Yield one answer, thinking apart. Raises `GenerationError` if it is not whole."""
        start, first, finished = time.perf_counter(), 0.0, False
        fence = self._fence(request)
        pieces = fence.hold(self.generate_pieces(request))
        pieces = split_thinking(pieces, prompt=request.prompt)
        if request.choices and not request.grammar:
            pieces = settle_choice(pieces, request.choices)
        if request.likelihoods:
            pieces = add_likelihoods(pieces, _reader_of(request))
        for piece in pieces:
            first = first or time.perf_counter() - start
            if piece.timings is not None:
                finished = True
                if not fence.is_cut:
                    self.check_read(request, piece.timings)
                piece = replace(piece, timings=self._complete(piece.timings, first))
            yield as_chunk(piece, self.model)
        if not finished:
            raise GenerationError(
                f"{self.model} stopped in the middle of an answer.",
                hint="Its server may have ended; check it with: quoth doctor",
                retryable=True,
            )

    def _fence(self, request: Request) -> Fence:
        return Fence(
            request,
            silence=self.settings.timeout,
            seconds=self.settings.max_seconds,
            count=self.count_tokens if self.describe().counting == "exact" else None,
        )

    def _complete(self, timings: Timings, first_token_seconds: float) -> Timings:
        """Return the timings of a call with the first token, the GPU layers and their note."""
        description = self.describe()
        return replace(
            timings,
            first_token_seconds=first_token_seconds,
            gpu_layers=description.gpu_layers,
            note=description.offload_note,
        )

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request = self._request(messages, stop, kwargs)
        shown = Event()
        for attempt in retry_transient(unless=shown.is_set):
            with attempt:
                for part in self._answer(request):
                    shown.set()
                    chunk = ChatGenerationChunk(message=part)
                    if run_manager and chunk.text:
                        run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                    yield chunk

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        request = self._request(messages, stop, kwargs)
        for attempt in retry_transient():
            with attempt:  # nothing is handed out yet, so even half an answer can be repeated
                return as_result(list(self._answer(request)))
        raise AssertionError("the last attempt returns or raises")


def _reader_of(request: Request) -> Callable[[Sequence[Step]], tuple[float, ...]]:
    """Return what reads likelihoods from the tokens of a reply: of the one choice, or of each."""
    if len(request.choices) == 1:
        return read_reply_likelihood
    return partial(read_likelihoods, texts=request.choices)


def shortfall_error(model: str, sent: int, read: int) -> GenerationError:
    """Return the error for a backend that read fewer tokens than it was sent."""
    return GenerationError(
        f"{model} was sent {sent} tokens and read only {read}: its server dropped the rest.",
        hint="Lower backend.context_window to the window that the server gives the model.",
    )
