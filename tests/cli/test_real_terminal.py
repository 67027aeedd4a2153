"""The program in a real terminal: narrow and wide, and stopped at any moment."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest
from programs import Quoth
from quoth.cli.terminal import measure

pexpect = pytest.importorskip("pexpect", reason="needs a terminal of POSIX")
shown_rows = pytest.importorskip("tools.walk").shown_rows
TerminalProgram = pytest.importorskip("terminals").TerminalProgram

NOTICE = "Is notice by e-mail valid?"
WHEEL = set("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏━╌")
ANSWERED_SECONDS = 4.0
"""The most time between Ctrl-C and the end; a busy machine gets more than the second promised."""
Terminal = Callable[..., Any]


@pytest.fixture
def terminal(session_home: Path, sample: str, tmp_path: Path) -> Terminal:
    """Start `quoth` in a terminal of so many columns; it was introduced before."""
    (session_home / "introduced").touch()

    def start(
        *arguments: str,
        program: Sequence[str] = ("-m", "quoth.cli"),
        columns: int = 80,
        **environment: str,
    ) -> Any:
        return TerminalProgram(
            *program,
            *arguments,
            dimensions=(50, columns),
            timeout=120,
            folder=tmp_path,
            environment={
                **os.environ,
                "QUOTH_HOME": str(session_home),
                "TERM": "xterm",
                **environment,
            },
        )

    return start


def ended(child: Any) -> list[str]:
    """Return the rows of a program at its end, after what holds for every one."""
    child.expect(pexpect.EOF)
    child.close()
    rows: list[str] = shown_rows(child.before)
    text = "\n".join(rows)
    assert "Traceback" not in text
    assert not set(text) & WHEEL, "nothing is left of the sign of life"
    assert not rows[-1].strip().replace("^C", "")
    return rows


@pytest.mark.parametrize(
    "columns",
    [40, pytest.param(80, marks=pytest.mark.slow), pytest.param(200, marks=pytest.mark.slow)],
)
def test_no_word_is_broken_at_any_width(
    columns: int, terminal: Terminal, sample: str, quoth: Quoth
) -> None:
    piped = [
        ("ask", NOTICE, "-c", sample),
        ("search", NOTICE, "-c", sample, "-k", "3"),
        ("ask", "x", "-c", "sampel"),
        ("documents", "show", "lease-unit-6.pdf", "--page", "4", "-c", sample),
    ]
    for command in piped:
        rows = ended(terminal(*command, columns=columns))
        assert max(map(measure, rows)) <= columns
        result = quoth(*command)
        assert sorted(" ".join(rows).split()) == sorted(
            f"{result.stdout} {result.stderr}".split()
        ), "the words are those of a pipe, all whole"
    for command in (("documents", "list", "-c", sample), ("doctor", "-c", sample), ("--help",)):
        rows = ended(terminal(*command, columns=columns, NO_COLOR="1"))
        wide = [row for row in rows if measure(row) > columns]
        assert not wide


def test_quoth_alone_fits_a_small_terminal(terminal: Terminal) -> None:
    assert len(ended(terminal())) <= 24


def test_a_terminal_without_a_cursor_gets_plain_lines(terminal: Terminal, sample: str) -> None:
    child = terminal("ask", NOTICE, "-c", sample, TERM="dumb")
    child.expect(pexpect.EOF)
    child.close()
    assert "\x1b" not in child.before
    assert "Notice by electronic mail is not valid." in " ".join(child.before.split())


def test_nothing_is_left_of_the_sign_where_a_pipe_leads_to_the_same_terminal(
    terminal: Terminal, sample: str
) -> None:
    shell = "import os, sys; os.execvp('sh', ['sh', '-c', sys.argv[1]])"
    for command in (f"search 'rent' -c {sample}", f"documents list -c {sample}", "models advise"):
        quoth = f"{sys.executable} -m quoth.cli {command} | cat"
        assert len(ended(terminal(program=("-c", shell, quoth)))) > 3


def test_a_sign_of_life_comes_within_a_second(terminal: Terminal, sample: str) -> None:
    child = terminal("ask", NOTICE, "-c", sample)
    began = time.monotonic()
    child.expect("Starting|Reading|lease")
    assert time.monotonic() - began < 10, "one second, and what a busy machine takes to start"
    ended(child)


def stop_at_random(
    terminal: Terminal, sample: str, folder: Path, *, moments: int, seed: int
) -> None:
    """Press Ctrl-C at random moments of commands that work for a while."""
    chance = random.Random(seed)
    commands = [
        ("ask", NOTICE, "-c", sample),
        ("ingest", str(folder), "-c", "stopped", "--retry"),
        ("summarize", str(folder), "--strategy", "map-reduce", "-o", "out"),
        ("verify", "-c", sample),
    ]
    for moment in range(moments):
        command = commands[moment % len(commands)]
        for file in folder.iterdir():  # so that there is work
            file.write_text(f"{file.read_text()}\nLine {moment} of {file.name}.\n")
        child = terminal(*command, columns=chance.choice([40, 80, 200]))
        time.sleep(chance.uniform(0.3, 4.0))
        children = psutil.Process(child.pid).children(recursive=True) if child.isalive() else []
        child.sendintr()
        began = time.monotonic()
        time.sleep(0.2)
        if chance.random() < 0.5 and child.isalive():
            child.sendintr()
        rows = ended(child)
        took = time.monotonic() - began
        said = "\n".join(rows)
        interrupted = child.signalstatus == signal.SIGINT  # after the last line, as a shell has it
        assert interrupted or child.exitstatus in (0, 1, 3, 130), f"{command}: {said}"
        stopped_late = "calls in progress" in " ".join(said.split())
        assert took < ANSWERED_SECONDS or stopped_late, f"{command} took {took:.1f} s: {said}"
        _, alive = psutil.wait_procs(children, timeout=10)
        assert not alive, f"{command} left {alive}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    for number in range(6):
        text = f"The keeper of lamp {number} wrote the weather down every evening. " * 60
        (folder / f"paper-{number}.txt").write_text(text)
    return folder


def test_ctrl_c_is_answered_at_any_moment(terminal: Terminal, sample: str, folder: Path) -> None:
    stop_at_random(terminal, sample, folder, moments=4, seed=11)


@pytest.mark.slow
def test_ctrl_c_is_answered_at_fifty_moments(terminal: Terminal, sample: str, folder: Path) -> None:
    stop_at_random(terminal, sample, folder, moments=50, seed=12)
    shutil.rmtree(folder)
