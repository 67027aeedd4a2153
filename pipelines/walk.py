"""Which files there are: a folder's tree, without leaving it and without special files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.types import Outcome


@dataclass(frozen=True, slots=True)
class File:
    """A regular file: its absolute path, size in bytes, and time of change in nanoseconds."""

    path: Path
    size: int
    mtime_ns: int


def walk(paths: Iterable[Path]) -> Iterator[File | Outcome]:
    """Yield every file under these files and folders, once, ordered by path.

    What is not read comes as an `Outcome` with its reason: hidden files, links that lead out of
    the folder, sockets and devices (`skipped`), and what may not be opened (`failed`).
    """
    seen: set[tuple[int, int]] = set()
    for path in paths:
        root = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - resolve() follows links
        try:
            status = root.stat()
        except FileNotFoundError:
            yield Outcome(str(root), "There is no such file or folder.", "failed")
            continue
        except OSError as error:
            yield Outcome(str(root), f"It cannot be opened: {error.strerror}.", "failed")
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _folder(root, root.resolve(), seen)
        else:
            yield from _entry(root, status, seen)


def _folder(folder: Path, root: Path, seen: set[tuple[int, int]]) -> Iterator[File | Outcome]:
    try:
        status = folder.stat()
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError as error:
        yield Outcome(str(folder), f"The folder cannot be opened: {error.strerror}.", "failed")
        return
    key = (status.st_dev, status.st_ino)
    if key in seen:
        yield Outcome(str(folder), "The folder was already visited.", "skipped")
        return
    seen.add(key)
    for name in names:
        path = folder / name
        if name.startswith("."):
            yield Outcome(str(path), "It is hidden.", "skipped")
            continue
        try:
            status = path.lstat()
            if stat.S_ISLNK(status.st_mode):
                if not path.resolve(strict=True).is_relative_to(root):
                    yield Outcome(
                        str(path), "It is a link that leads out of the folder.", "skipped"
                    )
                    continue
                status = path.stat()
        except (OSError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or "a link that leads nowhere"
            yield Outcome(str(path), f"It cannot be opened: {reason}.", "skipped")
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _folder(path, root, seen)
        else:
            yield from _entry(path, status, seen)


def _entry(
    path: Path, status: os.stat_result, seen: set[tuple[int, int]]
) -> Iterator[File | Outcome]:
    if not stat.S_ISREG(status.st_mode):
        yield Outcome(str(path), "It is not a regular file.", "skipped")
        return
    if path.is_symlink():
        key = (status.st_dev, status.st_ino)
        if key in seen:
            yield Outcome(str(path), "It is a link to a file that was already read.", "skipped")
            return
        seen.add(key)
    yield File(path, status.st_size, status.st_mtime_ns)
