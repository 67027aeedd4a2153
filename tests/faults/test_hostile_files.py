"""One file cannot take the memory of the process, nor the files beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest
from faults.hostile_files import GOOD, HOSTILE

MOST_MEGABYTES = 800
pytestmark = pytest.mark.timeout(1800)


@dataclass(frozen=True)
class Told:
    """What the main process took for a file, and what came of it."""

    megabytes: int
    seconds: int
    kept: list[str]
    failed: list[str]

    @property
    def figures(self) -> dict[str, int]:
        return {"megabytes": self.megabytes, "seconds": self.seconds}


def ingest(name: str, folder: Path, home: Path) -> list[Told]:
    program = [sys.executable, str(Path(__file__).with_name("hostile_files.py"))]
    done = subprocess.run(
        [*program, name, str(folder), str(home)], capture_output=True, text=True, timeout=1700
    )
    assert done.returncode == 0, done.stderr
    return [Told(**json.loads(line)) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    "name",
    [
        *(pytest.param(name, marks=pytest.mark.slow) for name in HOSTILE if "sparse" not in name),
        "a sparse file of 100 GB",
    ],
)
def test_a_hostile_file_costs_itself(tmp_path: Path, name: str) -> None:
    folder, home = tmp_path / "documents", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    (told,) = ingest(name, folder, home)
    print(name, told.figures)
    assert told.megabytes <= MOST_MEGABYTES, told
    assert set(GOOD) <= set(told.kept), told
    assert len(told.kept) + len(told.failed) == len(GOOD) + 1


@pytest.mark.slow
@pytest.mark.testdata("ingest")
def test_files_that_broke_other_readers_cost_little(tmp_path: Path, testdata: Path) -> None:
    folder = testdata / "ingest" / "files"
    files = sorted(folder.iterdir())
    told = dict(zip(files, ingest("each", folder, tmp_path), strict=True))
    worst: dict[str, Counter[str]] = defaultdict(Counter)
    for file, one in told.items():
        assert len(one.kept) + len(one.failed) == 1, file
        assert one.megabytes <= MOST_MEGABYTES, (file, one)
        worst[file.suffix] |= Counter(one.figures)
    counts = Counter(file.suffix for file in files)
    for suffix, count in counts.most_common():
        figures = {"megabytes": worst[suffix]["megabytes"], "seconds": worst[suffix]["seconds"]}
        print(f"{count} {suffix.lstrip('.').upper()} of other projects, the worst {figures}")
