"""Folder → store → index: the collection equals the folder afterwards, and every file has a line.

Unchanged files are not read, renamed ones not embedded again, and identical ones share what they
hold. Parsing runs ahead in worker processes while this one embeds.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from pipelines.embed import Embedder, embedded_text
from pipelines.errors import DocumentError, FingerprintError, UsageError
from pipelines.index import DenseIndex
from pipelines.load import Limits, LoaderPool
from pipelines.lock import WriteLock
from pipelines.split import Splitter
from pipelines.store import Store
from pipelines.types import Chunk, Document, Outcome, Report
from pipelines.walk import File, walk

GATHER = 128
"""Chunks that are embedded together, so that small files fill a batch."""

Progress = Callable[[int, int, str], None]
"""Called with files finished, files in all, and the path that was finished."""


@dataclass(slots=True)
class _Lines:
    done: list[Outcome] = field(default_factory=list)
    skipped: list[Outcome] = field(default_factory=list)
    failed: list[Outcome] = field(default_factory=list)
    removed: list[Outcome] = field(default_factory=list)


class Ingestor:
    """Brings one collection in step with files and folders."""

    def __init__(
        self,
        store: Store,
        index: DenseIndex,
        embedder: Embedder,
        splitter: Splitter,
        lock: WriteLock,
        *,
        limits: Limits,
        workers: int = 0,
        ocr: bool = False,
    ) -> None:
        self.store = store
        self.index = index
        self.embedder = embedder
        self.splitter = splitter
        self.lock = lock
        self.limits = limits
        self.workers = workers or os.cpu_count() or 1
        self.ocr = ocr

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        passwords: Sequence[str] = (),
        progress: Progress | None = None,
        wait_seconds: float = 0.0,
    ) -> Report:
        """Add, change, rename and remove until the collection equals these files and folders.

        Sources outside `paths` stay as they are. Raises `UsageError` when there is nothing at all
        to read, `CollectionBusyError` when another process writes, `FingerprintError` when the
        collection was built with another embedder or splitter.
        """
        begin = time.perf_counter()
        if not any(os.path.lexists(path.expanduser()) for path in paths):
            names = ", ".join(str(path) for path in paths)
            raise UsageError(
                f"There is no such file or folder: {names}.", hint="Look at the spelling."
            )
        with self.lock.held(wait_seconds=wait_seconds):
            self.check_fingerprint()
            lines = _Lines()
            known = self.store.stamps()
            fresh = self._plan(paths, known, lines)
            gone = self._gone(paths, known, lines, fresh)
            if not fresh and not gone and not lines.skipped and not lines.failed:
                names = ", ".join(str(path) for path in paths)
                raise UsageError(f"There are no files in {names}.", hint="Name a folder with some.")
            try:
                self._read(fresh, lines, passwords, progress)
                # Last, so that a renamed file finds its content still there.
                failed_now = [line.path for line in lines.failed if line.path in known]
                self.store.remove([*gone, *failed_now])
            finally:
                self.index.sync()
        return Report(
            done=tuple(lines.done),
            skipped=tuple(lines.skipped),
            failed=tuple(lines.failed),
            removed=tuple(Outcome(path, "It is no longer there.", "removed") for path in gone),
            seconds=time.perf_counter() - begin,
        )

    def check_fingerprint(self) -> None:
        """Raise `FingerprintError` when embedder or splitter are not those of the collection."""
        for key, value in (
            ("embedder", self.embedder.fingerprint),
            ("splitter", self.splitter.fingerprint),
        ):
            held = self.store.meta(key)
            if held is None or not self.store.chunk_count():
                self.store.set_meta(key, value)
            elif held != value:
                raise FingerprintError(
                    f"This collection was built with another {key} than the configured one.",
                    hint="`carrel reembed` builds it anew with the configured one.",
                )

    def _plan(
        self, paths: Sequence[Path], known: dict[str, tuple[int, int, str]], lines: _Lines
    ) -> list[File]:
        fresh: list[File] = []
        for found in walk(paths):
            if isinstance(found, Outcome):
                (lines.failed if found.status == "failed" else lines.skipped).append(found)
                continue
            stamp = known.get(str(found.path))
            if stamp and stamp[:2] == (found.size, found.mtime_ns):
                lines.skipped.append(Outcome(str(found.path), "It is unchanged.", "unchanged"))
            else:
                fresh.append(found)
        return fresh

    def _gone(
        self,
        paths: Sequence[Path],
        known: dict[str, tuple[int, int, str]],
        lines: _Lines,
        fresh: Sequence[File],
    ) -> list[str]:
        """Return the sources under `paths` that are no longer there.

        A folder that could not be opened takes nothing with it.
        """
        here = {str(file.path) for file in fresh} | {line.path for line in lines.skipped}
        unopened = tuple(line.path for line in lines.failed)
        roots = tuple(os.path.abspath(path.expanduser()) for path in paths)  # noqa: PTH100
        return [
            path
            for path in known
            if path not in here and _under(path, roots) and not _under(path, unopened)
        ]

    def _read(
        self,
        files: Sequence[File],
        lines: _Lines,
        passwords: Sequence[str],
        progress: Progress | None,
    ) -> None:
        finished = 0

        def tell(path: str) -> None:
            nonlocal finished
            finished += 1
            if progress:
                progress(finished, len(files), path)

        unread: dict[Path, tuple[File, str]] = {}
        first_with: dict[str, Path] = {}
        doubles: list[tuple[File, str]] = []
        for file in files:
            try:
                hash = _hash(file.path)
            except OSError as error:
                reason = f"It cannot be opened: {error.strerror}."
                lines.failed.append(Outcome(str(file.path), reason, "failed"))
                tell(str(file.path))
                continue
            if self._link(file, hash, lines):
                tell(str(file.path))
            elif hash in first_with:
                doubles.append((file, hash))
            else:
                first_with[hash] = file.path
                unread[file.path] = (file, hash)

        gathered: list[_Read] = []
        for path, result in self._load(list(unread), passwords):
            file, hash = unread[path]
            if isinstance(result, DocumentError):
                lines.failed.append(Outcome(str(path), _sentence(result), result.status))
                tell(str(path))
                continue
            gathered.append(_Read(file, hash, result, self.splitter.split(result)))
            if sum(len(read.chunks) for read in gathered) >= GATHER:
                self._store(gathered, lines, tell)
                gathered = []
        self._store(gathered, lines, tell)
        for file, hash in doubles:
            if not self._link(file, hash, lines):
                first = str(first_with[hash])
                line = next(line for line in lines.failed if line.path == first)
                lines.failed.append(replace(line, path=str(file.path)))
            tell(str(file.path))

    def _load(
        self, paths: Sequence[Path], passwords: Sequence[str]
    ) -> Iterator[tuple[Path, Document | DocumentError]]:
        if not paths:
            return
        pool = LoaderPool(
            workers=min(self.workers, len(paths)),
            limits=self.limits,
            passwords=tuple(passwords),
            ocr=self.ocr,
        )
        with closing(pool):
            yield from pool.load_all(paths)

    def _link(self, file: File, hash: str, lines: _Lines) -> bool:
        path = str(file.path)
        if not self.store.link(path, hash=hash, size=file.size, mtime_ns=file.mtime_ns):
            return False
        lines.done.append(Outcome(path, "Its content was already here.", "linked"))
        return True

    def _store(self, gathered: Sequence[_Read], lines: _Lines, tell: Callable[[str], None]) -> None:
        texts = [embedded_text(chunk, self.embedder) for read in gathered for chunk in read.chunks]
        known = self.store.known_vectors([hash for _, hash in texts])
        missing = {hash: text for text, hash in texts if hash not in known}
        if missing:
            rows = self.embedder.embed(list(missing.values()))
            known.update(zip(missing, rows, strict=True))
        at = 0
        for read in gathered:
            path = str(read.file.path)
            hashes = [hash for _, hash in texts[at : at + len(read.chunks)]]
            at += len(read.chunks)
            if _changed(read.file):
                reason = "It changed while it was read; the next run reads it again."
                lines.failed.append(Outcome(path, reason, "failed"))
            else:
                self.store.put(
                    read.document,
                    read.chunks,
                    np.stack([known[hash] for hash in hashes])
                    if hashes
                    else np.zeros((0, 0), np.float32),
                    hash=read.hash,
                    size=read.file.size,
                    mtime_ns=read.file.mtime_ns,
                    embedded_hashes=hashes,
                )
                lines.done.append(_done(read))
            tell(path)


@dataclass(frozen=True, slots=True)
class _Read:
    file: File
    hash: str
    document: Document
    chunks: Sequence[Chunk]


def _done(read: _Read) -> Outcome:
    document = read.document
    notes = list(document.notes)
    if document.unreadable:
        pages = ", ".join(map(str, document.unreadable[:10]))
        more = " and more" if len(document.unreadable) > 10 else ""
        notes.append(f"No text on {len(document.unreadable)} pages ({pages}{more}); they need OCR.")
    return Outcome(
        path=str(read.file.path),
        reason=" ".join(notes) or "It was read.",
        status="text",
        pages=len(document.pages),
        chunks=len(read.chunks),
    )


def _sentence(error: DocumentError) -> str:
    return f"{error} {error.hint}".strip()


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _changed(file: File) -> bool:
    try:
        status = file.path.stat()
    except OSError:
        return True
    return (status.st_size, status.st_mtime_ns) != (file.size, file.mtime_ns)


def _under(path: str, roots: Iterable[str]) -> bool:
    return any(path == root or path.startswith(root.rstrip(os.sep) + os.sep) for root in roots)
