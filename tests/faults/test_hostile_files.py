"""One file cannot take the memory of the process, nor the files beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from faults.hostile_files import GOOD, HOSTILE

MOST_MEGABYTES = 800


@pytest.mark.parametrize(
    "name",
    [
        *(pytest.param(name, marks=pytest.mark.slow) for name in HOSTILE if "sparse" not in name),
        "a sparse file of 100 GB",
    ],
)
@pytest.mark.timeout(1800)
def test_a_hostile_file_costs_itself(tmp_path: Path, name: str) -> None:
    folder, home = tmp_path / "documents", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    program = [sys.executable, str(Path(__file__).with_name("hostile_files.py"))]
    done = subprocess.run(
        [*program, name, str(folder), str(home)], capture_output=True, text=True, timeout=1700
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    print(name, told)
    assert told["megabytes"] <= MOST_MEGABYTES, told
    assert set(GOOD) <= set(told["kept"]), told
    assert len(told["kept"]) + len(told["failed"]) == len(GOOD) + 1
