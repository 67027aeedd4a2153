"""A conversation at a terminal, and the completion of what is typed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import Quoth
from quoth.answer import find_courtesy

pexpect = pytest.importorskip("pexpect", reason="needs a terminal of POSIX")
TerminalProgram = pytest.importorskip("terminals").TerminalProgram

GENERATOR = "How long can the emergency generator run on a full tank?"
READY = r"\x1b\[\?2004h"
"""The code by which a prompt lets a terminal mark what is pasted."""
Chat = Callable[..., Any]


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", text)


@pytest.fixture
def chat(sample: str, session_home: Path, tmp_path: Path) -> Iterator[Chat]:
    """Start `quoth chat` on the sample collection in a terminal."""
    started = []

    def start(*arguments: str) -> Any:
        child = TerminalProgram(
            *("-m", "quoth.cli", "chat", "-c", sample, *arguments),
            dimensions=(40, 100),
            timeout=30,
            folder=tmp_path,
            environment={
                **os.environ,
                "QUOTH_HOME": str(session_home),
                "TERM": "xterm",
                "PROMPT_TOOLKIT_NO_CPR": "1",
            },
        )
        started.append(child)
        return child

    yield start
    for child in started:
        child.close()


def test_a_conversation_has_commands_history_and_a_name(chat: Chat, tmp_path: Path) -> None:
    child = chat("--name", "pumps")
    child.expect("/help lists the commands")
    child.expect(READY)
    child.send(f"{GENERATOR}\r")
    child.expect("waterworks-handbook.pdf")
    child.expect(READY)
    child.send("Thanks!\r")
    child.expect("You are welcome")
    child.expect(READY)
    child.send("/sou\t")
    child.expect("rces")
    child.send("\r")
    child.expect(r"\[1\] waterworks-handbook.pdf")
    child.expect(READY)
    child.send("/opne 1\r")
    child.expect("The nearest one is /open")
    child.expect(READY)
    child.send("/open 99\r")
    child.expect("has no place 99")
    child.expect(READY)
    child.send("/save talk.md\r")
    child.expect("The conversation is in talk.md")
    child.expect(READY)
    child.send("\x03")  # clears the line, and does not end the conversation
    child.send("/quit\r")
    child.expect(pexpect.EOF)
    assert "Traceback" not in plain(child.before)
    assert GENERATOR in (tmp_path / "talk.md").read_text()

    again = chat("--name", "pumps")
    again.expect(re.escape(f"> {GENERATOR}"))
    again.expect("/help lists")
    again.expect(READY)
    again.send("/forget\r")
    again.expect("was forgotten")
    again.expect(READY)
    again.send("\x1b[A")  # the history reaches into earlier conversations
    again.expect("/forget|/quit")
    again.send("\x03\x04")
    again.expect(pexpect.EOF)


def test_commands_are_read_from_a_pipe_too(quoth: Quoth, sample: str) -> None:
    said = f"{GENERATOR}\nThank you very much!\n/model\n/collection\n/colection\n\nnot read\n"
    shown = quoth("chat", "-c", sample, input=said)
    assert shown.returncode == 0, shown.stderr
    assert "waterworks-handbook.pdf" in shown.stdout
    assert "You are welcome" in shown.stdout
    assert f"\n{sample}\n" in shown.stdout
    assert "The nearest one is /collection" in shown.stderr


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("Thanks!", "You are welcome"),
        ("OK, thank you so much", "You are welcome"),
        ("Vielen Dank!", "Gern"),
        ("muchas gracias", "De nada"),
        ("Merci beaucoup", "Je vous en prie"),
        ("谢谢你！", "不客气"),
        ("Thanks to whom was the bridge built?", ""),
        ("Who is thanked in the preface?", ""),
        ("Danke für welchen Bericht?", ""),
        ("ok", "You are welcome"),
        ("", ""),
    ],
)
def test_what_asks_nothing_is_not_looked_up(said: str, reply: str) -> None:
    assert find_courtesy(said).startswith(reply)
    assert bool(find_courtesy(said)) == bool(reply)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_words_are_completed_in_every_shell(shell: str, quoth_program: Quoth, sample: str) -> None:
    def completed(*words: str) -> str:
        line = " ".join(["quoth", *words])
        return quoth_program(
            _QUOTH_COMPLETE=f"complete_{shell}",
            COMP_WORDS=line,
            COMP_CWORD=str(len(words)),
            _TYPER_COMPLETE_ARGS=line,
            _TYPER_COMPLETE_FISH_ACTION="get-args",
            _TYPER_COMPLETE_WORD_TO_COMPLETE=words[-1],
        ).stdout

    assert sample in completed("ask", "x", "-c", sample[:3])
    if shell == "bash":
        assert "lease-unit-6.pdf" in completed("ask", "x", "-c", sample, "--document", "lea")
        assert "llamacpp:embedded" in completed("ask", "x", "-m", "llama")
        assert "retrieval.k=" in completed("ask", "x", "--set", "retrieval.")
        assert "retrieval.k" in completed("config", "get", "retrieval.")
        assert "keyword" in completed("config", "set", "retrieval.mode", "k")
        assert "laptop" in completed("ask", "x", "--preset", "la")
        assert "decisions" in completed("run", "dec")
        assert "collections" in completed("coll")
