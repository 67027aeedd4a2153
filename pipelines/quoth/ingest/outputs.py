"""The record of what jobs wrote into a folder: their outputs are no documents."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

OUTPUT_RECORD = ".quoth-outputs"
"""The name of the record in the folder of outputs."""


@dataclass(frozen=True, slots=True)
class Output:
    """A file that a job wrote: its path in the folder, its document, the hash of its bytes."""

    name: str
    source: str
    digest: str


def read_outputs(folder: Path) -> tuple[Output, ...]:
    """Return the outputs that jobs wrote into a folder; none for any other folder."""
    try:
        lines = (folder / OUTPUT_RECORD).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return _read_old_report(folder)
    outputs: dict[str, Output] = {}
    for line in lines:
        with suppress(ValueError, TypeError):  # the last line of a killed run may be torn
            output = Output(**json.loads(line))
            outputs[output.name] = output
    return tuple(outputs.values())


def _read_old_report(folder: Path) -> tuple[Output, ...]:
    """Return the outputs in the report of a version that kept no record."""
    try:
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        done = report["report"]["done"]
        written = [Output(item["reason"], os.path.realpath(item["path"]), "") for item in done]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return (*written, Output("report.json", "", ""))
