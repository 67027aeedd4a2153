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
    assert figures["citation_precision"] >= 0.85
    assert figures["evidence_shown"] >= 0.95
    assert figures["answered_answerable"] >= 0.7
    assert figures["answered_unanswerable"] <= 0.5
    assert figures["f1_answerable"] >= 0.3
    assert figures["phrase_wrong"] <= 0.25
    assert set(figures["intervals"]) >= {"exact_match", "f1_answerable"}


def test_golden_questions_are_answered_from_the_library(quoth: Quoth) -> None:
    file = ROOT / "data" / "questions.jsonl"
    shown = quoth("eval", "answers", str(file), "--limit", "14", "--seed", "3", "--json")
    assert shown.returncode == 0, shown.stderr
    figures = json.loads(shown.stdout)
    assert figures["verified_share"] == 1.0
    assert figures["citation_precision"] >= 0.9
    assert figures["evidence_shown"] >= 0.95
    assert figures["answered_unanswerable"] <= 0.15
    assert figures["plainly_wrong"] <= 0.15


def test_questions_need_their_documents(tmp_path: Path) -> None:
    row = {"question": "Who?", "answer": "He.", "document": "a.pdf", "page": 1}
    (tmp_path / "q.jsonl").write_text(json.dumps(row))
    assert read_questions(tmp_path / "q.jsonl")
    from quoth.config.settings import Config

    with pytest.raises(UsageError, match="neither"):
        measure_answers(tmp_path / "q.jsonl", Config())


SETS = {
    "dam_de": {
        "Die Staumauer der Ahrntal-Talsperre ist 71,5 Meter hoch. Gebaut wurde sie von der Firma "
        "Hollmann aus Waldbrück. Der Grundablass wird alle zwei Jahre geprüft.": {
            "Wie hoch ist die Staumauer?": "71,5 Meter",
            "Wer hat die Staumauer gebaut?": "Firma Hollmann",
        },
    },
    "dam_zh": {
        "青龙大坝高120米，坝顶长480米。大坝由华东工程公司设计。泄洪闸每年检查两次。": {
            "大坝有多高？": "120米",
            "大坝是谁设计的？": "华东工程公司",
        },
    },
}


def test_several_sets_give_a_table_with_their_mean(tmp_path: Path, quoth: Quoth) -> None:
    for name, texts in SETS.items():
        folder = tmp_path / name
        folder.mkdir()
        passages = [{"_id": f"p{n}", "title": "", "text": text} for n, text in enumerate(texts)]
        questions = [
            {"question": q, "is_impossible": False, "answers": [a], "passage_id": f"p{n}"}
            for n, asked in enumerate(texts.values())
            for q, a in asked.items()
        ]
        for file, rows in (("corpus.jsonl", passages), ("questions.jsonl", questions)):
            lines = (json.dumps(row, ensure_ascii=False) for row in rows)
            (folder / file).write_text("\n".join(lines), encoding="utf-8")
    files = [str(tmp_path / name / "questions.jsonl") for name in SETS]
    shown = quoth("eval", "answers", *files, "--save", str(tmp_path / "saved.json"))
    assert shown.returncode == 0, shown.stderr
    head, *body = shown.stdout.splitlines()
    table = {label: cells for label, *cells in (line.split() for line in body)}
    assert head.split() == ["dam_de", "dam_zh", "mean"]
    assert table["verified_share"] == ["1.000"] * 3
    assert table["evidence_shown"] == ["1.000"] * 3
    assert float(table["evidence_answered"][2]) >= 0.75
    assert (tmp_path / "saved-dam_zh.json").is_file()


def test_each_set_of_a_file_is_asked_about_its_own_documents(tmp_path: Path, quoth: Quoth) -> None:
    facts = {"mill": ("The mill has four stones.", 4), "dam": ("The dam has nine gates.", 9)}
    rows = []
    for name, (text, _) in facts.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.md").write_text(text)
        question = f"How many {'stones' if name == 'mill' else 'gates'} does the {name} have?"
        place = {"document": f"{name}.md", "page": None, "evidence": [text]}
        row = {"id": name, "set": name, "question": question, "places": [place], "phrase": []}
        rows.append(json.dumps({**row, "kind": "number", "answerable": True, "need": "any"}))
    file = tmp_path / "q.jsonl"
    file.write_text("\n".join(rows))
    both = [part for name in facts for part in ("--documents", f"{name}={tmp_path / name}")]
    shown = quoth("eval", "answers", str(file), *both, "--json")
    assert shown.returncode == 0, shown.stderr
    figures = json.loads(shown.stdout)
    assert figures["evidence_shown"] == figures["evidence_shown (number)"] == 1.0
    assert figures["about"]["questions"] == 2
    alone = quoth("eval", "answers", str(file), *both[:2])
    assert "n = 1)" in alone.stdout
    table = quoth("eval", "answers", str(file), *both, "--markdown").stdout.splitlines()
    assert table[:2] == ["| llamacpp:embedded | q |", "| --- | --- |"]
    assert "| evidence_shown | 1.000 (1.000 to 1.000, n = 2) |" in table
    none = quoth("eval", "answers", str(file))
    assert (none.returncode, "--documents dam=PATH" in none.stderr) == (2, True)
