"""A reply out of several texts, on backends that take a grammar, a JSON schema, or neither."""

from __future__ import annotations

import json

import pytest
from langchain_core.messages import HumanMessage
from quoth.models import ChatRequest, Constraint, ModelCalls
from scripted_model import Scripted

CHOICES = ("ten years", 'the "Löwe"', "back\\slash")
REQUEST = ChatRequest((HumanMessage("Which?"),), choices=CHOICES)


@pytest.mark.parametrize("choice", CHOICES)
def test_a_choice_is_the_bare_text_however_the_backend_is_held_to_it(choice: str) -> None:
    written = json.dumps(choice)
    by_schema = Scripted(constraints=("json_schema",), answer=lambda _: f" {written}\n")
    by_grammar = Scripted(answer=lambda _: choice)
    for model in (by_schema, by_grammar):
        assert ModelCalls(model).call(REQUEST).text == choice
    (sent,) = by_schema.asked
    assert (sent.json_schema["enum"], sent.grammar) == (list(CHOICES), "")
    (sent,) = by_grammar.asked
    assert sent.json_schema is None
    assert all(json.dumps(one, ensure_ascii=False) in sent.grammar for one in CHOICES)


def test_a_backend_that_takes_neither_is_asked_all_the_same() -> None:
    model = Scripted(constraints=(), answer=lambda _: "ten years")
    assert ModelCalls(model).call(REQUEST).text == "ten years"
    assert (model.asked[0].json_schema, model.asked[0].grammar) == (None, "")


@pytest.mark.parametrize(
    ("written", "text"), [('"ten ye', "ten ye"), ("ten years", "ten years"), ("[1]", "[1]")]
)
def test_a_reply_that_is_cut_off_or_no_string_is_kept(written: str, text: str) -> None:
    model = Scripted(constraints=("json_schema",), answer=lambda _: written)
    assert ModelCalls(model).call(REQUEST).text == text


@pytest.mark.parametrize("constraints", [("grammar",), ("json_schema",), ()])
def test_the_journal_knows_a_call_by_its_choices(constraints: tuple[Constraint, ...]) -> None:
    calls = ModelCalls(Scripted(constraints=constraints))
    other = ChatRequest(REQUEST.messages, choices=CHOICES[:2])
    assert calls.identify(REQUEST) != calls.identify(other)
    assert calls.identify(REQUEST) == ModelCalls(Scripted()).identify(REQUEST)
