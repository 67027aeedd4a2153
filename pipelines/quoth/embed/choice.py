"""Which engine is fastest here: a short measurement, made once for a machine and a model."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from quoth.embed.batch import Ids
from quoth.system import processor, write_whole

_ROWS, _LENGTH, _BATCHES, _ROUNDS = 8, 128, 4, 3
_LEAST_COSINE = 0.998


class Engine(Protocol):
    """Something that runs the weights. `lanes` is how many batches it runs at once."""

    name: str
    lanes: int

    def encode(self, rows: Sequence[Ids]) -> NDArray[np.float32]:
        """Return a vector of unit length for the token ids of each text of one batch."""


def fastest(
    engines: Mapping[str, Callable[[], Engine]], memory: Path, *, model: str, threads: int
) -> Engine:
    """Return the engine that computes most here, opened.

    What was measured is kept in the file `memory`, for this processor, these threads, this model
    and these versions; it is measured again when one of them is another. An engine that does not
    run here is left out, and so is one whose vectors are not those of the first.
    """
    key = "|".join((processor(), str(threads), model, *map(_version, sorted(engines))))
    known = _read(memory)
    if (name := known.get(key)) in engines:
        return engines[str(name)]()
    opened: dict[str, Engine] = {}
    seconds: dict[str, float] = {}
    failure: Exception | None = None
    reference: NDArray[np.float32] | None = None
    for name, open_engine in engines.items():
        try:
            engine = open_engine()
            found = engine.encode(_rows())
            reference = found if reference is None else reference
            if not (found * reference).sum(axis=1).min() >= _LEAST_COSINE:
                raise ValueError(f"The vectors of {name} are not those of the first engine.")
            seconds[name] = measure(engine)
        except Exception as error:  # whatever a foreign runtime raises where it cannot run
            failure = error
            continue
        opened[name] = engine
    if not opened:
        assert failure is not None
        raise failure
    best = min(seconds, key=lambda name: seconds[name])
    write_whole(memory, json.dumps({**known, key: best}, indent=2))
    return opened[best]


def encoded(engine: Engine, batches: Sequence[Sequence[Ids]]) -> Generator[NDArray[np.float32]]:
    """Yield the vectors of each batch, in order, with as many under way as the engine has lanes."""
    if min(engine.lanes, len(batches)) < 2:
        yield from map(engine.encode, batches)
        return
    pool = ThreadPoolExecutor(engine.lanes)
    try:
        yield from pool.map(engine.encode, batches)
    finally:  # whoever leaves early does not wait for the rest
        pool.shutdown(wait=False, cancel_futures=True)


def measure(engine: Engine) -> float:
    """Return the processor's seconds for a few batches of ordinary chunks, the best of some rounds.

    What else runs on the machine would decide on the seconds of a clock.
    """
    rows = _rows()
    seconds = []
    for _ in range(1 + _ROUNDS):  # the first one prepares
        begin = time.process_time()
        list(encoded(engine, [rows] * _BATCHES))
        seconds.append(time.process_time() - begin)
    return min(seconds[1:])


def _rows() -> list[Ids]:
    """Return token ids of a batch; the same small ones for every vocabulary, whatever they mean."""
    return [np.arange(100 + row, 100 + row + _LENGTH, dtype=np.int64) for row in range(_ROWS)]


def _read(memory: Path) -> dict[str, str]:
    try:
        known = json.loads(memory.read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _version(engine: str) -> str:
    package = {"onnx": "onnxruntime"}.get(engine, engine.partition("-")[0])
    try:
        return f"{engine} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        return engine
