"""Every name at the door has an example in its docstring, and the example does what it shows."""

from __future__ import annotations

import doctest
from collections.abc import Iterator
from pathlib import Path

import pytest
import quoth
from quoth import Library

from tools.api import EXAMPLES, read_groups

LEASE = """# Lease of Unit 6

## Term

The lease begins on 1 March 2024 and ends on 28 February 2029. \
The tenant gives notice six months ahead, in writing.

## Money

The deposit is 4,500 crowns. The rent is 1,200 crowns a month.
"""
OFFER = "The gardener offers to cut the hedge for 90 crowns, twice a year.\n"
FLAGS = doctest.NORMALIZE_WHITESPACE


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working folder that the reference describes."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "contracts").mkdir()
    (folder / "contracts" / "lease.md").write_text(LEASE)
    (folder / "contracts" / "offer.txt").write_text(OFFER)
    return folder


@pytest.fixture(scope="module")
def library(folder: Path, session_home: Path) -> Iterator[Library]:
    with Library("contracts", home=session_home) as library:
        library.ingest(folder / "contracts")
        yield library


@pytest.mark.parametrize("name", ["quoth", *quoth.__all__])
def test_the_example_of_a_name_runs_and_shows_what_comes_out(
    name: str, library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    public = {"quoth": quoth, **{each: getattr(quoth, each) for each in quoth.__all__}}
    (test,) = (
        found
        for found in doctest.DocTestFinder(recurse=False).find(public[name], name, module=False)
    )
    assert test.examples, f"{name} has no example"
    assert not any(doctest.SKIP in example.options for example in test.examples)
    test.globs = {**public, "library": library}
    said: list[str] = []
    ran = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=said.append, clear_globs=False)
    assert not ran.failed, "".join(said)
    for made in test.globs.values():
        if isinstance(made, Library) and made is not library:
            made.close()


def test_the_reference_says_what_the_examples_stand_on() -> None:
    for words in ("`library`", "`contracts/`", "lease.md", "offer.txt"):
        assert words in EXAMPLES


def test_every_name_at_the_door_is_in_one_group_of_the_reference() -> None:
    names = [name for group in read_groups() for name in group.names]
    assert len(names) == len(set(names))
    assert {name for name in names if "." not in name} == set(quoth.__all__)
