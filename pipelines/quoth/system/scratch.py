"""A folder for what is needed for a while, which is gone even when this process is killed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import weakref
from pathlib import Path
from types import TracebackType
from typing import Self

# Reads until the owner has closed the pipe or is gone, and removes the folder.
_KEEPER = "import shutil, sys; sys.stdin.read(); shutil.rmtree(sys.argv[1], ignore_errors=True)"


class ScratchFolder:
    """A new folder at `path`, or among the system's temporary ones, for this process alone.

    It is removed with `close`, at the end of the `with` block, when this object is garbage, and,
    by a small process that waits for that, when this process ends in any way. Raises `OSError`
    where it cannot be made.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path is None:
            path = Path(tempfile.mkdtemp(prefix="quoth-"))
        else:
            path.mkdir(mode=0o700, parents=True)
        self.path = path
        keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _KEEPER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # it outlives whoever kills this process with its group
        )
        self._finalizer = weakref.finalize(self, _remove, path, keeper, os.getpid())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder with all that it holds."""
        self._finalizer()


def _remove(path: Path, keeper: subprocess.Popen[bytes], owner: int) -> None:
    if owner != os.getpid():
        return  # a fork has no right to what its parent uses
    if keeper.stdin:
        keeper.stdin.close()
    keeper.wait()
    shutil.rmtree(path, ignore_errors=True)  # should the keeper have been killed
