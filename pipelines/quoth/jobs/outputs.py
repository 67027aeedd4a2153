"""The folder of a job's outputs, with a record of every file that a job wrote there.

The record is a file in the folder. A line is added to it before its output is written, so that a
run that is killed leaves no output without a line.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from quoth.errors import CollectionError, OutputError, UsageError
from quoth.ingest import OUTPUT_RECORD, Output, read_outputs
from quoth.system import write_whole
from quoth.types import Outcome

_OF_THE_NAME = {
    errno.ENAMETOOLONG,
    errno.EISDIR,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.EINVAL,
    errno.EILSEQ,
}
"""The errors that another output would not meet."""


class OutputFolder:
    """Writes outputs, and knows those of earlier runs. Any thread may use it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._outputs = {output.name: output for output in read_outputs(path)}

    def claim(self, *names: str) -> None:
        """Check that files of the job itself can be written.

        Raises `OutputError` when the user has a file of this name in the folder.
        """
        for name in names:
            if name not in self._outputs and (self.path / name).exists():
                raise _taken(self.path / name)

    def write(self, name: str, content: str, *, source: str = "") -> bool:
        """Write an output of a document; return whether it was new or changed.

        Raises `OutputError` when the place is taken by a file of the user or by the output of
        another document, or when the name cannot be that of a file here; `CollectionError` when
        the folder cannot be written.
        """
        path, body = self.path / name, content.encode("utf-8", "replace")
        output = Output(name, source, hashlib.sha256(body).hexdigest())
        present = _read(path)
        with self._lock:
            earlier = self._outputs.get(name)
            _check_place(path, earlier, output, is_free=present in (None, body))
            try:
                if earlier != output:
                    self._append(output)
                if present != body:
                    write_whole(path, body)
            except CollectionError as error:
                cause = error.__cause__
                if isinstance(cause, OSError) and cause.errno in _OF_THE_NAME:
                    raise OutputError(str(error), hint="Rename the document.") from error
                raise
            self._outputs[name] = output
        return present != body

    def find_leftovers(self, expected: Sequence[str], sources: Iterable[str]) -> tuple[Output, ...]:
        """Return the outputs beside the `expected` ones that no document stands behind any more.

        The document of such an output is gone, or it is one of `sources`, which have other outputs
        now.
        """
        kept, known = set(expected), set(sources)
        return tuple(
            output
            for name, output in sorted(self._outputs.items())
            if name not in kept
            and output.source
            and (output.source in known or not os.path.lexists(output.source))
            and os.path.lexists(self.path / name)
        )

    def prune(self, leftovers: Iterable[Output]) -> tuple[Outcome, ...]:
        """Remove outputs, and return an outcome for each.

        An output that was edited is kept, as `skipped`. Folders that become empty are removed.
        """
        outcomes: list[Outcome] = []
        for output in leftovers:
            path = self.path / output.name
            if output.digest and hashlib.sha256(_read(path) or b"").hexdigest() != output.digest:
                outcomes.append(Outcome(output.name, "It was edited, so it is kept.", "skipped"))
                continue
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise CollectionError(
                    f"{path} cannot be removed: {error.strerror or error}."
                ) from error
            self._outputs.pop(output.name, None)
            outcomes.append(Outcome(output.name, "Its document is gone.", "removed"))
            for folder in path.parents:
                if folder == self.path:
                    break
                with suppress(OSError):
                    folder.rmdir()
        return tuple(outcomes)

    def close(self) -> None:
        """Write the record anew, with a line for each output that is still there."""
        lines = [
            _line(output)
            for name, output in sorted(self._outputs.items())
            if os.path.lexists(self.path / name)
        ]
        write_whole(self.path / OUTPUT_RECORD, "".join(lines))

    def _append(self, output: Output) -> None:
        record = self.path / OUTPUT_RECORD
        try:
            record.parent.mkdir(parents=True, exist_ok=True)
            with record.open("a", encoding="utf-8") as file:
                file.write(_line(output))
        except OSError as error:
            raise CollectionError(
                f"{record} cannot be written: {error.strerror or error}.",
                hint="Make room or choose another folder, and run the same command again.",
            ) from error


def leave_out_outputs(paths: Sequence[Path]) -> list[Path]:
    """Return the files that no job wrote. Raises `UsageError` when none is left."""
    written: dict[Path, frozenset[Path]] = {}

    def outputs_in(folder: Path) -> frozenset[Path]:
        if folder not in written:
            written[folder] = frozenset(folder / output.name for output in read_outputs(folder))
        return written[folder]

    kept = []
    for path in paths:
        place = Path(os.path.normpath(path.absolute()))
        if not any(place in outputs_in(folder) for folder in place.parents):
            kept.append(path)
    if paths and not kept:
        raise UsageError(
            "All of these files are outputs of a job.", hint="Name the documents, not summaries."
        )
    return kept


def _check_place(path: Path, earlier: Output | None, output: Output, *, is_free: bool) -> None:
    """Raise `OutputError` when the file at a path is not an output of the same document."""
    if earlier is None:
        if not is_free:
            raise _taken(path)
    elif earlier.source != output.source and earlier.source and os.path.lexists(earlier.source):
        raise OutputError(
            f"{path} is the output of another document, {earlier.source}.",
            hint="Choose another folder with -o, or summarize both documents in one job.",
        )


def _taken(path: Path) -> OutputError:
    return OutputError(
        f"{path} is there already, and no job wrote it.",
        hint="Move this file, or choose another folder with -o.",
    )


def _line(output: Output) -> str:
    return json.dumps(asdict(output), ensure_ascii=False) + "\n"


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
