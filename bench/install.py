"""The time of an installation with a filled package cache, and its size.

    python -m bench.install          # the light set, and all extras

Each set is installed into a new environment by uv, with the versions of `constraints.txt`; a first
installation fills the cache and is not counted.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import ROOT

UV = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
SETS = {
    "light": ["--overrides", "overrides.txt", "--editable", "."],
    "all": ["--editable", ".[all]"],
}


def install(packages: list[str], folder: Path) -> float:
    """Return the seconds of an installation into a new environment."""
    assert UV is not None, "uv is not installed"
    begin = time.perf_counter()
    subprocess.run([UV, "venv", "--quiet", "--clear", str(folder)], check=True)
    program = [UV, "pip", "install", "--quiet", "--python", str(folder / "bin" / "python")]
    subprocess.run([*program, "--constraints", "constraints.txt", *packages], cwd=ROOT, check=True)
    return time.perf_counter() - begin


def measure_size(folder: Path) -> float:
    """Return the megabytes of the files in a folder."""
    files = (file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    return sum(file.stat().st_size for file in files) / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sets", nargs="*", choices=[[], *SETS], help="by default both")
    for name in parser.parse_args().sets or SETS:
        with tempfile.TemporaryDirectory(prefix="quoth-install-") as scratch:
            install(SETS[name], Path(scratch) / "first")
            seconds = install(SETS[name], Path(scratch) / "again")
            size = measure_size(Path(scratch) / "again")
        print(f"{name}: {seconds:.1f} s, {size:,.0f} MB")


if __name__ == "__main__":
    main()
