"""The facts about a model that an Ollama server tells before it is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from quoth.backends.hardware import Hardware, chosen_hardware, explain_ignored
from quoth.backends.http import LocalHttp
from quoth.backends.llama.vocabulary import Vocabulary
from quoth.backends.ollama.header import find_header
from quoth.backends.ollama.wire import model_missing_error, refuse_remote
from quoth.backends.stated import mapping_of, mappings_of, texts_of, whole_number
from quoth.backends.template import find_template
from quoth.config import ModelSettings
from quoth.errors import BackendError, ModelNotFoundError
from quoth.models import Description
from quoth.prompts import PLAIN, ChatTemplate, ModelMetadata, family_of
from quoth.text import bound_token_count
from quoth.weights import Gguf, canonical_name

BOUND_NOTE = (
    "Its server shows no tokenizer that llama.cpp knows, so token counts are upper bounds, learnt "
    "from what it reports of a text."
)
ATTENTION_NOTE = (
    "Ollama takes flash attention and the type of the KV cache from its own environment: "
    "OLLAMA_FLASH_ATTENTION, OLLAMA_KV_CACHE_TYPE."
)
_OF_THE_SERVER: frozenset[Hardware] = frozenset({"flash_attention", "kv_cache_type"})
_NO_TEMPLATE = {"", "{{ .Prompt }}", "{{.Prompt}}"}


@dataclass(frozen=True, slots=True)
class Facts:
    """A model of an Ollama server.

    `template` is ours to render for a text model; `template_text` is the one that Ollama applies.
    `layers` counts the output layer as one. `header` and `vocabulary` are `None` where the server
    does not show them.
    """

    description: Description
    template: ChatTemplate | None
    template_text: str
    layers: int
    header: Gguf | None
    vocabulary: Vocabulary | None

    def think(self, settings: ModelSettings) -> bool | Literal["low"] | None:
        """Return what Ollama is told of thinking; `None` for a model that does not think.

        gpt-oss takes levels, and ignores a false. Source: docs/api.md of Ollama, "think".
        """
        if "thinking" not in self.description.capabilities:
            return None
        if settings.thinking:
            return True
        return "low" if self.description.family == "gpt-oss" else False

    @property
    def only_embeds(self) -> bool:
        """Whether the model makes embeddings and does not write."""
        capabilities = self.description.capabilities
        return "embedding" in capabilities and "completion" not in capabilities

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens by the model's own vocabulary, else an upper bound."""
        return bound_token_count(text) if self.vocabulary is None else self.vocabulary.count(text)


def look_up(
    http: LocalHttp, name: str, settings: ModelSettings, folders: Sequence[Path] = ()
) -> Facts:
    """Return the facts about a model.

    Raises `ModelNotFoundError`, and `ConfigurationError` for one that runs elsewhere.
    """
    try:
        shown = http.json("POST", "/api/show", {"model": name})
    except ModelNotFoundError as error:
        raise model_missing_error(name) from error
    refuse_remote(shown, name)
    info = mapping_of(shown.get("model_info"))
    architecture = str(info.get("general.architecture", ""))
    trained = whole_number(info.get(f"{architecture}.context_length")) or settings.context_window
    own = str(shown.get("template") or "")
    raw = bool(settings.template) or own.strip() in _NO_TEMPLATE
    entry = find_entry(http, "/api/tags", name)
    digest, size = str(entry.get("digest") or ""), whole_number(entry.get("size"))
    header = find_header(http, name, digest=digest, size=size) if digest else None
    vocabulary = _vocabulary(header)
    metadata = ModelMetadata(name=name, architecture=architecture, kind="text" if raw else "chat")
    template = find_template(metadata, settings, folders=folders) if raw else None
    notes = [
        template.warning if template else "",
        BOUND_NOTE if vocabulary is None else "",
        ATTENTION_NOTE if _OF_THE_SERVER & {*chosen_hardware(settings)} else "",
        explain_ignored(settings, takes={*_OF_THE_SERVER, "main_gpu"}),
    ]
    capabilities = texts_of(shown.get("capabilities"))
    description = Description(
        name=f"ollama:{name}",
        family=template.family if template else _family(metadata, own, folders),
        kind="text" if raw else "chat",
        context_window=min(settings.context_window, trained),
        parallel=settings.parallel,
        fingerprint=digest or f"{name}:{shown.get('modified_at', '')}",
        parameters=whole_number(info.get("general.parameter_count")),
        bytes=size,
        # Where that is not known, BOS is left to the tokenizer: none is better than two.
        adds_bos=vocabulary is None or vocabulary.client.adds_bos(),
        note=" ".join(note for note in notes if note),
        counting="bound" if vocabulary is None else "exact",
        constraints=("json_schema",),
        takes_tools="offered" if not raw and "tools" in capabilities else "",
        capabilities=capabilities,
    )
    return Facts(
        description=description,
        template=template,
        template_text=own,
        layers=whole_number(info.get(f"{architecture}.block_count")) + 1,
        header=header,
        vocabulary=vocabulary,
    )


def find_entry(http: LocalHttp, path: str, name: str) -> Mapping[str, Any]:
    """Return a model in a list of the server, which does not mind the case of a name."""
    wanted = canonical_name(name)
    entries = mappings_of(http.json("GET", path).get("models"))
    return next((e for e in entries if wanted == canonical_name(str(e.get("name")))), {})


def _family(metadata: ModelMetadata, own: str, folders: Sequence[Path]) -> str:
    """Return the family by name and architecture, else by the marks in the server's template."""
    family = family_of(metadata, folders=folders)
    if family == PLAIN:
        family = family_of(replace(metadata, chat_template=own), folders=folders)
    return family


def _vocabulary(header: Gguf | None) -> Vocabulary | None:
    try:
        return Vocabulary(header) if header else None
    except BackendError:
        return None
