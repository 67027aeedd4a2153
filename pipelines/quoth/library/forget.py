"""Documents are forgotten everywhere in a home: not a byte of them is left in a file of Quoth.

They leave every collection, with the vectors and the words that only they had. Whatever was made
from them leaves too: finished calls, turns of conversations, records of agents and of the server,
and files that were uploaded. A file of a format that is not known here is not touched.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from quoth.collection import DenseIndex, Store
from quoth.errors import CollectionError
from quoth.ingest import OUTPUT_RECORD, forget_leaving, forget_looked
from quoth.journal import Entry, Journal
from quoth.library.collections import STORE, list_collections
from quoth.library.traces import Traces
from quoth.system import WriteLock, remove_parts, write_whole

_JOURNAL = "journal.sqlite"
_NOT_TOUCHED = ("models", "tuned")
_IDENTIFIER = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was removed from a home: sources by collection, model calls, and other records."""

    sources: tuple[tuple[str, str], ...]
    calls: int
    records: int


def forget_everywhere(home: Path, paths: Sequence[str], *, wait_seconds: float = 0.0) -> Forgotten:
    """Remove the sources at these paths, and those with the same content, from the whole home.

    The files themselves stay where they are, unless they lie in the home. Raises
    `CollectionBusyError` while another process writes to a collection or reads one.
    """
    folders = {name: home / "collections" / name for name in list_collections(home)}
    traces = _read_traces(folders.values(), paths)
    sources = [
        (name, path)
        for name, folder in folders.items()
        for path in _forget_in_collection(folder, paths, wait_seconds)
    ]
    calls = _forget_calls(home / _JOURNAL, traces)
    records = sum(_forget_in_file(file, traces) for file in _other_files(home))
    remove_parts(home)
    return Forgotten(tuple(sources), calls, records)


def _read_traces(folders: Iterable[Path], paths: Sequence[str]) -> Traces:
    removed: list[str] = []
    kept: list[str] = []
    sources = set(paths)
    for folder in folders:
        store = Store(folder / STORE)
        with closing(store):
            meant = _meant(store, paths)
            sources.update(meant)
            for source in store.sources():
                document = store.document(source.path)
                texts = [page.text for page in document.pages] if document else []
                (removed if source.path in meant else kept).extend(texts)
    return Traces(sources, removed, kept)


def _meant(store: Store, paths: Sequence[str]) -> list[str]:
    """Return the sources at these paths, and those that have the same content."""
    sources = store.sources()
    hashes = {source.hash for source in sources if source.path in paths}
    return [source.path for source in sources if source.hash in hashes]


def _forget_in_collection(folder: Path, paths: Sequence[str], wait_seconds: float) -> list[str]:
    lock = WriteLock(folder / "write.lock")
    with lock.hold(wait_seconds=wait_seconds), closing(Store(folder / STORE)) as store:
        meant = _meant(store, paths)
        store.failures.forget(paths)
        forget_looked(store, {*paths, *meant})
        forget_leaving(store, {*paths, *meant})
        if meant:
            store.remove(meant)
            for part in folder.glob("reembed.sqlite*"):
                part.unlink()
            with closing(DenseIndex(store, folder / "chroma", lock)) as index:
                index.rebuild()
        store.compact()
    return meant


def _forget_calls(file: Path, traces: Traces) -> int:
    if not file.exists():
        return 0

    def is_meant(entry: Entry) -> bool:
        return traces.shows(entry.identity.prompt, words=False) or traces.shows(
            f"{entry.text}\n{entry.thinking}"
        )

    with closing(Journal(file)) as journal:
        return journal.forget_where(is_meant)


def _other_files(home: Path) -> Iterator[Path]:
    """Yield the files of a home beside its stores, its journal, its indexes and its weights."""
    for file in sorted(home.rglob("*")):
        within = file.relative_to(home).parts
        is_index = file.name in (STORE, "vectors.bin") or "chroma" in within[:-1]
        if file.is_file() and within[0] not in (*_NOT_TOUCHED, _JOURNAL) and not is_index:
            yield file


def _forget_in_file(file: Path, traces: Traces) -> int:
    """Remove what shows traces from a file, or the file; return the number of records removed."""
    if str(file) in traces.paths:
        file.unlink()
        return 1
    if file.suffix == ".sqlite":
        return _forget_rows(file, traces)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return 0
    if not traces.shows(text):
        return 0
    if file.suffix == ".jsonl" or file.name == OUTPUT_RECORD:
        return _forget_lines(file, text, traces)
    if file.name == "chat.json" or (file.suffix, file.parent.name) == (".json", "conversations"):
        return _forget_turns(file, text, traces)
    if any((folder / OUTPUT_RECORD).exists() for folder in file.parents):
        file.unlink()
        return 1
    return 0


def _forget_lines(file: Path, text: str, traces: Traces) -> int:
    lines = text.splitlines(keepends=True)
    kept = [line for line in lines if not traces.shows(line)]
    write_whole(file, "".join(kept))
    return len(lines) - len(kept)


def _forget_turns(file: Path, text: str, traces: Traces) -> int:
    turns: list[object] = []
    with suppress(ValueError):
        turns = json.loads(text)
    kept = [turn for turn in turns if not traces.shows(json.dumps(turn, ensure_ascii=False))]
    if kept:
        write_whole(file, json.dumps(kept, ensure_ascii=False))
    else:
        file.unlink()
    return len(turns) - len(kept)


def _forget_rows(file: Path, traces: Traces) -> int:
    """Remove the rows of all tables of an SQLite file that show traces."""
    count = 0
    try:
        with closing(sqlite3.connect(file, timeout=30, isolation_level=None)) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            for (table,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE V%'"
            ).fetchall():
                count += _forget_in_table(connection, table, traces)
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError as error:
        raise CollectionError(f"{file} cannot be changed: {error}.") from error
    return count


def _texts(value: object) -> Iterator[str]:
    """Yield the texts in a column: itself, or those of the JSON that it holds."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        with suppress(ValueError, RecursionError):
            value = json.loads(value)
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else ():
        yield from _texts(inner)
    for inner in value if isinstance(value, list) else ():
        yield from _texts(inner)


def _forget_in_table(connection: sqlite3.Connection, table: str, traces: Traces) -> int:
    quoted = '"' + table.replace('"', '""') + '"'
    described = connection.execute(f"PRAGMA table_info({quoted})").fetchall()
    keys = [row[1] for row in described if row[5]]
    if not keys or not all(_IDENTIFIER.fullmatch(key) for key in keys):
        return 0
    columns = [row[1] for row in described]
    rows = connection.execute(f"SELECT * FROM {quoted}").fetchall()  # noqa: S608
    gone = [
        [row[columns.index(key)] for key in keys]
        for row in rows
        if traces.shows("\n".join(text for value in row for text in _texts(value)))
    ]
    where = " AND ".join(f"{key} = ?" for key in keys)
    connection.executemany(f"DELETE FROM {quoted} WHERE {where}", gone)  # noqa: S608
    return len(gone)
