"""A whole collection in one file, to another machine and back.

The file is a ZIP archive with a copy of the store, the conversations, and `collection.json`, which
names the collection and the version that wrote it. The dense index is made again from the store.
"""

from __future__ import annotations

import json
import lzma
import re
import shutil
import sqlite3
import zipfile
import zlib
from contextlib import closing
from importlib import metadata
from pathlib import Path
from typing import IO

from quoth.collection import DenseIndex, Store
from quoth.errors import CollectionError, UsageError
from quoth.library.collections import STORE, check_collection, check_free
from quoth.system import ScratchFolder, WriteLock, open_read_only, parse_json, stage_file

MANIFEST = "collection.json"
_FATAL = ("database", "spans", "vectors")
"""The parts of a store that cannot be made again."""
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError),
    *(LookupError, RuntimeError, TypeError, ValueError),
)
"""What Python raises for an archive that is damaged, encrypted, or none of ours."""
_CONVERSATION = re.compile(r"conversations/[\w.-]+\.json")


def export_collection(home: Path, name: str, file: Path, *, replace: bool = False) -> int:
    """Write a collection to one file, and return its size in bytes.

    Other processes may read and write the collection meanwhile: the copy has one state of it.
    Raises `UsageError` when it is not there, or when the file is, unless `replace`;
    `CollectionError` when the file cannot be written.
    """
    folder = check_collection(home, name)
    if file.exists() and not replace:
        raise UsageError(f"{file} is there already.", hint="Name another file, or use --yes.")
    with stage_file(file) as part, ScratchFolder(part.with_name(part.name + ".d")) as scratch:
        copy, packed = scratch.path / STORE, scratch.path / MANIFEST
        _copy_store(folder / STORE, copy)
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            archive.writestr(MANIFEST, json.dumps(_manifest(name), indent=2) + "\n")
            archive.write(copy, STORE)
            for path in sorted((folder / "conversations").glob("*.json")):
                archive.write(path, f"conversations/{path.name}")
        packed.replace(part)
    return file.stat().st_size


def import_collection(home: Path, file: Path, *, name: str = "") -> str:
    """Make a collection from a file that `export_collection` wrote; return its name.

    `name` replaces that of the file. Raises `UsageError` when the file is none, or when there is a
    collection of this name; `CollectionError` when a newer version wrote it, when it is damaged, or
    when it cannot be unpacked. Nothing is left of an import that fails.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            chosen = name or str(parse_json(archive.read(MANIFEST))["name"])
            folder = check_free(home, chosen)
            with WriteLock(folder / "write.lock").hold():
                check_free(home, chosen)
                _unpack(archive, folder)
            return chosen
    except FileNotFoundError as error:
        raise UsageError(f"There is no file {file}.", hint="Check the spelling.") from error
    except _DAMAGED as error:
        raise UsageError(
            f"{file} is not a whole collection of Quoth.",
            hint="`quoth collections export` writes one.",
        ) from error
    except OSError as error:
        raise CollectionError(f"{file} cannot be read: {error.strerror or error}.") from error


def _manifest(name: str) -> dict[str, object]:
    return {"name": name, "version": metadata.version("quoth"), "form": 1}


def _copy_store(store: Path, copy: Path) -> None:
    """Copy a store in one state, also while another process writes to it."""
    copy.unlink(missing_ok=True)
    try:
        with (
            closing(open_read_only(store.resolve())) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target, pages=4096)
            target.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise CollectionError(
            f"{store} cannot be read: {error}.", hint="Check it with: quoth verify"
        ) from error


def _unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    """Unpack an archive into the folder of a collection; the store comes last and whole."""
    part = folder / ".import.sqlite"
    try:
        with archive.open(STORE) as packed:
            _pour(packed, part)
        for name in archive.namelist():
            if _CONVERSATION.fullmatch(name):
                with archive.open(name) as packed:
                    _pour(packed, folder / name)
        store = Store(part)
        try:
            if any(problem.part in _FATAL for problem in store.problems()):
                raise CollectionError("The collection in the file is damaged.")
            store.settle([], state="")
        finally:
            store.close()
        for left in ("-wal", "-shm"):
            part.with_name(part.name + left).unlink(missing_ok=True)
        part.replace(folder / STORE)
    except BaseException:
        shutil.rmtree(folder / "conversations", ignore_errors=True)
        part.unlink(missing_ok=True)
        raise
    store = Store(folder / STORE)
    try:
        DenseIndex(store, folder / "chroma", WriteLock(folder / "write.lock")).rebuild()
    finally:
        store.close()


def _pour(packed: IO[bytes], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        shutil.copyfileobj(packed, file, 1 << 20)
