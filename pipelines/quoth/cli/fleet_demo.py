"""`quoth fleet demo`: a head and two workers on this machine, and a job for them."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from quoth.cli import show, summarize
from quoth.cli.fleet_options import FleetOptions
from quoth.cli.options import SharedOptions
from quoth.errors import BackendUnavailableError
from quoth.system import sample_library_folder
from quoth.views import format_path

WORKERS = ("first", "second")
_START_SECONDS = 60


def run_demo(shared: SharedOptions) -> int:
    """Start a fleet on loopback, let it summarize the sample library, and end it."""
    out = show.console()
    folder = sample_library_folder()
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="quoth-demo-")))
        token = place / "token"
        head = _start(stack, "head", "--port", "0", "--token-file", str(token))
        address = _address_of(head)
        settings = [f"--set={each}" for each in shared.set]
        if shared.model:
            settings.append(f"--model={shared.model}")
        out.print(f"$ quoth fleet head\n$ quoth fleet work {address}   (twice)", style="bold")
        for name in WORKERS:
            options = ("--token-file", str(token), "--name", name, "--for", "summaries")
            _start(stack, "work", address, *options, *settings)
        output = Path("fleet-demo")
        command = f"summarize {format_path(str(folder))} -o {output} --fleet {address}"
        out.print(f"$ quoth {command}", style="bold")
        return summarize.summarize(
            replace(shared, fleet=FleetOptions(address, token)), [folder], output=output
        )


def _start(stack: ExitStack, *arguments: str) -> subprocess.Popen[str]:
    """Start a process of the fleet, which ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "quoth.cli", "fleet", *arguments],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    stack.callback(process.wait)
    stack.callback(process.terminate)
    if process.stderr is not None:
        stack.callback(process.stderr.close)
    return process


def _address_of(head: subprocess.Popen[str]) -> str:
    """Return the address that a head tells. Raises `BackendUnavailableError` when it ends."""
    assert head.stderr is not None
    told: list[str] = []
    begin = time.monotonic()
    while time.monotonic() - begin < _START_SECONDS and (line := head.stderr.readline()):
        told.append(line)
        if found := [word for word in _words(line) if word.startswith("tls://")]:
            return found[0]
    raise BackendUnavailableError(f"The head did not start: {' '.join(told).strip()}")


def _words(line: str) -> Sequence[str]:
    return [word.rstrip(";.,") for word in line.split()]
