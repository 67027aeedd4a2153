"""The record of what agents asked for: a line of JSON for each call, which a person can read."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from quoth.system import parse_json

_NAME = "agents.jsonl"
_LONGEST = 500  # characters of an argument
_MOST_BYTES = 5_000_000


class CallLog:
    """Appends a line for each call: when, which tool, its arguments, and what came of it."""

    def __init__(self, home: Path) -> None:
        self._path = home / _NAME
        self._lock = threading.Lock()

    def write(self, tool: str, arguments: Mapping[str, Any], outcome: str, seconds: float) -> None:
        """Add a call. A log that cannot be written, on a full disk, does not end the call."""
        line = json.dumps(
            {
                "time": datetime.now(UTC).isoformat(timespec="seconds"),
                "process": os.getpid(),
                "tool": tool,
                "arguments": {name: _short(value) for name, value in arguments.items() if value},
                "outcome": outcome,
                "seconds": round(seconds, 3),
            },
            ensure_ascii=False,
        )
        with self._lock:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                if self._path.exists() and self._path.stat().st_size > _MOST_BYTES:
                    self._path.replace(self._path.with_suffix(".old.jsonl"))
                descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                with os.fdopen(descriptor, "a", encoding="utf-8") as file:
                    file.write(line + "\n")
            except OSError:
                return


def read_log(home: Path) -> Iterator[dict[str, Any]]:
    """Yield the calls on record, oldest first; a damaged line is left out."""
    path = home / _NAME
    for file in (path.with_suffix(".old.jsonl"), path):
        if not file.exists():
            continue
        for line in file.read_text("utf-8", errors="replace").splitlines():
            try:
                call = parse_json(line)
            except ValueError:
                continue
            if isinstance(call, dict):
                yield call


def _short(value: Any) -> Any:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return value if len(text) <= _LONGEST else text[:_LONGEST] + "…"
