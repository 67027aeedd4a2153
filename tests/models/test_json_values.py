"""One reader of JSON for every reply: bare, fenced, behind a sentence, cut."""

from __future__ import annotations

import pytest
from quoth.answer.json_reply import read_json
from quoth.models import complete_json_value, read_json_value
from quoth.models.tools import read_partial_answer, read_reply
from quoth.models.values import ToolCall

DEEP = '{"answer": ' * 3000


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ('{"port": "Lom"}', {"port": "Lom"}),
        (' "Lom" ', "Lom"),
        ("12", 12),
        ('```json\n["Lom", "Ask"]\n```', ["Lom", "Ask"]),
        ("```\n12\n```", 12),
        ('The port [of call] is:\n{"port": "Lom"}\nGood luck!', {"port": "Lom"}),
        ('As {this} or {"port": Lom}, so: {"port": "Lom"}', {"port": "Lom"}),
        ('{"code": "```json [1]```"}', {"code": "```json [1]```"}),
        (
            '{"port": "a {mere} [mark]", "days": [1, 2,],}',
            {"port": "a {mere} [mark]", "days": [1, 2]},
        ),
        ("See {'port': 'Lom', 'day': 2}.", {"port": "Lom", "day": 2}),
        ('{"text": "two\nlines"}', {"text": "two\nlines"}),
        ("{}", {}),
    ],
)
def test_the_value_is_found_in_a_reply(reply: str, value: object) -> None:
    assert read_json_value(reply) == value


@pytest.mark.parametrize(
    "reply",
    ["", "High water is at six.", '{"boats": [{"name": "Ida"}], "port": ', "[see below] {x}", DEEP],
)
def test_a_reply_without_a_whole_value_has_none(reply: str) -> None:
    with pytest.raises(ValueError, match=r"no whole value|too deeply"):
        read_json_value(reply)


def test_no_part_of_a_value_that_is_cut_is_taken_for_the_whole() -> None:
    cut = '{"tool": "ring", "arguments": {"answer": "six"}'
    with pytest.raises(ValueError, match="no whole value"):
        read_json_value(cut)
    assert complete_json_value(cut) == ({"tool": "ring", "arguments": {"answer": "six"}}, False)


@pytest.mark.parametrize(
    ("reply", "read"),
    [
        ('```json\n{"tool": "ring", "arguments": {}}\n```', ToolCall("ring", "{}")),
        ('I ring: {"tool": "ring", "arguments": {"times": 2}}', ToolCall("ring", '{"times": 2}')),
        ('Here: {"answer": "At six."}', "At six."),
        ("At six.", None),
        ('{"answer": "At si', None),
    ],
)
def test_calls_and_answers_are_read_in_any_form(reply: str, read: object) -> None:
    assert read_reply(reply) == read


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ('```json\n{"answer": "At six in', "At six in"),
        ("At six {or so}.", "At six {or so}."),
        ('{"answer": 7}', '{"answer": 7}'),
    ],
)
def test_as_much_of_an_answer_as_was_written_is_kept(reply: str, answer: str) -> None:
    assert read_partial_answer(reply) == answer


def test_a_reply_that_is_nested_without_end_is_read_by_nobody() -> None:
    assert read_json(DEEP) is None
    assert complete_json_value(DEEP) == (None, False)
    assert read_reply(DEEP) is None
    assert read_partial_answer(DEEP) == DEEP
