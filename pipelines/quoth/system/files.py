"""Atomic writes: a file is written whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from quoth.errors import CollectionError, UsageError

_PART = re.compile(r"\..+\.(\d+)-\d+\.part")
_PRIVATE_FOLDER, _PRIVATE_FILE, _OTHERS = 0o700, 0o600, 0o077
_MOST_BYTES = 10_000_000
_NAME_BYTES = 180
"""The bytes of a name that a temporary name repeats; file systems allow 255 in all."""


def read_text_file(path: Path) -> str:
    """Return the text of a file that a person wrote, without a byte order mark.

    Raises `OSError` for one that cannot be read or has no end within ten megabytes, and
    `UnicodeDecodeError` for one that is not UTF-8.
    """
    with path.open("rb") as file:
        body = file.read(_MOST_BYTES + 1)
    if len(body) > _MOST_BYTES:
        raise OSError(errno.EFBIG, "it holds more than ten megabytes", str(path))
    return body.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def expand_home(path: str | Path) -> Path:
    """Return a path with the home folder that `~` or `~NAME` stands for.

    Raises `UsageError` where there is no such user, or no such folder.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise UsageError(
            f"The home folder in {str(path)!r} is not known.", hint="Write the whole path."
        ) from error


def real_path(path: Path) -> Path:
    """Return an absolute path without links; one of links in a circle as far as they lead."""
    return Path(os.path.realpath(path))  # `Path.resolve` raises `RuntimeError` for a circle


def modified_ns(status: os.stat_result) -> int:
    """Return when a file was modified, in nanoseconds, within what a database can hold.

    A clock that is wrong, or a program, may have set any year: these are 1677 to 2262.
    """
    return max(-(2**63), min(status.st_mtime_ns, 2**63 - 1))


def make_folder(folder: Path, *, private: bool = False) -> None:
    """Make a folder and those above it that are missing.

    The folders that are made are for their owner alone (mode 700) if they are `private`, or stand
    in a folder that is. Raises `OSError`.
    """
    missing = []
    while not folder.exists():
        if folder.is_symlink():
            told = f"{folder} is a link to a place that is not there"
            raise FileNotFoundError(errno.ENOENT, told, str(folder))
        missing.append(folder)
        folder = folder.parent
    mode = _PRIVATE_FOLDER if private or is_private(folder) else 0o777
    for each in reversed(missing):
        each.mkdir(mode=mode, exist_ok=True)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))


def make_file(path: Path) -> None:
    """Make an empty file in a private folder, for its owner alone; who opens it tells errors."""
    with suppress(OSError):
        if is_private(path.parent) and not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, _PRIVATE_FILE))


def is_private(folder: Path) -> bool:
    """Whether nobody but its owner can look into a folder. Windows has no such modes."""
    return os.name == "posix" and not folder.stat().st_mode & _OTHERS


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that it is there whole or not at all, even after a crash.

    Text is written as UTF-8 with its line ends unchanged. Raises `CollectionError` when the file
    cannot be written.
    """
    body = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
    with stage_file(path) as part:
        part.write_bytes(body)


@contextmanager
def stage_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path to write to, which replaces `path` at the end of the block.

    An error within the block leaves the earlier file at `path`. Raises `CollectionError` when the
    file cannot be written.
    """
    start = os.fsencode(path.name)[:_NAME_BYTES].decode("utf-8", "ignore")
    part = path.with_name(f".{start}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        make_folder(path.parent)
        yield part
        if is_private(path.parent):
            part.chmod(_PRIVATE_FILE)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise CollectionError(
            f"{path} cannot be written: {error.strerror or error}.",
            hint="Make room or choose another folder, and run the same command again.",
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def remove_parts(folder: Path) -> None:
    """Remove the temporary files that killed runs left in a folder, at any depth."""
    for part in folder.rglob(".*.part"):
        named = _PART.fullmatch(part.name)
        if named and not _is_running(int(named[1])):
            with suppress(OSError):
                part.unlink()


def _is_running(process: int) -> bool:
    """Whether another process has this number. Windows keeps the files of those by itself."""
    if os.name != "posix" or process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # it is another user's
        return True
    return True
