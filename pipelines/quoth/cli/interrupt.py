"""Ctrl-C is answered at once, whatever the command is doing; a second one ends it at once."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from quoth.cli.sign import SIGN
from quoth.cli.terminal import close_terminal

_INTERRUPTED = 130
_GRACE_SECONDS = 0.3
"""The time after which a command that still works says so."""
_STOPPING = (
    "quoth: Stopping; what is finished is kept, and calls in progress may end first. Ctrl-C again "
    "ends at once.\n"
)


@contextmanager
def answered_interrupts() -> Iterator[None]:
    """Answer Ctrl-C within the block, from a thread: native code may keep the main one busy.

    The first Ctrl-C says what happens now, and is a `KeyboardInterrupt` in the main thread. The
    second one ends the process. Outside the main thread the block changes nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard, waker = socket.socketpair()
    waker.setblocking(False)
    before = signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    listener = threading.Thread(target=_listen, args=(heard,), name="interrupts", daemon=True)
    listener.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        waker.close()
        listener.join(timeout=1)
        heard.close()


@contextmanager
def own_interrupts() -> Iterator[None]:
    """Leave Ctrl-C to the block, which answers it itself, as a conversation does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.set_wakeup_fd(-1)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)


@contextmanager
def ended_by_interrupts() -> Iterator[None]:
    """End the process at the first Ctrl-C in the block, in which a thread waits for a line.

    Nothing can wake that thread, and an orderly end would wait for it. Outside the main thread the
    block changes nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, lambda *_: _end("quoth: Interrupted.\n"))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _listen(heard: socket.socket) -> None:
    """Hear signals until the other end is closed; say what happens if the command goes on."""
    times, told = 0, False
    while True:
        heard.settimeout(_GRACE_SECONDS if times and not told else None)
        try:
            data = heard.recv(64)
        except TimeoutError:
            told = True
            _say(_STOPPING)
            continue
        except OSError:
            return
        if not data:
            return
        times += sum(number == signal.SIGINT for number in data)
        if times > 1:
            _end("\n")


def _end(told: str) -> None:
    """End the process at once, with a word to the user."""
    SIGN.clear()
    close_terminal()
    _say(told)
    os._exit(_INTERRUPTED)


def _say(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        return
