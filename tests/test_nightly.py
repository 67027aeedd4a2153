"""The nightly how-to does what it says, exactly as it is printed, in the environment of cron."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from places import LIBRARY, ROOT

PAGE = (ROOT / "docs" / "howto" / "nightly-batch.md").read_text()


def printed(name: str) -> str:
    """Return the block that the page prints below a file's name."""
    found = re.search(rf"`~/[^`]*{re.escape(name)}`.*?```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found, name
    return found.group(1)


@pytest.fixture
def home(tmp_path: Path, session_home: Path) -> Path:
    """A home folder with the files of the page, and the program where the page has it."""
    nightly = tmp_path / "nightly"
    documents = nightly / "documents"
    (documents / "drafts").mkdir(parents=True)
    minutes = (LIBRARY / "library-committee-minutes.md").read_text()
    (documents / "minutes.md").write_text(minutes[:1500])
    (documents / "drafts" / "draft.md").write_text(minutes[1500:2500])
    (documents / "old.bak").write_text(minutes)
    (documents / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    for name in ("summaries.yaml", "tell.sh", "nightly.sh"):
        (nightly / name).write_text(printed(name))
    (tmp_path / "quoth").mkdir()
    (tmp_path / "quoth" / ".venv").symlink_to(sys.prefix)
    state = tmp_path / ".local" / "share" / "quoth"
    state.mkdir(parents=True)
    if (session_home / "models").is_dir():
        (state / "models").symlink_to(session_home / "models")
    return tmp_path


def test_the_script_runs_under_cron_with_nothing_but_home(home: Path) -> None:
    line = re.search(r"^0 2 \* \* \* (.*)$", PAGE, re.MULTILINE)
    assert line
    cron = ["env", "-i", f"HOME={home}", "LOGNAME=x", "SHELL=/bin/sh", "PATH=/usr/bin:/bin"]
    codes = [subprocess.run([*cron, "sh", "-c", line.group(1)]).returncode for _ in range(2)]
    nightly = home / "nightly"
    log = (nightly / "nightly.log").read_text()
    assert codes == [1, 0], log
    assert "Traceback" not in log
    assert "1 failed (1 as before)" in log
    assert "left out" not in log, "only results and failures are of interest by night"
    assert sorted(path.name for path in (nightly / "summaries").glob("*.md")) == ["minutes.md.md"]
    report = nightly / "summaries" / "report.json"
    told = (nightly / "told.log").read_text().splitlines()
    assert [line.split(" ", 1)[1] for line in told] == [
        f"exit code 1, {report}",
        f"exit code 0, {report}",
    ]


def test_without_a_home_nothing_is_paid_again_elsewhere(home: Path) -> None:
    script = ["sh", str(home / "nightly" / "nightly.sh")]
    ended = subprocess.run(["env", "-i", *script], cwd=home, capture_output=True, text=True)
    assert ended.returncode != 0
    program = [sys.executable, "-m", "quoth.cli", "journal", "stats"]
    ended = subprocess.run(
        ["env", "-i", "HOME=", *program], cwd=home, capture_output=True, text=True
    )
    assert ended.returncode == 2
    assert "QUOTH_HOME" in ended.stderr
    assert not (home / "~").exists()


def test_the_units_of_systemd_start_the_script(tmp_path: Path) -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(printed("quoth-nightly.service"))
    assert parser["Service"]["ExecStart"] == "/bin/sh %h/nightly/nightly.sh"
    parser.read_string(printed("quoth-nightly.timer"))
    assert parser["Timer"]["OnCalendar"] == "*-*-* 02:00:00"
    if not shutil.which("systemd-analyze"):
        return
    for name in ("quoth-nightly.service", "quoth-nightly.timer"):
        (tmp_path / name).write_text(printed(name))
    checked = subprocess.run(
        ["systemd-analyze", "--user", "verify", *map(str, tmp_path.glob("quoth-nightly.*"))],
        env={**os.environ, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (checked.returncode, checked.stderr) == (0, "")
