"""Replies by a schema: held to it, read in whatever form they come, and told where they differ."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Annotated, Any, Required, TypedDict

import pytest
from pydantic import BaseModel, Field
from quoth.errors import ConfigurationError, GenerationError, UsageError
from quoth.models import Description, Piece, Request, ToolCall
from scripted_model import Scripted


class Boat(BaseModel):
    """A boat in the harbour."""

    name: str = Field(description="what is painted on it")
    length: float


class BoatFacts(TypedDict):
    """A boat in the harbour."""

    name: Annotated[str, ..., "what is painted on it"]


IDA = json.dumps({"name": "Ida", "length": 9.5})
PLAIN = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "length": {"type": "number"}},
    "required": ["name", "length"],
}


def saying(reply: str, **settings: Any) -> Scripted:
    return Scripted(answer=lambda prompt: reply, **settings)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (Boat, Boat(name="Ida", length=9.5)),
        (BoatFacts, {"name": "Ida", "length": 9.5}),
        (Boat.model_json_schema(), {"name": "Ida", "length": 9.5}),
        (
            {"type": "object", "properties": {"name": {"type": "string"}}},
            {"name": "Ida", "length": 9.5},
        ),
    ],
)
@pytest.mark.parametrize("method", ["json_schema", "function_calling", "json_mode"])
def test_a_reply_is_read_as_what_its_schema_describes(
    schema: Any, expected: object, method: str
) -> None:
    model = Scripted(answer=lambda prompt: IDA)
    structured = model.with_structured_output(schema, method=method)
    assert structured.invoke("Which boat?") == expected
    assert list(structured.stream("Which boat?")) == [expected]
    assert structured.batch(["Which?", "And?"]) == [expected, expected]
    request = model.asked[0]
    assert request.json_schema["properties"]["name"]
    assert json.dumps(request.json_schema, ensure_ascii=False) in request.messages[0].text


class Trip(TypedDict, total=False):
    start: Required[BoatFacts]
    stops: Annotated[list[str], None, "where it calls"]
    length: Annotated[int, Field(ge=3)]
    back: BoatFacts | None


def test_a_typed_dict_is_read_with_what_it_says_of_its_fields() -> None:
    model = saying('{"start": {"name": "Ida", "length": 9.5}, "length": 4}')
    trip = model.with_structured_output(Trip).invoke("Which trip?")
    assert trip == {"start": {"name": "Ida", "length": 9.5}, "length": 4}
    schema = model.asked[0].json_schema
    assert schema["required"] == ["start"]
    assert schema["properties"]["start"]["required"] == ["name"]
    assert schema["properties"]["start"]["additionalProperties"] is False
    assert schema["properties"]["stops"]["description"] == "where it calls"
    assert "description" not in schema, "the class has no docstring; that of `dict` is none"
    for reply in ('{"length": 4}', '{"start": {"name": "Ida"}, "length": 2}'):
        with pytest.raises(GenerationError, match="does not fit the schema"):
            saying(reply).with_structured_output(Trip).invoke("Which trip?")


def test_the_raw_reply_comes_with_what_was_read() -> None:
    good, bad = '{"name": "Ida", "length": 9.5}', '{"name": "Ida"}'
    for reply, parsed in ((good, Boat(name="Ida", length=9.5)), (bad, None)):
        model = saying(reply)
        result = model.with_structured_output(Boat, include_raw=True).invoke("Which boat?")
        assert result["raw"].text == reply
        assert result["parsed"] == parsed
        assert isinstance(result["parsing_error"], GenerationError) is (parsed is None)


@pytest.mark.parametrize(
    ("reply", "tokens", "told"),
    [
        ('{"name": "Ida"}', 100, "does not fit the schema"),
        ('{"name": "' + "Ida and Ada and Eva, " * 40, 20, "cut off before its JSON was complete"),
        ('{"name": "' + "Ida and Ada " * 200, 900, "repeated itself, and was stopped"),
    ],
)
def test_a_reply_that_is_not_whole_is_told(reply: str, tokens: int, told: str) -> None:
    model = saying(reply, max_tokens=tokens)
    with pytest.raises(GenerationError, match=told):
        model.with_structured_output(Boat).invoke("Which boat?")


@pytest.mark.parametrize("schema", [Boat, PLAIN], ids=["class", "mapping"])
@pytest.mark.parametrize(
    "written",
    [
        f"```json\n{IDA}\n```",
        f"```\n{IDA}\n```\nThat is the boat.",
        f"Here is the boat [as asked]: {IDA} Anything else?",
        "{'name': 'Ida', 'length': 9.5}",
        '{"name": "Ida", "length": 9.5,}',
    ],
)
def test_a_reply_is_read_in_whatever_form_a_model_writes_json(schema: Any, written: str) -> None:
    boat = saying(written).with_structured_output(schema).invoke("Which boat?")
    assert (boat if isinstance(boat, dict) else boat.model_dump()) == json.loads(IDA)


@pytest.mark.parametrize("schema", [Boat, PLAIN], ids=["class", "mapping"])
@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ('{"name": "Ida", "length": "long"}', r"schema: \$\.length: "),
        ('{"name": "Ida"}', r"schema: \$.*length"),
        ("I know of no boat.", "schema: it holds no whole value in JSON"),
        ('{"name": "Ida", "length": ', "schema: it holds no whole value in JSON"),
    ],
)
def test_a_reply_that_does_not_fit_is_told_with_the_place(
    schema: Any, reply: str, told: str
) -> None:
    with pytest.raises(GenerationError, match=told):
        saying(reply).with_structured_output(schema).invoke("Which boat?")


def test_json_mode_takes_any_object_without_a_schema() -> None:
    model = saying(IDA)
    assert model.with_structured_output(method="json_mode").invoke("A boat.") == json.loads(IDA)
    with pytest.raises(UsageError, match="`schema` must be"):
        model.with_structured_output()


# Refusals


def test_a_backend_that_takes_no_schema_refuses_one_in_a_sentence() -> None:
    with pytest.raises(ConfigurationError, match="cannot constrain an answer by a json schema"):
        Scripted(constraints=()).with_structured_output(Boat)


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda model: model.with_structured_output("Boat"), "`schema` must be a Pydantic class"),
        (lambda model: model.with_structured_output({"a": 1}), "`schema` must be"),
        (lambda model: model.with_structured_output({"type": "boat"}), "schema is not valid at $"),
        (
            lambda model: model.with_structured_output(Boat, method="yaml"),
            "no option `method='yaml'`",
        ),
        (lambda model: model.with_structured_output(Boat, tone=1), "no option `tone`"),
    ],
)
def test_what_is_no_schema_is_told_by_name(ask: Callable[[Any], object], told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        ask(Scripted())


# A backend that only takes tools


class Caller(Scripted):
    """Takes tools, and can be held to no schema."""

    def describe(self) -> Description:
        return replace(super().describe(), constraints=(), takes_tools="chosen")

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        assert request.tool_choice == "any"
        *_, last = super().generate_pieces(request)
        (tool,) = request.tools
        boat = json.dumps({"name": "Ida", "length": 9.5})
        yield replace(last, tool_calls=(ToolCall(tool.name, boat),))


def test_a_backend_that_only_takes_tools_is_made_to_call_the_schema() -> None:
    assert Caller().with_structured_output(Boat).invoke("Which?") == Boat(name="Ida", length=9.5)


class Talker(Caller):
    """Says what it was to call."""

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        return Scripted.generate_pieces(self, request)


def test_a_reply_in_the_place_of_the_call_is_read_as_well() -> None:
    model = Talker(answer=lambda prompt: IDA)
    assert model.with_structured_output(PLAIN).invoke("Which?") == json.loads(IDA)
    with pytest.raises(GenerationError, match="does not fit the schema"):
        Talker(answer=lambda prompt: "No boat.").with_structured_output(Boat).invoke("Which?")
