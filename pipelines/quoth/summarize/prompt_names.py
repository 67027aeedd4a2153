"""The names of the prompts that a summary uses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PromptNames:
    """The prompts for one way to summarize: for a part, for the next part, for all parts."""

    map: str
    refine: str
    reduce: str


_GENERAL = PromptNames("summarize-map", "summarize-refine", "summarize-reduce")
_SMALL = PromptNames("summarize-map-small", "summarize-refine", "summarize-reduce")
_QUERY = PromptNames("summarize-query-map", "summarize-query-refine", "summarize-query-reduce")
_QUERY_SMALL = PromptNames(
    "summarize-query-map-small", "summarize-query-refine", "summarize-query-reduce"
)

CONVERSATION_SMALL = "summarize-talk-small"
"""The prompt for a part that is a conversation, for a small model."""

TURN_SMALL = "summarize-turn-small"
"""The wording of one turn of a conversation, for a small model."""


def prompt_names(*, query: bool, small: bool) -> PromptNames:
    """Return the names of the prompts for a summary."""
    if query:
        return _QUERY_SMALL if small else _QUERY
    return _SMALL if small else _GENERAL
