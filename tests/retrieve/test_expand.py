from __future__ import annotations

from pathlib import Path

import pytest
from langchain_core.runnables import Runnable
from quoth.journal import Journal
from quoth.retrieve.expand import Expander, Expansion, ExpansionMethod
from scripted_model import Scripted


def expand(method: ExpansionMethod, reply: str) -> Expansion:
    return Expander(Scripted(answer=lambda _: reply), method).invoke("When is the rent due?")


def test_questions_are_taken_out_of_a_list() -> None:
    reply = (
        "Here are three questions:\n1. When must rent be paid?\n2) Is rent monthly?\n- Why?\n4. No?"
    )
    assert expand("multi", reply).questions == (
        "When must rent be paid?",
        "Is rent monthly?",
        "Why?",
    )


def test_a_rewritten_question_is_one_line() -> None:
    assert expand("rewrite", "rent due date lease\nThat is all.") == Expansion(
        questions=("rent due date lease",)
    )


def test_a_made_up_passage_is_no_question() -> None:
    assert expand("hyde", "Rent is due monthly.") == Expansion(passages=("Rent is due monthly.",))


@pytest.mark.parametrize("method", ["rewrite", "multi", "hyde"])
def test_a_model_that_says_nothing_adds_nothing(method: ExpansionMethod) -> None:
    assert expand(method, " \n ") == Expansion()


def test_the_question_reaches_the_model_and_it_composes() -> None:
    model = Scripted(answer=lambda prompt: prompt[-22:])
    expander = Expander(model, "rewrite")
    assert isinstance(expander, Runnable)
    assert "rent due" in (expander | (lambda found: found.questions[0])).invoke("Is rent due?")


def test_an_expansion_that_the_journal_holds_is_not_asked_for_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    for reply in ("rent due date", "another reply"):
        expander = Expander(Scripted(answer=lambda _, r=reply: r), "rewrite", journal=journal)
        assert expander.invoke("When is rent due?").questions == ("rent due date",)
