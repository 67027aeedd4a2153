"""Folder → store → index: the collection equals the folder afterwards, and every file has a line.

Unchanged files are not read, renamed ones not embedded again, and identical ones share what they
hold. Parsing runs ahead in worker processes while this one embeds.
"""

from __future__ import annotations

import errno
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import astuple, dataclass, field, replace
from importlib import metadata
from pathlib import Path

import numpy as np

from quoth.collection import DenseIndex, Failure, Store, Vectors
from quoth.config import Limits
from quoth.embed import Embedder, EmbeddingThread, embedded_text
from quoth.errors import CollectionError, DocumentError, FingerprintError, UsageError
from quoth.ingest.walk import File, content_hash, walk
from quoth.load import LoaderPool
from quoth.system import WriteLock
from quoth.text import Splitter
from quoth.types import Chunk, Document, Outcome, Progress, Report

GATHER = 192
"""Chunks that are embedded together, so that small files fill a batch; fewer when none are."""
_AHEAD = 2
"""Batches that are being embedded or wait for it."""
_LASTING = {"needs_password", "no_text", "empty", "corrupt", "unsupported", "limit"}
"""Failures that come again unless the file, the limits or the passwords change."""
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


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
        state: Path | None = None,
        workers: int = 0,
        ocr: bool = False,
    ) -> None:
        self.store = store
        self.index = index
        self.embedder = embedder
        self.splitter = splitter
        self.lock = lock
        self.limits = limits
        self.state = state or store.path.parent
        self.workers = workers or os.cpu_count() or 1
        self.ocr = ocr

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        passwords: Sequence[str] = (),
        retry: bool = False,
        progress: Progress | None = None,
        wait_seconds: float = 0.0,
    ) -> Report:
        """Add, change, rename and remove until the collection equals these files and folders.

        Sources outside `paths` stay as they are. A file that could not be read is not tried again
        before it, the limits or the passwords change, unless `retry` is set; every run reports it.
        Raises `UsageError` when there is nothing at all to read, `CollectionBusyError` when
        another process writes, `FingerprintError` when the collection was built with another
        embedder or splitter, `CollectionError` when the disk is full.
        """
        begin = time.perf_counter()
        names = ", ".join(str(path) for path in paths)
        if not any(os.path.lexists(path.expanduser()) for path in paths):
            raise UsageError(
                f"There is no such file or folder: {names}.", hint="Look at the spelling."
            )
        with self.lock.hold(wait_seconds=wait_seconds):
            self.check_fingerprint()
            if not self.store.words_are_current:
                self.store.analyse_again()
            lines = _Lines()
            known = self.store.stamps()
            failures = {} if retry else self.store.failures.known()
            fresh = self._plan(paths, known, failures, lines, passwords)
            gone = self._gone(paths, known, lines, fresh)
            if not fresh and not gone and not lines.skipped and not lines.failed:
                raise UsageError(f"There are no files in {names}.", hint="Name a folder with some.")
            try:
                self._read(fresh, lines, passwords, progress)
                # Last, so that a renamed file finds its content still there.
                failed_now = [line.path for line in lines.failed if line.path in known]
                self.store.remove([*gone, *failed_now])
                here = {line.path for line in lines.failed}
                self.store.failures.forget(
                    path for path in failures if path not in here and _under(path, _roots(paths))
                )
                self.index.sync()
            except OSError as error:
                if error.errno not in _DISK_FULL:
                    raise
                raise CollectionError(
                    f"The disk is full: {error}.",
                    hint="Make room and run the same command again; it goes on where it stopped.",
                ) from error
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
                    hint="`quoth reembed` builds it anew with the configured one.",
                )

    def _plan(
        self,
        paths: Sequence[Path],
        known: dict[str, tuple[int, int, str]],
        failures: dict[str, Failure],
        lines: _Lines,
        passwords: Sequence[str],
    ) -> list[File]:
        """Return the files to read; those that need not be read get their line at once."""
        fresh: dict[str, File] = {}
        conditions = self._conditions
        for found in walk(paths, without=self.state):
            if isinstance(found, Outcome):
                (lines.failed if found.status == "failed" else lines.skipped).append(found)
                continue
            path, stamp = str(found.path), (found.size, found.mtime_ns)
            failure = failures.get(path)
            if (held := known.get(path)) and held[:2] == stamp:
                lines.skipped.append(Outcome(path, "It is unchanged.", "unchanged"))
            elif (
                failure is not None
                and (failure.size, failure.mtime_ns, failure.conditions) == (*stamp, conditions)
                and not (passwords and failure.status == "needs_password")
            ):
                lines.failed.append(Outcome(path, failure.reason, failure.status))
            else:
                fresh[path] = found
        return list(fresh.values())

    @property
    def _conditions(self) -> str:
        """What decides, besides a file itself, whether it can be read."""
        return f"{metadata.version('quoth')} {astuple(self.limits)} {self.ocr}"

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
        roots = _roots(paths)
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
        if progress:
            progress(0, len(files), "")

        def tell(path: str) -> None:
            nonlocal finished
            finished += 1
            if progress:
                progress(finished, len(files), path)

        unread: dict[Path, tuple[File, str]] = {}
        first_with: dict[str, Path] = {}
        doubles: list[tuple[File, str]] = []

        def to_read() -> Iterator[Path]:
            """Give what has to be read, hashed only a little ahead of its reading."""
            for file in files:
                try:
                    hash = content_hash(file.path)
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
                    yield file.path

        gathered: list[_Read] = []
        under_way: deque[_Batch] = deque()
        pool = LoaderPool(
            workers=max(1, min(self.workers, len(files))),
            limits=self.limits,
            passwords=tuple(passwords),
            ocr=self.ocr,
        )
        with closing(pool), EmbeddingThread(self.embedder) as thread:
            for path, result in pool.load_all(to_read()):
                file, hash = unread.pop(path)
                if isinstance(result, DocumentError):
                    self._fail(file, result, lines)
                    tell(str(path))
                    continue
                gathered.append(_Read(file, hash, result, self.splitter.split(result)))
                if not under_way or sum(len(read.chunks) for read in gathered) >= GATHER:
                    under_way.append(self._embed(gathered, thread))
                    gathered = []
                while len(under_way) > _AHEAD or (under_way and under_way[0].vectors.done()):
                    self._store(under_way.popleft(), lines, tell)
            under_way.append(self._embed(gathered, thread))
            while under_way:
                self._store(under_way.popleft(), lines, tell)
        for file, hash in doubles:
            if not self._link(file, hash, lines):
                first = str(first_with[hash])
                line = next(line for line in lines.failed if line.path == first)
                lines.failed.append(replace(line, path=str(file.path)))
            tell(str(file.path))

    def _fail(self, file: File, error: DocumentError, lines: _Lines) -> None:
        line = Outcome(str(file.path), f"{error} {error.hint}".strip(), error.status)
        lines.failed.append(line)
        if error.status in _LASTING and not _changed(file):
            self.store.failures.note(
                Failure(
                    line.path, file.size, file.mtime_ns, self._conditions, line.status, line.reason
                )
            )

    def _link(self, file: File, hash: str, lines: _Lines) -> bool:
        path = str(file.path)
        if not self.store.link(path, hash=hash, size=file.size, mtime_ns=file.mtime_ns):
            return False
        lines.done.append(Outcome(path, "Its content was already here.", "linked"))
        return True

    def _embed(self, reads: Sequence[_Read], thread: EmbeddingThread) -> _Batch:
        """Have the texts of these files embedded that are not embedded yet."""
        texts = [embedded_text(chunk, self.embedder) for read in reads for chunk in read.chunks]
        known = self.store.known_vectors([hash for _, hash in texts])
        missing = {hash: text for text, hash in texts if hash not in known}
        return _Batch(
            reads,
            [hash for _, hash in texts],
            known,
            list(missing),
            thread.submit(list(missing.values())),
        )

    def _store(self, batch: _Batch, lines: _Lines, tell: Callable[[str], None]) -> None:
        known = batch.known
        known.update(zip(batch.missing, batch.vectors.result(), strict=True))
        at = 0
        for read in batch.reads:
            path = str(read.file.path)
            hashes = batch.hashes[at : at + len(read.chunks)]
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


@dataclass(frozen=True, slots=True)
class _Batch:
    """Files whose chunks are being embedded: `hashes` of all texts, `missing` of the new ones."""

    reads: Sequence[_Read]
    hashes: Sequence[str]
    known: dict[str, Vectors]
    missing: Sequence[str]
    vectors: Future[Vectors]


def _done(read: _Read) -> Outcome:
    document = read.document
    notes = list(document.notes)
    if without := document.unreadable:
        numbers = ", ".join(map(str, without[:10])) + " and more" * (len(without) > 10)
        of = f"{len(without)} of {len(document.pages)} pages"
        ocr = ", or images that need OCR" * (document.format == "pdf")
        notes.append(f"There is no text on {of} ({numbers}): they are blank{ocr}.")
    return Outcome(
        path=str(read.file.path),
        reason=" ".join(notes) or "It was read.",
        status="text",
        pages=len(document.pages),
        chunks=len(read.chunks),
    )


def _changed(file: File) -> bool:
    try:
        status = file.path.stat()
    except OSError:
        return True
    return (status.st_size, status.st_mtime_ns) != (file.size, file.mtime_ns)


def _under(path: str, roots: Iterable[str]) -> bool:
    return any(path == root or path.startswith(root.rstrip(os.sep) + os.sep) for root in roots)


def _roots(paths: Iterable[Path]) -> tuple[str, ...]:
    return tuple(os.path.abspath(path.expanduser()) for path in paths)  # noqa: PTH100
