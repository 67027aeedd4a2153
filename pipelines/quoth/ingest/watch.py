"""Watches folders, and keeps a collection equal to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

from quoth.errors import UsageError, VanishedSourcesError
from quoth.ingest.exclusions import IGNORE_FILE
from quoth.ingest.ingestor import Ingestor
from quoth.system import expand_home, real_path
from quoth.types import Outcome, Progress, Report

REST_MILLISECONDS = 1000
"""The quiet time of a folder before it is read, so that a copy of many files is one change."""
_TICK_MILLISECONDS = 200


def watch(
    ingestor: Ingestor,
    folders: Sequence[Path],
    *,
    passwords: Sequence[str] = (),
    progress: Progress | None = None,
    wait_seconds: float = 3600.0,
    rest_milliseconds: int = REST_MILLISECONDS,
    stop: Event | None = None,
) -> Iterator[Report]:
    """Ingest the folders now and after every change in them; yield each report.

    Ends when `stop` is set, or with Ctrl-C. Other processes may write between two runs. Raises
    `UsageError` for a path that is not a folder.
    """
    for folder in folders:
        if not expand_home(folder).is_dir():
            raise UsageError(
                f"{folder} is not a folder; only folders can be watched.",
                hint="Name the folder of the file.",
            )
    from watchfiles import watch as changes_in

    state = ingestor.state.resolve()
    first = True
    for changes in changes_in(
        *(expand_home(folder) for folder in folders),
        watch_filter=lambda _, path: _concerns_us(Path(path), state),
        debounce=rest_milliseconds,
        rust_timeout=_TICK_MILLISECONDS,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=True,
    ):
        # The first round comes after watching has begun, so that no change is missed.
        if not changes and not first:
            continue
        first = False
        try:
            yield ingestor.ingest(
                folders, passwords=passwords, progress=progress, wait_seconds=wait_seconds
            )
        except UsageError:  # the folders are empty
            yield Report()
        except VanishedSourcesError as error:  # they may come back
            names = ", ".join(map(str, folders))
            yield Report(failed=(Outcome(names, str(error), "failed"),))


def _concerns_us(path: Path, state: Path) -> bool:
    is_hidden = path.name.startswith(".") and path.name != IGNORE_FILE
    return not is_hidden and not real_path(path).is_relative_to(state)
