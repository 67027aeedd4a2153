"""The contract: a LangChain chat model that also tells what LangChain does not.

A backend subclasses `LocalModel` and says how to describe itself, how to count tokens, and how to
generate. Everything that must be the same for all of them happens here, once: the prompt is
rendered, counted and refused when it does not fit, retried when that is safe, timed, and
cancelled when the caller stops listening.
"""

from __future__ import annotations

import re
import time
from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import accumulate
from typing import Any, Literal, Self

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, SystemMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict

from pipelines.config import Backend
from pipelines.errors import BackendError, ContextOverflowError
from pipelines.prompts import ChatTemplate, render_messages
from pipelines.types import Timings

ATTEMPTS = 3
"""Calls that fail before the first token, in a way that may pass, are made this often."""

# Text of a document must not be able to end a turn: the marks that chat templates use are broken
# up where they stand in content.
_CONTROL = re.compile(
    r"<(?=\|[^|<>\s]{1,40}\|>)|<(?=/?s>)|<(?=(?:start|end)_of_turn>)|\[(?=/?INST\])|<(?=</?SYS>>)"
    r"|<(?=｜)"
)


@dataclass(frozen=True, slots=True)
class Description:
    """What a model is, as far as its backend can tell.

    `fingerprint` stands for the weights, not for the name. `adds_bos` tells that the tokenizer puts
    BOS in front of a prompt by itself. `gpu_layers` is what was really
    offloaded; `None` where the backend does not say.
    """

    name: str
    family: str
    kind: Literal["text", "chat"]
    context_window: int
    parallel: int
    fingerprint: str
    parameters: int = 0
    bytes: int = 0
    adds_bos: bool = False
    gpu_layers: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One generation. `prompt` is the exact text for a text model, empty for a chat model."""

    messages: tuple[BaseMessage, ...]
    prompt: str
    max_tokens: int
    temperature: float
    seed: int
    stop: tuple[str, ...] = ()
    json_schema: Mapping[str, Any] | None = None
    grammar: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an answer as it comes. The last one has `timings` and `finish`."""

    text: str = ""
    thinking: str = ""
    timings: Timings | None = None
    finish: Literal["", "stop", "length"] = ""


class LocalModel(BaseChatModel):
    """A language model on this machine.

    It is used like any LangChain chat model. `invoke` and `stream` take `max_tokens`,
    `temperature`, `seed`, `json_schema` and `grammar` (GBNF) as keyword arguments, and put
    `timings` and `finish_reason` into `response_metadata`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    model: str
    max_tokens: int = 512
    temperature: float = 0.0
    seed: int = 0

    @classmethod
    @abstractmethod
    def open(cls, name: str, settings: Backend) -> Self:
        """Return the model called `name`, configured, without loading it."""

    @abstractmethod
    def describe(self) -> Description:
        """Return what the model is. Loads it where nothing else can tell."""

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """Return the number of the model's own tokens in `text`, without BOS."""

    @abstractmethod
    def pieces(self, request: Request) -> Iterator[Piece]:
        """Generate. Raise `BackendError`; stop at once when the iterator is closed."""

    def unload(self) -> None:
        """Free what the model takes. The next call loads it again."""

    def template(self) -> ChatTemplate | None:
        """Return the chat template of a text model; `None` where a server applies its own."""
        return None

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
            _defuse(messages), template=template, drop_leading_bos=self.describe().adds_bos
        )

    def count_prompt(self, messages: Sequence[BaseMessage]) -> int:
        """Return the tokens that the prompt takes, template included.

        For a chat model, whose server applies the template, it is an upper bound.
        """
        if prompt := self.render(messages):
            return self.count_tokens(prompt) + 1  # BOS
        return 8 + sum(self.count_tokens(str(message.text)) + 8 for message in messages)

    def bound_tokens(self, messages: Sequence[BaseMessage]) -> int:
        """Return how many tokens an answer to these messages may take in the window."""
        return self.describe().context_window - self.count_prompt(messages)

    @property
    def _llm_type(self) -> str:
        return "carrel"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "seed": self.seed,
        }

    def token_starts(self, text: str) -> list[int]:
        """Return the offset in `text` of each of its tokens, ascending.

        A backend that cannot tell where a token starts has them spread evenly over some words; how
        many there are is exact up to the borders of what is counted at once.
        """
        starts: list[int] = []
        for begin, end in blocks(text):
            starts += [begin + start for start in self._block_starts(text[begin:end])]
        return starts

    def _block_starts(self, text: str) -> list[int]:
        return [
            begin + offset
            for begin, end in blocks(text, 400)
            for offset in offsets_of_tokens(
                text[begin:end], [0] * self.count_tokens(text[begin:end])
            )
        ]

    def get_num_tokens(self, text: str) -> int:
        """Return the number of the model's own tokens in `text`."""
        return self.count_tokens(text)

    def _request(
        self, messages: Sequence[BaseMessage], stop: Sequence[str] | None, options: dict[str, Any]
    ) -> Request:
        messages = tuple(_defuse(messages))
        description = self.describe()
        max_tokens = int(options.get("max_tokens") or self.max_tokens)
        prompt = self.render(messages)
        prompt_tokens = self.count_prompt(messages)
        if prompt_tokens + max_tokens > description.context_window:
            raise ContextOverflowError(
                prompt_tokens=prompt_tokens,
                answer_tokens=max_tokens,
                window=description.context_window,
                what="The prompt",
            )
        template = self.template()
        stops = (*(stop or ()), *(template.stop if template else ()))
        return Request(
            messages=messages,
            prompt=prompt,
            max_tokens=max_tokens,
            temperature=float(options.get("temperature", self.temperature)),
            seed=int(options.get("seed", self.seed)),
            stop=tuple(dict.fromkeys(stops)),
            json_schema=options.get("json_schema"),
            grammar=options.get("grammar") or "",
        )

    def _attempts(self, request: Request) -> Iterator[Piece]:
        """Yield pieces, trying again as long as nothing has come and the failure may pass."""
        for attempt in range(1, ATTEMPTS + 1):
            begun = False
            try:
                for piece in self.pieces(request):
                    begun = True
                    yield piece
            except BackendError as error:
                if begun or not error.retryable or attempt == ATTEMPTS:
                    raise
                time.sleep(0.5 * 2 ** (attempt - 1))
            else:
                return

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request = self._request(messages, stop, kwargs)
        start, first = time.perf_counter(), 0.0
        for piece in self._attempts(request):
            first = first or time.perf_counter() - start
            chunk = ChatGenerationChunk(message=_as_chunk(piece, self.model, first))
            if run_manager and piece.text:
                run_manager.on_llm_new_token(piece.text, chunk=chunk)
            yield chunk

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        whole: AIMessageChunk | None = None
        for chunk in self._stream(messages, stop, run_manager, **kwargs):
            part = chunk.message
            assert isinstance(part, AIMessageChunk)
            whole = part if whole is None else whole + part
        assert whole is not None
        message = AIMessage(
            content=whole.content,
            additional_kwargs=whole.additional_kwargs,
            response_metadata=whole.response_metadata,
            usage_metadata=whole.usage_metadata,
        )
        return ChatResult(generations=[ChatGeneration(message=message)])


def blocks(text: str, size: int = 20_000) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of contiguous blocks that end before white space where there is some.

    Tokenizers are fast on a block, and some are not on a book.
    """
    begin = 0
    while begin < len(text):
        end = begin + size
        if end < len(text):
            end = max(text.rfind(" ", begin + 1, end), text.rfind("\n", begin + 1, end), begin)
            end = end if end > begin else begin + size
        yield begin, min(end, len(text))
        begin = end


def offsets_of_tokens(text: str, sizes: Sequence[int]) -> list[int]:
    """Return where in `text` each token starts, given its bytes in UTF-8.

    When the bytes are not those of the text (a tokenizer that adds or drops some), the tokens are
    spread evenly.
    """
    ends = list(accumulate(sizes))
    starts = [end - size for end, size in zip(ends, sizes, strict=True)]
    encoded = len(text.encode("utf-8", "replace"))
    if not ends or ends[-1] - encoded not in {0, 1}:
        return [index * len(text) // len(sizes) for index in range(len(sizes))]
    if ends[-1] > encoded:  # a leading space that is not in the text
        starts = [max(0, start - 1) for start in starts]
    if encoded == len(text):
        return starts
    of_characters = [0, *accumulate(len(c.encode("utf-8", "replace")) for c in text)]
    return [bisect_right(of_characters, start) - 1 for start in starts]


def timings_of(message: BaseMessage) -> Timings:
    """Return what the call that produced `message` took; zeros when it does not say."""
    return Timings(**message.response_metadata.get("timings", {"calls": 0}))


def _as_chunk(piece: Piece, model: str, first_token_seconds: float) -> AIMessageChunk:
    extra = {"reasoning_content": piece.thinking} if piece.thinking else {}
    if piece.timings is None:
        return AIMessageChunk(content=piece.text, additional_kwargs=extra)
    timings = replace(piece.timings, first_token_seconds=first_token_seconds)
    return AIMessageChunk(
        content=piece.text,
        additional_kwargs=extra,
        response_metadata={
            "timings": asdict(timings),
            "finish_reason": piece.finish or "stop",
            "model_name": model,
            "model_provider": "carrel",
        },
        usage_metadata=UsageMetadata(
            input_tokens=timings.prompt_tokens,
            output_tokens=timings.generated_tokens,
            total_tokens=timings.prompt_tokens + timings.generated_tokens,
        ),
        chunk_position="last",
    )


def _defuse(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """Break up template marks in everything that is not ours to write (the system message)."""
    return [
        message
        if isinstance(message, SystemMessage) or not isinstance(message.content, str)
        else message.model_copy(update={"content": _CONTROL.sub(r"\g<0> ", message.content)})
        for message in messages
    ]
