"""Options of a call: those of a model count, and no other is ignored unseen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from langchain_core.runnables import ConfigurableField
from quoth.errors import ConfigurationError, UsageError
from scripted_model import Scripted


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"model": "scripted:other"}, "is the model scripted:test, and cannot answer as"),
        ({"max_token": 3}, "no option `max_token`. The nearest one is `max_tokens`."),
        ({"top_p": 0.5}, "no option `top_p`."),
        ({"response_format": {"type": "json_object"}}, "no option `response_format`."),
    ],
)
def test_an_option_that_a_model_does_not_have_is_refused_by_name(
    options: dict[str, Any], told: str
) -> None:
    model = Scripted()
    with pytest.raises(UsageError, match=re.escape(told)):
        model.invoke("When?", **options)
    with pytest.raises(UsageError, match=re.escape(told)):
        list(model.bind(**options).stream("When?"))
    assert not model.asked


def test_what_programs_pass_to_every_model_changes_nothing() -> None:
    passed: dict[str, Any] = {
        "parallel_tool_calls": False,
        "stream_usage": True,
        "strict": True,
        "top_k": None,
    }
    model = Scripted()
    assert model.invoke("When?", model=model.model, **passed).text == model.invoke("When?").text


def test_a_field_is_set_for_one_call_by_langchain() -> None:
    model = Scripted()
    field = model.configurable_fields(max_tokens=ConfigurableField(id="length"))
    short = field.invoke("When is high water?", {"configurable": {"length": 2}})
    assert short.response_metadata["finish_reason"] == "length"
    assert len(short.text) <= 8


def test_the_ids_of_tokens_are_refused_in_place_of_those_of_another_model() -> None:
    model = Scripted()
    with pytest.raises(ConfigurationError, match="does not tell the ids of tokens"):
        model.get_token_ids("At six.")
    assert model.get_num_tokens("At six.") == 2
