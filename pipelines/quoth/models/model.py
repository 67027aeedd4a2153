"""A model as LangChain calls it: rendered, counted, repeated where that is safe, timed, checked.

A backend subclasses `LocalModel` and implements three methods of its contract: `describe`,
`count_tokens` and `generate_pieces`. The part that all backends share: the prompt is rendered,
counted and refused when it does not fit; a failed call is repeated where that is safe; every answer
is timed, checked to have been read whole, and cancelled when the caller stops listening.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import takewhile
from threading import Event
from typing import Any, ClassVar

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.runnables.config import run_in_executor

from quoth.errors import ConfigurationError, ContextOverflowError, GenerationError, UsageError
from quoth.models.attempts import retry_transient
from quoth.models.calling import read_calls
from quoth.models.choices import constrain, settle_choice
from quoth.models.contract import ModelContract
from quoth.models.fence import Fence
from quoth.models.likelihoods import add_likelihoods, read_likelihoods, read_reply_likelihood
from quoth.models.messages import as_chunk, as_result, check_text, defuse
from quoth.models.options import check_options
from quoth.models.relay import relay, tell
from quoth.models.stopping import stop_cycles
from quoth.models.structured import (
    METHODS,
    close_schema,
    explain_schema,
    read_schema,
    read_structured,
    tool_of_schema,
)
from quoth.models.thinking import split_thinking
from quoth.models.tools import (
    Offer,
    as_openai_tool,
    calls_made,
    describe_tool,
    guide,
    name_calls,
    read_choice,
    read_offer,
    read_tools,
)
from quoth.models.values import Piece, Request, Step
from quoth.types import Timings

_ABLE = "The backend llamacpp can, with any GGUF file."


class LocalModel(ModelContract):
    """A language model on this machine.

    It is used like any LangChain chat model. `invoke` and `stream` take `max_tokens`,
    `temperature`, `seed`, `json_schema`, `grammar` (GBNF) and `choices` (texts of which the reply
    must be one) as keyword arguments, with `likelihoods` and `reply` as in `ChatRequest`. They put
    `timings` (see `timings_of`) and `finish_reason` into `response_metadata`, and `likelihoods`
    where they were asked for. The thinking of a reasoning model is in
    `additional_kwargs["reasoning_content"]`, apart from the answer. A model that goes round in a
    circle is stopped: `finish_reason` is `loop`, and `note` says so.

    `bind_tools` and `with_structured_output` work where the backend takes tools, or can hold a
    reply to a JSON schema. Without either they raise `ConfigurationError`.

    `model` is `backend:name`. Temperature and seed are those of `settings` unless they are given.
    `prompt_folders` are folders of the user's own prompts and families, which take precedence.

    >>> message = library.model.invoke("Is a lease a contract?", choices=["Yes", "No"])
    >>> message.text in ("Yes", "No")
    True
    >>> library.model.count_tokens("The deposit is 4,500 crowns.")
    11
    """

    reads_text_only: ClassVar[bool] = True
    """Whether a message with an image or another block that is no text is refused."""

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: Any = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model with tools that it may call, given in any form that LangChain knows.

        `tool_choice` is `auto`, `any`, `none`, or the name of the tool to call. Where the backend
        takes no tools, they are described in the prompt, and a JSON schema holds the reply to a
        call or an answer. A model of less than a billion parameters then calls a tool first, with
        the user's own words as its `question` or `query`, and answers with the first paragraph that
        the tool returned. Raises `ConfigurationError` where the backend can do neither.
        """
        read = read_tools(tools)
        read_choice(tool_choice, read)
        description = self.describe()
        if not description.takes_tools and "json_schema" not in description.constraints:
            raise ConfigurationError(
                f"{self.model} calls no tools: its backend takes none, and cannot hold a reply to "
                "the form of a call.",
                hint=_ABLE,
            )
        written = [as_openai_tool(tool) for tool in tools]
        return self.bind(tools=written, tool_choice=tool_choice, **kwargs)

    def with_structured_output(
        self,
        schema: dict[str, Any] | type | None = None,
        *,
        include_raw: bool = False,
        method: str = "json_schema",
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, Any]:
        """Return the model held to a Pydantic class, a `TypedDict` or a JSON schema.

        A Pydantic class gives its instances, anything else mappings. With `include_raw` the result
        has `raw`, `parsed` and `parsing_error`. Whatever the `method`, the backend holds the reply
        to the schema; one that only takes tools is made to call one. The method `json_mode` needs
        no schema: the reply is an object. Raises `ConfigurationError` where the backend can do
        neither, and, when called, `GenerationError` for a reply that is cut off or does not fit.
        """
        is_free = schema is None and method == "json_mode"
        if is_free:
            schema = {"type": "object"}
        plain = read_schema(schema)
        held = close_schema(plain)
        if kwargs or method not in METHODS:
            wrong = next(iter(kwargs), f"method={method!r}")
            raise UsageError(
                f"`with_structured_output` has no option `{wrong}`.",
                hint=f"Methods: {', '.join(METHODS)}.",
            )
        description = self.describe()
        # In JSON, because LangChain's tracing reads no `NotRequired` of a `TypedDict`.
        format = {"kwargs": {"method": method}, "schema": plain}
        if "json_schema" not in description.constraints and description.takes_tools:
            llm = self.bind_tools(
                [tool_of_schema(held)], tool_choice="any", ls_structured_output_format=format
            )
        else:
            self._check_constraint("json_schema")
            llm = self.bind(
                json_schema=held, explain_schema=not is_free, ls_structured_output_format=format
            )
        return read_structured(llm, schema, name=self.model, include_raw=include_raw)

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

    def _check_constraint(self, constraint: str) -> None:
        """Raise `ConfigurationError` unless the backend can constrain a reply in this way."""
        if constraint not in self.describe().constraints:
            raise ConfigurationError(
                f"{self.model} cannot constrain an answer by a {constraint.replace('_', ' ')}.",
                hint=_ABLE,
            )

    def _request(
        self,
        messages: Sequence[BaseMessage],
        stop: Sequence[str] | None,
        options: Mapping[str, Any],
    ) -> Request:
        """Return the request for a call.

        Raises `ContextOverflowError` if it does not fit, `ConfigurationError` if the backend
        cannot constrain the answer as the call asks, `PromptError` for more than text, and
        `UsageError` for an unknown option.
        """
        check_options(options, model=self.model)
        if self.reads_text_only:
            check_text(messages, model=self.model)
        description = self.describe()
        for constraint in ("json_schema", "grammar"):
            if options.get(constraint):
                self._check_constraint(constraint)
        offer = self._offer_tools(messages, options)
        called, messages = calls_made(messages), offer.messages
        reply = str(options.get("reply") or "")
        max_tokens = int(options.get("max_tokens") or self.max_tokens)
        if reply:
            max_tokens = (
                2 * self.count_tokens(reply) + 2
            )  # a grammar may spell it in smaller tokens
        prompt_tokens = self.count_prompt(messages) + self._count_tools(offer)
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
            json_schema=offer.json_schema or schema or options.get("json_schema"),
            grammar=self.spell(reply) if reply else grammar or options.get("grammar") or "",
            choices=(reply,) if reply else choices,
            end_loops=bool(options.get("end_loops", True)),
            likelihoods=likelihoods or bool(reply or (choices and not held)),
            prompt_tokens=prompt_tokens,
            tools=offer.tools,
            tool_choice=offer.choice,
            guided=bool(offer.tools) and offer.json_schema is not None,
            called=called,
            told=offer.told,
        )

    def _count_tools(self, offer: Offer) -> int:
        """Return the most tokens that a server's template writes for tools that it is given."""
        if offer.json_schema is not None:
            return 0  # they are in the messages
        return sum(self.count_tokens(describe_tool(tool)) + 16 for tool in offer.tools)

    def _offer_tools(self, messages: Sequence[BaseMessage], options: Mapping[str, Any]) -> Offer:
        """Return what a call sends of its tools and its schema: as fields, or in the messages."""
        offer = read_offer(messages, options.get("tools") or (), options.get("tool_choice"))
        takes = self.describe().takes_tools
        is_native = takes == "chosen" or (takes == "offered" and offer.choice == "auto")
        if not is_native and offer.uses_tools:
            offer = relay(offer) if self.describe().is_small else offer
            return guide(offer, folders=self.prompt_folders)
        if options.get("explain_schema"):
            schema = options["json_schema"]
            return replace(offer, messages=explain_schema(messages, schema, self.prompt_folders))
        return offer

    def _answer(
        self, request: Request, goes_on: Callable[[], bool] = lambda: True
    ) -> Iterator[AIMessageChunk]:
        """Yield one answer, thinking apart. Raises `GenerationError` if it is not whole."""
        start, first, finished = time.perf_counter(), 0.0, False

        def generate(asked: Request) -> Iterator[Piece]:
            return takewhile(lambda _: goes_on(), self._pieces(asked))

        if request.told:
            pieces = tell(request.told)
        else:
            pieces = read_calls(request, generate) if request.guided else generate(request)
        for piece in name_calls(pieces, len(request.messages)):
            first = first or time.perf_counter() - start
            if piece.timings is not None:
                finished = True
                piece = replace(piece, timings=self._complete(piece.timings, first))
            yield as_chunk(piece, self.model)
        if not finished:
            raise GenerationError(
                f"{self.model} stopped in the middle of an answer.",
                hint="Its server may have ended; check it with: quoth doctor",
                retryable=True,
            )

    def _pieces(self, request: Request) -> Iterator[Piece]:
        """Yield the pieces of one reply, held to what was asked for."""
        pieces = split_thinking(self._fenced(request), prompt=request.prompt)
        if request.end_loops:
            pieces = stop_cycles(pieces, prompt_tokens=request.prompt_tokens)
        if request.choices and not request.grammar:
            pieces = settle_choice(pieces, request.choices)
        if request.likelihoods:
            pieces = add_likelihoods(pieces, _reader_of(request))
        return pieces

    def _fenced(self, request: Request) -> Iterator[Piece]:
        """Yield what the backend generates, within the limits; its prompt was read whole."""
        fence = Fence(
            request,
            silence=self.settings.timeout,
            seconds=self.settings.max_seconds,
            count=self.count_tokens if self.describe().counting == "exact" else None,
        )
        for piece in fence.hold(self.generate_pieces(request)):
            if piece.timings is not None and not fence.is_cut:
                self.check_read(request, piece.timings)
            yield piece

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
        return self._whole(self._request(messages, stop, kwargs))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        """Generate in a thread; once nobody awaits the reply, it ends at its next token."""
        left = Event()

        def generate() -> ChatResult:
            return self._whole(self._request(messages, stop, kwargs), unless=left.is_set)

        try:
            return await run_in_executor(None, generate)
        finally:
            left.set()

    def _whole(self, request: Request, *, unless: Callable[[], bool] = lambda: False) -> ChatResult:
        """Return the whole reply. Raises `GenerationError` for one that ended early."""
        for attempt in retry_transient(unless=unless):
            with attempt:  # nothing is handed out yet, so even half an answer can be repeated
                return as_result(list(self._answer(request, lambda: not unless())))
        raise AssertionError("the last attempt returns or raises")


def _reader_of(request: Request) -> Callable[[Sequence[Step]], tuple[float, ...]]:
    """Return what reads likelihoods from the tokens of a reply: of the one choice, or of each."""
    if len(request.choices) == 1:
        return read_reply_likelihood
    return partial(read_likelihoods, texts=request.choices)
