"""A LangChain chat model of the caller's own, in the place of a model of Quoth."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, ClassVar, Literal, cast

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import Runnable
from pydantic import PrivateAttr

from quoth.config import ModelSettings
from quoth.embed import estimate_token_starts
from quoth.errors import BackendError, ConfigurationError, QuothError, UsageError
from quoth.models import Description, LocalModel, Piece, Request
from quoth.prompts import ModelMetadata, family_of
from quoth.system import find_address
from quoth.types import Timings

NOTE = (
    "It is a LangChain chat model of your own: Quoth estimates its tokens, does not see the bytes "
    "of its prompts, and leaves temperature and seed to it."
)
_NAMES = ("model", "model_name", "model_id", "repo_id")
_LIMITS = ("max_tokens", "num_predict", "max_output_tokens", "max_new_tokens")
"""The names by which chat models limit their replies."""
_CUT = {"length", "max_tokens", "max_output_tokens"}
"""The words by which servers say that a reply reached its limit."""


class LangChainModel(LocalModel):
    """Calls a LangChain chat model, and answers as a model of Quoth.

    Tokens are estimated, rather too high; the prompt is rendered by the model or its server and is
    not known here; temperature and seed are those of the model. `settings` give the window where
    the model states none. Make one by `as_model`.
    """

    reads_text_only: ClassVar[bool] = False

    chat: BaseChatModel
    """The model that is called."""

    _fingerprint: str = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Take the fingerprint of the model as it was given."""
        super().model_post_init(context)
        self._fingerprint = _fingerprint_of(self.chat)

    @property
    def address(self) -> str:
        """The address of the server that the model calls, as far as it states one."""
        return find_address(self.chat)

    def describe(self) -> Description:
        """Return what the model states of itself."""
        metadata = ModelMetadata(name=self.short_name, kind="chat")
        return Description(
            name=self.model,
            family=family_of(metadata, folders=self.prompt_folders),
            kind="chat",
            context_window=self._window(),
            parallel=self.settings.parallel,
            fingerprint=self._fingerprint,
            engine=type(self.chat).__name__,
            note=NOTE,
            counting="bound",
        )

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens, by an estimate that is rather too high."""
        return len(estimate_token_starts(text))

    def token_starts(self, text: str) -> list[int]:
        """Return the offset of each estimated token."""
        return list(estimate_token_starts(text))

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        """Generate as the model streams. Raises `BackendError` for whatever the model raises."""
        begin, first = time.perf_counter(), 0.0
        read = written = 0
        finish: Literal["stop", "length"] = "stop"
        try:
            with closing(self._messages(request)) as messages:
                for message in messages:
                    first = first or time.perf_counter() - begin
                    usage: Mapping[str, int] = cast(Any, message.usage_metadata) or {}
                    read += usage.get("input_tokens", 0)
                    written += usage.get("output_tokens", 0)
                    finish = "length" if _is_cut(message) else finish
                    yield Piece(str(message.text), _thinking_of(message))
        except QuothError:
            raise
        except Exception as error:  # whatever a foreign class raises
            raise self._failure(error) from error
        spent = time.perf_counter() - begin
        yield Piece(
            timings=Timings.measured(
                prompt_tokens=read, generated_tokens=written, first=first, spent=spent
            ),
            finish=finish,
        )

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model with tools, bound by its own class.

        Raises `ConfigurationError` where it binds none.
        """
        if tool_choice is not None:
            kwargs["tool_choice"] = tool_choice
        try:
            return self.chat.bind_tools(tools, **kwargs)
        except NotImplementedError as error:
            raise self._inability("calls no tools", "bind_tools") from error

    def with_structured_output(
        self, schema: Any = None, *, include_raw: bool = False, **kwargs: Any
    ) -> Runnable[LanguageModelInput, Any]:
        """Return the model held to a schema, by its own class.

        Raises `ConfigurationError` where it cannot be held to one.
        """
        try:
            return self.chat.with_structured_output(schema, include_raw=include_raw, **kwargs)
        except NotImplementedError as error:
            raise self._inability("cannot be held to a schema", "with_structured_output") from error

    def _window(self) -> int:
        stated = (self.chat.profile or {}).get("max_input_tokens")
        if not stated:
            return self.settings.context_window
        chosen = "context_window" in self.settings.model_fields_set
        return min(stated, self.settings.context_window) if chosen else stated

    def _messages(self, request: Request) -> Generator[AIMessage, None, None]:
        """Yield what the model streams. This model reports the run, so that one does not."""
        stream = _with_limit(self.chat, request.max_tokens).stream(
            list(request.messages), {"callbacks": []}, stop=list(request.stop) or None
        )
        for message in stream:
            if not isinstance(message, AIMessage):
                raise BackendError(
                    f"{self.model} returned an object of {type(message).__name__}, not a message."
                )
            yield message

    def _failure(self, error: Exception) -> BackendError:
        if isinstance(error, NotImplementedError):
            return BackendError(
                f"`model` {self.model} cannot be called synchronously: it has no `_generate`.",
                hint="Quoth calls models from threads. Implement `_generate` or `_stream`.",
            )
        hint = "Its `_generate` must return a `ChatResult`." * isinstance(error, AttributeError)
        return BackendError(f"{self.model} failed with {type(error).__name__}: {error}", hint=hint)

    def _inability(self, lack: str, method: str) -> ConfigurationError:
        return ConfigurationError(
            f"{self.model} {lack}.",
            hint=f"Its class {type(self.chat).__name__} does not implement `{method}`.",
        )


def as_model(
    chat: object, settings: ModelSettings | None = None, *, argument: str = "model"
) -> LocalModel:
    """Return a model of Quoth as it is, and any other LangChain chat model as one.

    Raises `UsageError`, which names the `argument`, for anything else.
    """
    if isinstance(chat, LocalModel):
        return chat
    if isinstance(chat, BaseChatModel):
        settings = settings or ModelSettings()
        return LangChainModel(model=f"langchain:{_name_of(chat)}", chat=chat, settings=settings)
    hint = "Chat models are in packages such as `langchain-ollama`."
    if isinstance(chat, str):
        hint = f"A model by its name is a setting: `quoth config set backend.model {chat}`."
    elif isinstance(chat, Runnable):
        hint = "Give the chat model itself: a chain or a bound model has no contract of a model."
    raise UsageError.of_argument(
        argument, expected="a LangChain chat model (`BaseChatModel`)", came=chat, hint=hint
    )


def _name_of(chat: BaseChatModel) -> str:
    names = (getattr(chat, name, None) for name in _NAMES)
    return next((name for name in names if isinstance(name, str) and name), type(chat).__name__)


def _with_limit(chat: BaseChatModel, tokens: int) -> BaseChatModel:
    """Return the model with a limit of its replies, where it has such a field and it is unset."""
    fields = type(chat).model_fields
    name = next((name for name in _LIMITS if name in fields), "")
    if not name or getattr(chat, name) is not None:
        return chat
    return chat.model_copy(update={name: tokens})


def _fingerprint_of(chat: BaseChatModel) -> str:
    """Return what tells a model from others: its class, and the values of its own fields.

    Clients, which a class excludes from what it serializes, are no part of it.
    """
    kind = f"{type(chat).__module__}.{type(chat).__qualname__}"
    values = {
        name: repr(getattr(chat, name, None))
        for name, field in type(chat).model_fields.items()
        if name not in BaseChatModel.model_fields and not field.exclude
    }
    text = json.dumps([kind, chat._llm_type, values], sort_keys=True)
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _is_cut(message: BaseMessage) -> bool:
    reasons = ("finish_reason", "stop_reason", "done_reason")
    return any(str(message.response_metadata.get(key)).lower() in _CUT for key in reasons)


def _thinking_of(message: BaseMessage) -> str:
    """Return the thinking in a message, where it stands apart from the text."""
    apart = message.additional_kwargs.get("reasoning_content")
    if isinstance(apart, str):
        return apart
    blocks = message.content if isinstance(message.content, list) else []
    thoughts = [block for block in blocks if isinstance(block, dict)]
    texts = [block.get("reasoning") or block.get("thinking") for block in thoughts]
    return "".join(text for text in texts if isinstance(text, str))
