"""The whole way from file to answer, where there is no network at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[1] / "data" / "library"

PROGRAM = f"""
import socket
try:
    socket.create_connection(("192.0.2.1", 80), timeout=1)
except OSError:
    pass
else:
    raise SystemExit("there is a network here")
from quoth import Library
with Library("offline") as library:
    report = library.ingest({str(LIBRARY)!r})
    assert len(report.done) == 5, report
    answer = library.ask("How long can the emergency generator run on a full tank?")
    assert answer.kind == "excerpt" and answer.text
    assert answer.citations[0].verified and answer.citations[0].page_label == "108", answer
    print("answered offline")
"""


def _namespaces() -> bool:
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    return subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not _namespaces(), reason="this kernel gives no network namespaces")
def test_everything_works_with_nothing_but_loopback(tmp_path: Path, session_home: Path) -> None:
    # `lo` is down in a new namespace; a machine without any network still has it up.
    script = f"ip link set lo up && exec {sys.executable} -c '{PROGRAM}'"
    result = subprocess.run(
        ["unshare", "-rn", "sh", "-c", script.replace("'" + PROGRAM + "'", '"$PROGRAM"')],
        env={**os.environ, "QUOTH_HOME": str(tmp_path / "home"), "PROGRAM": PROGRAM},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "answered offline" in result.stdout
