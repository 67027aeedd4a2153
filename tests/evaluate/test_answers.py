from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import RunnableLambda
from quoth.errors import UsageError
from quoth.evaluate.answers import evaluate_answers, exact_match, token_f1
from quoth.evaluate.questions import GoldQuestion, read_questions, sample_balanced
from quoth.text import language
from quoth.types import Answer, AnswerKind, Citation

PAGE = "John Lang opened the bridge. It is long."


def answer(text: str, *citations: Citation, kind: AnswerKind = "answer") -> Answer:
    return Answer(question="?", kind=kind, text=text, citations=citations, model="test:model")


def citation(quote: str, page: int = 1) -> Citation:
    start = max(PAGE.find(quote), 0)
    end = start + len(quote)
    return Citation(source="a.pdf", page=page, quote=quote, start=start, end=end, match="exact")


def measured(questions: list[GoldQuestion], answers: dict[str, Answer]) -> dict[str, float]:
    result = evaluate_answers(
        questions,
        RunnableLambda(lambda text: answers[text]),
        lambda source, page: PAGE if (source, page) == ("a.pdf", 1) else None,
    )
    return {name: metric.value for name, metric in result.metrics.items()}


def test_f1_and_exact_match_are_those_of_squad() -> None:
    assert token_f1("The John Lang!", ["john lang"]) == 1.0
    assert token_f1("John Lang opened it", ["John Lang"]) == pytest.approx(2 / 3)
    assert token_f1("", ["x"]) == token_f1("y", []) == 0.0
    assert exact_match("the  Bridge.", ["bridge"])
    assert not exact_match("bridges", ["bridge"])


def test_each_figure_counts_what_it_says() -> None:
    asked = [
        GoldQuestion("1", "who", ("John Lang",), "a.pdf", (1,)),
        GoldQuestion("2", "declined", ("x",), "a.pdf", (1,)),
        GoldQuestion("3", "no", (), "", ()),
        GoldQuestion("4", "invented", (), "", ()),
    ]
    found = measured(
        asked,
        {
            "who": answer("John Lang", citation("John Lang opened the bridge.")),
            "declined": answer("Not here.", kind="declined"),
            "no": answer("Not here.", kind="declined"),
            "invented": answer("Napoleon", citation("It is long.")),
        },
    )
    assert found == {
        "exact_match": 0.5,
        "f1_answerable": 0.5,
        "answered_answerable": 0.5,
        "declined_unanswerable": 0.5,
        "citation_precision": 1.0,
        "verified_share": 1.0,
    }


@pytest.mark.parametrize("wrong", [citation("Nobody wrote this."), citation("It is long.", page=2)])
def test_a_quote_that_is_not_on_its_page_is_found_out(wrong: Citation) -> None:
    asked = [GoldQuestion("1", "who", ("John Lang",), "a.pdf", (1,))]
    found = measured(asked, {"who": answer("John Lang", wrong)})
    assert found["citation_precision"] == found["verified_share"] == 0.0


def test_the_right_quote_on_another_page_than_the_gold_one_is_not_precise() -> None:
    asked = [GoldQuestion("1", "who", ("John Lang",), "a.pdf", (7,))]
    found = measured(asked, {"who": answer("John Lang", citation("It is long."))})
    assert found["citation_precision"] == 0.0
    assert found["verified_share"] == 1.0


def test_a_draw_is_half_unanswerable_and_the_same_for_a_seed() -> None:
    asked = [GoldQuestion(str(n), "?", ("x",) if n % 3 else (), "a", (1,)) for n in range(90)]
    drawn = sample_balanced(asked, 20, seed=4)
    assert len({question.id for question in drawn}) == 20
    assert sum(question.answerable for question in drawn) == 10
    assert sample_balanced(asked, 20, seed=4) == drawn != sample_balanced(asked, 20, seed=5)


def test_golden_questions_are_read(tmp_path: Path) -> None:
    golden = Path(__file__).parents[2] / "data" / "questions.jsonl"
    read = read_questions(golden)
    assert len(read) == 71
    assert sum(question.answerable for question in read) == 57
    assert all(question.pages and question.quote for question in read if question.answerable)


@pytest.mark.parametrize("row", ["{", "[]", "{}", '{"question": "x", "answer": "y"}'])
def test_a_row_of_another_form_is_named(tmp_path: Path, row: Any) -> None:
    (tmp_path / "q.jsonl").write_text(f"{row}\n")
    with pytest.raises(UsageError, match=r"q\.jsonl"):
        read_questions(tmp_path / "q.jsonl")


def test_squad_questions_are_read(tmp_path: Path) -> None:
    row = {"question": "x?", "is_impossible": True, "answers": [], "passage_id": "p#1"}
    (tmp_path / "q.jsonl").write_text(json.dumps(row))
    (question,) = read_questions(tmp_path / "q.jsonl")
    assert (question.answerable, question.source, question.pages) == (False, "p#1", (1,))


@pytest.mark.parametrize(
    ("code", "answer", "truth", "f1"),
    [
        ("zh", "高120米。", "120 米", 0.8),
        ("zh", "华东工程公司", "华东公司", 0.8),
        ("ja", "1962年5月", "1962年", 2 / 3),
        ("th", "สูง", "สูง", 1.0),
        ("de", "der Firma Hollmann", "die Firma Hollmann", 1.0),
        ("es", "¡La presa!", "presa", 1.0),
        ("hi", "१२० मीटर।", "१२० मीटर", 1.0),
        ("ru", "«Волга»", "Волга", 1.0),
    ],
)
def test_f1_counts_characters_where_there_are_no_spaces(
    code: str, answer: str, truth: str, f1: float
) -> None:
    assert token_f1(answer, [truth], language(code)) == pytest.approx(f1)
    assert exact_match(truth, [truth], language(code))
