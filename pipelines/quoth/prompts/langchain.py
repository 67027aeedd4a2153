"""A task's prompt as a chat prompt template of LangChain."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import BaseMessage
from langchain_core.prompts.chat import BaseChatPromptTemplate

from quoth.prompts.tasks import Prompt


class TaskPromptTemplate(BaseChatPromptTemplate):
    """A `Prompt` for LangChain's chains and selectors, filled by the prompt itself."""

    prompt: Prompt

    @classmethod
    def of(cls, prompt: Prompt) -> TaskPromptTemplate:
        """Return the template of a prompt."""
        return cls(input_variables=list(prompt.variables), prompt=prompt)

    def format_messages(self, **kwargs: Any) -> list[BaseMessage]:
        """Return the messages; raises `PromptError` for a missing or an unexpected variable."""
        return self.prompt.messages(**kwargs)

    def pretty_repr(self, html: bool = False) -> str:
        """Return the texts with the names of their variables."""
        return "\n\n".join(text for text in (self.prompt.system, self.prompt.user) if text)
