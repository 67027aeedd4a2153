"""Folder → store → index: the collection then equals the folder, and every file has an outcome.

Unchanged files are not read, renamed files are not embedded again, and identical files share one
content. Worker processes parse while this process embeds.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple
from importlib import metadata
from pathlib import Path

from quoth.collection import DenseIndex, Store, name_language
from quoth.config import Limits
from quoth.embed import Embedder
from quoth.errors import CollectionError, DocumentError, FingerprintError, UsageError
from quoth.ingest.elsewhere import Elsewhere
from quoth.ingest.embed_chunks import BATCH_CHUNKS, EmbeddedChunks, embed_chunks
from quoth.ingest.looked import note_looked, read_looked
from quoth.ingest.outcomes import Outcomes, outcome_of
from quoth.ingest.plan import Plan, Stamp, is_under, make_absolute, plan_ingestion
from quoth.ingest.presence import check_presence, note_leaving, read_leaving
from quoth.ingest.read import CHANGED, FileReader, ReadFile, has_changed
from quoth.ingest.separation import measure_separations
from quoth.ingest.tags import SIDE_FILE, read_side_file
from quoth.ingest.walk import walk
from quoth.load import LoaderPool
from quoth.system import WriteLock, expand_home, remove_parts
from quoth.text import Splitter
from quoth.types import Document, Outcome, Progress, Report, Tags, TagValue, Vectors

_KEEP = {CHANGED, "corrupt"}
"""How a file may fail and keep the text that was read before."""
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Ingestor:
    """Makes one collection equal to files and folders.

    `state` is the folder of Quoth's own files, which is never ingested. `language` is that of
    all documents; without it, each is detected. `workers` is the number of parsing processes, 0 for
    one per core. `exclude` has the patterns of what is left out (see `walk`). A batch of
    `batch_chunks` chunks is embedded at once.
    """

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
        language: str = "",
        workers: int = 0,
        ocr: bool = False,
        exclude: Sequence[str] = (),
        batch_chunks: int = BATCH_CHUNKS,
    ) -> None:
        self.store = store
        self.index = index
        self.embedder = embedder
        self.splitter = splitter
        self.lock = lock
        self.limits = limits
        self.state = state or store.path.parent
        self.language = language
        self.workers = workers or os.cpu_count() or 1
        self.ocr = ocr
        self.exclude = tuple(exclude)
        self.batch_chunks = batch_chunks

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        passwords: Sequence[str] = (),
        retry: bool = False,
        allow_empty: bool = False,
        tags: Tags | None = None,
        progress: Progress | None = None,
        wait_seconds: float = 0.0,
        elsewhere: Elsewhere | None = None,
    ) -> Report:
        """Add, update and remove sources until the collection equals these files and folders.

        Sources outside `paths` stay as they are. A file that failed is read again only when the
        file, the limits or the passwords change, or with `retry`; every run reports the failure.
        `tags` are added to those of all sources within `paths`. A folder that lost most of its
        files is refused before anything changes, unless `allow_empty`. Files are read, split and
        embedded `elsewhere`, where it is given; only this process writes.
        Raises `UsageError` when there is nothing to read, `VanishedSourcesError` for such a folder,
        `CollectionBusyError` when another process writes for longer than `wait_seconds`,
        `FingerprintError` when the collection was built with another embedder or splitter, and
        `CollectionError` when the disk is full.
        """
        begin, begin_ns = time.perf_counter(), time.time_ns()
        names = ", ".join(str(path) for path in paths)
        if not any(os.path.lexists(expand_home(path)) for path in paths):
            raise UsageError(
                f"There is no such file or folder: {names}.", hint="Check the spelling."
            )
        with self.lock.hold(wait_seconds=wait_seconds):
            remove_parts(self.store.path.parent)
            self.check_fingerprint()
            self.store.renew_words()
            stamps = self._file_stamps()
            plan = self._plan(paths, stamps, retry=retry, has_passwords=bool(passwords))
            if plan.is_empty():
                raise UsageError(
                    f"There are no files in {names}.", hint="Name a folder with files."
                )
            roots = make_absolute(paths)
            if not allow_empty:
                check_presence(plan, roots, stamps, read_leaving(self.store))
            outcomes = Outcomes(
                len(plan.files), progress, skipped=[*plan.skipped], failed=[*plan.failed]
            )
            with disk_full_explained():
                note_leaving(self.store, roots, plan.gone)
                self._set_language(paths)
                self._read(plan, outcomes, passwords, elsewhere)
                self._remove(plan, outcomes, paths)
                note_leaving(self.store, roots, ())
                self._tag(plan, outcomes, paths, tags or {})
                self.index.sync()
                measure_separations(self.store, self.embedder)
                note_looked(self.store, roots, begin_ns)
        return outcomes.report(plan.gone, time.perf_counter() - begin)

    def with_language(self, document: Document) -> Document:
        """Return a document with its language: the configured one, else the one of its text."""
        return name_language(document, self.language)

    def check_fingerprint(self) -> None:
        """Raise `FingerprintError` unless embedder and splitter are those of the collection."""
        for key, value in (
            ("embedder", self.embedder.fingerprint),
            ("splitter", self.splitter.fingerprint),
        ):
            known = self.store.meta(key)
            if known is None or not self.store.chunk_count():
                self.store.set_meta(key, value)
            elif known != value:
                raise FingerprintError(
                    f"This collection was built with a different {key} from the configured one.",
                    hint="`quoth reembed` rebuilds the collection with the configured one.",
                )

    @property
    def _conditions(self) -> str:
        """The conditions, besides the file itself, on which a failure depends."""
        return f"{metadata.version('quoth')} {astuple(self.limits)} {self.ocr}"

    def _plan(
        self,
        paths: Sequence[Path],
        stamps: Mapping[str, Stamp],
        *,
        retry: bool,
        has_passwords: bool,
    ) -> Plan:
        return plan_ingestion(
            walk(paths, without=self.state, exclude=self.exclude),
            paths,
            stamps,
            {} if retry else self.store.failures.read(),
            conditions=self._conditions,
            has_passwords=has_passwords,
            looked=read_looked(self.store),
        )

    def _file_stamps(self) -> dict[str, Stamp]:
        """Return the stamps of the sources that are files, and not documents that were added."""
        added = self.store.records.paths()
        return {path: stamp for path, stamp in self.store.stamps().items() if path not in added}

    def _read(
        self,
        plan: Plan,
        outcomes: Outcomes,
        passwords: Sequence[str],
        elsewhere: Elsewhere | None,
    ) -> None:
        """Read, embed and store the files of the plan."""
        outcomes.begin()
        if not plan.files:
            return
        pool = LoaderPool(
            workers=max(1, min(self.workers, len(plan.files))),
            limits=self.limits,
            passwords=tuple(passwords),
            ocr=self.ocr,
        )
        known = self.store.known_vectors

        def known_vectors(hashes: Sequence[str]) -> Mapping[str, Vectors]:
            far = elsewhere.known_vectors(hashes) if elsewhere else {}
            return {**known(hashes), **far}

        reader = FileReader(
            self.store,
            elsewhere or self.splitter,
            elsewhere or pool,
            outcomes,
            self._conditions,
            self.limits,
        )
        with (
            closing(pool),
            closing(reader.read(plan.files)) as files,
            closing(
                embed_chunks(
                    files,
                    self.embedder,
                    known_vectors,
                    batch_chunks=self.batch_chunks,
                    within=lambda read, *far: outcomes.within(
                        read.document, str(read.file.path), *far
                    ),
                )
            ) as embedded_files,
        ):
            for embedded in embedded_files:
                self._store(embedded, outcomes)
                del embedded  # a large document is not kept while the next is read
        reader.link_doubles()

    def _store(self, embedded: EmbeddedChunks[ReadFile], outcomes: Outcomes) -> None:
        read = embedded.item
        document = self.with_language(read.document)
        if has_changed(read.file):
            reason = "The file changed while it was read; the next run reads it again."
            outcomes.add(Outcome(str(read.file.path), reason, CHANGED), failed=True)
            return
        self.store.put(
            document,
            embedded.chunks,
            embedded.vectors,
            hash=read.hash,
            size=read.file.size,
            mtime_ns=read.file.mtime_ns,
            embedded_hashes=embedded.hashes,
        )
        outcomes.add(outcome_of(document, embedded.chunks))

    def _set_language(self, paths: Sequence[Path]) -> None:
        """Set the configured language for the documents that are in the collection already."""
        if self.language:
            roots = make_absolute(paths)
            stored = (path for path in self.store.stamps() if is_under(path, roots))
            self.store.set_language(stored, self.language)

    def _tag(self, plan: Plan, outcomes: Outcomes, paths: Sequence[Path], given: Tags) -> None:
        """Let the tags of the sources within `paths` follow the files beside them; add `given`."""
        beside: dict[str, dict[str, TagValue]] = {}
        unread: set[str] = set()
        for outcome in sorted(plan.tagged, key=lambda o: o.path.endswith(SIDE_FILE)):
            try:
                for path, tags in read_side_file(Path(outcome.path)).items():
                    beside.setdefault(os.path.abspath(path), {}).update(tags)  # noqa: PTH100
            except DocumentError as error:
                outcomes.failed.append(Outcome(outcome.path, str(error), "failed"))
                unread.add(os.path.dirname(outcome.path))  # noqa: PTH120
        roots = make_absolute(paths)
        within = [path for path in self._file_stamps() if is_under(path, roots)]
        self.store.set_tags(
            {
                path: beside.get(path, {})
                for path in within
                if path in beside or not is_under(path, unread)
            },
            "beside",
        )
        if given:
            self.store.add_tags(within, given)

    def _remove(self, plan: Plan, outcomes: Outcomes, paths: Sequence[Path]) -> None:
        """Remove sources that are gone or no longer readable, and failures that are resolved.

        Removal comes last, so that the content of a renamed file is still stored. A file that is
        growing, or damaged as one that was saved by half, keeps its earlier text.
        """
        failed = {outcome.path: outcome for outcome in outcomes.failed}
        stored = failed.keys() & self.store.stamps().keys()
        kept = {path for path in stored if failed[path].status in _KEEP}
        self.store.remove([*plan.gone, *sorted(stored - kept)])
        outcomes.tell_kept(kept)
        roots = make_absolute(paths)
        self.store.failures.forget(
            path
            for path in self.store.failures.read()
            if path not in failed and is_under(path, roots)
        )


@contextmanager
def disk_full_explained() -> Iterator[None]:
    """Raise `CollectionError` when the disk is full while in the block."""
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK_FULL:
            raise
        raise CollectionError(
            f"The disk is full: {error}.",
            hint="Make room and run the same command again; it continues where it stopped.",
        ) from error
