"""The schema of the configuration: every setting, its type, its default and its meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from quoth.config.limits import Limits
from quoth.system import Guard

_LIMITS = Limits()


class Section(BaseModel):
    """A frozen group of settings that refuses unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Ingestion(Section):
    """How files become documents and chunks."""

    chunk_tokens: int = Field(240, ge=16, le=8192, description="Tokens of a chunk, at most.")
    ocr: bool = Field(False, description="Read scanned pages, with tesseract or the extra ocr.")
    max_pages: int = Field(_LIMITS.pages, ge=1, description="Pages that one file may have.")
    max_seconds: float = Field(_LIMITS.seconds, gt=0, description="Time that one file may take.")
    max_memory_megabytes: int = Field(
        _LIMITS.memory_megabytes, ge=128, description="Memory that one file may take."
    )
    max_unpacked_megabytes: int = Field(
        _LIMITS.unpacked_megabytes, ge=1, description="Size that one file may unpack to."
    )
    workers: int = Field(0, ge=0, description="Processes that parse; 0 takes one for each core.")

    @property
    def limits(self) -> Limits:
        """What reading one file may cost."""
        return Limits(
            seconds=self.max_seconds,
            memory_megabytes=self.max_memory_megabytes,
            pages=self.max_pages,
            unpacked_megabytes=self.max_unpacked_megabytes,
        )


class Embedding(Section):
    """How texts become vectors."""

    model: str = Field(
        "embedded",
        min_length=1,
        description="`embedded`, a folder with a sentence-transformers model, or `ollama:NAME`.",
    )
    engine: Literal["auto", "onnx", "openvino", "torch", "torch-bf16"] = Field(
        "auto", description="What runs it: the one that is fastest here, or the one named."
    )
    batch_tokens: int = Field(1024, ge=256, description="Tokens in one pass, at most.")
    threads: int = Field(0, ge=0, description="Threads of one pass; 0 takes one for each core.")


class Retrieval(Section):
    """How chunks are found."""

    mode: Literal["hybrid", "dense", "keyword"] = Field("hybrid", description="Which index.")
    k: int = Field(8, ge=1, le=1000, description="Hits of a search.")
    candidates: int = Field(200, ge=1, le=10000, description="Hits taken from each side to fuse.")
    diversity: float = Field(
        0.0, ge=0, le=1, description="How much a hit loses for being like those before it (MMR)."
    )
    section_tokens: int = Field(
        0, ge=0, description="Tokens that a hit may grow to with the rest of its section."
    )
    expand: Literal["", "rewrite", "multi", "hyde"] = Field(
        "", description="What the model adds to the question: `rewrite`, `multi` or `hyde`."
    )
    reranker: str = Field(
        "", description="Who looks again at the best hits: `model`, or a cross-encoder's folder."
    )
    retriever: str = Field(
        "", description="A retriever that an installed package brings, instead of our search."
    )
    rerank: int = Field(20, ge=1, le=1000, description="Hits that the reranker looks at.")
    paths: tuple[str, ...] = Field(
        (), description="Only sources that fit, such as `*/2024/*.pdf` or `*.md`."
    )
    formats: tuple[str, ...] = Field((), description="Only these formats, such as `pdf`.")
    pages: str = Field("", description="Only these pages: `7`, `3-10`, `3-` or `-10`.")
    since: str = Field("", description="Only from this day on, `2024-01-31`.")
    until: str = Field("", description="Only up to this day.")


class Answering(Section):
    """How a question is answered."""

    max_tokens: int = Field(160, ge=8, description="Tokens of an answer, at most.")
    style: Literal["auto", "phrase", "prose"] = Field(
        "auto", description="A model chooses words of the text, or writes; `auto` by its size."
    )
    context_tokens: int = Field(1600, ge=64, description="Tokens of excerpts that it writes from.")
    floor: float | None = Field(
        None,
        ge=-1,
        le=1,
        description="Similarity below which nothing counts as found; by default as calibrated.",
    )
    likelihood: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Likelihood that `phrase` needs to answer; by default as calibrated.",
    )


class Summarization(Section):
    """How documents are summarized."""

    strategy: Literal["auto", "map-reduce", "refine", "stuff"] = Field(
        "map-reduce", description="How the whole text reaches the model."
    )
    length: str = Field("standard", description="`brief`, `standard`, `detailed`, or words.")
    map_tokens: int = Field(1200, ge=16, description="Tokens of text in one map call.")


class ModelSettings(Section):
    """Which model answers, and how it runs."""

    model: str = Field(
        "llamacpp:embedded", description="`backend:name`; `quoth models list` shows what is here."
    )
    url: str = Field("", description="Address of a server, where the backend is one.")
    api_key_file: str = Field("", description="A file that holds the key of the server.")
    template: str = Field(
        "", description="A family, or a template file, instead of the model's own chat template."
    )
    context_window: int = Field(8192, ge=512, description="Tokens of prompt and answer together.")
    gpu_layers: Literal["auto", "all"] | int = Field(
        "auto", description="Layers on the GPU: `auto`, `all`, or a number."
    )
    threads: int = Field(0, ge=0, description="Threads that decode; 0 takes one for each core.")
    batch_tokens: int = Field(512, ge=32, le=8192, description="Prompt tokens read in one step.")
    parallel: int = Field(4, ge=1, le=256, description="Sequences decoded at once.")
    flash_attention: Literal["auto", "on", "off"] = Field(
        "auto", description="Whether `llamacpp` computes attention in one pass over the cache."
    )
    temperature: float = Field(0.0, ge=0, le=5, description="0 always takes the likeliest token.")
    seed: int = Field(0, ge=0, description="Seed of the sampling.")
    timeout: float = Field(300.0, gt=0, description="Seconds without a token before giving up.")


class Privacy(Section):
    """What may be reached."""

    allow: tuple[str, ...] = Field((), description="Hosts off this machine that may be reached.")
    guard: bool = Field(True, description="Refuse all other connections off this machine.")


class Config(Section):
    """Everything that can be configured, by pipeline."""

    ingestion: Ingestion = Ingestion()
    embedding: Embedding = Embedding()
    retrieval: Retrieval = Retrieval()
    answering: Answering = Answering()
    summarization: Summarization = Summarization()
    backend: ModelSettings = ModelSettings()
    privacy: Privacy = Privacy()
    prompts: str = Field("", description="A folder whose prompts override ours by name.")
    preset: str = Field(
        "", description="Defaults for a kind of use: `laptop`, `gpu`, `quality` or `fast`."
    )

    @property
    def guard(self) -> Guard:
        """The hosts that may be reached, as `privacy` says."""
        return Guard(allow=self.privacy.allow, enforced=self.privacy.guard)

    @property
    def prompt_folders(self) -> tuple[Path, ...]:
        """Return the folders whose prompts and families go before ours."""
        return (Path(self.prompts).expanduser(),) if self.prompts else ()
