"""The command line: a thin front over `Library`. Answers on stdout, everything else on stderr."""

from __future__ import annotations

import _thread
import gc
import os
import signal
import sys
from collections.abc import Sequence

EXIT_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130
EXIT_CODES = {
    0: "All done.",
    1: "Something failed, and the rest is done: a document, a check, an answer.",
    2: "Nothing could be done: wrong usage or configuration, a backend or a collection that "
    "cannot be used, a full disk.",
    3: "Only files failed that failed before and are unchanged.",
    130: "Ctrl-C. Finished work is kept, and the same command goes on.",
}
"""The meaning of each exit code, for every command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code, one of `EXIT_CODES`."""
    from quoth.cli.streams import fill_streams
    from quoth.system import take_over

    fill_streams()
    take_over()  # before the dependencies are imported: that is when they read their switches
    from quoth.cli.app import run
    from quoth.cli.interrupt import answered_interrupts
    from quoth.cli.sign import SIGN
    from quoth.cli.terminal import close_terminal, open_terminal

    open_terminal(SIGN.clear)
    try:
        with answered_interrupts():
            code = run(sys.argv[1:] if arguments is None else arguments)
    finally:
        close_terminal()
    sys.stdout.flush()
    return code


def _raise_again(lost: sys.UnraisableHookArgs) -> None:
    """Raise Ctrl-C again that came where Python can raise nothing, as in a callback of imports."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        _thread.interrupt_main()
    else:
        sys.__unraisablehook__(lost)


def _end_unwritten(error: OSError) -> int:
    """Say that the output could not be written; what is left of it goes nowhere."""
    from quoth.cli.streams import explain_refusal

    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    told, hint = explain_refusal(error)
    sys.stderr.write(f"quoth: The output cannot be written. {told}\n")
    if hint:
        sys.stderr.write(f"hint: {hint}\n")
    return EXIT_USAGE


def script() -> None:
    """Run as the program `quoth`.

    After Ctrl-C the process ends at once: threads of native code may still be running, and an
    orderly shutdown of the interpreter would abort under them. Finished work is on the disk.
    """
    sys.unraisablehook = _raise_again
    gc.set_threshold(50_000)  # modules stay: collecting while they load costs a tenth
    try:
        code = main()
    except BrokenPipeError:  # the reader of the pipe has ended, as `head` does
        code = 0
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        code = _end_unwritten(error)
    except KeyboardInterrupt:  # while the program was loaded, or at its end
        code = EXIT_INTERRUPTED
        sys.stderr.write("quoth: Interrupted. Finished work is kept.\n")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done but the shutdown
    if code == EXIT_INTERRUPTED:
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
