"""The collections of a home: which there are, the one that a name means, and their upkeep."""

from __future__ import annotations

import difflib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from quoth.errors import CollectionError, ConfigurationError, UnknownCollectionError, UsageError
from quoth.system import WriteLock
from quoth.types import format_count
from quoth.views import frame, title_html

STORE = "library.sqlite"
DEFAULT_COLLECTION = "default"
"""The collection of who names none."""
NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}"
"""The pattern of a collection's name."""


@dataclass(frozen=True, slots=True, repr=False)
class CollectionFacts:
    """A collection: how much it holds, its languages by chunks, its embedder, and its bytes.

    `problem` says why a damaged one cannot be opened; then only name, folder and bytes are known.
    """

    name: str
    folder: str
    documents: int = 0
    pages: int = 0
    chunks: int = 0
    languages: dict[str, int] = field(default_factory=dict)
    tags: dict[str, int] = field(default_factory=dict)
    embedder: str = ""
    conversations: int = 0
    bytes: int = 0
    problem: str = ""

    def __repr__(self) -> str:
        counts = f"{format_count(self.documents, 'document')}, {format_count(self.chunks, 'chunk')}"
        return f"<CollectionFacts {self.name!r}: {self.problem or counts}>"

    def _repr_html_(self) -> str:
        if self.problem:
            return frame([title_html(self.name, self.problem)])
        counts = [
            format_count(self.documents, "document"),
            format_count(self.pages, "page"),
            format_count(self.chunks, "chunk"),
            *(f"{code} {count}" for code, count in self.languages.items()),
            f"{self.bytes / 1e6:,.1f} MB",
        ]
        return frame([title_html(self.name, " · ".join(counts))])


def is_name(name: str) -> bool:
    """Whether this can be the name of a collection."""
    return bool(re.fullmatch(NAME_PATTERN, name))


def check_name(name: str) -> str:
    """Return the name of a collection. Raises `ConfigurationError` for one that cannot be."""
    if not (isinstance(name, str) and is_name(name)):
        raise ConfigurationError(
            f"{name!r} cannot be the name of a collection.",
            hint="Use letters, digits, dots, dashes and underscores.",
        )
    return name


def list_collections(home: Path) -> tuple[str, ...]:
    """Return the names of the collections in a home, sorted."""
    return tuple(sorted(path.parent.name for path in (home / "collections").glob(f"*/{STORE}")))


def has_collection(home: Path, name: str) -> bool:
    """Whether there is a collection of this name."""
    return (home / "collections" / name / STORE).is_file()


def fill_command(name: str) -> str:
    """Return the command that puts documents into a collection of this name."""
    return "quoth ingest FOLDER" + (f" -c {name}" if name != DEFAULT_COLLECTION else "")


def check_collection(home: Path, name: str) -> Path:
    """Return the folder of a collection. Raises `UsageError`, with the nearest name, without it."""
    folder = home / "collections" / check_name(name)
    if has_collection(home, name):
        return folder
    if any((folder / index).exists() for index in ("vectors.bin", "chroma")):
        raise CollectionError(
            f"The texts of the collection {name!r} are gone: {folder / STORE} is missing beside "
            "its index.",
            hint="Restore the file from a backup, or ingest again.",
        )
    names = list_collections(home)
    if not names:
        raise UsageError(
            f"The collection {name!r} is empty: nothing was ingested yet.",
            hint=f"Fill it with: {fill_command(name)}",
        )
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    raise UnknownCollectionError(
        f"There is no collection {name!r}." + (f" The nearest one is {near[0]!r}." if near else ""),
        hint=f"Collections: {', '.join(names)}. `{fill_command(name)}` makes one.",
    )


def check_free(home: Path, name: str) -> Path:
    """Return the folder for a new collection. Raises `UsageError` when there is one already."""
    folder = home / "collections" / check_name(name)
    if has_collection(home, name):
        raise UsageError(
            f"There is a collection {name!r} already.", hint="Choose another name, or remove it."
        )
    return folder


def make_collection(home: Path, name: str) -> None:
    """Make an empty collection. Raises `UsageError` when there is one of this name."""
    from quoth.collection import Store

    Store(check_free(home, name) / STORE).close()


def describe_collection(home: Path, name: str) -> CollectionFacts:
    """Return the facts about a collection. Raises `UsageError` when there is none of this name."""
    folder = check_collection(home, name)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    try:
        return _describe(folder, size)
    except CollectionError as error:
        return CollectionFacts(name, str(folder), bytes=size, problem=str(error))


def _describe(folder: Path, size: int) -> CollectionFacts:
    from quoth.collection import Store

    store = Store(folder / STORE)
    try:
        sources = store.sources()
        tags: dict[str, int] = {}
        for source in sources:
            for key in source.tags:
                tags[key] = tags.get(key, 0) + 1
        return CollectionFacts(
            name=folder.name,
            folder=str(folder),
            documents=len(sources),
            pages=sum(source.pages for source in sources),
            chunks=store.chunk_count(),
            languages=store.languages(),
            tags=dict(sorted(tags.items())),
            embedder=store.meta("embedder") or "",
            conversations=len([*(folder / "conversations").glob("*.json")]),
            bytes=size,
        )
    finally:
        store.close()


def rename_collection(home: Path, name: str, new: str) -> None:
    """Give a collection another name.

    Raises `UsageError` when the one is not there or the other is, `CollectionBusyError` while a
    process writes to it.
    """
    folder, target = check_collection(home, name), check_free(home, new)
    with _alone(folder):
        if target.exists() and not has_collection(home, new):
            shutil.rmtree(target)  # what a removal or a killed import left
        _checkpoint(folder)
    try:
        folder.rename(target)
    except OSError as error:
        raise CollectionError(f"{folder} cannot be renamed: {error.strerror}.") from error


def remove_collection(home: Path, name: str) -> None:
    """Delete a collection with its conversations. The documents and the journal stay.

    Raises `UsageError` when it is not there, `CollectionBusyError` while a process writes to it.
    """
    folder = check_collection(home, name)
    with _alone(folder):
        try:
            (folder / STORE).unlink()  # first, so that half a collection is none
            for entry in folder.iterdir():
                if entry.name != "write.lock":
                    shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        except OSError as error:
            raise CollectionError(f"{folder} cannot be removed: {error.strerror}.") from error
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock of a collection within the block."""
    with WriteLock(folder / "write.lock").hold():
        yield


def _checkpoint(folder: Path) -> None:
    """Open and close the store once, so that its log is part of the file."""
    from quoth.collection import Store

    store = Store(folder / STORE)
    store.chunk_count()
    store.close()
