"""Answers of the real embedded models, on slices that are small enough for every test run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from programs import Quoth
from quoth.errors import UsageError
from quoth.evaluate.questions import read_questions
from quoth.evaluate.sources import measure_answers

ROOT = Path(__file__).parents[2]


@pytest.mark.testdata("qa_squad2")
def test_answers_on_squad_keep_their_figures(testdata: Path, quoth: Quoth) -> None:
    file = testdata / "qa_squad2" / "questions.jsonl"
    shown = quoth("eval", "answers", str(file), "--limit", "24", "--seed", "1", "--json")
    assert shown.returncode == 0, shown.stderr
    figures = json.loads(shown.stdout)
    assert figures["verified_share"] == 1.0
    assert figures["citation_precision"] >= 0.75
    assert figures["answered_answerable"] >= 0.45
    assert figures["declined_unanswerable"] >= 0.45
    assert figures["f1_answerable"] >= 0.1
    assert set(figures["intervals"]) >= {"exact_match", "f1_answerable"}


def test_golden_questions_are_answered_from_the_library(quoth: Quoth) -> None:
    file = ROOT / "data" / "questions.jsonl"
    shown = quoth("eval", "answers", str(file), "--limit", "14", "--seed", "3", "--json")
    assert shown.returncode == 0, shown.stderr
    figures = json.loads(shown.stdout)
    assert figures["verified_share"] == 1.0
    assert figures["citation_precision"] >= 0.6
    assert figures["declined_unanswerable"] >= 0.7


def test_questions_need_their_documents(tmp_path: Path) -> None:
    row = {"question": "Who?", "answer": "He.", "document": "a.pdf", "page": 1}
    (tmp_path / "q.jsonl").write_text(json.dumps(row))
    assert read_questions(tmp_path / "q.jsonl")
    from quoth.config.settings import Config

    with pytest.raises(UsageError, match="neither"):
        measure_answers(tmp_path / "q.jsonl", Config())
