"""What a job calls at its end: a command, or an address on this machine."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from quoth.errors import QuothError, UsageError
from quoth.system import is_loopback

_SECONDS = 30.0


@dataclass(slots=True)
class Ending:
    """The end of a run of a job: its exit code, and the sentence of the error that ended it."""

    exit_code: int = 2
    error: str = ""


@contextmanager
def calling_when_done(target: str | tuple[str, ...], *, job: str, report: Path) -> Iterator[Ending]:
    """Call `target` when the block ends, also by one of our errors.

    A command gets `QUOTH_JOB`, `QUOTH_EXIT_CODE`, `QUOTH_REPORT` and `QUOTH_ERROR` in its
    environment; it is started without a shell. An address gets the same by POST, as JSON with the
    keys `job`, `exit_code`, `report` and `error`. Raises `UsageError` when the call fails, unless
    the block failed itself.
    """
    command = _command(target)
    ending = Ending()
    try:
        yield ending
    except QuothError as error:
        ending.exit_code, ending.error = error.exit_code, str(error)
        try:
            _call(command, job, report, ending)
        except UsageError as failure:
            raise type(failure)(f"{error} {failure}", hint=error.hint) from error
        raise
    _call(command, job, report, ending)


def _command(target: str | tuple[str, ...]) -> str | list[str]:
    """Return the address, or the arguments of the command. Raises `UsageError`."""
    if not isinstance(target, str):
        return list(target)
    if target.lower().startswith(("http://", "https://")):
        host = _host(target)
        if not host or not is_loopback(host):
            raise UsageError(
                f"`on_done` may call this machine only, and {host or target} is another one.",
                hint="Name an address such as http://127.0.0.1:8080/done, or a command.",
            )
        return target
    try:
        return shlex.split(target)
    except ValueError as error:
        raise UsageError(f"`on_done` is not a command: {target!r} ({error}).") from error


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _call(command: str | list[str], job: str, report: Path, ending: Ending) -> None:
    if not command:
        return
    facts = {
        "job": job,
        "exit_code": ending.exit_code,
        "report": str(report),
        "error": ending.error,
    }
    if isinstance(command, str):
        _post(command, facts)
    else:
        _start(command, {f"QUOTH_{name.upper()}": str(fact) for name, fact in facts.items()})


def _start(command: list[str], variables: dict[str, str]) -> None:
    try:
        ended = subprocess.run(command, env={**os.environ, **variables}, check=False)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"`on_done` cannot start {command[0]}: {reason}.") from error
    if ended.returncode:
        raise UsageError(f"The command of `on_done` ended with exit code {ended.returncode}.")


def _post(address: str, facts: dict[str, object]) -> None:
    import httpx2

    try:
        with httpx2.Client(trust_env=False, timeout=_SECONDS) as client:
            client.post(
                address,
                content=json.dumps(facts, ensure_ascii=False).encode(),
                headers={"content-type": "application/json"},
            ).raise_for_status()
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise UsageError(f"`on_done` cannot call {address}: {error}.") from error
