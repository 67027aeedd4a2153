"""A program on a disk of its own, with so much room left: run within a namespace that may mount.

Run as `unshare -rm PYTHON nearly_full.py HOME DISK REPORT SIZES COMMAND…`: for each of so many
sizes of the room left, the home is copied to the disk, the disk is filled up to that room, and the
command is run. The report is a JSON list of what came of it. In the command, `{disk}` is the disk.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from quoth.cli import script
from quoth.system import take_over

NOT_PERMITTED = 77
_DISK = "48m"
_MOST_KB = 3000
_MOST_SECONDS = 300
_PRELOADED = (
    *("quoth.cli.app", "quoth.library.library", "quoth.jobs.job", "quoth.embed.embedder"),
    *("onnxruntime", "tokenizers", "chromadb", "xllamacpp"),
)


def main(home: Path, disk: Path, report: Path, sizes: int, command: list[str]) -> int:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "none", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        return NOT_PERMITTED
    os.environ |= {"QUOTH_HOME": str(disk / "home"), "TMPDIR": str(disk / "tmp")}
    take_over()
    for name in _PRELOADED:
        importlib.import_module(name)
    gc.freeze()  # the forks share it
    outcomes = []
    for number in range(sizes):
        room = int(_MOST_KB * 1024 * (number / max(1, sizes - 1)) ** 2)
        words = [word.format(disk=disk) for word in command]
        outcomes.append({"room": room, **_run(home, disk, room, words, report.parent)})
    report.write_text(json.dumps(outcomes))
    return 0


def _run(home: Path, disk: Path, room: int, command: list[str], told: Path) -> dict[str, object]:
    for name in disk.iterdir():
        shutil.rmtree(name) if name.is_dir() else name.unlink()
    (disk / "tmp").mkdir()
    shutil.copytree(home, disk / "home", symlinks=True)
    _fill(disk / "ballast", room)
    code, said = _call(command, told / "said")
    (disk / "ballast").unlink()
    verified, problems = _call(["verify"], told / "said")
    problems = problems if verified else ""
    return {"code": code, "told": said, "verified": verified, "problems": problems}


def _fill(ballast: Path, room: int) -> None:
    """Fill the disk up to so many bytes, in whole blocks."""
    status = os.statvfs(ballast.parent)
    free = status.f_bavail * status.f_frsize
    with ballast.open("wb") as file:
        file.write(b"\0" * max(0, free - room - status.f_frsize))


def _call(command: list[str], said: Path) -> tuple[int, str]:
    """Run a command of `quoth`; return its exit code and the end of what it said.

    It is a fork of this process, which has loaded the program, and ends as a program does.
    """
    child = os.fork()
    if not child:
        signal.alarm(_MOST_SECONDS)
        output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.argv = ["quoth", *command]
        script()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), said.read_text(errors="replace")[-2000:]


if __name__ == "__main__":
    home, disk, report, sizes, *words = sys.argv[1:]
    sys.exit(main(Path(home), Path(disk), Path(report), int(sizes), words))
