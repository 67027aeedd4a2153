"""Every file of a home damaged in eight ways: said, made again, or one of our errors."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from faults.parts import write_document
from langchain_core.messages import HumanMessage
from programs import Quoth
from quoth import Library
from quoth.models import ChatRequest, ModelCalls

Damage = Callable[[bytes, random.Random], bytes]
DAMAGES: Mapping[str, Damage] = {
    "empty": lambda content, _: b"",
    "half": lambda content, _: content[: len(content) // 2],
    "zeros": lambda content, _: bytes(len(content)),
    "noise": lambda content, chance: chance.randbytes(min(len(content), 4096)) + content[4096:],
    "bits": lambda content, chance: _flip(content, chance),
    "hole": lambda content, _: _punch(content),
    "other": lambda content, _: b'[]\n{"a": 1}',
    "longer": lambda content, _: content + b"\xff" * 777,
}
FILES = (
    "collections/default/library.sqlite",
    "collections/default/vectors.bin",
    "collections/default/write.lock",
    "fingerprints.json",
    "journal.sqlite",
)
COMMANDS = (
    ("verify",),
    ("documents", "list"),
    ("documents", "export"),
    ("journal", "stats"),
    ("journal", "export"),
    ("search", "sentence"),
    ("rebuild",),
)


def _flip(content: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(20):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def _punch(content: bytes) -> bytes:
    begin, end = len(content) * 3 // 8, len(content) * 5 // 8
    return content[:begin] + bytes(end - begin) + content[end:]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a collection and a journal, which no test changes."""
    folder = tmp_path_factory.mktemp("documents")
    home = tmp_path_factory.mktemp("filled")
    for number in range(3):
        write_document(folder / f"{number}.txt", ["text", str(number)])
    with Library("default", home=home) as library:
        library.ingest(folder)
        library.ask("What does sentence 7 say?")
        library.summarize(folder / "1.txt")
        calls = ModelCalls(library.model, library.journal)
        calls.call(ChatRequest((HumanMessage("Say yes."),), max_tokens=2))
    return home


def damage(home: Path, copy: Path, file: str, how: str, seed: int) -> None:
    """Make `copy` the home with one file damaged."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(home, copy, symlinks=True)
    target = copy / file
    content = target.read_bytes() if target.exists() else b"{}"
    if target.is_symlink():
        target.unlink()
    target.write_bytes(DAMAGES[how](content or b"x", random.Random(seed)))


def run_all(quoth: Quoth, home: Path, copy: Path, file: str, how: str, seed: int = 0) -> None:
    for command in COMMANDS:
        damage(home, copy, file, how, seed)
        done = quoth(*command, QUOTH_HOME=str(copy))
        told = done.stdout + done.stderr
        assert "inside Quoth" not in told, (file, how, seed, command)
        assert "Traceback" not in told, (file, how, seed, command)


@pytest.mark.parametrize("file", FILES[:4:3] + FILES[4:])
def test_flipped_bits_are_no_internal_error(
    quoth: Quoth, filled: Path, tmp_path: Path, file: str
) -> None:
    run_all(quoth, filled, tmp_path / "copy", file, "bits")


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("file", FILES)
def test_no_damage_is_an_internal_error(
    quoth: Quoth, filled: Path, tmp_path: Path, file: str, how: str
) -> None:
    for seed in range(5 if how == "bits" else 1):
        run_all(quoth, filled, tmp_path / "copy", file, how, seed)


@pytest.mark.parametrize("how", ["zeros", "half", "empty"])
@pytest.mark.parametrize(
    "file", [file for file in FILES if file.endswith(("library.sqlite", "vectors.bin"))]
)
def test_verify_finds_what_is_lost_and_names_the_way_out(
    quoth: Quoth, filled: Path, tmp_path: Path, file: str, how: str
) -> None:
    copy = tmp_path / "copy"
    damage(filled, copy, file, how, 0)
    done = quoth("verify", QUOTH_HOME=str(copy))
    assert done.returncode, done.stdout
    told = done.stdout + done.stderr
    assert "ingest again" in told or "quoth rebuild" in told


@pytest.mark.parametrize("how", ["half", "noise"])
def test_verify_finds_a_damaged_journal(
    quoth: Quoth, filled: Path, tmp_path: Path, how: str
) -> None:
    copy = tmp_path / "copy"
    damage(filled, copy, "journal.sqlite", how, 0)
    done = quoth("verify", QUOTH_HOME=str(copy))
    assert done.returncode == 1
    assert "Move journal.sqlite away" in done.stdout


def test_a_database_that_is_gone_is_said(quoth: Quoth, filled: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(filled, copy)
    for part in (copy / "collections" / "default").glob("library.sqlite*"):
        part.unlink()
    done = quoth("verify", QUOTH_HOME=str(copy))
    assert done.returncode == 2
    assert "library.sqlite is missing beside its index" in done.stderr


@pytest.mark.parametrize("how", DAMAGES)
def test_remembered_hashes_are_made_again_without_a_word(
    quoth: Quoth, filled: Path, tmp_path: Path, how: str
) -> None:
    copy = tmp_path / "copy"
    damage(filled, copy, "fingerprints.json", how, 0)
    done = quoth("search", "sentence", QUOTH_HOME=str(copy))
    assert done.returncode == 0
    assert done.stderr.count("\n") <= 1
