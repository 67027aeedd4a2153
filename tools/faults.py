"""Runs every fault on purpose, and writes what held into docs/faults.md.

`python -m tools.faults` runs all rows, which takes hours; with names, those rows (`kills damage`).
The other rows of the page stay as they were measured. `--list` shows the names.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "faults.md"
_BEGIN, _END = "<!-- faults -->", "<!-- end -->"
_HEADER = "| what was tried | how often | what has to hold | held | seconds |"
_SHOWN = 5000
"""The characters of what a failed row printed that are shown."""
_COUNTS = re.compile(r"(\d+) (passed|failed|skipped|error)")
_FIGURES = re.compile(
    r"^[.F]?(?P<name>.+) \{'megabytes': (?P<megabytes>\d+), 'seconds': (?P<s>\d+)", re.M
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A row: its name, what is tried and how often, what has to hold, and its tests."""

    name: str
    tried: str
    times: str
    holds: str
    tests: tuple[str, ...]


FAULTS = (
    Fault(
        "kills",
        "`kill -9` of `ingest` while its folder changes",
        "200",
        "nothing acknowledged is lost, nothing is there twice",
        (
            "tests/faults/test_kills.py::test_nothing_acknowledged_is_lost_and_nothing_comes_twice[200]",
        ),
    ),
    Fault(
        "summarize-kills",
        "`kill -9` of `summarize` over a folder",
        "200",
        "no finished call is made twice, the outputs are the same",
        ("tests/faults/test_batch_kills.py::test_killed_at_two_hundred_random_moments",),
    ),
    Fault(
        "reembed-kills",
        "`kill -9` of `reembed`",
        "200",
        "the collection is the old or the new one",
        (
            "tests/faults/test_kills.py::"
            "test_a_collection_that_is_embedded_again_is_the_old_or_the_new_one[200]",
        ),
    ),
    Fault(
        "tune-kills",
        "`kill -9` of `tune`",
        "20",
        "no copy of the weights is left behind",
        ("tests/faults/test_kills.py::test_a_killed_tuning_leaves_nothing_behind",),
    ),
    Fault(
        "first-kills",
        "`kill -9` of the first start",
        "200",
        "the next start completes, nothing is left behind",
        (
            "tests/faults/test_kills.py::"
            "test_a_first_start_that_is_killed_is_made_good_by_the_next[200]",
        ),
    ),
    Fault(
        "full-disk",
        "a nearly full disk (tmpfs), 11 commands that write",
        "60 sizes each",
        "one sentence and exit code 2, or done; the collection is sound",
        ("tests/faults/test_disk_full.py::test_sixty_sizes_of_a_nearly_full_disk",),
    ),
    Fault(
        "damage",
        "each file of the home, empty, halved, zeroed, flipped, …",
        "8 ways, the commands that read it",
        "no internal error",
        ("tests/faults/test_damage.py::test_no_damage_is_an_internal_error",),
    ),
    Fault(
        "commands",
        "command lines from a generator",
        "500",
        "a sentence, or what they say",
        ("tests/faults/test_odd_commands.py::test_five_hundred_odd_command_lines",),
    ),
    Fault(
        "replies",
        "replies of servers from a generator, three backends",
        "100, and 500 values within right replies",
        "used, or one of our errors",
        ("tests/backends/test_odd_replies.py",),
    ),
    Fault(
        "weights",
        "model files with absurd values, damaged bytes, missing parts, and pipes",
        "200 from a generator",
        "used, or one of our errors",
        ("tests/backends/test_absurd_gguf.py",),
    ),
    Fault(
        "silence",
        "`ingest --watch`, `chat`, `mcp`, `serve`, `fleet head` and a notebook, left open for "
        "40 seconds in a network that listens, also with proxies set",
        "2 each",
        "no name is looked up, no packet is sent",
        ("tests/faults/test_silence.py",),
    ),
    Fault(
        "interrupts",
        "Ctrl-C in a terminal, from the first moment on",
        "50",
        "answered at once, no traceback",
        ("tests/cli/test_real_terminal.py::test_ctrl_c_is_answered_at_fifty_moments",),
    ),
    Fault(
        "process",
        "streams closed, full and of other encodings, few file handles, no home, an unknown user, "
        "a fork, read-only media",
        "once each",
        "it works, or one sentence says why not",
        ("tests/faults/test_process.py",),
    ),
    Fault(
        "forgotten",
        "`documents remove --everywhere`",
        "every byte of the home",
        "no trace is found",
        ("tests/faults/test_forgotten.py",),
    ),
    Fault(
        "files",
        "hostile files beside good ones, and files that broke other readers",
        "7, and 138",
        "the main process takes at most 800 MB above the vectors, the others are kept",
        ("tests/faults/test_hostile_files.py",),
    ),
)


def run(fault: Fault) -> tuple[str, str]:
    """Run the tests of a row; return the row, and what they printed."""
    begin = time.perf_counter()
    program = [sys.executable, "-m", "pytest", "-q", "-s", "-m", "slow or not slow", *fault.tests]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    counts = {word: int(count) for count, word in _COUNTS.findall(done.stdout.splitlines()[-1])}
    held = "yes" if not done.returncode and counts.get("passed") else "**no**"
    if skipped := counts.get("skipped"):
        held += f" ({skipped} could not be tried)"
    seconds = round(time.perf_counter() - begin)
    cells = (fault.tried, fault.times, fault.holds, held, f"{seconds:,}")
    return f"| {' | '.join(cells)} |", done.stdout


def figures(printed: str) -> Iterator[str]:
    """Yield a row for each hostile file: megabytes of the main process, and seconds."""
    for match in _FIGURES.finditer(printed):
        name = match["name"]
        yield f"| {name} | {match['megabytes']} | {match['s']} |"


def read_tables() -> list[list[str]]:
    """Return the rows of the tables of the page."""
    text = PAGE.read_text(encoding="utf-8")
    parts = re.findall(f"{_BEGIN}\n(.*?){_END}", text, re.S)
    return [[line for line in part.splitlines()[2:] if line] for part in parts]


def write_tables(tables: Sequence[Sequence[str]]) -> None:
    """Write the rows of the tables of the page."""
    headers = (_HEADER, "| file | MB above the vectors | seconds |")
    bodies = [
        "\n".join([header, "|---" * (header.count("|") - 1) + "|", *rows, ""])
        for header, rows in zip(headers, tables, strict=True)
    ]
    written = iter(bodies)
    text = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(f"({_BEGIN}\n).*?({_END})", re.S)
    PAGE.write_text(pattern.sub(lambda match: match[1] + next(written) + match[2], text), "utf-8")


def _put(rows: list[str], new: str) -> None:
    """Put a row in the place of the one with the same first cell, or at the end."""
    first = _first_cell(new)
    for number, row in enumerate(rows):
        if _first_cell(row) == first:
            rows[number] = new
            return
    rows.append(new)


def _first_cell(row: str) -> str:
    return row.removeprefix("| ").split(" | ")[0]


def in_order(rows: Sequence[str]) -> list[str]:
    """Return the rows of the faults, in their order; rows of what is no longer tried go."""
    by_fault = {_first_cell(row): row for row in rows}
    return [by_fault[fault.tried] for fault in FAULTS if fault.tried in by_fault]


def main(names: Sequence[str]) -> int:
    """Run the rows of these names, or all, and write the page after each."""
    if names == ["--list"]:
        print(*(fault.name for fault in FAULTS), sep="\n")
        return 0
    chosen = [fault for fault in FAULTS if not names or fault.name in names]
    failed = 0
    for fault in chosen:
        row, printed = run(fault)
        if "**no**" in row:
            failed += 1
            print(printed[-_SHOWN:], file=sys.stderr)
        print(row, flush=True)
        tables = read_tables()
        _put(tables[0], row)
        for file in figures(printed):
            _put(tables[1], file)
        write_tables((in_order(tables[0]), tables[1]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
