"""Chooses the fastest engine by a short measurement, made once for a machine and a model."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import Protocol

import numpy as np

from quoth.embed.batch import Batch, Padding
from quoth.system import parse_json, processor, write_whole
from quoth.types import Vectors

_ROWS, _LENGTH, _BATCHES, _ROUNDS = 4, 128, 2, 3
_LEAST_COSINE = 0.998


class Engine(Protocol):
    """Something that runs the weights. `lanes` is the number of batches that run in parallel."""

    name: str
    lanes: int

    def encode(self, batch: Batch) -> Vectors:
        """Return a vector of unit length for each text of a batch."""


def choose_engine(
    engines: Mapping[str, Callable[[], Engine]], memory: Path, *, model: str, threads: int
) -> Engine:
    """Open the engines and return the fastest.

    The file `memory` keeps the choice for this processor, these threads, this model and these
    versions; when one of them changes, the engines are measured again. An engine that does not
    run here is left out, and so is one whose vectors differ from those of the first.
    """
    key = "|".join((processor(), str(threads), model, *map(_version, sorted(engines))))
    choices = _read(memory)
    if (name := choices.get(key)) in engines:
        return engines[str(name)]()
    opened: dict[str, Engine] = {}
    seconds: dict[str, float] = {}
    failure: Exception | None = None
    reference: Vectors | None = None
    for name, open_engine in engines.items():
        try:
            engine = open_engine()
            vectors = engine.encode(_sample())
            reference = vectors if reference is None else reference
            if not (vectors * reference).sum(axis=1).min() >= _LEAST_COSINE:
                raise ValueError(f"The vectors of {name} differ from those of the first engine.")
            seconds[name] = measure(engine)
        except Exception as error:  # whatever a foreign runtime raises where it cannot run
            failure = error
            continue
        opened[name] = engine
    if not opened:
        assert failure is not None
        raise failure
    best = min(seconds, key=lambda name: seconds[name])
    write_whole(memory, json.dumps({**choices, key: best}, indent=2))
    return opened[best]


def encode_all(engine: Engine, batches: Sequence[Batch]) -> Generator[Vectors]:
    """Yield the vectors of each batch, in order; the engine computes one on each of its lanes."""
    if min(engine.lanes, len(batches)) < 2:
        yield from map(engine.encode, batches)
        return
    pool = ThreadPoolExecutor(engine.lanes)
    try:
        yield from pool.map(engine.encode, batches)
    finally:  # a caller that stops early does not wait for the rest
        pool.shutdown(wait=False, cancel_futures=True)


def measure(engine: Engine) -> float:
    """Return the CPU seconds for a few batches of ordinary chunks, the least of several rounds.

    Wall-clock time would depend on the other programs on the machine.
    """
    batches = [_sample()] * _BATCHES
    seconds = []
    for _ in range(1 + _ROUNDS):  # the first one prepares
        begin = time.process_time()
        list(encode_all(engine, batches))
        seconds.append(time.process_time() - begin)
    return min(seconds[1:])


def _sample() -> Batch:
    """Return a batch of token ids that are in every vocabulary."""
    starts = range(100, 100 + _ROWS)
    return Padding().pad([np.arange(start, start + _LENGTH, dtype=np.int64) for start in starts])


def _read(memory: Path) -> dict[str, str]:
    try:
        choices = parse_json(memory.read_text())
    except (OSError, ValueError):
        return {}
    return choices if isinstance(choices, dict) else {}


def _version(engine: str) -> str:
    package = {"onnx": "onnxruntime"}.get(engine, engine.partition("-")[0])
    try:
        return f"{engine} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        return engine
