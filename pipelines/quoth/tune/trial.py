"""Measures a model as it is used: the speed of reading, of writing, and of several calls at once.

A machine is rarely quiet. Whatever else runs only makes a measurement slower, so of several the
fastest counts, and what is compared takes turns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from quoth.backends import LlamaCpp, LlamaCppPython, LlamaHttpClient, timings_in
from quoth.config import ModelSettings
from quoth.system import sample_library_folder
from quoth.types import Timings
from quoth.weights import XLLAMACPP, Trial


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


@dataclass(frozen=True, slots=True)
class Setup:
    """A way to run the model: the file, the settings, and the package whose llama.cpp it is."""

    path: Path
    settings: ModelSettings
    engine: str = XLLAMACPP


Generate = Callable[[str, int], Timings]
"""Reads a prompt, none of which is in the cache, and writes exactly so many tokens."""


@contextmanager
def opened(setup: Setup) -> Iterator[Generate]:
    """Load a file, and unload it afterwards."""
    if setup.engine == XLLAMACPP:
        with served(setup.path, setup.settings) as client:
            generate = partial(_completed, client)
            _call(generate, Size(16, 2), 0)
            yield generate
        return
    model = LlamaCppPython.at(setup.path, setup.settings)
    try:
        _call(model.timed, Size(16, 2), 0)
        yield model.timed
    finally:
        model.unload()


@contextmanager
def served(path: Path, settings: ModelSettings) -> Iterator[LlamaHttpClient]:
    """Load a file on xllamacpp, and give what speaks with it."""
    model = LlamaCpp.at(path, settings)
    try:
        yield model.engine().client
    finally:
        model.unload()


def fitting_size(generate: Generate, job: Job) -> Size:
    """Return what a trial can read and write in about a second here."""
    first = _call(generate, Size(128, 16), 1)
    share = _TRIAL_SECONDS / 2
    reads = _reading_speed(first) * share
    writes = first.tokens_per_second * share
    return Size(
        max(64, min(job.reads, int(reads))),
        max(8, min(job.writes, int(writes))),
    )


def measured(generate: Generate, job: Job, size: Size, number: int) -> Trial:
    """Return the speeds of one call, and the seconds that a call of the job takes at them."""
    timings = _call(generate, size, number)
    reading, writing = _reading_speed(timings), timings.tokens_per_second
    seconds = job.reads / reading + job.writes / writing
    return Trial("", "", seconds, reading, writing)


def measured_at_once(generate: Generate, job: Job, size: Size, calls: int) -> Trial:
    """Return the seconds of a call of the job when so many run at once."""
    share = size.reads / job.reads
    part = Size(max(16, size.reads // 2), max(4, int(job.writes * share / 2)))
    begin = time.perf_counter()
    with ThreadPoolExecutor(calls) as pool:
        done = list(pool.map(lambda n: _call(generate, part, n + calls * _CALLS), range(_CALLS)))
    spent = time.perf_counter() - begin
    read = sum(timings.prompt_tokens for timings in done)
    written = sum(timings.generated_tokens for timings in done)
    of_a_job = (read + written) / (job.reads + job.writes)
    return Trial("", "", spent / of_a_job, read / spent, written / spent)


def best(trials: list[Trial]) -> Trial:
    """Return the trial that nothing else held up: the fastest."""
    return min(trials, key=lambda trial: trial.seconds)


def _call(generate: Generate, size: Size, number: int) -> Timings:
    """Return what a call took that reads and writes so much; each `number` reads another text."""
    text = fixed_text()
    wanted = size.reads * _CHARACTERS
    begin = number * 97 % len(text)
    return generate((text[begin:] + text * (1 + wanted // len(text)))[:wanted], size.writes)


def _completed(client: LlamaHttpClient, prompt: str, tokens: int) -> Timings:
    body = {
        "prompt": prompt,
        "n_predict": tokens,
        "ignore_eos": True,
        "cache_prompt": False,
        "temperature": 0,
    }
    return timings_in(client.json("POST", "/completion", body))


def _reading_speed(timings: Timings) -> float:
    return timings.prompt_tokens / timings.prompt_seconds
