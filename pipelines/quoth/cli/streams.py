"""Standard streams that are closed, full, or of an encoding that lacks characters."""

from __future__ import annotations

import codecs
import errno
import os
import sys
from typing import Any, TextIO

_ESCAPING = "quoth-escape"
_REFUSED = {
    errno.ENOSPC: ("The disk is full", "Make room, and run the same command again."),
    errno.EDQUOT: ("The disk is full", "Make room, and run the same command again."),
    errno.EFBIG: ("A file may not grow further", "Allow larger files: ulimit -f unlimited"),
    errno.EMFILE: ("Too many files are open", "Allow more: ulimit -n 256"),
    errno.ENFILE: ("Too many files are open", "End other programs, and run it again."),
    errno.EROFS: ("The disk cannot be written", "Set QUOTH_HOME to a folder that you can write."),
    errno.ENOMEM: ("There is not enough memory", "End other programs, and run it again."),
    errno.EAGAIN: ("No further process can be started", "Allow more: ulimit -u unlimited"),
}
"""What the system says by an error, and what to do."""


def fill_streams() -> None:
    """Put streams in the place of closed ones, so that no file gets their numbers.

    What is written to a closed stdout is an error when it is flushed, as to a full disk.
    """
    modes = {0: os.O_RDONLY, 1: os.O_RDONLY, 2: os.O_WRONLY}
    for number, mode in modes.items():
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)
    if sys.stdin is None:
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)


def escape_unknown(stream: TextIO) -> None:
    """Let a stream write a character that its encoding lacks by its number, as JSON does."""
    codecs.register_error(_ESCAPING, _escape)
    reconfigure: Any = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors=_ESCAPING)


def explain_refusal(error: OSError) -> tuple[str, str]:
    """Return a sentence and a hint for what the system refused to do."""
    if error.errno == errno.ENOENT and not error.filename:
        return "The working folder is gone.", "Change into another one: cd"
    what, hint = _REFUSED.get(error.errno or 0, ("The system refused it", ""))
    where = f": {error.filename}" if error.filename else ""
    reason = f" ({error.strerror or error})" if not hint else ""
    return f"{what}{where}{reason}.", hint


def _escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
    return "".join(f"\\u{pair}" for pair in pairs), error.end
