"""The configuration: one frozen value, its defaults, and where each value came from.

Precedence: defaults < preset < file < environment < argument. Building it reads nothing but what
is handed in; `load` is the one place that looks at the file and the environment.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import ConfigurationError
from pipelines.resources import presets_folder


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Ingestion(_Section):
    """How files become documents and chunks."""

    chunk_tokens: int = Field(240, ge=16, le=8192, description="Tokens of a chunk, at most.")
    ocr: bool = Field(False, description="Read scanned pages with tesseract (extra: ocr).")
    max_pages: int = Field(20_000, ge=1, description="Pages that one file may have.")
    max_seconds: float = Field(120.0, gt=0, description="Time that one file may take.")
    max_memory_megabytes: int = Field(2048, ge=128, description="Memory that one file may take.")
    max_unpacked_megabytes: int = Field(1024, ge=1, description="Size that one file may unpack to.")
    workers: int = Field(0, ge=0, description="Processes that parse; 0 takes one for each core.")


class Embedding(_Section):
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


class Retrieval(_Section):
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


class Answering(_Section):
    """How a question is answered."""

    max_tokens: int = Field(160, ge=8, description="Tokens of an answer, at most.")
    style: Literal["auto", "phrase", "prose"] = Field(
        "auto", description="A model chooses words of the text, or writes; `auto` by its size."
    )
    context_tokens: int = Field(1600, ge=64, description="Tokens of excerpts that it writes from.")
    floor: float = Field(
        0.30, ge=-1, le=1, description="Below this similarity nothing counts as found."
    )
    likelihood: float = Field(
        0.51, ge=0, le=1, description="What `phrase` needs to be found as likely, to answer."
    )


class Summarization(_Section):
    """How documents are summarized."""

    strategy: Literal["auto", "map-reduce", "refine", "stuff"] = Field(
        "map-reduce", description="How the whole text reaches the model."
    )
    length: str = Field("standard", description="`brief`, `standard`, `detailed`, or words.")
    map_tokens: int = Field(1200, ge=64, description="Tokens of text in one map call.")


class Backend(_Section):
    """Which model answers, and how it runs."""

    model: str = Field(
        "llamacpp:embedded", description="`backend:name`; `carrel models list` shows what is here."
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


class Privacy(_Section):
    """What may be reached."""

    allow: tuple[str, ...] = Field((), description="Hosts off this machine that may be reached.")
    guard: bool = Field(True, description="Refuse all other connections off this machine.")


class Config(_Section):
    """Everything that can be configured, by pipeline."""

    ingestion: Ingestion = Ingestion()
    embedding: Embedding = Embedding()
    retrieval: Retrieval = Retrieval()
    answering: Answering = Answering()
    summarization: Summarization = Summarization()
    backend: Backend = Backend()
    privacy: Privacy = Privacy()
    prompts: str = Field("", description="A folder whose prompts override ours by name.")
    preset: str = Field(
        "", description="Defaults for a kind of use: `laptop`, `gpu`, `quality` or `fast`."
    )

    @property
    def prompt_folders(self) -> tuple[Path, ...]:
        """Return the folders whose prompts and families go before ours."""
        return (Path(self.prompts).expanduser(),) if self.prompts else ()


@dataclass(frozen=True, slots=True)
class Effective:
    """A configuration, and the origin of each of its values by dotted key."""

    config: Config
    origins: Mapping[str, str]

    def rows(self) -> Iterator[tuple[str, Any, str]]:
        """Yield (dotted key, value, origin) for every setting."""
        for key, value in _flatten(self.config.model_dump()):
            yield key, value, self.origins.get(key, "default")


def load(
    file: Path | None = None,
    *,
    section: str = "",
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Effective:
    """Return the configuration in force.

    `file` must exist when given, and may hold the settings under `section`; otherwise
    `carrel.yaml` in the working folder is read if it is there. `overrides` maps dotted keys
    (`retrieval.k`) to values, as arguments do. Environment variables are the key in capitals,
    `CARREL_RETRIEVAL__K`. Whichever of them names a `preset`, its values stand in for the defaults
    and below everything else.

    Raises `ConfigurationError` that names the key, the nearest known one, and the line.
    """
    environment = os.environ if environment is None else environment
    layers: list[tuple[dict[str, Any], dict[str, str]]] = []
    path = file or Path("carrel.yaml")
    if file is not None or path.is_file():
        layers.append(_read_file(path, section))
    layers.append(_read_environment(environment))
    arguments = dict(overrides or {})
    layers.append((arguments, dict.fromkeys(arguments, "argument")))
    preset = next((layer["preset"] for layer, _ in reversed(layers) if "preset" in layer), "")
    if preset:
        layers.insert(0, _read_preset(preset))

    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    known = dict(_flatten(Config().model_dump()))
    for layer, places in layers:
        for key, value in layer.items():
            if key not in known:
                raise _unknown(key, places[key], known)
            values[key] = value
            origins[key] = places[key]
    try:
        config = Config.model_validate(_nest(values))
    except ValidationError as error:
        first = error.errors()[0]
        parts = [str(part) for part in first["loc"]]
        key = next((k for n in range(len(parts), 0, -1) if (k := ".".join(parts[:n])) in known), "")
        raise ConfigurationError(
            f"{key} cannot be {values.get(key)!r} (from {origins.get(key, 'default')}): "
            f"{first['msg'].lower()}.",
            hint="`carrel config show` lists every setting with its value.",
        ) from error
    return Effective(config, origins)


def preset_names() -> tuple[str, ...]:
    """Return the names of all presets, sorted."""
    return tuple(sorted(path.stem for path in presets_folder().glob("*.yaml")))


def home(environment: Mapping[str, str] | None = None) -> Path:
    """Return the one folder that holds state: `CARREL_HOME`, else the platform's data folder."""
    environment = os.environ if environment is None else environment
    if chosen := environment.get("CARREL_HOME"):
        return Path(chosen).expanduser().resolve()
    import platformdirs

    return Path(platformdirs.user_data_dir("carrel", appauthor=False))


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _nest(values: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, value in values.items():
        *sections, name = key.split(".")
        branch = tree
        for section in sections:
            branch = branch.setdefault(section, {})
        branch[name] = value
    return tree


def _read_environment(environment: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    values, places = {}, {}
    for name, text in environment.items():
        if name.startswith("CARREL_") and name not in {
            "CARREL_HOME",
            "CARREL_DEBUG",
            "CARREL_CONFIG",
        }:
            key = name.removeprefix("CARREL_").lower().replace("__", ".")
            try:
                values[key] = yaml.safe_load(text)
            except yaml.YAMLError as error:
                raise ConfigurationError(f"{name} is not a value: {text!r}.") from error
            places[key] = f"environment {name}"
    return values, places


def _read_preset(name: object) -> tuple[dict[str, Any], dict[str, str]]:
    if name not in preset_names():
        raise ConfigurationError(
            f"There is no preset {name!r}.", hint=f"Presets: {', '.join(preset_names())}."
        )
    values, _ = _read_file(presets_folder() / f"{name}.yaml", section="")
    return values, dict.fromkeys(values, f"preset {name}")


def compose(path: Path) -> yaml.Node | None:
    """Return the tree of a YAML file, `None` for an empty one. Raises `ConfigurationError`."""
    try:
        text = path.read_text(encoding="utf-8")
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except FileNotFoundError as error:
        raise ConfigurationError(f"There is no configuration file {path}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not YAML"
        raise ConfigurationError(
            f"{path} is not valid YAML{line}: {problem}.",
            hint="Settings look like `retrieval:` with `  k: 5` indented below it.",
        ) from error


def _read_file(path: Path, section: str) -> tuple[dict[str, Any], dict[str, str]]:
    root = compose(path)
    if section and isinstance(root, yaml.MappingNode):
        found = [value for key, value in root.value if key.value == section]
        root = found[0] if found else None
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    if root is None:
        return values, places
    _collect(root, "", path, values, places)
    return values, places


def _collect(
    node: yaml.Node, prefix: str, path: Path, values: dict[str, Any], places: dict[str, str]
) -> None:
    if not isinstance(node, yaml.MappingNode):
        raise ConfigurationError(
            f"{path}, line {node.start_mark.line + 1}: {prefix.rstrip('.') or 'the file'} "
            "must hold settings as `name: value`.",
        )
    constructor = yaml.constructor.SafeConstructor()
    for key_node, value_node in node.value:
        key = prefix + str(key_node.value)
        place = f"{path} line {key_node.start_mark.line + 1}"
        if key in Config.model_fields and isinstance(Config.model_fields[key].default, _Section):
            _collect(value_node, key + ".", path, values, places)
            continue
        if key in places:
            raise ConfigurationError(f"{place} sets {key} a second time.")
        try:
            values[key] = constructor.construct_object(value_node, deep=True)
        except yaml.YAMLError as error:
            raise ConfigurationError(f"{place}: {key} is not a value.") from error
        places[key] = place


def nearest(key: str, names: Sequence[str]) -> str:
    """Return the name that a misspelt key was most likely meant to be; empty when none is near."""
    by_last = {name.rsplit(".", 1)[-1]: name for name in names}
    near = difflib.get_close_matches(key, names, n=1, cutoff=0.6)
    near = near or [
        by_last[last]
        for last in difflib.get_close_matches(key.rsplit(".", 1)[-1], by_last, n=1, cutoff=0.6)
    ]
    return near[0] if near else ""


def _unknown(key: str, place: str, known: Mapping[str, Any]) -> ConfigurationError:
    near = nearest(key, [*known, *Config.model_fields])
    return ConfigurationError(
        f"{place}: there is no setting {key!r}."
        + (f" The nearest one is {near!r}." if near else ""),
        hint="`carrel config show` lists every setting.",
    )
