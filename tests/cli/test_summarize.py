"""`quoth summarize` and `quoth journal`, on the embedded model."""

from __future__ import annotations

import io
import json
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from programs import Quoth
from quoth.cli import show, sign

TEXT = (
    "The council met on 12 May 1998 in the old hall. Ada Lindqvist asked for 4,200 crowns to mend "
    "the bridge over the Tarn. After a long debate the council gave 3,900 crowns. The work begins "
    "in June and is to be finished before the market in September."
)

MODEL = ("--strategy", "map-reduce")
"""A way in which the small model itself writes."""


@pytest.fixture
def run(quoth: Quoth, tmp_path: Path) -> Quoth:
    """Run a command with an empty journal."""
    return partial(quoth, QUOTH_HOME=str(tmp_path / "home"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "minutes"
    made.mkdir()
    (made / "may.md").write_text(f"# May\n\n{TEXT}\n")
    (made / "june.txt").write_text(TEXT.replace("May", "June").replace("bridge", "tower"))
    return made


def test_a_summary_is_printed_with_what_it_took(run: Quoth, folder: Path) -> None:
    result = run("summarize", str(folder / "may.md"), *MODEL)
    assert result.returncode == 0, result.stderr
    assert "council" in result.stdout
    assert "\x1b" not in result.stdout + result.stderr
    (summary,) = json.loads(run("summarize", str(folder / "may.md"), "--json", *MODEL).stdout)
    assert summary["coverage"] == 1.0
    assert (summary["calls"], summary["cached_calls"]) == (0, 1), "the journal answered"
    assert all(sentence["links"] for sentence in summary["sentences"])


def test_the_bar_tells_the_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sign, "SHOWN_AFTER_SECONDS", 0)
    with show.progress("Summarizing") as move:
        move(1, 4, "33 tokens/s")
        time.sleep(0.5)
    assert "1/4" in terminal.getvalue()
    assert "33 tokens/s" in terminal.getvalue()


def test_a_plan_is_made_without_a_call(run: Quoth, folder: Path) -> None:
    planned = run("summarize", str(folder), *MODEL, "--dry-run")
    assert planned.returncode == 0
    assert "2 documents" in planned.stdout
    assert "after the first call of this model" in planned.stdout
    assert "The journal is empty." in run("journal", "stats").stdout
    run("summarize", str(folder / "may.md"), *MODEL)
    total = json.loads(run("summarize", str(folder), *MODEL, "--dry-run", "--json").stdout)["total"]
    assert (total["documents"], total["known_calls"]) == (2, 1)
    assert total["seconds"] > 0


def test_a_folder_is_summarized_once(run: Quoth, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (folder / "empty.txt").write_text("")
    first = run("summarize", str(folder), *MODEL, "-o", str(out), "--trace")
    assert first.returncode == 1, "one document has no text"
    written = json.loads((out / "report.json").read_text())
    assert [line["status"] for line in written["report"]["failed"]] == ["empty"]
    assert (written["cached_calls"], written["coverage"]) == (0, 1.0)
    assert sorted(file.name for file in out.glob("*.md")) == ["june.txt.md", "may.md.md"]
    assert len(list(out.glob("*.trace.html"))) == 2
    outputs = {file: file.read_bytes() for file in out.glob("*.md")}
    again = json.loads(run("summarize", str(folder), *MODEL, "-o", str(out), "--json").stdout)
    assert (again["calls"], again["cached_calls"]) == (0, 2)
    assert {file: file.read_bytes() for file in outputs} == outputs


def test_a_schema_is_met_or_it_is_an_error(run: Quoth, folder: Path, tmp_path: Path) -> None:
    schema = tmp_path / "schema.json"
    schema.write_text(
        json.dumps(
            {
                "type": "object",
                "properties": {"place": {"type": "string", "maxLength": 60}},
                "required": ["place"],
                "additionalProperties": False,
            }
        )
    )
    asked = ("summarize", str(folder / "may.md"), "--schema", str(schema), "--as", "json")
    result = run(*asked)
    assert result.returncode == 0, result.stderr
    assert set(json.loads(result.stdout)["data"]) == {"place"}
    schema.write_text("{")
    refused = run(*asked)
    assert refused.returncode == 2
    assert "schema" in refused.stderr


def test_one_summary_over_all_names_the_documents(run: Quoth, folder: Path) -> None:
    result = run("summarize", str(folder), "--together", "--as", "markdown", "--length", "60")
    assert result.returncode == 0, result.stderr
    assert "may.md" in result.stdout
    assert "june.txt" in result.stdout


def test_what_cannot_be_is_one_sentence(run: Quoth, folder: Path, tmp_path: Path) -> None:
    for wrong, said in (
        (("--as", "poem"), "no form"),
        (("--strategy", "guess"), "strategy"),
        (("--length", "long"), "Lengths: brief"),
    ):
        result = run("summarize", str(folder / "may.md"), *wrong)
        assert result.returncode == 2, wrong
        assert said in result.stderr
        assert "Traceback" not in result.stderr
    (tmp_path / "file").write_text("")
    result = run("summarize", str(folder), "-o", str(tmp_path / "file" / "out"))
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_the_journal_is_shown_exported_and_pruned(run: Quoth, folder: Path) -> None:
    run("summarize", str(folder / "may.md"), *MODEL)
    shown = run("journal", "stats").stdout
    assert "1 call," in shown
    assert "llamacpp:embedded" in shown
    assert "ModelShare" not in shown
    assert json.loads(run("journal", "stats", "--json").stdout)["calls"] == 1
    (entry,) = map(json.loads, run("journal", "export").stdout.splitlines())
    assert "4,200 crowns" in entry["prompt"]
    assert entry["text"]
    assert run("journal", "prune", "--older-than", "1").stdout.startswith("0 calls")
    assert run("journal", "prune", "--older-than", "0").stdout.startswith("1 call ")
    assert "The journal is empty." in run("journal", "stats").stdout
