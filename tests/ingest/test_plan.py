from __future__ import annotations

from pathlib import Path

import pytest
from quoth.collection import Failure
from quoth.ingest import File, Plan, Stamp, plan_ingestion
from quoth.types import Outcome

ROOT = Path("/d")
STAMPS: dict[str, Stamp] = {f"/d/{name}": (10, 100, name) for name in ("a", "b/c", "b/d", "bc")}
FAILURE = Failure("/d/e", 5, 50, "today", "needs_password", "It is encrypted.")


def file(name: str, size: int = 10, mtime_ns: int = 100) -> File:
    return File(ROOT / name, size, mtime_ns)


def plan(
    *walked: File | Outcome,
    stamps: dict[str, Stamp] = STAMPS,
    roots: tuple[Path, ...] = (ROOT,),
    conditions: str = "today",
    has_passwords: bool = False,
) -> Plan:
    return plan_ingestion(
        walked,
        roots,
        stamps,
        {FAILURE.path: FAILURE},
        conditions=conditions,
        has_passwords=has_passwords,
    )


def test_only_new_and_changed_files_are_read() -> None:
    made = plan(file("a"), file("b/c", size=11), file("b/d", mtime_ns=101), file("bc"), file("new"))
    assert [path.path.name for path in made.files] == ["c", "d", "new"]
    assert [(line.path, line.status) for line in made.skipped] == [
        ("/d/a", "unchanged"),
        ("/d/bc", "unchanged"),
    ]
    assert made.gone == ()


def test_what_was_not_found_is_gone() -> None:
    assert plan(file("a")).gone == ("/d/b/c", "/d/b/d", "/d/bc")


def test_sources_outside_the_folders_stay() -> None:
    assert plan(roots=(Path("/d/b"),)).gone == ("/d/b/c", "/d/b/d")


def test_a_folder_that_cannot_be_opened_takes_nothing_with_it() -> None:
    closed = Outcome("/d/b", "The folder cannot be opened: Permission denied.", "failed")
    made = plan(file("a"), closed)
    assert made.gone == ("/d/bc",)
    assert made.failed == (closed,)


def test_a_hidden_file_is_not_gone() -> None:
    assert "/d/a" not in plan(Outcome("/d/a", "It is hidden.", "skipped")).gone


@pytest.mark.parametrize(
    ("found", "conditions", "has_passwords", "reads"),
    [
        (file("e", 5, 50), "today", False, False),
        (file("e", 6, 50), "today", False, True),
        (file("e", 5, 51), "today", False, True),
        (file("e", 5, 50), "other limits", False, True),
        (file("e", 5, 50), "today", True, True),
    ],
)
def test_a_failed_file_is_read_again_when_something_about_it_changed(
    found: File, conditions: str, has_passwords: bool, reads: bool
) -> None:
    made = plan(found, stamps={}, conditions=conditions, has_passwords=has_passwords)
    assert bool(made.files) is reads
    assert bool(made.failed) is not reads


def test_nothing_found_is_an_empty_plan() -> None:
    assert plan(stamps={}).is_empty()
    assert not plan().is_empty()
