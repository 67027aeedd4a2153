"""What files, servers and models wrote reaches the terminal as text, and never as a command."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import Quoth
from quoth.views import make_printable, write_json

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
EVIL = "x\x1b]0;title\x07\x1b[31m\x9b2J\u202egpj\u2066\x7f\x85\x00y"
"""A title, a colour, a cleared screen, an override, an isolate, and other controls."""
NAMELY = EVIL.replace("\x00", "")
"""What of it the name of a file can hold."""


def hidden(text: str) -> list[str]:
    return OBEYED.findall(text)


@given(st.text(st.characters()))
def test_printable_text_is_obeyed_by_no_terminal_and_taken_by_every_stream(text: str) -> None:
    printable = make_printable(text)
    assert not hidden(printable)
    printable.encode("utf-8")
    assert make_printable(printable) == printable


# Two halves of a character side by side are the character to a reader of JSON.
@given(st.dictionaries(st.text(), st.text() | st.characters(categories=["Cs"])))
def test_json_escapes_what_it_may_not_print_and_loses_nothing(value: dict[str, str]) -> None:
    written = write_json(value, indent=2)
    assert not hidden(written)
    written.encode("utf-8")
    assert json.loads(written) == value


def test_names_texts_and_titles_of_documents(quoth: Quoth, tmp_path: Path) -> None:
    folder = tmp_path / NAMELY
    folder.mkdir()
    (folder / f"{NAMELY}.md").write_text(f"# Rent {EVIL}\n\nThe rent is due on Monday {EVIL}.\n")
    (folder / f"{NAMELY}.pdf").write_text("no PDF")
    for command in (
        ["ingest", folder],
        ["ask", "When is the rent due?"],
        ["search", f"rent {EVIL}"],
        ["documents", "list"],
        ["export"],
        ["summarize", folder / f"{NAMELY}.md"],
        ["verify"],
    ):
        options = ["-c", "evil"] if command[0] != "summarize" else []
        for form in ([], ["--json"]):
            if command[0] == "export" and form:
                continue
            done = quoth(*command, *options, *form)
            assert not hidden(done.stdout + done.stderr), command
            if form and done.stdout:
                json.loads(done.stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        (f"--{NAMELY}",),
        (NAMELY,),
        ("ask", "rent", "--set", NAMELY),
        ("ask", "rent", "-c", NAMELY),
        ("ask", "rent", "-k", NAMELY),
        ("models", "show", NAMELY),
        ("models", "fit", f"llamacpp:{NAMELY}"),
        ("ingest", NAMELY),
        ("summarize", NAMELY),
        ("ask", "rent", "--preset", NAMELY),
        ("ask", "rent", "--config", NAMELY),
        ("prompts", "show", NAMELY),
        ("journal", "prune", "--older-than", NAMELY),
    ],
)
def test_arguments_in_errors(quoth: Quoth, arguments: tuple[str, ...]) -> None:
    done = quoth(*arguments)
    assert done.returncode
    assert done.stderr
    assert not hidden(done.stdout + done.stderr)
    assert "inside Quoth" not in done.stderr


def test_what_a_real_terminal_receives(session_home: Path, tmp_path: Path) -> None:
    (tmp_path / "template").write_text(f"{{{{ messages[0].content }}}} {EVIL}")
    (tmp_path / "messages").write_text(json.dumps([{"role": "user", "content": EVIL}]))
    leader, follower = pty.openpty()
    command = "prompts render --messages messages --template template"
    done = subprocess.run(
        [sys.executable, "-m", "quoth.cli", *command.split()],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        cwd=tmp_path,
        env={**os.environ, "QUOTH_HOME": str(session_home)},
    )
    os.close(follower)
    received = os.read(leader, 100_000).decode()
    os.close(leader)
    assert done.returncode == 0, received
    drawn = re.compile(r"\r\x1b\[2K(?:\S Starting)?")  # the sign of life, on a busy machine
    assert not hidden(drawn.sub("", received).replace("\r\n", "\n"))
    assert "gpj" in received, "the text itself is printed"
