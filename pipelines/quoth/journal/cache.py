"""The journal as LangChain's cache: `model.cache = JournalCache(journal)`."""

from __future__ import annotations

import json
from typing import Any

from langchain_core.caches import RETURN_VAL_TYPE, BaseCache
from langchain_core.messages import BaseMessage, message_to_dict, messages_from_dict
from langchain_core.outputs import ChatGeneration, Generation

from quoth.errors import UsageError
from quoth.journal.journal import CallIdentity, Entry, Journal

_FINGERPRINT = "langchain"


class JournalCache(BaseCache):
    """Answers of any LangChain model, recorded in a journal by the model's description.

    >>> from langchain_core.language_models import FakeListChatModel
    >>> model = FakeListChatModel(responses=["one", "two"], cache=JournalCache(library.journal))
    >>> model.invoke("Count.").text, model.invoke("Count.").text
    ('one', 'one')
    """

    def __init__(self, journal: Journal) -> None:
        if not isinstance(journal, Journal):
            raise UsageError.of_argument("journal", expected="a `Journal` of Quoth", came=journal)
        self.journal = journal

    def __repr__(self) -> str:
        return f"<JournalCache in {str(self.journal.path)!r}>"

    def lookup(self, prompt: str, llm_string: str) -> RETURN_VAL_TYPE | None:
        """Return the recorded answer of the model to the prompt, or `None`."""
        entry = self.journal.lookup(_identity(prompt, llm_string).key)
        if entry is None:
            return None
        return [_from_json(value) for value in json.loads(entry.text)]

    def update(self, prompt: str, llm_string: str, return_val: RETURN_VAL_TYPE) -> None:
        """Record the answer of the model to the prompt."""
        text = json.dumps([_to_json(generation) for generation in return_val], default=str)
        self.journal.record(Entry(_identity(prompt, llm_string), text, model=_FINGERPRINT))

    def clear(self, **kwargs: Any) -> None:
        """Drop the answers that this cache recorded; other calls stay in the journal."""
        self.journal.forget(_FINGERPRINT)


def _identity(prompt: str, llm_string: str) -> CallIdentity:
    return CallIdentity(_FINGERPRINT, prompt, {"model": llm_string})


def _to_json(generation: Generation) -> dict[str, Any]:
    message = generation.message if isinstance(generation, ChatGeneration) else None
    return {
        "text": generation.text,
        "info": generation.generation_info,
        "message": message_to_dict(message) if isinstance(message, BaseMessage) else None,
    }


def _from_json(value: dict[str, Any]) -> Generation:
    info = value.get("info")  # older entries have none
    if value["message"] is None:
        return Generation(text=value["text"], generation_info=info)
    message = messages_from_dict([value["message"]])[0]
    return ChatGeneration(message=message, generation_info=info)
