"""A network that is cut: the worker is in a network namespace of its own, behind a veth pair."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fleet.machines import fleet, outputs_of, run_alone, write_documents
from quoth.jobs import JobReport
from quoth.system import Guard, take_over

NAMESPACE, NEAR, FAR = "quoth-fleet-test", "quothnear", "quothfar"
HEAD, WORKER = "10.231.77.1", "10.231.77.2"

pytestmark = pytest.mark.slow


def ip(*arguments: str) -> bool:
    """Run `ip`, and return whether it did what it was told."""
    try:
        return subprocess.run(["ip", *arguments], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.fixture
def veth() -> Iterator[None]:
    """Make a pair of network devices, one of them in a namespace."""
    if not ip("netns", "add", NAMESPACE):
        pytest.skip("this user may not make network namespaces")
    try:
        ip("link", "add", NEAR, "type", "veth", "peer", "name", FAR)
        ip("link", "set", FAR, "netns", NAMESPACE)
        ip("addr", "add", f"{HEAD}/24", "dev", NEAR)
        ip("link", "set", NEAR, "up")
        ip("-n", NAMESPACE, "addr", "add", f"{WORKER}/24", "dev", FAR)
        ip("-n", NAMESPACE, "link", "set", "lo", "up")
        if not ip("-n", NAMESPACE, "link", "set", FAR, "up"):
            pytest.skip("this system has no veth devices")
        take_over(Guard(allow=(HEAD,), listen=(HEAD,)))
        yield
    finally:
        take_over()
        ip("netns", "del", NAMESPACE)
        ip("link", "del", NEAR)


_WORKER = """
import sys
from pathlib import Path
from fleet.machines import work_until_killed
work_until_killed(sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
"""


def test_a_cut_network_sends_the_documents_elsewhere(tmp_path: Path, veth: None) -> None:
    paths = write_documents(tmp_path / "in", 8)
    run_alone(paths, tmp_path / "calm")
    with fleet(tmp_path / "home", host=HEAD, seconds=0.1, lost_after=3.0) as made:
        far = subprocess.Popen(
            [
                *("ip", "netns", "exec", NAMESPACE, sys.executable, "-c", _WORKER),
                *(made.address, str(made.token), "far", str(made.log.path)),
            ],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        try:
            reports: list[JobReport] = []
            job = threading.Thread(
                target=lambda: reports.append(made.summarize(paths, tmp_path / "out"))
            )
            job.start()
            while len(made.log.calls()) < 3:
                assert far.poll() is None
                time.sleep(0.02)
            assert ip("-n", NAMESPACE, "link", "set", FAR, "down")
            made.start_worker("near")
            job.join(120)
        finally:
            far.kill()
            far.wait()
    assert reports
    assert len(reports[0].report.done) == 8
    assert outputs_of(tmp_path / "out") == outputs_of(tmp_path / "calm")
    assert {machine.name: machine.state for machine in reports[0].machines}["far"] == "gone"
