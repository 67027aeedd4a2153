"""Measures a model as it is used: the speed of reading, of writing, and of parallel calls.

A machine is rarely quiet. Other programs only make a measurement slower, so the fastest of several
measurements counts, and candidates that are compared take turns.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from quoth.backends import open_gguf
from quoth.config import ModelSettings
from quoth.models import LocalModel, Request
from quoth.system import sample_library_folder
from quoth.types import Timings
from quoth.weights import XLLAMACPP, Trial

_TRIAL_SECONDS = 1.2
_CHARACTERS = 4
"""The approximate characters of a token; the model reports the tokens that it read."""
_CALLS = 8


@dataclass(frozen=True, slots=True)
class Workload:
    """A usual call: the tokens that it reads and writes, and whether many run in parallel."""

    reads: int
    writes: int
    many: bool = False


WORKLOADS = {
    "summarize": Workload(reads=1200, writes=120, many=True),
    "ask": Workload(reads=1200, writes=60),
    "chat": Workload(reads=300, writes=200),
}


@dataclass(frozen=True, slots=True)
class Size:
    """The number of tokens that one trial reads and writes."""

    reads: int
    writes: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to run a model: the file, the settings, and the engine."""

    path: Path
    settings: ModelSettings
    engine: str = XLLAMACPP


@contextmanager
def open_candidate(candidate: Candidate) -> Iterator[LocalModel]:
    """Load a model and make one short call; unload the model afterwards."""
    model = open_gguf(candidate.path, candidate.settings, engine=candidate.engine)
    try:
        time_call(model, Size(16, 2), 0)
        yield model
    finally:
        model.unload()


def choose_size(model: LocalModel, workload: Workload) -> Size:
    """Return the size of a trial that takes about a second here."""
    timings = time_call(model, Size(128, 16), 1)
    share = _TRIAL_SECONDS / 2
    reads = _reading_speed(timings) * share
    writes = timings.tokens_per_second * share
    return Size(
        max(64, min(workload.reads, int(reads))),
        max(8, min(workload.writes, int(writes))),
    )


def measure_call(model: LocalModel, workload: Workload, size: Size, number: int) -> Trial:
    """Return the speeds of one call, and the seconds of the workload's call at these speeds."""
    timings = time_call(model, size, number)
    reading, writing = _reading_speed(timings), timings.tokens_per_second
    seconds = workload.reads / reading + workload.writes / writing
    return Trial("", "", seconds, reading, writing)


def measure_batch(model: LocalModel, workload: Workload, size: Size, calls: int) -> Trial:
    """Return the seconds of the workload's call when `calls` of them run in parallel."""
    share = size.reads / workload.reads
    part = Size(max(16, size.reads // 2), max(4, int(workload.writes * share / 2)))
    begin = time.perf_counter()
    with ThreadPoolExecutor(calls) as pool:
        timings = list(
            pool.map(lambda n: time_call(model, part, n + calls * _CALLS), range(_CALLS))
        )
    spent = time.perf_counter() - begin
    read = sum(call.prompt_tokens for call in timings)
    written = sum(call.generated_tokens for call in timings)
    workloads = (read + written) / (workload.reads + workload.writes)
    return Trial("", "", spent / workloads, read / spent, written / spent)


def time_call(model: LocalModel, size: Size, number: int) -> Timings:
    """Return the timings of a call of a size; each `number` reads another text."""
    text = fixed_text()
    characters = size.reads * _CHARACTERS
    begin = number * 97 % len(text)
    prompt = (text[begin:] + text * (1 + characters // len(text)))[:characters]
    request = Request((), prompt, max_tokens=size.writes, temperature=0.0, seed=0, benchmark=True)
    pieces = model.generate_pieces(request)  # one without text or timings may be the last
    *_, timings = (piece.timings for piece in pieces if piece.timings is not None)
    return timings


def fixed_text() -> str:
    """Return the text of all measurements: the minutes in the sample library."""
    return (sample_library_folder() / "library-committee-minutes.md").read_text(encoding="utf-8")


def _reading_speed(timings: Timings) -> float:
    return timings.prompt_tokens / timings.prompt_seconds
