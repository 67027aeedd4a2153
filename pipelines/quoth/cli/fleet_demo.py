"""`quoth fleet demo`: a head and two workers on this machine, and a job for them."""

from __future__ import annotations

import os
import re
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from quoth.cli import show, summarize
from quoth.cli.fleet_options import FleetOptions
from quoth.cli.options import SharedOptions
from quoth.errors import BackendUnavailableError
from quoth.system import KeptProgram, ScratchFolder, sample_library_folder
from quoth.views import format_path

WORKERS = ("first", "second")
OUTPUT = Path("fleet-demo")
_ADDRESS = re.compile(r"tls://[^\s;]+")
_START_SECONDS = 60
_TICK = 0.1


def run_demo(shared: SharedOptions) -> int:
    """Start a fleet on loopback, let it summarize the sample library, and end it.

    Its programs end with this one, however this one ends. What they said is shown when the job
    fails. Raises `BackendUnavailableError` when the head does not start.
    """
    folder = sample_library_folder()
    with ExitStack() as stack:
        token = stack.enter_context(ScratchFolder()).path / "token"
        head = _start(stack, "head", "--port", "0", "--token-file", str(token))
        address = _address_of(head)
        _print_command(f"fleet head\n$ quoth fleet work {address}   (twice)")
        settings = [f"--set={each}" for each in shared.set]
        settings += [f"--model={shared.model}"] if shared.model else []
        programs = [head]
        for name in WORKERS:
            options = ("--token-file", str(token), "--name", name, "--for", "summaries")
            programs.append(_start(stack, "work", address, *options, *settings))
        _print_command(f"summarize {format_path(str(folder))} -o {OUTPUT} --fleet {address}")
        options_of_job = replace(shared, fleet=FleetOptions(address, token))
        code = 1
        try:
            code = summarize.summarize(options_of_job, [folder], output=OUTPUT)
        finally:
            if code == 1:
                _print_said(programs)
        return code


def _print_command(command: str) -> None:
    show.console().print(f"$ quoth {command}", style="bold")


def _print_said(programs: list[KeptProgram]) -> None:
    said = "".join(program.output() for program in programs)
    show.console(stderr=True).print(f"The programs of the fleet said:\n{said}", style="dim")


def _start(stack: ExitStack, *arguments: str) -> KeptProgram:
    """Start a program of the fleet, which ends with the block."""
    command = [sys.executable, "-m", "quoth.cli", "fleet", *arguments]
    program = KeptProgram(command, environment=os.environ)
    stack.callback(program.stop)
    return program


def _address_of(head: KeptProgram) -> str:
    """Return the address that a head tells. Raises `BackendUnavailableError` when it ends."""
    end = time.monotonic() + _START_SECONDS
    while head.running and time.monotonic() < end:
        if found := _ADDRESS.search(head.output()):
            return found[0]
        time.sleep(_TICK)
    raise BackendUnavailableError(f"The head did not start: {head.output().strip()}")
