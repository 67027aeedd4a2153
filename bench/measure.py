"""The parts that all rows share: one process for each side, turns, medians, and the table."""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parent.parent
PEERS = ROOT / "bench" / ".venv" / "bin" / "python"
_QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "true",
    "TRANSFORMERS_VERBOSITY": "error",
}


class PeerError(Exception):
    """One side failed to run."""


@dataclass(frozen=True)
class Run:
    """The result of one process: its JSON output, its seconds, and its peak memory in MB.

    `first` is the seconds from its start until it printed anything at all; `processor` the seconds
    that all cores together spent on it and on its children, whatever else the machine did.
    """

    said: Mapping[str, Any]
    seconds: float
    first: float = 0.0
    peak_mb: float = 0.0
    processor: float = 0.0


@dataclass
class Row:
    """One line of the table: Quoth's figure, a peer's, and their ratio (above 1: Quoth ahead).

    `work` is the same ratio of the processor's time, which a busy machine does not change; memory
    has none.
    """

    what: str
    peer: str
    unit: str
    ours: float
    theirs: float
    ratio: float
    runs: int
    work: float | None = None
    bar: float | None = None
    note: str = ""
    values: dict[str, list[float]] = field(default_factory=dict)

    @property
    def reached(self) -> bool | None:
        """Whether the ratio reaches the bar; `None` without a bar."""
        return None if self.bar is None else self.ratio >= self.bar


def run(program: Sequence[str], *, home: Path, timeout: float = 900) -> Run:
    """Run a program with its own state folder, and measure it."""
    environment = {**os.environ, **_QUIET, "QUOTH_HOME": str(home), "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what was imported once is compiled
    begin, spent = time.perf_counter(), _processor_seconds()
    process = subprocess.Popen(
        program, env=environment, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    peak, errors = [0.0], bytearray()
    assert process.stdout is not None
    assert process.stderr is not None
    err = process.stderr
    watcher = threading.Thread(target=_watch, args=(process, peak), daemon=True)
    reader = threading.Thread(target=lambda: errors.extend(err.read()), daemon=True)
    alarm = threading.Timer(timeout, process.kill)
    for thread in (watcher, reader, alarm):
        thread.start()
    start = process.stdout.read(1)
    first = time.perf_counter() - begin
    output = (start + process.stdout.read()).decode()
    code = process.wait()
    seconds = time.perf_counter() - begin
    alarm.cancel()
    for thread in (reader, watcher):
        thread.join()
    process.stdout.close()
    process.stderr.close()
    if code:
        said = (output[-1000:] + errors.decode()[-2000:]).strip()
        raise PeerError(f"{' '.join(map(str, program[:4]))} ended with {code}:\n{said}")
    last = (output.strip().splitlines() or [""])[-1]
    said = json.loads(last) if last.startswith("{") else {}
    return Run(said, seconds, first, peak[0], _processor_seconds() - spent)


def _processor_seconds() -> float:
    """Return the processor seconds of the ended child processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _watch(process: subprocess.Popen[bytes], peak: list[float]) -> None:
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        total = 0.0
        try:
            for one in [watched, *watched.children(recursive=True)]:
                total += one.memory_info().rss / 2**20
        except psutil.Error:
            pass
        peak[0] = max(peak[0], total)
        time.sleep(0.1)


Runs = dict[str, list[Run]]


def in_turns(
    sides: Mapping[str, Callable[[], Run]], rounds: int, deadline: float = float("inf")
) -> Runs:
    """Return the runs of each side; they take turns, the order turning round too.

    After the deadline no round is begun but the first.
    """
    found: Runs = {name: [] for name in sides}
    for number in range(rounds):
        if number and time.monotonic() > deadline:
            break
        for name in list(sides)[:: -1 if number % 2 else 1]:
            found[name].append(sides[name]())
    return found


def row(
    what: str,
    peer: str,
    unit: str,
    runs: Runs,
    value: Callable[[Run], float],
    *,
    ours: str = "quoth",
    more_is_better: bool = False,
    bar: float | None = None,
    note: str = "",
) -> Row:
    """Return the line of one peer: medians of both sides, and the median of the rounds' ratios."""
    left, right = [value(run) for run in runs[ours]], [value(run) for run in runs[peer]]
    ratios = [a / b if more_is_better else b / a for a, b in zip(left, right, strict=True)]
    pairs = zip(runs[ours], runs[peer], strict=True)
    timed = unit != "MB"
    work = [b.processor / a.processor for a, b in pairs if timed and a.processor and b.processor]
    return Row(
        what,
        peer,
        unit,
        statistics.median(left),
        statistics.median(right),
        statistics.median(ratios),
        len(ratios),
        statistics.median(work) if work else None,
        bar,
        note,
        {"quoth": [round(v, 4) for v in left], peer: [round(v, 4) for v in right]},
    )


def machine() -> str:
    """Return the machine, and how busy it is."""
    from quoth.weights import describe_machine as processor
    from quoth.weights import measure_busy_cores

    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{processor()}, {memory:.0f} GiB, Python {platform.python_version()}, "
        f"{platform.system()}; other programs keep {measure_busy_cores(2.0):.1f} cores busy"
    )


def versions() -> str:
    """Return the versions of Quoth and of the peers."""
    names = (
        "langchain",
        "langchain-classic",
        "llama-index-core",
        "chromadb",
        "sentence-transformers",
        "torch",
        "xllamacpp",
    )
    code = (
        "from importlib.metadata import version as v; "
        f"print(*(n + ' ' + v(n) for n in {names}), sep=', ')"
    )
    peers = subprocess.run([PEERS, "-c", code], capture_output=True, text=True).stdout.strip()
    return f"Quoth {metadata.version('quoth')}; {peers}"


def markdown(rows: Sequence[Row]) -> str:
    """Return the table."""
    lines = [
        "| what | Quoth | peer | | Quoth is ahead | by processor time | bar | runs |",
        "|---|---:|---|---:|---:|---:|---|---:|",
    ]
    for one in rows:
        bar = "" if one.bar is None else f"{'✓' if one.reached else '✗'} ≥ {one.bar:g}×"
        note = f" ({one.note})" if one.note else ""
        work = "" if one.work is None else f"{one.work:.2f}×"
        lines.append(
            f"| {one.what}{note} | {figure(one.ours)} {one.unit} | {one.peer} "
            f"| {figure(one.theirs)} {one.unit} | **{one.ratio:.2f}×** | {work} | {bar} "
            f"| {one.runs} |"
        )
    return "\n".join(lines)


def figure(value: float) -> str:
    """Return a number with three significant digits, without an exponent."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def chart(rows: Sequence[Row]) -> str:
    """Return the ratios as a drawing (SVG), on a scale that doubles at every line."""
    import math

    left, width, step = 330, 420, 24
    steps = max(3, math.ceil(max((math.log2(max(r.ratio, 1e-3)) for r in rows), default=3)))
    height = 40 + step * len(rows)

    def at(ratio: float) -> float:
        return left + (min(max(math.log2(ratio), -1), steps) + 1) / (steps + 1) * width

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 60}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for power in range(-1, steps + 1):
        x = at(2.0**power)
        parts.append(f'<line x1="{x}" y1="24" x2="{x}" y2="{height}" stroke="#ddd"/>')
        parts.append(f'<text x="{x}" y="16" text-anchor="middle">{2.0**power:g}×</text>')
    for number, one in enumerate(rows):
        y = 30 + step * number
        begin, end = sorted((at(1.0), at(one.ratio)))
        colour = "#2a7f62" if one.ratio >= 1 else "#b5532a"
        label = f"{one.what}, {one.peer}".replace("&", "&amp;").replace("<", "&lt;")
        parts.append(f'<text x="{left - 10}" y="{y + 13}" text-anchor="end">{label}</text>')
        parts.append(
            f'<rect x="{begin:.1f}" y="{y}" width="{max(1.0, end - begin):.1f}" height="16" '
            f'fill="{colour}"/>'
        )
        parts.append(f'<text x="{end + 4:.1f}" y="{y + 13}">{one.ratio:.2f}×</text>')
    return "\n".join([*parts, "</svg>", ""])


def save(folder: Path, rows: Sequence[Row], head: str, tail: str = "") -> None:
    """Write the table, the chart and all values."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "table.md").write_text(
        f"{head}\n\n{markdown(rows)}\n\n{tail}".rstrip() + "\n", encoding="utf-8"
    )
    (folder / "chart.svg").write_text(chart(rows), encoding="utf-8")
    values = {"measured": head, "rows": [asdict(one) for one in rows]}
    (folder / "values.json").write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n")


def say(text: str) -> None:
    """Print a line of progress."""
    print(text, file=sys.stderr, flush=True)
