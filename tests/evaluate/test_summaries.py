from __future__ import annotations

import json
import math
import statistics
from pathlib import Path
from typing import Any

import pytest
from programs import Quoth
from quoth.errors import UsageError
from quoth.evaluate.references import ReferencedDocument, read_references
from quoth.evaluate.rouge import ROUGE, rouge
from quoth.evaluate.summaries import evaluate_summaries, first_words, judge_summary
from quoth.summarize import Summarizer, SummaryOptions
from quoth.types import Document, Page
from rouge_score.rouge_scorer import RougeScorer
from scripted_model import Scripted

TEXT = "The council met on 3 May 1998. Ada Lindqvist asked for 4,200 crowns to mend the bridge."


def item(*references: str, text: str = TEXT, query: str = "") -> ReferencedDocument:
    return ReferencedDocument("a", Document("a", "a", "text", (Page(1, text),)), references, query)


def test_rouge_is_f1_with_stems_against_the_best_reference() -> None:
    found = rouge("the councils met", ["nobody was there", "the council met"])
    assert found == {"rouge1": 1.0, "rouge2": 1.0, "rougeL": 1.0}
    # Three of four words, in order but for one: precision 3/4, recall 3/5.
    found = rouge("a b c x", ["c a b y z"])
    assert found["rouge1"] == pytest.approx(2 * 3 / (4 + 5))
    assert found["rouge2"] == pytest.approx(2 * 1 / (3 + 4))
    assert found["rougeL"] == pytest.approx(2 * 2 / (4 + 5))


def test_rouge_agrees_with_googles() -> None:
    scorer = RougeScorer(list(ROUGE), use_stemmer=True)
    paragraphs = [
        paragraph
        for file in sorted((Path(__file__).parents[2] / "data" / "source").iterdir())
        for paragraph in file.read_text("utf-8").split("\n\n")
        if len(paragraph) > 200
    ]
    differences = []
    for text, *references in zip(paragraphs, paragraphs[1:], paragraphs[2:], strict=False):
        theirs = scorer.score_multi(references, text)
        differences += [
            abs(ours - theirs[name].fmeasure) for name, ours in rouge(text, references).items()
        ]
    assert len(differences) > 300
    assert max(differences) < 0.03
    assert statistics.fmean(differences) < 0.0005


def test_numbers_and_names_count_when_they_stand_in_the_document() -> None:
    said = "It gave Ada Lindqvist 4200 crowns of Bruno on 5 May 1998."
    found = judge_summary(said, item("x"), TEXT)
    assert sorted(found["supported_numbers"].values()) == [0.0, 1.0, 1.0]
    assert sorted(found["supported_names"].values()) == [0.0, 1.0, 1.0, 1.0]


def test_the_lead_has_as_many_words_as_the_summary() -> None:
    model = Scripted(answer=lambda _: "The council gave 4,200 crowns.")
    result = evaluate_summaries([item("The council met on 3 May.")], Summarizer(model))
    (detail,) = result.details
    assert detail["words"] == 5
    assert result.metrics["lead rougeL"].value == pytest.approx(
        rouge(first_words(TEXT, 5), ["The council met on 3 May."])["rougeL"]
    )
    assert result.metrics["lead rougeL"].value > result.metrics["summary rougeL"].value > 0
    assert result.metrics["summary coverage"].value == 1.0
    assert result.about["words_each"] == 5
    assert result.metrics["lead supported_numbers"].value == 1.0
    assert math.isnan(result.metrics["summary supported_names"].value)


def test_a_question_reaches_the_summarizer() -> None:
    model = Scripted(answer=lambda _: "Ada Lindqvist asked.")
    evaluate_summaries([item("x", query="Who asked?")], Summarizer(model, options=SummaryOptions()))
    assert "Who asked?" in str(model.asked[0].messages[-1].content)


ROWS: dict[str, dict[str, Any]] = {
    "squality": {
        "metadata": {"passage_id": "77"},
        "document": TEXT,
        "questions": [
            {"question_number": 1, "question_text": "Plot?", "responses": [{"response_text": "A"}]},
            {"question_number": 2, "question_text": "Ada?", "responses": [{"response_text": "B"}]},
        ],
    },
    "qmsum": {
        "meeting_transcripts": [{"speaker": "Ada", "content": "We met {vocalsound} today ."}],
        "general_query_list": [{"query": "All?", "answer": "A"}],
        "specific_query_list": [{"query": "Ada?", "answer": "B"}],
    },
    "leval": {"id": "x", "document": TEXT, "instructions": ["Go."], "references": ["A"]},
}


@pytest.mark.parametrize("name", sorted(ROWS))
def test_the_three_forms_are_read(name: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(ROWS[name]))
    (whole,) = read_references(file)
    assert (whole.references, whole.query) == (("A",), "")
    if name == "leval":
        with pytest.raises(UsageError, match="on a question"):
            read_references(file, questions=True)
    else:
        (asked,) = read_references(file, questions=True)
        assert (asked.references, asked.query) == (("B",), "Ada?")
        assert asked.document == whole.document
    if name == "qmsum":
        assert whole.document.pages[0].text == "Ada: We met today ."


@pytest.mark.parametrize(
    "row",
    [
        "{}",
        '{"document": " ", "references": ["a"]}',
        '{"document": "x", "questions": [{}]}',
        '{"document": "x", "metadata": {"passage_id": 1}, "questions": "y"}',
        '{"meeting_transcripts": [{"speaker": "a"}]}',
        "[1]",
    ],
)
def test_a_row_of_another_form_is_named(row: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(row)
    with pytest.raises(UsageError, match=r"rows\.jsonl"):
        read_references(file)


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("\n")
    with pytest.raises(UsageError, match="no summary"):
        read_references(tmp_path / "rows.jsonl")


def test_the_command_measures_the_embedded_model(tmp_path: Path, quoth: Quoth) -> None:
    file, saved = tmp_path / "rows.jsonl", tmp_path / "saved.json"
    file.write_text(json.dumps({**ROWS["squality"], "document": f"{TEXT} {TEXT}"}))
    shown = quoth("eval", "summaries", str(file), "--limit", "1", "--json", "--save", str(saved))
    assert shown.returncode == 0, shown.stderr
    figures = json.loads(shown.stdout)
    assert figures["summary coverage"] == 1.0
    assert 0 < figures["about"]["words_each"] < 60
    assert figures["about"]["seconds_each"] > 0
    assert set(figures["intervals"]) >= {"summary rouge1", "lead rougeL"}
    again = quoth("eval", "compare", str(saved), str(saved))
    assert again.returncode == 0
    shown = quoth("eval", "summaries", str(file), "--length", "brief")
    assert "rougeL" in shown.stdout
    assert "first words of the document" in shown.stdout


@pytest.mark.testdata("summ_squality")
def test_real_files_are_read_whole(testdata: Path) -> None:
    stories = read_references(testdata / "summ_squality" / "dev.jsonl")
    assert len(stories) == 25
    assert all(len(story.references) == 4 for story in stories)
    assert len(read_references(testdata / "summ_squality" / "dev.jsonl", questions=True)) == 100
    meetings = testdata / "summ_qmsum" / "val.jsonl"
    assert len(read_references(meetings)) == 35
    assert len(read_references(meetings, questions=True)) == 237
    for file in sorted((testdata / "summ_leval").glob("*.jsonl")):
        assert 6 <= len(read_references(file)) <= 7


@pytest.mark.parametrize(
    ("text", "reference", "found"),
    [
        ("大坝高120米", "大坝高120米", 1.0),
        ("大坝高", "水库大", 1 / 3),
        ("बाँध ऊँचा है", "बाँध ऊँचा है", 1.0),
        ("бурая плотина", "бурая башня", 0.5),
    ],
)
def test_rouge_reads_every_script(text: str, reference: str, found: float) -> None:
    assert rouge(text, [reference])["rouge1"] == pytest.approx(found)
