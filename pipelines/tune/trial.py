"""Measures a model as it is used: the speed of reading, of writing, and of several calls at once.

A machine is rarely quiet. Whatever else runs only makes a measurement slower, so of several the
fastest counts, and what is compared takes turns.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.backends.llama_http import LlamaHttpClient, timings_in
from pipelines.backends.llamacpp import LlamaCpp
from pipelines.backends.profile import Trial
from pipelines.config import Backend
from pipelines.resources import sample_library_folder
from pipelines.types import Timings


@dataclass(frozen=True, slots=True)
class Job:
    """What a call usually is: tokens that are read and written, and whether many run at once."""

    reads: int
    writes: int
    many: bool = False


JOBS = {
    "summarize": Job(reads=1200, writes=120, many=True),
    "ask": Job(reads=1200, writes=60),
    "chat": Job(reads=300, writes=200),
}

_TRIAL_SECONDS = 1.2
_CHARACTERS = 4  # of a token, about; what was really read is counted by the model
_CALLS = 8


@dataclass(frozen=True, slots=True)
class Size:
    """How many tokens one trial reads and writes."""

    reads: int
    writes: int


def fixed_text() -> str:
    """Return the text that everything is measured on: the minutes of the sample library."""
    return (sample_library_folder() / "library-committee-minutes.md").read_text(encoding="utf-8")


@contextmanager
def opened(path: Path, settings: Backend) -> Iterator[LlamaHttpClient]:
    """Load a file with exactly these settings, and unload it afterwards."""
    model = LlamaCpp(model=f"llamacpp:{path}", path=path, settings=settings)
    try:
        client = model.engine().client
        _call(client, Size(16, 2), 0)
        yield client
    finally:
        model.unload()


def fitting_size(client: LlamaHttpClient, job: Job) -> Size:
    """Return what a trial can read and write in about a second here."""
    first = _call(client, Size(128, 16), 1)
    share = _TRIAL_SECONDS / 2
    reads = _reading_speed(first) * share
    writes = first.tokens_per_second * share
    return Size(
        max(64, min(job.reads, int(reads))),
        max(8, min(job.writes, int(writes))),
    )


def measured(client: LlamaHttpClient, job: Job, size: Size, number: int) -> Trial:
    """Return the speeds of one call, and the seconds that a call of the job takes at them."""
    timings = _call(client, size, number)
    reading, writing = _reading_speed(timings), timings.tokens_per_second
    seconds = job.reads / reading + job.writes / writing
    return Trial("", "", seconds, reading, writing)


def measured_at_once(client: LlamaHttpClient, job: Job, size: Size, calls: int) -> Trial:
    """Return the seconds of a call of the job when so many run at once."""
    share = size.reads / job.reads
    part = Size(max(16, size.reads // 2), max(4, int(job.writes * share / 2)))
    begin = time.perf_counter()
    with ThreadPoolExecutor(calls) as pool:
        done = list(pool.map(lambda n: _call(client, part, n + calls * _CALLS), range(_CALLS)))
    spent = time.perf_counter() - begin
    read = sum(timings.prompt_tokens for timings in done)
    written = sum(timings.generated_tokens for timings in done)
    of_a_job = (read + written) / (job.reads + job.writes)
    return Trial("", "", spent / of_a_job, read / spent, written / spent)


def best(trials: list[Trial]) -> Trial:
    """Return the trial that nothing else held up: the fastest."""
    return min(trials, key=lambda trial: trial.seconds)


def _call(client: LlamaHttpClient, size: Size, number: int) -> Timings:
    """Return what a call took that reads and writes so much; each `number` reads another text."""
    text = fixed_text()
    wanted = size.reads * _CHARACTERS
    begin = number * 97 % len(text)
    body = {
        "prompt": (text[begin:] + text * (1 + wanted // len(text)))[:wanted],
        "n_predict": size.writes,
        "ignore_eos": True,
        "cache_prompt": False,
        "temperature": 0,
    }
    return timings_in(client.json("POST", "/completion", body))


def _reading_speed(timings: Timings) -> float:
    return timings.prompt_tokens / timings.prompt_seconds
