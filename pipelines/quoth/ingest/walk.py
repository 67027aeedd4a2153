"""The files below a folder, without leaving it and without special files."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from os import PathLike
from pathlib import Path

from quoth.errors import UsageError
from quoth.types import Outcome

_NO_UNICODE = "Its name is not valid Unicode, so it was not read; give it another one."


@dataclass(frozen=True, slots=True)
class File:
    """A regular file: its absolute path, size in bytes, and time of change in nanoseconds."""

    path: Path
    size: int
    mtime_ns: int


def walk(paths: Iterable[Path], *, without: Path | None = None) -> Iterator[File | Outcome]:
    """Yield every file under these files and folders, once, ordered by path.

    Every path that is not read is an `Outcome` with its reason: hidden files, links that lead out
    of the folder, sockets and devices, the folder `without` (`skipped`), and paths that cannot be
    opened (`failed`).
    """
    seen: set[tuple[int, int]] = set()
    if without is not None and without.is_dir():
        status = without.stat()
        without_key = (status.st_dev, status.st_ino)
    else:
        without_key = None
    for path in paths:
        root = os.path.abspath(path.expanduser())  # noqa: PTH100 - resolve() follows links
        if (readable := _readable(root)) != root:
            yield Outcome(readable, _NO_UNICODE, "failed")
            continue
        try:
            status = os.stat(root)  # noqa: PTH116 - thousands of files: text is faster than Path
        except FileNotFoundError:
            yield Outcome(root, "There is no such file or folder.", "failed")
            continue
        except OSError as error:
            yield Outcome(root, f"It cannot be opened: {error.strerror}.", "failed")
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _folder(root, status, Path(root).resolve(), seen, without_key)
        else:
            yield from _entry(root, status, seen, linked=os.path.islink(root))  # noqa: PTH114


def find_files(paths: Iterable[str | PathLike[str]], *, glob: str = "*") -> list[Path]:
    """Return the files under these paths, in order.

    In folders only files whose name matches `glob` count. Raises `UsageError` when there is none.
    """
    given = [Path(path) for path in paths]
    files: list[Path] = []
    for path in given:
        pattern = "*" if path.is_file() else glob
        entries = (entry for entry in walk([path]) if isinstance(entry, File))
        files += [entry.path for entry in entries if fnmatch(entry.path.name, pattern)]
    if not files:
        names = ", ".join(map(str, given))
        raise UsageError(f"There are no files in {names}.", hint="Look at the spelling.")
    return files


def _folder(
    folder: str,
    status: os.stat_result,
    root: Path,
    seen: set[tuple[int, int]],
    without: tuple[int, int] | None,
) -> Iterator[File | Outcome]:
    key = (status.st_dev, status.st_ino)
    if key == without:
        yield Outcome(folder, "Quoth keeps its own state there.", "skipped")
        return
    if key in seen:
        yield Outcome(folder, "The folder was already visited.", "skipped")
        return
    try:
        with os.scandir(folder) as entries:
            names = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        yield Outcome(folder, f"The folder cannot be opened: {error.strerror}.", "failed")
        return
    seen.add(key)
    for entry in names:
        path = entry.path
        if entry.name.startswith("."):
            yield Outcome(_readable(path), "It is hidden.", "skipped")
            continue
        if (readable := _readable(path)) != path:
            yield Outcome(readable, _NO_UNICODE, "failed")
            continue
        try:
            linked = entry.is_symlink()
            if linked and not Path(path).resolve(strict=True).is_relative_to(root):
                yield Outcome(path, "It is a link that leads out of the folder.", "skipped")
                continue
            status = entry.stat()
        except (OSError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or "a link that leads nowhere"
            yield Outcome(path, f"It cannot be opened: {reason}.", "skipped")
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _folder(path, status, root, seen, without)
        else:
            yield from _entry(path, status, seen, linked=linked)


def _entry(
    path: str, status: os.stat_result, seen: set[tuple[int, int]], *, linked: bool
) -> Iterator[File | Outcome]:
    if not stat.S_ISREG(status.st_mode):
        yield Outcome(path, "It is not a regular file.", "skipped")
        return
    if linked:
        key = (status.st_dev, status.st_ino)
        if key in seen:
            yield Outcome(path, "It is a link to a file that was already read.", "skipped")
            return
        seen.add(key)
    yield File(Path(path), status.st_size, status.st_mtime_ns)


def _readable(path: str) -> str:
    """Return the path as it can be printed and stored: bytes that are not UTF-8 are replaced."""
    return path if path.isascii() else os.fsencode(path).decode("utf-8", "replace")


def content_hash(path: Path) -> str:
    """Return the hash of a file's content (BLAKE2b, 16 bytes, in hexadecimal)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
