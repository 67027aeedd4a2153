"""How a job ends: known failures, and what is called at the end."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from programs import Quoth
from quoth.errors import UsageError
from quoth.jobs import calling_when_done

GOOD = "The council met on 3 May. It gave 900 crowns to mend the bridge, and work begins in June."


@pytest.fixture
def job(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.txt").write_text(GOOD)
    (tmp_path / "in" / "blank.txt").write_text(" \n ")
    file = tmp_path / "job.yaml"
    file.write_text("sources: [in]\noutput: out\n")
    return file


def test_a_failure_is_new_once_and_known_until_the_file_changes(job: Path, quoth: Quoth) -> None:
    assert quoth("run", job).returncode == 1
    shown = quoth("run", job)
    assert shown.returncode == 3
    assert "1 failed (1 as before)" in shown.stdout
    report = json.loads((job.parent / "out" / "report.json").read_text())
    assert report["exit_code"] == 3
    assert {d["path"][-9:]: d["known"] for d in report["documents"]} == {
        "blank.txt": True,
        "/good.txt": False,
    }
    blank = job.parent / "in" / "blank.txt"
    blank.write_text(" \n \n")
    assert quoth("run", job).returncode == 1
    job.write_text(job.read_text() + "known_failures: accept\n")
    assert quoth("run", job).returncode == 0
    blank.write_text(GOOD.replace("900", "700"))
    assert quoth("run", job).returncode == 0
    assert "failed" not in quoth("run", job).stdout


def test_a_known_failure_of_an_ingestion_is_told_as_known(tmp_path: Path, quoth: Quoth) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    (folder / "good.txt").write_text(GOOD)
    assert quoth("ingest", folder, "-c", "endings").returncode == 1
    shown = quoth("ingest", folder, "-c", "endings")
    assert shown.returncode == 3
    assert "1 failed (1 as before)" in shown.stdout
    (folder / "second.pdf").write_bytes(b"%PDF-1.4 broken, too")
    assert quoth("ingest", folder, "-c", "endings").returncode == 1


def test_a_command_is_called_at_the_end_with_the_exit_code(job: Path, quoth: Quoth) -> None:
    script = (
        "import json, os, pathlib; pathlib.Path('told.json').write_text("
        "json.dumps({k: v for k, v in os.environ.items() if k.startswith('QUOTH_')}))"
    )
    job.write_text(f"{job.read_text()}on_done: {json.dumps([sys.executable, '-c', script])}\n")
    assert quoth("run", job, "--quiet").returncode == 1
    told = json.loads(Path("told.json").read_text())
    assert told["QUOTH_EXIT_CODE"] == "1"
    assert told["QUOTH_JOB"] == str(job)
    assert Path(told["QUOTH_REPORT"]).is_file()
    assert told["QUOTH_ERROR"] == ""
    (job.parent / "in" / "good.txt").unlink()
    (job.parent / "in" / "blank.txt").unlink()
    (job.parent / "in" / "left.bin").symlink_to("nowhere")
    assert quoth("run", job, "-o", "elsewhere").returncode == 2
    job.write_text(f"{job.read_text()}exclude: ['good*']\n")


def test_a_command_that_fails_is_told(job: Path, quoth: Quoth) -> None:
    (job.parent / "in" / "blank.txt").unlink()
    for command, told in (
        (f"{sys.executable} -c 'raise SystemExit(7)'", "exit code 7"),
        ("no-such-command-here now", "cannot start no-such-command-here"),
    ):
        job.write_text(f'sources: [in]\noutput: out\non_done: "{command}"\n')
        shown = quoth("run", job, "--quiet")
        assert shown.returncode == 2
        assert told in shown.stderr
        assert (job.parent / "out" / "good.txt.md").is_file()


class _Heard(BaseHTTPRequestHandler):
    bodies: list[dict[str, object]] = []  # noqa: RUF012 - one server at a time

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        self.bodies.append(json.loads(self.rfile.read(length)))
        self.send_response(200 if self.path == "/done" else 500)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Heard)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    _Heard.bodies.clear()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_address_on_this_machine_is_called(address: str, tmp_path: Path) -> None:
    os.environ["http_proxy"] = "http://127.0.0.1:1"  # not asked for an address of this machine
    try:
        with calling_when_done(f"{address}/done", job="a.yaml", report=tmp_path) as ending:
            ending.exit_code = 0
    finally:
        del os.environ["http_proxy"]
    assert _Heard.bodies == [
        {"job": "a.yaml", "exit_code": 0, "report": str(tmp_path), "error": ""}
    ]
    with (
        pytest.raises(UsageError, match="500"),
        calling_when_done(f"{address}/other", job="a.yaml", report=tmp_path),
    ):
        pass
    with (
        pytest.raises(UsageError, match=r"^The disk is full\.$"),
        calling_when_done(f"{address}/done", job="a.yaml", report=tmp_path),
    ):
        raise UsageError("The disk is full.")
    assert _Heard.bodies[-1]["error"] == "The disk is full."


@pytest.mark.parametrize(
    "target", ["http://example.org/done", "https://10.0.0.1", "http://[::1", "say 'unclosed"]
)
def test_another_machine_is_never_called(target: str, tmp_path: Path) -> None:
    ran = False
    with (
        pytest.raises(UsageError, match="on_done"),
        calling_when_done(target, job="a", report=tmp_path),
    ):
        ran = True
    assert not ran
