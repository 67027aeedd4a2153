"""A program in a terminal of its own."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path

from pexpect.fdpexpect import fdspawn

_LEAD = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""Makes the terminal the one whose Ctrl-C is heard, and becomes the program."""


class TerminalProgram(fdspawn):  # type: ignore[misc]  # pexpect has no types
    """Python in a terminal of so many rows and columns, with the methods of `pexpect.spawn`.

    `pexpect.spawn` forks this very process, and Python goes on in the copy: its hooks after a fork,
    its garbage, 2 to the 20th file handles to close. In a process in which thousands of tests left
    the threads of a dozen libraries, the copy ended now and then before it became the program, and
    that looks like a program that prints nothing. `subprocess` runs no Python in between.
    """

    def __init__(
        self,
        *arguments: str,
        dimensions: tuple[int, int],
        environment: Mapping[str, str],
        folder: Path,
        timeout: float,
    ) -> None:
        leader, follower = pty.openpty()
        termios.tcsetwinsize(follower, dimensions)
        self.process = subprocess.Popen(
            [sys.executable, "-ISc", _LEAD, *arguments],
            stdin=follower,
            stdout=follower,
            stderr=follower,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        os.close(follower)
        super().__init__(leader, encoding="utf-8", timeout=timeout)
        self.pid = self.process.pid

    def isalive(self) -> bool:
        """Whether the program runs."""
        return self.process.poll() is None

    def send(self, text: str) -> int:
        """Type a text, after a moment in which the terminal leaves what it does."""
        time.sleep(0.05)
        typed: int = super().send(text)
        return typed

    def sendintr(self) -> None:
        """Press Ctrl-C."""
        self.send("\x03")

    def close(self) -> None:
        """Close the terminal, and end the program if it does not by itself."""
        super().close()
        try:
            code = self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.exitstatus = code if code >= 0 else None
        self.signalstatus = signal.Signals(-code) if code < 0 else None
