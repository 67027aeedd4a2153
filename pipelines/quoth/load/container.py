"""Archives of files, and single compressed files, unpacked within limits."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from io import BufferedIOBase, BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from quoth.errors import (
    CorruptDocumentError,
    DocumentError,
    LimitExceededError,
    NeedsPasswordError,
)
from quoth.load.archive import Archive
from quoth.load.attached import Gathered
from quoth.load.contract import LoadOptions
from quoth.load.inner import load_inner
from quoth.types import Document

_File = tuple[str, bytes | DocumentError]
"""The name of a file in an archive, and its content or why it cannot be unpacked."""

_MAX_FILES = 10_000
_NAMED = 10
_FOR_THE_SYSTEM = ("__MACOSX", "Thumbs.db", "desktop.ini")
_OPENERS: dict[bytes, Callable[[Path], BufferedIOBase]] = {
    b"\x1f\x8b": gzip.GzipFile,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
_BROKEN = (tarfile.TarError, OSError, EOFError, zlib.error, lzma.LZMAError)


def load_zip(path: Path, options: LoadOptions) -> Document:
    """Return the pages of the files in a ZIP archive, each file under its name."""
    with Archive(path, options.limits) as archive:
        names = [name for name in archive.names() if not name.endswith("/")]
        _check_count(path, len(names))
        return _document(path, options, _zip_files(archive, names))


def _zip_files(archive: Archive, names: Iterable[str]) -> Iterator[_File]:
    for name in names:
        try:
            yield name, archive.read(name)
        except LimitExceededError:
            raise
        except DocumentError as error:
            yield name, error


def load_tar(path: Path, options: LoadOptions) -> Document:
    """Return the pages of the files in a tar archive."""
    with path.open("rb") as file:
        return _document(path, options, _tar_files(path, file, options))


def load_compressed(path: Path, options: LoadOptions) -> Document:
    """Return the document in a file that gzip, bzip2 or xz has compressed."""
    content = _unpack(path, options)
    if tarfile.is_tarfile(BytesIO(content)):
        return _document(path, options, _tar_files(path, BytesIO(content), options))
    return replace(load_inner(content, path.stem, options), source=str(path))


def _unpack(path: Path, options: LoadOptions) -> bytes:
    with path.open("rb") as file:
        head = file.read(8)
    opener = next(each for magic, each in _OPENERS.items() if head.startswith(magic))
    try:
        with opener(path) as packed:
            return _read(packed, options.limits.unpacked_bytes, path)
    except _BROKEN as error:
        raise CorruptDocumentError(f"{path.name} is a damaged archive: {error}.") from error


def _read(file: IO[bytes] | BufferedIOBase, allowed: int, path: Path) -> bytes:
    """Return the rest of a file of at most `allowed` bytes."""
    content = file.read(allowed + 1)
    if len(content) > allowed:
        raise LimitExceededError(
            f"{path.name} unpacks to more than allowed.",
            hint="Raise ingestion.max_unpacked_megabytes if you trust the file.",
        )
    return content


def _tar_files(path: Path, packed: IO[bytes], options: LoadOptions) -> Iterator[_File]:
    left = options.limits.unpacked_bytes
    count = 0
    try:
        with tarfile.open(fileobj=packed) as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isfile() else None
                if file is None:  # a folder, a link or a device
                    continue
                count += 1
                _check_count(path, count)
                content = _read(file, left, path)
                left -= len(content)
                yield member.name, content
    except _BROKEN as error:
        raise CorruptDocumentError(f"{path.name} is a damaged archive: {error}.") from error


def _check_count(path: Path, count: int) -> None:
    if count > _MAX_FILES:
        raise LimitExceededError(f"{path.name} holds more than {_MAX_FILES:,} files.")


def _document(path: Path, options: LoadOptions, files: Iterable[_File]) -> Document:
    gathered = Gathered()
    notes = gathered.notes
    locked = False
    for name, content in files:
        if _is_for_the_system(name):
            continue
        if isinstance(content, DocumentError):
            locked = locked or isinstance(content, NeedsPasswordError)
            notes.append(f"The attachment {name} was not read: {content}")
            continue
        gathered.attach(name, content, options)
    if not gathered.pages and notes:
        kind = NeedsPasswordError if locked else DocumentError
        raise kind(f"No file in {path.name} was read. {notes[0]}")
    if len(notes) > _NAMED:
        notes[_NAMED:] = [f"There are {len(notes) - _NAMED} more notes of this kind."]
    return Document(
        str(path),
        path.stem,
        "archive",
        tuple(gathered.pages),
        notes=tuple(notes),
        unread=gathered.unread,
    )


def _is_for_the_system(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part in _FOR_THE_SYSTEM or part.startswith((".", "~$")) for part in parts)
