"""A program on a disk of its own, with so much room left: run within a namespace that may mount.

Run as `unshare -rm PYTHON nearly_full.py HOME DISK REPORT SIZES COMMAND…`: for each of so many
sizes of the room left, the home is copied to the disk, the disk is filled up to that room, and the
command is run. The report is a JSON list of what came of it. In the command, `{disk}` is the disk.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

NOT_PERMITTED = 77
_DISK = "48m"
_MOST_KB = 3000


def main(home: Path, disk: Path, report: Path, sizes: int, command: list[str]) -> int:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "none", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        return NOT_PERMITTED
    outcomes = []
    for number in range(sizes):
        room = int(_MOST_KB * 1024 * (number / max(1, sizes - 1)) ** 2)
        outcomes.append({"room": room, **_run(home, disk, room, command)})
    report.write_text(json.dumps(outcomes))
    return 0


def _run(home: Path, disk: Path, room: int, command: list[str]) -> dict[str, object]:
    for name in disk.iterdir():
        shutil.rmtree(name) if name.is_dir() else name.unlink()
    (disk / "tmp").mkdir()
    copy = disk / "home"
    shutil.copytree(home, copy, symlinks=True)
    _fill(disk / "ballast", room)
    environment = {**os.environ, "QUOTH_HOME": str(copy), "TMPDIR": str(disk / "tmp")}
    program = [sys.executable, "-m", "quoth.cli"]
    done = _call([*program, *(word.format(disk=disk) for word in command)], environment)
    (disk / "ballast").unlink()
    checked = _call([*program, "verify"], environment)
    return {
        "code": done.returncode,
        "told": (done.stdout + done.stderr)[-2000:],
        "verified": checked.returncode,
        "problems": (checked.stdout + checked.stderr)[-2000:] if checked.returncode else "",
    }


def _fill(ballast: Path, room: int) -> None:
    """Fill the disk up to so many bytes, in whole blocks."""
    status = os.statvfs(ballast.parent)
    free = status.f_bavail * status.f_frsize
    with ballast.open("wb") as file:
        file.write(b"\0" * max(0, free - room - status.f_frsize))


def _call(program: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        program, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


if __name__ == "__main__":
    home, disk, report, sizes, *command = sys.argv[1:]
    sys.exit(main(Path(home), Path(disk), Path(report), int(sizes), command))
