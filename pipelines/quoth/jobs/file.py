"""Job files: the sources, options and outputs of a job, written down for later runs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from quoth.config import Effective, compose, load_config, nearest
from quoth.errors import ConfigurationError, UsageError
from quoth.jobs.scope import ScopeText, check_scope_keys
from quoth.system import construct_yaml, expand_home, jobs_folder

SETTINGS = "settings"


def _write_out(path: object) -> object:
    """Return a path as text: YAML reads `2024` as a number, and `2024-05-01` as a day."""
    return str(path) if type(path) in (int, date) else path


NamedPath = Annotated[Path, BeforeValidator(_write_out)]


class JobFile(BaseModel):
    """The content of a job file. Paths are absolute here and relative to the folder in the file.

    The file's `settings` are those of `quoth.yaml`; `read_job_settings` reads them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    sources: tuple[NamedPath, ...] = Field(default=(), description="Files and folders.")
    scope: ScopeText = Field(
        default=ScopeText(), description="The part of the sources to summarize."
    )
    exclude: tuple[str, ...] = Field(
        default=(), description="Patterns of .gitignore for files and folders to leave out."
    )
    output: NamedPath | None = Field(default=None, description="The folder for the summaries.")
    format: Literal["text", "markdown", "json"] = Field(
        default="markdown", description="The format of the summaries."
    )
    query: str = Field(default="", description="Summarize only what is relevant to this question.")
    language: str = Field(default="", description="The language of the summaries.")
    json_schema: NamedPath | None = Field(
        default=None, alias="schema", description="A JSON schema that each result must meet."
    )
    trace: bool = Field(default=False, description="Also write the tree of partial summaries.")
    workers: int = Field(
        default=0, ge=0, description="Documents at once; 0 takes the number from the model."
    )
    max_failures: int = Field(
        default=0, ge=0, description="Stop after more failed documents than this; 0 never stops."
    )
    max_pages: int = Field(
        default=0, ge=0, description="Read at most this many pages of a document; 0 reads all."
    )
    known_failures: Literal["report", "accept"] = Field(
        default="report",
        description="Whether documents that failed before, and are unchanged, end in exit code 3 "
        "(`report`) or 0 (`accept`).",
    )
    on_done: str | tuple[str, ...] = Field(
        default="", description="A command, or an address on this machine, to call at the end."
    )


def job_keys() -> tuple[str, ...]:
    """Return the keys that a job file may have."""
    return (*(field.alias or name for name, field in JobFile.model_fields.items()), SETTINGS)


def _hint() -> str:
    return f"A job may have: {', '.join(job_keys())}."


def example_jobs() -> dict[str, Path]:
    """Return the job files that come with Quoth, by name."""
    return {file.stem: file for file in sorted(jobs_folder().glob("*.yaml"))}


def find_job(name: str) -> Path:
    """Return the path of a job file, given its path or the name of an example."""
    path = expand_home(name)
    if path.is_file():
        return path
    examples = example_jobs()
    if name in examples:
        return examples[name]
    raise UsageError(
        f"There is no job file {name}.",
        hint=f"Name a file, or one of the examples: {', '.join(examples)}.",
    )


def read_job(path: Path) -> JobFile:
    """Read a job file; paths in an example are relative to the working folder.

    Raises `ConfigurationError`, which names the line and the key, and the nearest key to an unknown
    one.
    """
    root = compose(path)
    if root is None:
        return JobFile()
    if not isinstance(root, yaml.MappingNode):
        raise ConfigurationError(
            f"{path} must hold lines of `name: value`, such as `sources: [documents]`.",
            hint=_hint(),
        )
    known = job_keys()
    values: dict[str, object] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in root.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in lines:
            raise ConfigurationError(f"{path} line {line} sets {key} a second time.")
        lines[key] = line
        if key == SETTINGS:
            continue
        if key not in known:
            near = nearest(key, known)
            raise ConfigurationError(
                f"{path} line {line}: a job has no {key!r}."
                + (f" The nearest one is {near!r}." if near else ""),
                hint=_hint(),
            )
        if key == "scope":
            check_scope_keys(value_node, path)
        values[key] = _read_value(value_node, f"{path} line {line}: {key}")
    base = Path.cwd() if path.parent == jobs_folder() else path.resolve().parent
    try:
        job = JobFile.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        raise ConfigurationError(
            f"{path} line {lines[key]}: {key} cannot be {values[key]!r}: {first['msg'].lower()}.",
            hint=_hint(),
        ) from error
    return job.model_copy(
        update={
            "sources": tuple(base / expand_home(source) for source in job.sources),
            "output": job.output and base / expand_home(job.output),
            "json_schema": job.json_schema and base / expand_home(job.json_schema),
        }
    )


def _read_value(node: yaml.Node, label: str) -> object:
    try:
        value: object = construct_yaml(node)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{label} is not a valid value.") from error
    return value


def read_job_settings(path: Path, overrides: dict[str, object]) -> Effective:
    """Return the configuration of a job: its `settings`, the environment, then `overrides`.

    Raises `ConfigurationError` as `load_config` does.
    """
    return load_config(path, section=SETTINGS, overrides=overrides)
