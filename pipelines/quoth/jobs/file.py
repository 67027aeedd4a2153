"""Job files: the sources, options and outputs of a job, kept to be run again."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from quoth.config import Effective, compose, load_config, nearest
from quoth.errors import ConfigurationError, UsageError
from quoth.system import jobs_folder

SETTINGS = "settings"
_HINT = "docs/summaries.md describes job files."


class JobFile(BaseModel):
    """The content of a job file. Paths are absolute; in the file, they are relative to its folder.

    `settings` of the file are those of `quoth.yaml`, and are read by `read_job_settings`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: tuple[Path, ...] = Field((), description="Files and folders.")
    glob: str = Field("*", description="Of folders, only files whose name fits.")
    output: Path | None = Field(None, description="The folder for the summaries.")
    format: Literal["text", "markdown", "json"] = Field("markdown", description="Of the outputs.")
    query: str = Field("", description="Summarize what bears on this question.")
    language: str = Field("", description="The language to write in.")
    json_schema: Path | None = Field(
        None, alias="schema", description="A JSON schema that each result must meet."
    )
    trace: bool = Field(False, description="Write the tree of partial summaries too.")
    workers: int = Field(
        0, ge=0, description="Documents in parallel; 0 takes as many as the model decodes."
    )
    max_failures: int = Field(0, ge=0, description="Stop after more failed documents; 0 never.")
    max_pages: int = Field(0, ge=0, description="Most pages to read; 0 reads all.")


def find_job(name: str) -> Path:
    """Return the job file of that path, or the example of that name that comes with Quoth."""
    path = Path(name).expanduser()
    if path.is_file():
        return path
    examples = {file.stem: file for file in sorted(jobs_folder().glob("*.yaml"))}
    if name in examples:
        return examples[name]
    raise UsageError(
        f"There is no job file {name}.",
        hint=f"Name a file, or one of the examples: {', '.join(examples)}.",
    )


def read_job(path: Path) -> JobFile:
    """Return the contents of a job file; paths of an example are relative to the working folder.

    Raises `ConfigurationError` that names the line, the key, and for an unknown one the nearest.
    """
    root = compose(path)
    if root is None:
        return JobFile()
    if not isinstance(root, yaml.MappingNode):
        raise ConfigurationError(f"{path} must hold `name: value`, as `sources: [documents]`.")
    known = {field.alias or name for name, field in JobFile.model_fields.items()}
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
            near = nearest(key, [*sorted(known), SETTINGS])
            raise ConfigurationError(
                f"{path} line {line}: a job has no {key!r}."
                + (f" The nearest one is {near!r}." if near else ""),
                hint=_HINT,
            )
        values[key] = _value(value_node, f"{path} line {line}: {key}")
    base = Path.cwd() if path.parent == jobs_folder() else path.resolve().parent
    try:
        job = JobFile.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        raise ConfigurationError(
            f"{path} line {lines[key]}: {key} cannot be {values[key]!r}: {first['msg'].lower()}.",
            hint=_HINT,
        ) from error
    return job.model_copy(
        update={
            "sources": tuple(base / source.expanduser() for source in job.sources),
            "output": job.output and base / job.output.expanduser(),
            "json_schema": job.json_schema and base / job.json_schema.expanduser(),
        }
    )


def _value(node: yaml.Node, place: str) -> object:
    try:
        value: object = yaml.constructor.SafeConstructor().construct_object(node, deep=True)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{place} is not a value.") from error
    return value


def read_job_settings(path: Path, overrides: dict[str, object]) -> Effective:
    """Return the configuration of a job: its `settings`, then the environment, then `overrides`.

    Raises `ConfigurationError` as `load_config` does.
    """
    return load_config(path, section=SETTINGS, overrides=overrides)
