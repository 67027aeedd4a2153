"""Files of a run: a folder that one run holds at a time, and files written whole or not at all."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from quoth.errors import CollectionBusyError, CollectionError, UsageError

_LOCK = ".quoth-lock"
_PART = re.compile(r"\..+\.\d+-\d+\.part")


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there entirely or not at all, whatever happens meanwhile.

    Raises `CollectionError` when it cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise CollectionError(
            f"{path} cannot be written: {error.strerror}.",
            hint="Make room or choose another folder, and run the same command again; no finished "
            "call is lost.",
        ) from error


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder for this run; the system lets go of it when the process ends in any way.

    What a killed run left half written in it is removed.

    Raises `CollectionBusyError` while another run holds it, `UsageError` when it cannot be
    written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK)
        lock.acquire(blocking=False)
    except Timeout as error:
        raise CollectionBusyError(
            f"Another run is writing to {folder}.", hint="Wait for it, or choose another -o."
        ) from error
    except OSError as error:
        raise UsageError(
            f"The output folder {folder} cannot be written: {error.strerror}.",
            hint="Choose another one with -o.",
        ) from error
    try:
        _sweep(folder)
        yield
    finally:
        lock.release()


def _sweep(folder: Path) -> None:
    for part in folder.rglob(".*.part"):
        if _PART.fullmatch(part.name):
            with suppress(OSError):
                part.unlink()
