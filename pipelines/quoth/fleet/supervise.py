"""Keeps the worker of a machine alive: starts it, and starts it again when it ended."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence

from quoth.system import describe_exit

EXIT_AWAY, EXIT_UNFIT = 74, 75
"""Exit codes of a worker: its head does not answer; it cannot work at present."""

_LONG_SECONDS = 30.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0


def keep_working(arguments: Sequence[str], *, announce: Callable[[str], None]) -> int:
    """Run a worker in a child process until it fails for good; return its exit code.

    `arguments` are those of this program for one worker. The child ends with this process, however
    this process ends.
    """
    pause, is_told = _FIRST_PAUSE, False
    while True:
        begin = time.monotonic()
        command = [sys.executable, "-m", "quoth.cli", *arguments]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
            try:
                code = child.wait()
            except KeyboardInterrupt:
                child.terminate()
                return 130
        if code == 2:
            return code
        if code == EXIT_AWAY and not is_told:
            announce("The head does not answer; it is asked again until it does.")
        elif code not in (0, EXIT_AWAY, EXIT_UNFIT):
            announce(f"The worker ended ({describe_exit(code)}), and is started again.")
        is_told = code == EXIT_AWAY
        lived = time.monotonic() - begin
        pause = _FIRST_PAUSE if lived > _LONG_SECONDS else min(pause * 2, _LONGEST_PAUSE)
        time.sleep(pause if code else _FIRST_PAUSE)


def end_with_parent() -> None:
    """End this process as soon as its parent, which holds the other end of its input, is gone."""

    def watch() -> None:
        while os.read(0, 4096):  # of `sys.stdin`, Python could not end before this thread
            pass
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
