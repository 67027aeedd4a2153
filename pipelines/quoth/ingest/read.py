"""Files → documents and chunks: hashed, then linked to a known content or parsed."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from quoth.collection import Copy, Failure, Store
from quoth.config import Limits
from quoth.errors import DocumentError, LimitExceededError
from quoth.ingest.elsewhere import Elsewhere
from quoth.ingest.outcomes import Outcomes
from quoth.ingest.walk import File, content_hash
from quoth.load import LoaderPool, check_size
from quoth.system import modified_ns
from quoth.text import Splitter
from quoth.types import Chunk, Document, Outcome

CHANGED = "changed"
"""The status of a file that was written to while it was read: half saved, or a growing log."""
_LASTING = {"needs_password", "no_text", "empty", "corrupt", "unsupported", "limit"}
"""Failures that come again unless the file, the limits or the passwords change."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file, the hash of its bytes, and the document that was read from it."""

    file: File
    hash: str
    document: Document


class FileReader:
    """Reads the files of one run; a file without a new document becomes an outcome."""

    def __init__(
        self,
        store: Store,
        splitter: Splitter | Elsewhere,
        pool: LoaderPool | Elsewhere,
        outcomes: Outcomes,
        conditions: str,
        limits: Limits,
    ) -> None:
        self._store = store
        self._stamps = store.stamps()
        self._splitter = splitter
        self._pool = pool
        self._outcomes = outcomes
        self._conditions = conditions
        self._limits = limits
        self._first: dict[str, File] = {}
        self._unread: dict[str, tuple[File, str]] = {}
        self._known: list[tuple[File, str]] = []
        self._doubles: list[tuple[File, str]] = []

    def read(
        self, files: Sequence[File]
    ) -> Generator[tuple[ReadFile, Sequence[Chunk]], None, None]:
        """Yield each file with new content and its chunks, as soon as it is read."""
        for path, result in self._pool.load_all(file.path for file in self._new(files)):
            file, hash = self._unread.pop(str(path))
            if isinstance(result, DocumentError):
                self._fail(file, result)
                continue
            try:
                chunks = self._splitter.split(result, seconds=self._limits.seconds)
            except LimitExceededError as error:
                self._fail(file, error)
                continue
            yield ReadFile(file, hash, result), chunks
            del result, chunks  # a large document is not kept while the next is read

    def link_doubles(self) -> None:
        """Link the files with the same content as another file of the run, after it is stored."""
        linked = self._link(self._doubles)
        failed = {outcome.path: outcome for outcome in self._outcomes.failed}
        for file, hash in self._doubles:
            if str(file.path) not in linked:
                first = failed[str(self._first[hash].path)]
                self._outcomes.add(replace(first, path=str(file.path)), failed=True)

    def _new(self, files: Sequence[File]) -> Iterator[File]:
        """Yield the files with new content; each is hashed shortly before it is read."""
        for file in files:
            try:
                check_size(file.path.name, file.size, self._limits)
                hash = content_hash(file.path)
            except DocumentError as error:
                self._fail(file, error)
                continue
            except OSError as error:
                reason = f"The file cannot be opened: {error.strerror}."
                self._outcomes.add(Outcome(str(file.path), reason, "failed"), failed=True)
                continue
            if self._store.holds(hash):
                self._known.append((file, hash))
            elif hash in self._first:
                self._doubles.append((file, hash))
            else:
                self._first[hash] = file
                self._unread[str(file.path)] = (file, hash)
                self._link_known()  # before a content may be replaced
                yield file
        self._link_known()

    def _link_known(self) -> None:
        self._link(self._known)
        self._known = []

    def _link(self, files: Sequence[tuple[File, str]]) -> set[str]:
        """Link files to stored contents, all at once; return the paths of those that have one."""
        if not files:
            return set()
        linked = self._store.link(
            Copy(str(file.path), hash, file.size, file.mtime_ns) for file, hash in files
        )
        for file, hash in files:
            if (path := str(file.path)) not in linked:
                continue
            if self._stamps.get(path, (0, 0, ""))[2] == hash:
                self._outcomes.add(Outcome(path, "The file is unchanged.", "unchanged"))
            else:
                reason = "Another source already has this content."
                self._outcomes.add(Outcome(path, reason, "linked"))
        return linked

    def _fail(self, file: File, error: DocumentError) -> None:
        status = CHANGED if has_changed(file) else error.status
        outcome = Outcome(str(file.path), f"{error} {error.hint}".strip(), status)
        if status in _LASTING:
            self._store.failures.note(
                Failure(
                    path=outcome.path,
                    size=file.size,
                    mtime_ns=file.mtime_ns,
                    conditions=self._conditions,
                    status=outcome.status,
                    reason=outcome.reason,
                )
            )
        self._outcomes.add(outcome, failed=True)


def has_changed(file: File) -> bool:
    """Whether a file is gone, or has a new size or modification time."""
    try:
        status = file.path.stat()
    except OSError:
        return True
    return (status.st_size, modified_ns(status)) != (file.size, file.mtime_ns)
