"""Every file of a home damaged in eight ways: said, made again, or one of our errors."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from faults.parts import write_document
from langchain_core.messages import HumanMessage
from programs import Quoth
from quoth import Library
from quoth.answer.turns import Turn, TurnFile
from quoth.config import ModelSettings
from quoth.errors import QuothError
from quoth.library.archive import export_collection, import_collection
from quoth.mcp.log import CallLog
from quoth.models import ChatRequest, ModelCalls
from quoth.server.state import open_state
from quoth.tune.tuning import weights_to_tune
from quoth.weights import Profile, Trial, describe_machine, fingerprint_of
from quoth.weights.profile import write_profile

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
_FORGET = ("documents", "remove", "1.txt", "--yes", "--everywhere")
_ASK = ("ask", "What does sentence 7 say?")
READERS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "models/": (("search", "sentence"),),
    "quoth.yaml": (("config", "show"), ("config", "set", "retrieval.k", "7"), _ASK),
    "agents.jsonl": (("mcp", "log"), _FORGET),
    "conversations/": (("chat", "--resume"), _FORGET),
    "tuned/": (("doctor",), _ASK),
    "server/": (("doctor",), _FORGET),
    "": (*COMMANDS, ("collections", "list"), ("doctor",), _ASK, _FORGET),
}
"""The commands that read the files whose path has these letters in it; the first ones count."""


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


@pytest.fixture(scope="module")
def lived_in(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a file of each kind that Quoth keeps, also those beside the databases."""
    home = tmp_path_factory.mktemp("lived") / "home"
    shutil.copytree(filled, home)
    talks = home / "collections" / "default" / "conversations"
    TurnFile(talks, "talk").add(Turn("Who?", "Who?", "Nobody is named in the documents."))
    CallLog(home).write("search", {"query": "sentence"}, "done", 0.1)
    open_state(home / "server").close()
    (home / "quoth.yaml").write_text("# mine\nretrieval:\n  k: 5\n")
    weights = weights_to_tune(ModelSettings().model)
    assert weights is not None
    trial = Trial("altogether", "defaults", 2.0, 100.0, 10.0)
    profile = Profile(
        model=ModelSettings().model,
        fingerprint=fingerprint_of(weights),
        machine=describe_machine(),
        date="2026-11-21",
        workload="chat",
        default=trial,
        chosen=trial,
        stored="as it is",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUOTH_HOME", str(home))
        write_profile(profile, home / "staged")
    for log in ("journal.sqlite-wal", "collections/default/library.sqlite-wal"):
        (home / log).write_bytes(b"\x37\x7f\x06\x82" + bytes(28))
    return home


def damage(home: Path, copy: Path, file: str, how: str, seed: int) -> None:
    """Make `copy` the home with one file damaged."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(home, copy, symlinks=True, copy_function=_link_or_copy)
    target = copy / file
    content = target.read_bytes() if target.exists() else b"{}"
    target.unlink(missing_ok=True)
    target.write_bytes(DAMAGES[how](content or b"x", random.Random(seed)))


def _link_or_copy(source: str, target: str) -> None:
    """Link the large files of models, which are only ever replaced; copy all others."""
    if "models" in Path(source).parts:
        os.link(source, target)
    else:
        shutil.copy2(source, target)


def run_all(
    quoth: Quoth,
    home: Path,
    copy: Path,
    file: str,
    how: str,
    *,
    seed: int = 0,
    commands: Sequence[tuple[str, ...]] = COMMANDS,
) -> None:
    for command in commands:
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
def test_no_damage_is_an_internal_error(
    quoth: Quoth, lived_in: Path, tmp_path: Path, how: str
) -> None:
    files = [str(path.relative_to(lived_in)) for path in lived_in.rglob("*") if path.is_file()]
    assert len(files) >= 12
    for file in sorted(files):
        commands = next(READERS[part] for part in READERS if part in file)
        for seed in range(5 if how == "bits" and file in FILES else 1):
            run_all(quoth, lived_in, tmp_path / "copy", file, how, seed=seed, commands=commands)
        if file.startswith("server/"):
            with suppress(QuothError):
                open_state(tmp_path / "copy" / "server").close()


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


@pytest.mark.parametrize("seeds", [15, pytest.param(300, marks=pytest.mark.slow)])
def test_a_damaged_export_is_imported_whole_or_not_at_all(
    filled: Path, tmp_path: Path, seeds: int
) -> None:
    file, damaged, home = tmp_path / "out.zip", tmp_path / "damaged.zip", tmp_path / "home"
    export_collection(filled, "default", file)
    assert [path.name for path in tmp_path.iterdir()] == ["out.zip"], "nothing else is left"
    content = bytearray(file.read_bytes())
    for seed in range(seeds):
        chance = random.Random(seed)
        at = chance.choice([chance.randrange(300), chance.randrange(len(content))])
        copy = bytearray(content)
        copy[at] ^= 1 << chance.randrange(8)
        damaged.write_bytes(copy if seed % 5 else copy[:-at])
        try:
            import_collection(home, damaged, name="again")
        except QuothError:
            left = [path.name for path in (home / "collections").rglob("*") if path.is_file()]
            assert set(left) <= {"write.lock"}, left
        shutil.rmtree(home, ignore_errors=True)
