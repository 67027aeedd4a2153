"""What is put before a query and before a passage, as the makers of an embedder ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from quoth.config import Embedding
from quoth.embed.families import family_of

JOINT_TOKENS = 2
"""The tokens kept free for the joint of prompt and text, which may be cut otherwise there."""
_QUERY_NAMES = ("query", "retrieval.query", "search_query", "s2p_query", "web_search_query")
_PASSAGE_NAMES = ("document", "passage", "corpus", "retrieval.passage", "search_document")


@dataclass(frozen=True)
class Prompts:
    """The texts that are put before queries and before passages; `origin` says who asks for them.

    Prompts of different origin that read the same are equal.
    """

    query: str = ""
    passage: str = ""
    origin: str = field(default="", compare=False)

    def __bool__(self) -> bool:
        """Whether there is any prompt."""
        return bool(self.query or self.passage)


def choose_prompts(
    settings: Embedding, *, own: Mapping[str, Any] | None = None, names: tuple[str, ...] = ()
) -> Prompts:
    """Return the prompts of an embedder: of the settings, else of its files, else of its family.

    `own` is the content of its `config_sentence_transformers.json`; `names` are the names under
    which its family may be known. A prompt in the settings replaces that one prompt.
    """
    found = _prompts_in(own or {}) or _prompts_of_family(names)
    if settings.query_prompt is None and settings.passage_prompt is None:
        return found
    return Prompts(
        found.query if settings.query_prompt is None else settings.query_prompt,
        found.passage if settings.passage_prompt is None else settings.passage_prompt,
        "settings",
    )


def _prompts_in(config: Mapping[str, Any]) -> Prompts:
    """Return the prompts in a model's own files.

    sentence-transformers writes empty prompts where the makers named none. A default prompt counts
    where no prompt is for queries or passages, as in `SentenceTransformer.encode`.
    """
    prompts = config.get("prompts")
    if not isinstance(prompts, Mapping):
        return Prompts()
    query = _first(prompts, _QUERY_NAMES)
    passage = _first(prompts, _PASSAGE_NAMES)
    if not query and not passage:
        query = passage = str(prompts.get(config.get("default_prompt_name")) or "")
    return Prompts(query, passage, "its own files")


def _first(prompts: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(prompts[name]) for name in names if prompts.get(name)), "")


def _prompts_of_family(names: tuple[str, ...]) -> Prompts:
    family = family_of(names)
    if family is None:
        return Prompts()
    return Prompts(family.query_prompt, family.passage_prompt, f"the family {family.name}")
