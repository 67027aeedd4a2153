"""The contract of a model: what a backend implements, what it may replace, and what follows."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from pydantic import ConfigDict, Field, model_validator

from quoth.config import ModelSettings
from quoth.errors import ConfigurationError, GenerationError
from quoth.models.messages import defuse
from quoth.models.values import Description, Piece, Placement, Request
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


class ModelContract(BaseChatModel):
    """The part of a model that knows nothing of calls: its facts, its template, its tokens.

    `model` is `backend:name`. Temperature and seed are those of `settings` unless they are given.
    `prompt_folders` are folders of the user's own prompts and families, which take precedence.
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

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.model}>"

    # -- copies ----------------------------------------------------------------------------

    def __reduce__(self) -> tuple[Callable[[], Self], tuple[()]]:
        """Pickle the fields: the copy connects, and loads its weights, by itself."""
        fields = {name: getattr(self, name) for name in self.model_fields_set}
        return partial(type(self), **fields), ()

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        make, _ = self.__reduce__()
        return make()

    @classmethod
    def is_lc_serializable(cls) -> bool:
        """Whether LangChain's `dumps` writes the model down, and `load` makes it again: yes."""
        return True

    @property
    def lc_attributes(self) -> dict[str, Any]:
        """The fields that LangChain writes down in JSON, as JSON has them."""
        paths = {name: str(value) for name, value in self if isinstance(value, Path)}
        return {
            **paths,
            "settings": self.settings.model_dump(mode="json", exclude_unset=True),
            "prompt_folders": [str(folder) for folder in self.prompt_folders],
        }

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

    def get_token_ids(self, text: str) -> list[int]:
        """Raise `ConfigurationError`: backends tell how many tokens there are, and no ids.

        LangChain's own method would fetch the tokenizer of another model from the network.
        """
        raise ConfigurationError(
            f"{self.model} does not tell the ids of tokens.",
            hint="`get_num_tokens` counts them, and `token_starts` tells where they begin.",
        )

    def _block_starts(self, text: str) -> list[int]:
        return [
            begin + offset
            for begin, end in split_blocks(text, 400)
            for offset in locate_tokens(text[begin:end], [0] * self.count_tokens(text[begin:end]))
        ]


def shortfall_error(model: str, sent: int, read: int) -> GenerationError:
    """Return the error for a backend that read fewer tokens than it was sent."""
    return GenerationError(
        f"{model} was sent {sent} tokens and read only {read}: its server dropped the rest.",
        hint="Lower backend.context_window to the window that the server gives the model.",
    )
