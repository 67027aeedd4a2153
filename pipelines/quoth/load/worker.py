"""The process that reads files for a `LoaderPool`: it may crash, hang, and be killed.

It imports no more than the loaders that its files need.
"""

from __future__ import annotations

from pathlib import Path

from quoth.errors import LimitExceededError, QuothError
from quoth.load import wire
from quoth.load.contract import LoadOptions
from quoth.load.registry import load_with
from quoth.system import ParentPipe, limit_memory, read_memory
from quoth.types import Document

_KEEP_MEMORY = 200 * 1024 * 1024  # a worker that has grown by more is replaced


def main() -> None:
    """Read the files that the parent process asks for; its first request brings the options."""
    parent = ParentPipe()
    options = wire.decode_options(parent.receive())
    idle = read_memory()
    limit_memory(options.limits.memory_megabytes * 1024 * 1024)
    parent.send(b"")
    leaving = False
    while not leaving:
        path = Path(wire.decode_path(parent.receive()))
        with parent.limit_time(options.limits.seconds):
            outcome = _load(path, options)
        leaving = read_memory() > idle + _KEEP_MEMORY
        parent.send(wire.encode_reply(outcome, leaving=leaving))


def _load(path: Path, options: LoadOptions) -> Document | QuothError:
    try:
        return load_with(path, options)
    except QuothError as error:
        return error
    except MemoryError:
        return LimitExceededError(f"{path.name} is too large.")
