from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import RunnableLambda
from quoth.errors import UsageError
from quoth.evaluate.answers import evaluate_answers
from quoth.evaluate.questions import (
    GoldPlace,
    GoldQuestion,
    is_in_half,
    read_questions,
    sample_balanced,
)
from quoth.evaluate.squad import exact_match, token_f1
from quoth.text import language
from quoth.types import Answer, AnswerKind, AnswerSentence, Citation

PAGE = "John Lang opened the bridge. It is long."
BRIDGE, LONG = "John Lang opened the bridge.", "It is long."
WHERE = GoldPlace("a.pdf", (1,), (BRIDGE,))


def answer(
    text: str,
    *citations: Citation,
    kind: AnswerKind = "answer",
    phrase: str | None = None,
    nearest: tuple[Citation, ...] = (),
    finish_reason: str = "",
    sentences: tuple[AnswerSentence, ...] = (),
) -> Answer:
    return Answer(
        question="?",
        kind=kind,
        text=text,
        phrase=phrase,
        citations=citations,
        nearest=nearest,
        finish_reason=finish_reason,
        sentences=sentences,
        model="test:model",
    )


def citation(quote: str, page: int = 1, *, marked: str = "") -> Citation:
    start = max(PAGE.find(quote), 0)
    at = quote.find(marked)
    return Citation(
        source="a.pdf",
        page=page,
        quote=quote,
        start=start,
        end=start + len(quote),
        match="exact",
        marks=((at, at + len(marked)),) if marked else (),
    )


def asked(
    text: str,
    *answers: str,
    places: tuple[GoldPlace, ...] = (WHERE,),
    kind: str = "",
    needs_all: bool = False,
    anywhere: bool = False,
) -> GoldQuestion:
    """A question that is answerable if it has answers or places; its text is its id."""
    return GoldQuestion(
        id=text,
        text=text,
        answerable=bool(answers or places),
        answers=answers,
        places=places,
        kind=kind,
        needs_all=needs_all,
        anywhere=anywhere,
    )


def measured(answers: dict[GoldQuestion, Answer]) -> dict[str, float]:
    by_text = {question.text: answer for question, answer in answers.items()}
    result = evaluate_answers(
        list(answers),
        RunnableLambda(lambda text: by_text[text]),
        lambda source, page: PAGE if (source, page) == ("a.pdf", 1) else None,
    )
    return {name: metric.value for name, metric in result.metrics.items() if metric.count}


def test_f1_and_exact_match_are_those_of_squad() -> None:
    assert token_f1("The John Lang!", ["john lang"]) == 1.0
    assert token_f1("John Lang opened it", ["John Lang"]) == pytest.approx(2 / 3)
    assert token_f1("", ["x"]) == token_f1("y", []) == 0.0
    assert exact_match("the  Bridge.", ["bridge"])
    assert not exact_match("bridges", ["bridge"])


def test_each_figure_counts_what_it_says() -> None:
    found = measured(
        {
            asked("who", "John Lang", anywhere=True): answer(BRIDGE, citation(BRIDGE)),
            asked("wrong", "John Lang", anywhere=True): answer("Ann", citation(LONG), phrase="Ann"),
            asked("near", "x"): answer("?", kind="nearest", nearest=(citation(BRIDGE),)),
            asked("declined", "x"): answer("Not here.", kind="declined"),
            asked("refused", "x"): answer("Not here.", kind="declined", finish_reason="stop"),
            asked("cut", "x"): answer("", kind="failed"),
            asked("no", places=()): answer("Not here.", kind="declined"),
            asked("invented", places=()): answer("Napoleon", citation(LONG)),
        }
    )
    assert found.pop("seconds") < 1
    whole = {name: round(value, 3) for name, value in found.items() if "(" not in name}
    assert whole == {
        "evidence_shown": 0.333,
        "evidence_answered": 0.167,
        "evidence_cited": 0.167,
        "plainly_wrong": 0.167,
        "wrong_decline": 0.333,
        "wrong_refusal": 0.167,
        "failed": 0.167,
        "declined_unanswerable": 0.5,
        "answered_unanswerable": 0.5,
        "phrase_shown": 0.5,
        "phrase_wrong": 1.0,
        "first_sentence_holds": 0.5,
        "answered_answerable": 0.333,
        "f1_answerable": 0.111,
        "exact_match": 0.0,
        "citation_precision": 1.0,
        "verified_share": 1.0,
    }


def test_the_evidence_must_be_in_the_first_places_of_its_document_and_page() -> None:
    elsewhere = citation(BRIDGE, page=2)
    shown = {
        "first": answer(BRIDGE, citation(BRIDGE)),
        "third": answer("x", citation(LONG), nearest=(citation(LONG), citation(BRIDGE))),
        "fourth": answer("x", *[citation(LONG)] * 3, citation(BRIDGE)),
        "another page": answer(BRIDGE, elsewhere),
        "behind 80 words": answer("x", citation(f"{'word ' * 80}{BRIDGE}")),
        "other spelling": answer("x", citation("JOHN LANG opened\nthe bridge")),
    }
    found = {name: measured({asked("q"): given}) for name, given in shown.items()}
    held = {name for name, figures in found.items() if figures["evidence_shown"]}
    assert held == {"first", "third", "other spelling"}
    anywhere = measured({asked("q", anywhere=True): answer(BRIDGE, elsewhere)})
    assert anywhere["evidence_shown"] == 1.0


def test_a_place_below_an_excerpt_is_shown_and_not_cited() -> None:
    found = measured({asked("q"): answer("x", citation(LONG), nearest=(citation(BRIDGE),))})
    assert (found["evidence_answered"], found["evidence_cited"]) == (1.0, 0.0)


def test_a_question_that_needs_all_its_places_needs_them_all() -> None:
    both = (WHERE, GoldPlace("a.pdf", (1,), (LONG,)))
    question = asked("q", places=both, needs_all=True)
    one, two = answer("x", citation(BRIDGE)), answer("x", citation(BRIDGE), citation(LONG))
    assert measured({question: one})["evidence_shown"] == 0.0
    assert measured({question: two})["evidence_shown"] == 1.0


def test_a_question_about_the_collection_is_judged_by_the_text() -> None:
    question = asked("how many pages", "89", places=())
    assert measured({question: answer("It has 89 pages.")})["evidence_shown"] == 1.0
    assert measured({question: answer("It has 98 pages.")})["plainly_wrong"] == 1.0


def test_each_kind_of_question_is_told_apart_and_another_language_counts_for_itself_alone() -> None:
    found = measured(
        {
            asked("a", kind="list"): answer(BRIDGE, citation(BRIDGE)),
            asked("b", kind="other-language"): answer("?", kind="declined"),
            asked("How many bridges are there?"): answer("?", kind="declined"),
        }
    )
    assert found["evidence_shown (list)"] == 1.0
    assert found["wrong_decline (other-language)"] == 1.0
    assert found["wrong_decline (number)"] == 1.0
    assert found["wrong_decline"] == 0.5


def test_the_first_sentence_is_the_one_with_the_marked_words() -> None:
    question = asked("q", "long", anywhere=True)
    plain, marked = citation(PAGE), citation(PAGE, marked="long")
    assert measured({question: answer("x", plain)})["first_sentence_holds"] == 0.0
    assert measured({question: answer("x", marked)})["first_sentence_holds"] == 1.0


def test_the_supported_share_counts_sentences() -> None:
    sentences = (AnswerSentence("a", "quoted"), AnswerSentence("b", "unsupported"))
    found = measured({asked("q"): answer("a b", citation(BRIDGE), sentences=sentences)})
    assert found["supported_share"] == 0.5


@pytest.mark.parametrize("wrong", [citation("Nobody wrote this."), citation(LONG, page=2)])
def test_a_quote_that_is_not_on_its_page_is_found_out(wrong: Citation) -> None:
    found = measured({asked("who", "John Lang"): answer("John Lang", wrong)})
    assert found["citation_precision"] == found["verified_share"] == 0.0


def test_the_right_quote_on_another_page_than_the_gold_one_is_not_precise() -> None:
    question = asked("who", "John Lang", places=(GoldPlace("a.pdf", (7,)),))
    found = measured({question: answer("John Lang", citation(LONG))})
    assert found["citation_precision"] == 0.0
    assert found["verified_share"] == 1.0


def test_the_halves_are_the_whole() -> None:
    ids = [str(number) for number in range(100)]
    halves = [{id for id in ids if is_in_half(id, half)} for half in (0, 1)]
    assert halves[0] | halves[1] == {id for id in ids if is_in_half(id, None)} == set(ids)
    assert not halves[0] & halves[1]


def test_a_draw_is_half_unanswerable_and_the_same_for_a_seed() -> None:
    questions = [asked(str(n), *["x"] * bool(n % 3), places=()) for n in range(90)]
    drawn = sample_balanced(questions, 20, seed=4)
    assert len({question.id for question in drawn}) == 20
    assert sum(question.answerable for question in drawn) == 10
    assert sample_balanced(questions, 20, seed=4) == drawn != sample_balanced(questions, 20, seed=5)


def test_golden_questions_are_read(tmp_path: Path) -> None:
    golden = Path(__file__).parents[2] / "data" / "questions.jsonl"
    read = read_questions(golden)
    assert len(read) == 71
    assert sum(question.answerable for question in read) == 57
    assert all(place.pages and place.evidence for question in read for place in question.places)


@pytest.mark.parametrize("row", ["{", "[]", "{}", '{"question": "x", "answer": "y"}'])
def test_a_row_of_another_form_is_named(tmp_path: Path, row: Any) -> None:
    (tmp_path / "q.jsonl").write_text(f"{row}\n")
    with pytest.raises(UsageError, match=r"q\.jsonl"):
        read_questions(tmp_path / "q.jsonl")


def test_squad_questions_are_read(tmp_path: Path) -> None:
    row = {"question": "x?", "is_impossible": True, "answers": [], "passage_id": "p#1"}
    (tmp_path / "q.jsonl").write_text(json.dumps(row))
    (question,) = read_questions(tmp_path / "q.jsonl")
    assert (question.answerable, question.places) == (False, (GoldPlace("p#1", (1,)),))


def test_questions_with_several_places_are_read(tmp_path: Path) -> None:
    row = {
        "id": "q",
        "set": "town",
        "kind": "list",
        "language": "en",
        "question": "Which bridges are there?",
        "answerable": True,
        "places": [
            {"document": "a.pdf", "page": 2, "evidence": ["The old one"]},
            {"document": "b.md", "page": None, "evidence": ["The new one", "It is new"]},
        ],
        "phrase": [],
        "need": "all",
    }
    (tmp_path / "q.jsonl").write_text(json.dumps(row))
    (question,) = read_questions(tmp_path / "q.jsonl")
    assert question.places == (
        GoldPlace("a.pdf", (2,), ("The old one",)),
        GoldPlace("b.md", (), ("The new one", "It is new")),
    )
    assert (question.kind, question.collection, question.needs_all) == ("list", "town", True)
    assert question.answerable


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
