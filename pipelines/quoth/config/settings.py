"""The schema of the configuration: every setting, its type, its default and its meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from quoth.config.limits import Limits
from quoth.system import Guard, expand_home

_LIMITS = Limits()

CacheType = Literal["f16", "f32", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl"]
"""The types of number in which llama.cpp keeps keys and values."""
_UNROUNDED = ("f16", "f32", "bf16")


class Section(BaseModel):
    """A frozen group of settings that refuses unknown names.

    YAML reads `length: 120` and `keep_alive: -1` as numbers, which stand for themselves as text.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, coerce_numbers_to_str=True
    )


class Ingestion(Section):
    """How files become documents and chunks."""

    chunk_tokens: int = Field(
        default=240, ge=16, le=8192, description="The most tokens in a chunk."
    )
    language: str = Field(
        default="",
        pattern="^([a-z]{2,3})?$",
        description="The language of the documents, such as `de`; it is detected without.",
    )
    exclude: tuple[str, ...] = Field(
        default=(),
        description="Patterns of .gitignore for files and folders to leave out, as `/drafts/`.",
    )
    ocr: bool = Field(
        default=False, description="Read scanned pages, with tesseract or the extra ocr."
    )
    max_pages: int = Field(default=_LIMITS.pages, ge=1, description="The most pages in one file.")
    max_seconds: float = Field(
        default=_LIMITS.seconds, gt=0, description="The most seconds for one file."
    )
    max_memory_megabytes: int = Field(
        default=_LIMITS.memory_megabytes, ge=128, description="The most memory for one file."
    )
    max_unpacked_megabytes: int = Field(
        default=_LIMITS.unpacked_megabytes,
        ge=1,
        description="The largest unpacked size of one file.",
    )
    max_text_megabytes: int = Field(
        default=_LIMITS.text_megabytes, ge=1, description="The most text in one file."
    )
    workers: int = Field(
        default=0, ge=0, description="Processes that parse files; 0 starts one per core."
    )

    @property
    def limits(self) -> Limits:
        """The limits for reading one file."""
        return Limits(
            seconds=self.max_seconds,
            memory_megabytes=self.max_memory_megabytes,
            pages=self.max_pages,
            unpacked_megabytes=self.max_unpacked_megabytes,
            text_megabytes=self.max_text_megabytes,
        )


class Embedding(Section):
    """How texts become vectors."""

    model: str = Field(
        default="embedded",
        min_length=1,
        description="`embedded`, a folder with a sentence-transformers model, `ollama:NAME`, "
        "`openai-compatible:NAME`, or an installed package's.",
    )
    url: str = Field(
        default="",
        description="The address of the embedder's server; by default that of its backend.",
    )
    api_key_file: str = Field(
        default="", description="The file with the key of the embedder's server."
    )
    query_prompt: str | None = Field(
        default=None,
        description="The text before a question; by default as the model's makers say.",
    )
    passage_prompt: str | None = Field(
        default=None, description="The text before a passage; by default as the model's makers say."
    )
    dimensions: int = Field(
        default=0,
        ge=0,
        description="Dimensions to keep, for a model that was trained to be cut; 0 keeps all.",
    )
    engine: Literal["auto", "onnx", "openvino", "torch", "torch-bf16"] = Field(
        default="auto", description="The engine: `auto` takes the fastest one here."
    )
    batch_tokens: int = Field(default=1024, ge=256, description="The most tokens in one pass.")
    threads: int = Field(default=0, ge=0, description="Threads for one pass; 0 takes one per core.")


class Retrieval(Section):
    """How chunks are found."""

    mode: Literal["hybrid", "dense", "keyword"] = Field(
        default="hybrid", description="The indexes to search."
    )
    k: int = Field(default=8, ge=1, le=1000, description="The number of hits.")
    candidates: int = Field(
        default=200, ge=1, le=10000, description="Candidates from each index, before fusion."
    )
    diversity: float = Field(
        default=0.0, ge=0, le=1, description="The penalty for hits that resemble better ones (MMR)."
    )
    section_tokens: int = Field(
        default=0,
        ge=0,
        description="Tokens to which a hit is extended within its section; 0 extends none.",
    )
    expand: Literal["", "rewrite", "multi", "hyde"] = Field(
        default="", description="How the model expands the question: `rewrite`, `multi` or `hyde`."
    )
    reranker: str = Field(
        default="", description="The reranker: `model`, or the folder of a cross-encoder."
    )
    retriever: str = Field(
        default="",
        description="A retriever from an installed package, in place of the search of Quoth.",
    )
    rerank: int = Field(default=20, ge=1, le=1000, description="The number of hits to rerank.")


class Answering(Section):
    """How a question is answered."""

    max_tokens: int | None = Field(
        default=None,
        ge=8,
        description="The most tokens in an answer; by default by the model's size.",
    )
    style: Literal["auto", "phrase", "prose"] = Field(
        default="auto",
        description="`phrase` (text of the documents), `prose` (written), or `auto` by model size.",
    )
    context_tokens: int | None = Field(
        default=None,
        ge=64,
        description="The most tokens of excerpts for `prose`; by default by the model's size.",
    )
    floor: float | None = Field(
        default=None,
        ge=-1,
        le=1,
        description="The lowest cosine of a hit that is answered from; by default as calibrated.",
    )
    likelihood: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="The lowest likelihood of an excerpt for `phrase`; by default as calibrated.",
    )


class Summarization(Section):
    """How documents are summarized."""

    strategy: Literal["auto", "extract", "map-reduce", "refine", "stuff"] = Field(
        default="auto",
        description="The way in which the text reaches the model; `extract` selects sentences.",
    )
    kind: str = Field(
        default="auto",
        description="The kind of the documents, such as `contract`; found from the text.",
    )
    length: str = Field(
        default="standard", description="`brief`, `standard`, `detailed`, or a number of words."
    )
    map_tokens: int = Field(default=1200, ge=16, description="The tokens of text in one map call.")


class ModelSettings(Section):
    """The model, and how it runs."""

    model: str = Field(
        default="llamacpp:embedded",
        description="`backend:name`; `quoth models list` shows what is here.",
    )
    url: str = Field(
        default="", description="The address of the server, for a backend that has one."
    )
    api_key_file: str = Field(default="", description="The file with the key of the server.")
    template: str = Field(
        default="",
        description="A family or a template file, in place of the chat template of the model.",
    )
    context_window: int = Field(
        default=8192, ge=512, description="The most tokens of prompt and answer together."
    )
    gpu_layers: Literal["auto", "all"] | int = Field(
        default="auto", description="The layers on the GPU: `auto`, `all`, or a number."
    )
    threads: int = Field(default=0, ge=0, description="Threads for decoding; 0 takes one per core.")
    batch_tokens: int = Field(default=512, ge=32, le=8192, description="Prompt tokens in one step.")
    parallel: int = Field(
        default=4, ge=1, le=256, description="Sequences that are decoded in parallel."
    )
    deterministic: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="Whether `llamacpp` makes one call at a time, so that a reply depends on no "
        "other call: `auto` does so on a processor, unless `parallel` is set.",
    )
    flash_attention: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="Whether llama.cpp computes attention in one pass over the cache.",
    )
    kv_cache_type: CacheType = Field(
        default="f16", description="The type of the KV cache; smaller ones need flash attention."
    )
    tensor_split: tuple[Annotated[float, Field(ge=0)], ...] = Field(
        default=(),
        max_length=16,
        description="The share of each GPU in the model, such as `[3, 1]`.",
    )
    main_gpu: int = Field(default=0, ge=0, le=15, description="The GPU for what is not split.")
    cpu_expert_layers: int = Field(
        default=0,
        ge=0,
        le=999,
        description="First layers whose experts stay on the CPU (`n-cpu-moe`).",
    )
    draft_model: str = Field(
        default="", description="A smaller model of the same family, whose drafts the model checks."
    )
    temperature: float = Field(
        default=0.0,
        ge=0,
        le=5,
        description="The temperature of sampling; 0 takes the likeliest token.",
    )
    seed: int = Field(default=0, ge=0, description="The seed of sampling.")
    thinking: bool = Field(
        default=False,
        description="Whether a model that can be told not to think thinks before it answers.",
    )
    keep_alive: str = Field(
        default="",
        pattern=r"^(-1|\d+|(\d+(\.\d+)?(ms|s|m|h))+)?$",
        description="How long `ollama` keeps a model after a call, such as `30m`; `-1` for ever.",
    )
    timeout: float = Field(
        default=300.0, gt=0, description="Seconds without a token after which a call fails."
    )
    max_seconds: float = Field(default=3600.0, gt=0, description="The most seconds for one answer.")

    @model_validator(mode="after")
    def _check_hardware(self) -> Self:
        if self.flash_attention == "off" and self.kv_cache_type not in _UNROUNDED:
            raise ValueError(
                f"a KV cache of {self.kv_cache_type} (backend.kv_cache_type) needs "
                "backend.flash_attention"
            )
        if self.tensor_split and not any(self.tensor_split):
            raise ValueError("backend.tensor_split gives no GPU a share")
        return self


class Privacy(Section):
    """Which hosts may be reached."""

    allow: tuple[str, ...] = Field(
        default=(), description="Hosts off this machine that may be reached."
    )
    guard: bool = Field(default=True, description="Refuse all other connections off this machine.")


class Config(Section):
    """Everything that can be configured, by pipeline.

    >>> from quoth.config import Retrieval
    >>> config = Config(retrieval=Retrieval(k=3))
    >>> Library("contracts", config=config).config.retrieval.k
    3
    """

    ingestion: Ingestion = Ingestion()
    embedding: Embedding = Embedding()
    retrieval: Retrieval = Retrieval()
    answering: Answering = Answering()
    summarization: Summarization = Summarization()
    backend: ModelSettings = ModelSettings()
    privacy: Privacy = Privacy()
    prompts: str = Field(
        default="", description="A folder of prompts; they replace ours of the same name."
    )
    preset: str = Field(
        default="", description="Defaults for a kind of use: `laptop`, `gpu`, `quality` or `fast`."
    )

    @property
    def guard(self) -> Guard:
        """The hosts that may be reached, as `privacy` says."""
        return Guard(allow=self.privacy.allow, enforced=self.privacy.guard)

    @property
    def prompt_folders(self) -> tuple[Path, ...]:
        """The folders with prompts and families that replace ours."""
        return (expand_home(self.prompts),) if self.prompts else ()
