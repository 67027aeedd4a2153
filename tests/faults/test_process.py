"""Whatever the process is given: it works, or says in one sentence why not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from quoth import Library
from quoth.config import state_folder
from quoth.errors import QuothError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="these are of POSIX")

Shell = Callable[..., subprocess.CompletedProcess[str]]
QUESTION = "Is notice by e-mail valid?"


@pytest.fixture
def shell(session_home: Path, sample: str, tmp_path: Path) -> Shell:
    """Run a line of a shell in which `$QUOTH` is the program, over the sample library."""
    (session_home / "introduced").touch()

    def run(
        line: str, *, encoding: str = "utf-8", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", line],
            capture_output=True,
            text=True,
            encoding=encoding,
            cwd=tmp_path,
            env={
                **os.environ,
                "QUOTH": f"{sys.executable} -m quoth.cli",
                "QUOTH_HOME": str(session_home),
                "C": sample,
                **environment,
            },
            timeout=120,
        )

    return run


def check_told(done: subprocess.CompletedProcess[str], *codes: int) -> None:
    told = done.stdout + done.stderr
    assert "Traceback" not in told, told
    assert "inside Quoth" not in told, told
    assert "Exception ignored" not in told, told
    assert done.returncode in codes, told


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_one_sentence(shell: Shell) -> None:
    for target, told in (("> /dev/full", "disk is full"), (">&-", "output cannot be written")):
        done = shell(f"$QUOTH documents list -c $C --json {target}")
        check_told(done, 2)
        assert told in done.stderr


def test_a_closed_stderr_and_stdin_change_nothing(shell: Shell) -> None:
    done = shell("$QUOTH documents list -c $C --json 2>&- <&-")
    check_told(done, 0)
    assert len(json.loads(done.stdout)) == 5


def test_a_question_at_a_closed_stdin_and_a_folder_that_is_gone_are_told(shell: Shell) -> None:
    done = shell("$QUOTH collections remove $C <&-")
    check_told(done, 2)
    assert "Nobody answered" in done.stderr
    done = shell("mkdir gone && cd gone && rmdir ../gone && $QUOTH config path")
    check_told(done, 2)
    assert "working folder is gone" in done.stderr


def test_a_home_that_cannot_be_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "round").symlink_to("around")
    (tmp_path / "around").symlink_to("round")
    with pytest.raises(QuothError, match="cannot be created"):
        Library(home=state_folder({"QUOTH_HOME": str(tmp_path / "round")})).ingest(tmp_path)
    with pytest.raises(QuothError, match="QUOTH_HOME is not valid Unicode"):
        state_folder({"QUOTH_HOME": str(tmp_path / "\udcff")})


@pytest.mark.parametrize(
    "encoding",
    ["ascii", *(pytest.param(each, marks=pytest.mark.slow) for each in ("cp1252", "cp437"))],
)
def test_a_report_survives_an_encoding_without_its_letters(
    shell: Shell, tmp_path: Path, session_home: Path, encoding: str
) -> None:
    folder = tmp_path / "日本 ›"
    folder.mkdir()
    (folder / "Żółw 🦆.md").write_text("Żółw je sałatę — a duck 🦆 does not.", encoding="utf-8")
    done = shell(
        "$QUOTH ingest '日本 ›' -c odd --json && $QUOTH documents list -c odd",
        encoding=encoding,
        PYTHONIOENCODING=encoding,
        QUOTH_HOME=str(session_home),
    )
    check_told(done, 0)
    report, end = json.JSONDecoder().raw_decode(done.stdout)
    assert report["done"][0]["path"].endswith("Żółw 🦆.md")
    assert "\\u" in done.stdout[end:]


def test_without_a_home_folder_or_a_user_it_says_what_to_set(shell: Shell) -> None:
    done = shell("env -u HOME -u QUOTH_HOME $QUOTH search ash -c $C", XDG_DATA_HOME="")
    check_told(done, 0, 2)
    done = shell("$QUOTH ingest '~nobody-here/papers' -c $C")
    check_told(done, 2)
    assert "not known" in done.stderr


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare, for another user")
def test_a_user_that_the_system_does_not_know_can_work(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "trees.md").write_text("The ash by the gate was planted by the miller.")
    other = "unshare --user --map-user=12345 --map-group=12345 env -u HOME"
    if shell(f"{other} true").returncode:
        pytest.skip("users cannot be mapped here")
    line = f"{other} $QUOTH ingest trees.md && {other} $QUOTH search ash"
    done = shell(line, QUOTH_HOME=str(tmp_path / "data"))
    check_told(done, 0)
    assert "miller" in done.stdout
    done = shell(f"{other} env -u QUOTH_HOME $QUOTH search ash")
    check_told(done, 2)
    assert "no home folder" in done.stderr


def test_few_file_handles_are_enough_or_are_told(shell: Shell) -> None:
    for handles in (12, 32):
        check_told(shell(f"ulimit -n {handles}; $QUOTH search ash -c $C"), 0, 1, 2)


def test_a_library_in_a_fork_says_that_it_cannot_be_used(session_home: Path, sample: str) -> None:
    program = f"""
import os, sys
from quoth import Library
from quoth.errors import QuothError
library = Library({sample!r}, home={str(session_home)!r})
assert library.search({QUESTION!r})
child = os.fork()
if not child:
    try:
        library.search({QUESTION!r})
    except QuothError as error:
        print(error, error.hint, flush=True)
    library.close()
    with Library({sample!r}, home={str(session_home)!r}) as other:
        print(len(other.documents()), flush=True)
    os._exit(0)
_, status = os.waitpid(child, 0)
assert status == 0, status
assert library.search("What does the lease say?")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "in a fork of its process" in done.stdout
    assert done.stdout.splitlines()[-1] == "5"


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare, to mount")
def test_commands_that_only_read_work_on_read_only_media(
    shell: Shell, session_home: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(session_home, home)
    commands = (
        "search ash -c $C",
        f"ask '{QUESTION}' -c $C --quiet",
        "journal stats",
        "collections export $C -o out.zip",
    )
    lines = "\n".join(
        f"$QUOTH {command} > /dev/null || exit {n}" for n, command in enumerate(commands, 3)
    )
    assert shell("$QUOTH search ash -c $C", QUOTH_HOME=str(home)).returncode == 0
    script = f"mount --bind {home} {home} && mount -o remount,bind,ro {home} || exit 77\n{lines}"
    (tmp_path / "script").write_text(f"{script}\n$QUOTH ingest . -c $C; test $? = 2")
    done = shell("unshare -rm sh script", QUOTH_HOME=str(home))
    if done.returncode in {1, 77} and "quoth" not in done.stderr:
        pytest.skip("nothing can be mounted here")
    check_told(done, 0)
