"""The regular files below a folder; links never lead out of it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from quoth.errors import DocumentError, UsageError
from quoth.ingest.exclusions import IGNORE_FILE, Exclusions
from quoth.ingest.tags import SIDE_FILE, SIDE_TABLE, tagged_by
from quoth.ingest.unread_names import reason_to_skip
from quoth.system import expand_home, modified_ns
from quoth.types import Outcome

_NO_UNICODE = "The name is not valid Unicode, so the file was not read; rename it."


@dataclass(frozen=True, slots=True)
class File:
    """A regular file: absolute path, size in bytes, and times in nanoseconds.

    They are those of the last modification, and of the last change of its record in the system.
    """

    path: Path
    size: int
    mtime_ns: int
    ctime_ns: int = 0


def walk(
    paths: Iterable[Path], *, without: Path | None = None, exclude: Sequence[str] = ()
) -> Iterator[File | Outcome]:
    """Yield every file at or below these paths once, ordered by path.

    Every other path is an `Outcome` with a reason: `skipped` for hidden files, names that nobody
    reads (lock files, backups), links that lead out of the folder, sockets, devices and the folder
    `without`, `excluded` for what `exclude` or a `.quothignore` leaves out (both have the syntax
    of gitignore, and `!` also takes in what is skipped by its name) and for outputs of jobs, `tags`
    for files with the tags of others (see `ingest.tags`), `failed` for paths that cannot be opened.
    A path that is named itself is read whatever its name.
    """
    seen: set[tuple[int, int]] = set()
    if without is not None and without.is_dir():
        status = without.stat()
        without_key = (status.st_dev, status.st_ino)
    else:
        without_key = None
    for path in paths:
        root = os.path.abspath(expand_home(path))  # noqa: PTH100 - resolve() follows links
        if (readable := _readable(root)) != root:
            yield Outcome(readable, _NO_UNICODE, "failed")
            continue
        try:
            status = os.stat(root)  # noqa: PTH116 - thousands of files: text is faster than Path
        except FileNotFoundError:
            yield Outcome(root, "There is no such file or folder.", "failed")
            continue
        except OSError as error:
            yield Outcome(root, f"The path cannot be opened: {error.strerror}.", "failed")
            continue
        if stat.S_ISDIR(status.st_mode):
            exclusions = Exclusions.at(root, exclude)
            found = _Walk(Path(root).resolve(), seen, without_key)
            yield from _descend(_Folder(root, status, exclusions), found)
        else:
            yield from _entry(root, status, seen, linked=os.path.islink(root))  # noqa: PTH114


def find_files(paths: Iterable[str | PathLike[str]], *, exclude: Sequence[str] = ()) -> list[Path]:
    """Return the files at or below these paths, in order.

    `exclude` has patterns of what is left out of folders (see `walk`). Raises `UsageError` when
    there is no file.
    """
    given = [Path(path) for path in paths]
    files: list[Path] = []
    others: list[Outcome] = []
    for path in given:
        for entry in walk([path], exclude=exclude):
            if isinstance(entry, File):
                files.append(entry.path)
            else:
                others.append(entry)
    if not files:
        names = ", ".join(map(str, given))
        left_out = [one for one in others if one.status == "excluded"]
        hint = f"{left_out[0].path}: {left_out[0].reason}" if left_out else "Check the spelling."
        raise UsageError(f"There are no files in {names}.", hint=hint)
    return files


@dataclass(frozen=True, slots=True)
class _Walk:
    """A walk below one root: the keys of what it saw, and of the folder that is left out."""

    root: Path
    seen: set[tuple[int, int]]
    without: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to look into, with what is left out there."""

    path: str
    status: os.stat_result
    exclusions: Exclusions


def _descend(folder: _Folder, walk: _Walk) -> Iterator[File | Outcome]:
    """Yield what a folder holds at any depth, which no recursion could reach."""
    open_folders = [_look_into(folder, walk)]
    while open_folders:
        found = next(open_folders[-1], None)
        if found is None:
            open_folders.pop()
        elif isinstance(found, _Folder):
            open_folders.append(_look_into(found, walk))
        else:
            yield found


def _look_into(folder: _Folder, walk: _Walk) -> Iterator[File | Outcome | _Folder]:
    """Yield the files and the folders in a folder, in order."""
    key = (folder.status.st_dev, folder.status.st_ino)
    if key == walk.without:
        yield Outcome(folder.path, "This is Quoth's own folder.", "skipped")
        return
    if key in walk.seen:
        yield Outcome(folder.path, "The folder was already visited.", "skipped")
        return
    try:
        with os.scandir(folder.path) as entries:
            names = sorted(entries, key=lambda entry: entry.name)
        exclusions = folder.exclusions.enter(folder.path)
    except OSError as error:
        yield Outcome(folder.path, f"The folder cannot be opened: {error.strerror}.", "failed")
        return
    except DocumentError as error:
        yield Outcome(folder.path, f"{error} Nothing in the folder was read.", "failed")
        return
    walk.seen.add(key)
    for entry in names:
        yield from _below(entry, walk, exclusions)


def _below(
    entry: os.DirEntry[str], walk: _Walk, exclusions: Exclusions
) -> Iterator[File | Outcome | _Folder]:
    """Yield what one entry of a folder is."""
    path = entry.path
    excluded, origin = exclusions.decide(path, is_folder=_is_folder(entry))
    if excluded:
        yield Outcome(_readable(path), f"It is left out by {origin}.", "excluded")
        return
    if entry.name == IGNORE_FILE:
        return  # its rules are followed, which is not worth a line of every report
    if entry.name.startswith(".") and excluded is None:
        yield Outcome(_readable(path), "It is hidden.", "skipped")
        return
    if (readable := _readable(path)) != path:
        yield Outcome(readable, _NO_UNICODE, "failed")
        return
    if excluded is None and (reason := reason_to_skip(entry.name)):
        yield Outcome(path, reason, "skipped")
        return
    try:
        linked = entry.is_symlink()
        if linked and not Path(path).resolve(strict=True).is_relative_to(walk.root):
            yield Outcome(path, "This is a link that leads out of the folder.", "skipped")
            return
        status = entry.stat()
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "a link that leads nowhere"
        yield Outcome(path, f"The path cannot be opened: {reason}.", "skipped")
        return
    if stat.S_ISDIR(status.st_mode):
        yield _Folder(path, status, exclusions)
        return
    if entry.name.endswith((SIDE_FILE, SIDE_TABLE)) and (tagged := tagged_by(Path(path))):
        yield Outcome(path, f"It has the tags of {tagged}.", "tags")
        return
    yield from _entry(path, status, walk.seen, linked=linked)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder, or a link to one; links in a circle are none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _entry(
    path: str, status: os.stat_result, seen: set[tuple[int, int]], *, linked: bool
) -> Iterator[File | Outcome]:
    if not stat.S_ISREG(status.st_mode):
        yield Outcome(path, "This is not a regular file.", "skipped")
        return
    if linked:
        key = (status.st_dev, status.st_ino)
        if key in seen:
            yield Outcome(path, "This is a link to a file that was already found.", "skipped")
            return
        seen.add(key)
    yield File(Path(path), status.st_size, modified_ns(status), status.st_ctime_ns)


def _readable(path: str) -> str:
    """Return a printable path: bytes that are not UTF-8 are replaced."""
    return path if path.isascii() else os.fsencode(path).decode("utf-8", "replace")


def content_hash(path: Path) -> str:
    """Return the BLAKE2b hash of a file's content (16 bytes, in hexadecimal)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
