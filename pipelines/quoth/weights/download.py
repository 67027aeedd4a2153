"""Fetches one file over HTTP: resumable, checked, and never taken for whole before it is.

What has arrived lies in `.NAME.part` beside the file, with what the server said of it in
`.NAME.part.json`. A later run asks for the rest (RFC 9110, range requests) if the server still
speaks of the same file. The part takes the file's name only when its size and its hash are right.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx2

from quoth.errors import BackendError, ModelNotFoundError, OutputError
from quoth.system import WriteLock, parse_json
from quoth.weights.gguf import read_gguf
from quoth.weights.installed import Transfer
from quoth.weights.remote import RemoteFile
from quoth.weights.responses import Answered, RemoteState, open_file

_BLOCK = 2**20
_SPARE = 256 * 2**20
"""Bytes of the disk that stay free."""
_ATTEMPTS = 4
"""Attempts in a row that bring nothing before a fetch is given up."""
_PAUSE_SECONDS = 0.5
_SILENCE_SECONDS = 60.0
_BUSY = "Run the same command again when it has ended."
_AGAIN = "Run the same command again: what has arrived is kept."


@dataclass(frozen=True, slots=True)
class Download:
    """The fetch of one file into a folder.

    `permit` is called with each host before it is contacted, and raises where it may not be.
    """

    file: RemoteFile
    folder: Path
    permit: Callable[[str], None]

    @property
    def path(self) -> Path:
        """The path of the file when it is whole."""
        return self.folder / self.file.name

    def run(self) -> Iterator[Transfer]:
        """Fetch what is missing, and yield the progress.

        A file that is there already is fetched again only if the server has another one. Raises
        `BackendError` for a fetch that fails, `ModelNotFoundError` for a file that is not there or
        not what its name says, and `OutputError` where the disk has no room.
        """
        lock = WriteLock(self.folder / "fetch.lock", subject=str(self.folder), busy_hint=_BUSY)
        with (
            lock.hold(),
            httpx2.Client(
                timeout=httpx2.Timeout(_SILENCE_SECONDS, connect=15.0),
                headers={"Accept-Encoding": "identity", "User-Agent": "quoth"},
                trust_env=False,  # a proxy would be another host than the one that was named
            ) as client,
        ):
            yield from self._transfer(client)

    def _transfer(self, client: httpx2.Client) -> Iterator[Transfer]:
        fruitless = 0
        while True:
            before = self._arrived()
            try:
                state = yield from self._attempt(client)
                break
            except (httpx2.TransportError, _CutError) as error:
                fruitless = fruitless + 1 if self._arrived() <= before else 0
                if fruitless >= _ATTEMPTS:
                    raise self._lost(error) from error
                time.sleep(_PAUSE_SECONDS * fruitless)
        if state is not None:
            yield from self._finish(state)

    def _attempt(self, client: httpx2.Client) -> Generator[Transfer, None, RemoteState | None]:
        """Fetch as much as one connection brings. Returns `None` for a file that is whole."""
        kept = self._kept_state()
        with open_file(
            client, self.file, kept=kept, arrived=self._arrived(), permit=self.permit
        ) as answered:
            state = answered.state
            if self._is_here(state):
                yield Transfer("is here already", state.size, state.size)
                return None
            self._check_room(answered)
            if not answered.offset:
                self._part.write_bytes(b"")
            self._beside(".part.json").write_text(json.dumps(asdict(state)))
            yield from self._append(answered)
        if state.size and self._arrived() < state.size:
            raise _CutError("the connection ended early")
        return state

    def _append(self, answered: Answered) -> Iterator[Transfer]:
        arrived, size = answered.offset, answered.state.size
        with self._part.open("ab") as part:
            part.truncate(arrived)
            for block in answered.blocks(_BLOCK):
                try:
                    part.write(block)
                except OSError as error:
                    raise self._full(error.strerror or str(error)) from error
                arrived += len(block)
                if size and arrived > size:
                    raise _CutError("the server sends more than it announced")
                yield Transfer("fetching", arrived, size)

    def _finish(self, state: RemoteState) -> Iterator[Transfer]:
        size = self._arrived()
        yield Transfer("checking", size, size)
        if state.sha256 and _hash_of(self._part) != state.sha256:
            self._drop()
            raise BackendError(
                f"{self.file.name} is not what {self.file.host} announced: its hash differs.",
                hint="It was damaged on its way and is dropped; run the same command again.",
            )
        if self.path.suffix == ".gguf":
            self._check_gguf()
        self._part.replace(self.path)
        self._beside(".part.json").unlink(missing_ok=True)
        yield Transfer("is whole" if state.sha256 else "is whole by its size", size, size)

    def _check_gguf(self) -> None:
        """Raise `ModelNotFoundError` unless the part is a model with all its tensors."""
        try:
            if read_gguf(self._part).lacking:
                raise ModelNotFoundError("it ends before its last tensor")
        except ModelNotFoundError as error:
            self._drop()
            raise ModelNotFoundError(
                f"What {self.file.host} sent as {self.file.name} is not a whole GGUF file.",
                hint="Check the address; a page for signing in comes in its place, too.",
            ) from error

    def _is_here(self, state: RemoteState) -> bool:
        """Whether the whole file is here; without a hash, by its size."""
        if not self.path.is_file() or self.path.stat().st_size != state.size:
            return False
        return not state.sha256 or _hash_of(self.path) == state.sha256

    def _check_room(self, answered: Answered) -> None:
        missing = answered.state.size - answered.offset
        free = shutil.disk_usage(self.folder).free
        if missing + _SPARE > free:
            raise self._full(f"{missing / 1e9:.1f} GB are missing, {free / 1e9:.1f} GB are free")

    def _kept_state(self) -> RemoteState | None:
        try:
            return RemoteState(**parse_json(self._beside(".part.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def _arrived(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0

    def _drop(self) -> None:
        self._part.unlink(missing_ok=True)
        self._beside(".part.json").unlink(missing_ok=True)

    @property
    def _part(self) -> Path:
        return self._beside(".part")

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(f".{self.path.name}{suffix}")

    def _full(self, reason: str) -> OutputError:
        return OutputError(
            f"{self.file.name} has no room in {self.folder}: {reason}.",
            hint="Make room, or set QUOTH_HOME to a folder on another disk.",
        )

    def _lost(self, error: Exception) -> BackendError:
        return BackendError(
            f"{self.file.name} could not be fetched from {self.file.host}: "
            f"{str(error).rstrip('.') or type(error).__name__}.",
            hint=_AGAIN,
        )


class _CutError(Exception):
    """The connection ended before the file did."""


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
