"""A folder for a while is gone with its process, however that ends."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from quoth.system import ScratchFolder

_PROGRAM = """
import os, sys
from pathlib import Path
from quoth.system import ScratchFolder
scratch = ScratchFolder(Path(sys.argv[1]))
(scratch.path / "page.txt").write_text("A page of somebody's own.")
{way}
"""


def wait_until_gone(folder: Path) -> None:
    end = time.monotonic() + 60
    while folder.exists() and time.monotonic() < end:
        time.sleep(0.01)
    assert not folder.exists()


def test_it_is_gone_after_its_block() -> None:
    with ScratchFolder() as scratch:
        (scratch.path / "inner").mkdir()
        (scratch.path / "inner" / "page.txt").write_text("A page.")
        assert scratch.path.stat().st_mode & 0o77 == 0
    assert not scratch.path.exists()


@pytest.mark.parametrize("way", ["os.kill(os.getpid(), 9)", "os._exit(3)", "pass"])
def test_it_is_gone_with_its_process(tmp_path: Path, way: str) -> None:
    folder = tmp_path / "above" / "scratch"
    program = [sys.executable, "-c", _PROGRAM.format(way=way), str(folder)]
    subprocess.run(program, capture_output=True, check=False, timeout=60)
    assert folder.parent.exists(), "it was made"
    wait_until_gone(folder)
