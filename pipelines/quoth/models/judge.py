"""Judges by what a model finds likely: which of a few replies, and how likely a given text is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from langchain_core.messages import BaseMessage

from quoth.errors import BackendError
from quoth.models.calls import ModelCalls
from quoth.models.values import ChatRequest

_REPLY_TOKENS = 4


@dataclass(frozen=True, slots=True)
class GivenReply:
    """A prompt, and the text whose likelihood as the reply to it is asked for."""

    messages: tuple[BaseMessage, ...]
    text: str


class Judge:
    """Asks one model for likelihoods. Each question is a call, which the journal holds.

    `purpose` is a word for the journal's statistics. Any thread may use it.
    """

    def __init__(self, calls: ModelCalls, *, purpose: str) -> None:
        self._calls = calls
        self._purpose = purpose

    def weigh(self, messages: Sequence[BaseMessage], replies: Sequence[str]) -> list[float]:
        """Return the share of each short reply in the likelihood of all of them, from 0 to 1.

        Replies that begin alike are told apart as far as the model's own reply goes. A model whose
        backend tells no likelihoods gives 1 to the reply that it makes. All are 0 where it makes
        none of them.
        """
        request = ChatRequest(
            tuple(messages),
            max_tokens=_REPLY_TOKENS,
            choices=tuple(replies),
            likelihoods=True,
            purpose=self._purpose,
        )
        call = self._calls.call(request)
        if not call.likelihoods:
            said = call.text.casefold()
            return [float(said.startswith(reply.casefold())) for reply in replies]
        highest = max(call.likelihoods)
        shares = [math.exp(likelihood - highest) for likelihood in call.likelihoods]
        return [share / sum(shares) for share in shares]

    def measure(self, replies: Sequence[GivenReply]) -> list[float] | None:
        """Return the natural logarithm of the likelihood of each given reply, all tokens together.

        The result is `None` where the backend cannot be made to write a given text. Of a
        character that takes several tokens, llama.cpp tells only the likelihood of the last one.
        As many replies are measured at once as the model decodes in parallel. Raises the model's
        errors, except the refusal of such a call.
        """
        description = self._calls.model.describe()
        if not description.spells:
            return None
        with ThreadPoolExecutor(max(1, description.parallel)) as pool:
            try:
                return list(pool.map(self._measure, replies))
            except BackendError as error:
                if error.retryable:
                    raise
                return None

    def _measure(self, reply: GivenReply) -> float:
        request = ChatRequest(reply.messages, reply=reply.text, purpose=self._purpose)
        call = self._calls.call(request)
        if not call.likelihoods or call.finish == "length":
            raise BackendError(f"{self._calls.model.model} did not write the reply that was given.")
        return call.likelihoods[0]
