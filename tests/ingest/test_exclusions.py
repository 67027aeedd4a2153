from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from quoth import Library
from quoth.config import load_config
from quoth.errors import ConfigurationError
from quoth.ingest import find_files
from quoth.ingest.patterns import read_patterns
from quoth.ingest.walk import File, walk
from quoth.types import Outcome


def made(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"The ferry leaves pier {len(name)} at noon.")


def found(folder: Path, *exclude: str) -> list[str]:
    entries = walk([folder], exclude=exclude)
    return [e.path.relative_to(folder).as_posix() for e in entries if isinstance(e, File)]


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        ("*.log", ["a.txt", "deep/b.txt", "deep/drafts/c.txt", "drafts/d.txt"]),
        ("/drafts/", ["a.txt", "deep/b.log", "deep/b.txt", "deep/drafts/c.txt"]),
        ("drafts/", ["a.txt", "deep/b.log", "deep/b.txt"]),
        ("deep/**\n!deep/b.txt\n# a comment", ["a.txt", "deep/b.txt", "drafts/d.txt"]),
        ("", ["a.txt", "deep/b.log", "deep/b.txt", "deep/drafts/c.txt", "drafts/d.txt"]),
    ],
)
def test_rules_are_those_of_gitignore_in_a_file_and_in_the_settings(
    rules: str, left: list[str], tmp_path: Path
) -> None:
    made(tmp_path, "a.txt", "deep/b.txt", "deep/b.log", "deep/drafts/c.txt", "drafts/d.txt")
    assert found(tmp_path, *rules.splitlines()) == left
    (tmp_path / ".quothignore").write_text(rules)
    assert found(tmp_path) == left


@pytest.mark.parametrize(
    ("rule", "left", "taken"),
    [
        ("*a*a*a*a*a*a*a*b", "a" * 120, f"{'a' * 120}b"),
        ("**/a/**/a/**/a/**/b", "a/" * 100 + "c", "a/" * 100 + "b"),
        ("[[:x]*", "y", ":y"),
        ("/a**/b?/**", "a/b", "ab/bc/d"),
        ("a/**/b*c*/d", "a/d", "a/x/y/bxcx/d"),
    ],
)
def test_no_name_makes_a_pattern_slow(rule: str, left: str, taken: str) -> None:
    spec = read_patterns([rule])
    assert not spec.match_file(left)
    assert spec.match_file(taken)


@pytest.mark.parametrize("rules", ["[z-a]", "\\", "a\n" * 20_000])
def test_rules_that_are_none_keep_their_folder_unread(rules: str, tmp_path: Path) -> None:
    made(tmp_path, "a.md", "deep/b.md")
    (tmp_path / "deep" / ".quothignore").write_text(rules)
    assert found(tmp_path) == ["a.md"]
    told = [entry.reason for entry in walk([tmp_path]) if isinstance(entry, Outcome)]
    assert told[0].startswith("Its .quothignore has patterns that are none: ")


def test_a_deeper_file_overrides_those_above_it(tmp_path: Path) -> None:
    made(tmp_path, "a.md", "kept/b.md", "kept/c.txt")
    (tmp_path / ".quothignore").write_text("*.md\n")
    (tmp_path / "kept" / ".quothignore").write_text("!b.md\n*.txt\n")
    assert found(tmp_path) == ["kept/b.md"]


def test_the_file_with_the_rules_is_no_line_of_the_report(tmp_path: Path) -> None:
    made(tmp_path, "a.md", ".hidden")
    (tmp_path / ".quothignore").write_text("*.txt\n")
    told = [entry.path for entry in walk([tmp_path]) if isinstance(entry, Outcome)]
    assert told == [str(tmp_path / ".hidden")]


def test_what_is_skipped_by_its_name_can_be_taken_in(tmp_path: Path) -> None:
    made(tmp_path, ".notes/a.md", "old.bak", ".git/config.txt", "node_modules/b.md", "~$c.docx")
    assert found(tmp_path) == []
    (tmp_path / ".quothignore").write_text("!.notes/\n!*.bak\n")
    assert found(tmp_path) == [".notes/a.md", "old.bak"]


@pytest.mark.parametrize("content", [b"\xff\xfe\xfa", b"#" * 1_000_001, None])
def test_rules_that_cannot_be_read_keep_the_folder_unread(
    content: bytes | None, tmp_path: Path
) -> None:
    made(tmp_path, "a.txt", "deep/b.txt")
    rules = tmp_path / "deep" / ".quothignore"
    if content is None:
        os.mkfifo(rules)
    else:
        rules.write_bytes(content)
    entries = list(walk([tmp_path]))
    assert found(tmp_path) == ["a.txt"]
    failed = [entry for entry in entries if not isinstance(entry, File)]
    assert [outcome.status for outcome in failed] == ["failed"]
    assert "Nothing in the folder was read" in failed[0].reason


def test_a_pattern_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="exclude"):
        found(tmp_path, "!")


def test_what_is_excluded_later_leaves_the_collection(tmp_path: Path, session_home: Path) -> None:
    folder = tmp_path / "documents"
    made(folder, "a.txt", "drafts/b.txt", "c.txt")
    config = load_config(overrides={"ingestion.exclude": ["c.txt"]}).config
    with Library("excluded", home=session_home, config=config) as library:
        assert len(library.ingest(folder).done) == 2
        (folder / ".quothignore").write_text("drafts/\n")
        report = library.ingest(folder)
        assert [Path(outcome.path).name for outcome in report.removed] == ["b.txt"]
        assert {o.reason for o in report.skipped if o.status == "excluded"} == {
            "It is left out by the setting `exclude`.",
            "It is left out by .quothignore.",
        }
        assert [Path(source.path).name for source in library.documents()] == ["a.txt"]


def test_jobs_leave_out_the_same(tmp_path: Path) -> None:
    made(tmp_path, "a.txt", "b.log", "drafts/c.txt")
    (tmp_path / ".quothignore").write_text("drafts/\n")
    assert find_files([tmp_path], exclude=["*.log"]) == [tmp_path / "a.txt"]
    assert find_files([tmp_path / "b.log"], exclude=["*.log"]) == [tmp_path / "b.log"]


def test_what_a_job_wrote_is_no_document_unless_it_is_taken_in(tmp_path: Path) -> None:
    made(tmp_path, "a.txt", "out/a.txt.md", "out/note.md", "out/deep/b.txt.md")
    record = tmp_path / "out" / ".quoth-outputs"
    names = ("a.txt.md", "deep/b.txt.md")
    lines = [{"name": name, "source": str(tmp_path / "a.txt"), "digest": ""} for name in names]
    record.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert find_files([tmp_path]) == [tmp_path / "a.txt", tmp_path / "out" / "note.md"]
    assert len(find_files([tmp_path], exclude=["!out/"])) == 4
    assert find_files([tmp_path / "out" / "a.txt.md"])
