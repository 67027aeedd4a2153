"""The record of what jobs wrote into a folder: their outputs are no documents."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path

from quoth.system import parse_json

OUTPUT_RECORD = ".quoth-outputs"
"""The name of the record in the folder of outputs."""
_MOST_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Output:
    """A file that a job wrote: its path in the folder, its document, the hash of its bytes."""

    name: str
    source: str
    digest: str


def read_outputs(folder: Path) -> tuple[Output, ...]:
    """Return the outputs that jobs wrote into a folder; none for any other folder."""
    try:
        lines = _read(folder / OUTPUT_RECORD).splitlines()
    except (OSError, ValueError):
        return _read_old_report(folder)
    outputs: dict[str, Output] = {}
    for line in lines:
        with suppress(ValueError, TypeError):  # the last line of a killed run may be torn
            output = Output(**parse_json(line))
            if all(isinstance(field, str) for field in astuple(output)):
                outputs[output.name] = output
    return tuple(outputs.values())


def _read_old_report(folder: Path) -> tuple[Output, ...]:
    """Return the outputs in the report of a version that kept no record."""
    try:
        report = parse_json(_read(folder / "report.json"))
        done = report["report"]["done"]
        written = [Output(f"{item['reason']}", os.path.realpath(item["path"]), "") for item in done]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return (*written, Output("report.json", "", ""))


def _read(file: Path) -> str:
    """Return the text of a file. Raises `ValueError` for a pipe, and for one that is no record."""
    status = file.stat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
        raise ValueError(f"{file.name} is no record of outputs.")
    return file.read_text(encoding="utf-8")
