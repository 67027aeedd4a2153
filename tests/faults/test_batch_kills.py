"""A batch that is killed, or whose disk is full, ends as if nothing had happened."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest
from faults.parts import BATCH_PARALLEL, batch_started, digest_of
from quoth.journal.journal import Journal

TEXT = (
    "The council met on {n} May 1998 in hall {n}. Ada Lindqvist asked for {n},200 crowns to mend "
    "the bridge of {n} arches. The council gave {n},900 crowns, and the work begins in June."
)
DOCUMENTS = 20


def outputs(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith((".", "report."))
    }


def acknowledged(home: Path) -> set[str]:
    """Return the calls that are in the journal."""
    journal = Journal(home / "journal.db")
    prompts = [json.loads(entry["prompt"]) for entry in journal.export()]
    journal.close()
    return {digest_of(messages[-1][1]) for messages in prompts}


def told(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []


def write_documents(folder: Path, paragraphs: int) -> None:
    for n in range(DOCUMENTS):
        path = folder / f"{n % 3}" / f"doc{n}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        numbers = range(1000 * n, 1000 * n + paragraphs)
        path.write_text("\n\n".join(TEXT.format(n=m + 1) for m in numbers))


def killed_and_compared(tmp_path: Path, kills: int, paragraphs: int) -> None:
    folder = tmp_path / "in"
    write_documents(folder, paragraphs)
    calm, home = tmp_path / "calm", tmp_path / "home"
    calm.mkdir()
    home.mkdir()
    process = batch_started(calm, folder, calm / "asked", calm / "out")
    process.join()
    assert process.exitcode == 0
    undisturbed = told(calm / "asked")

    chance = random.Random(7)
    asked = home / "asked"
    amid = repeated = 0
    for kill in range(kills):
        known, before = acknowledged(home), len(told(asked))
        process = batch_started(home, folder, asked, home / "out")
        if kill % 2:
            # A moment amid the calls, as long as there are calls to make.
            while process.is_alive() and len(told(asked)) == before:
                time.sleep(0.002)
        time.sleep(chance.uniform(0.0, 0.06))
        process.kill()
        process.join()
        made = told(asked)[before:]
        amid += bool(made)
        assert not known.intersection(made), "an acknowledged call was made twice"
        assert len(set(made)) == len(made)
    final = batch_started(home, folder, asked, home / "out")
    final.join()
    assert final.exitcode == 0

    made = told(asked)
    repeated = len(made) - len(set(made))
    assert amid >= kills // 4, "the kills fell into no calls"
    assert repeated <= BATCH_PARALLEL * amid, "more than the calls in flight were repeated"
    assert set(made) == set(undisturbed)
    assert len(acknowledged(home)) == len(undisturbed)
    assert outputs(home / "out") == outputs(calm / "out")
    assert len(outputs(home / "out")) == DOCUMENTS


def test_killed_at_twenty_random_moments(tmp_path: Path) -> None:
    killed_and_compared(tmp_path, 20, paragraphs=30)


@pytest.mark.slow
def test_killed_at_two_hundred_random_moments(tmp_path: Path) -> None:
    killed_and_compared(tmp_path, 200, paragraphs=120)


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    folder, home = tmp_path / "in", tmp_path / "home"
    write_documents(folder, paragraphs=30)
    home.mkdir()
    asked = home / "asked"
    # The journal may grow to no more than this; so may every other file.
    process = batch_started(home, folder, asked, home / "out", limit=150_000)
    process.join()
    assert process.exitcode == 2
    error = asked.with_suffix(".error").read_text()
    assert error.startswith("CollectionError: ")
    known, before = acknowledged(home), told(asked)
    assert known
    process = batch_started(home, folder, asked, home / "out")
    process.join()
    assert process.exitcode == 0
    assert not known.intersection(told(asked)[len(before) :])
    assert len(outputs(home / "out")) == DOCUMENTS
