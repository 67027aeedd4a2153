"""Tools: bound to a model, called, read, and refused where a backend has none."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, NotRequired, TypedDict, cast

import pytest
from backends.chat_server import MODEL, ChatServer, serving
from bag_embedder import BagEmbedder
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from pydantic import BaseModel
from quoth import Library, open_model
from quoth.config import ModelSettings
from quoth.errors import ConfigurationError, UsageError
from quoth.models import LocalModel, Request
from quoth.models.stopping import has_cycle
from scripted_model import Scripted


class Report(BaseModel):
    """The answer."""

    hour: str
    note: str | None = None


class Sail(TypedDict):
    """Sail to a port."""

    port: Annotated[str, ..., "where to"]
    crew: NotRequired[int]


@tool
def find_tide(port: str, day: int = 1) -> str:
    """Tell the tide in a port."""
    return f"High water in {port} on day {day} at 6:40."


@tool
def ring_bell() -> str:
    """Ring the bell of the harbour."""
    return "It rang."


def replies(*texts: str) -> Callable[[str], str]:
    """Answer with one text after another; the last one stays."""
    left = list(texts)
    return lambda prompt: left.pop(0) if len(left) > 1 else left[0]


def call(name: str, **arguments: object) -> str:
    return json.dumps({"tool": name, "arguments": arguments})


def answer(text: str) -> str:
    return json.dumps({"answer": text})


LONG = " ".join(f"the {number}. quay" for number in range(60))


# Tools by a schema


def test_a_model_whose_backend_takes_no_tools_is_held_to_the_form_of_a_call() -> None:
    model = Scripted(answer=replies(call("find_tide", port="Lom")))
    message = model.bind_tools([find_tide, ring_bell]).invoke("When is high water in Lom?")
    assert isinstance(message, AIMessage)
    assert message.text == ""
    (called,) = message.tool_calls
    assert (called["name"], called["args"], called["type"]) == (
        "find_tide",
        {"port": "Lom"},
        "tool_call",
    )
    assert called["id"]
    (request,) = cast(list[Request], model.asked)
    assert isinstance(request.messages[0], SystemMessage)
    assert "Tell the tide in a port." in str(request.messages[0].text)
    forms = cast(Any, request.json_schema)["anyOf"]
    assert [form["properties"].get("tool", {}).get("const") for form in forms] == [
        "find_tide",
        "ring_bell",
        None,
    ]
    assert forms[0]["properties"]["arguments"]["required"] == ["port"]


def test_an_answer_in_the_place_of_a_call_is_the_text() -> None:
    model = Scripted(answer=replies(answer("At noon.")))
    message = model.bind_tools([find_tide]).invoke("When?")
    assert (message.text, message.tool_calls) == ("At noon.", [])
    assert message.usage_metadata is not None


def test_a_streamed_call_adds_up_to_one_call() -> None:
    model = Scripted(answer=replies(call("find_tide", port=LONG, day=2)))
    chunks = list(model.bind_tools([find_tide]).stream("When?"))
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk  # type: ignore[assignment]
    assert whole.tool_calls[0]["args"] == {"port": LONG, "day": 2}


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ("any", ["find_tide", "ring_bell"]),
        ("required", ["find_tide", "ring_bell"]),
        (True, ["find_tide", "ring_bell"]),
        ("ring_bell", ["ring_bell"]),
        ({"type": "function", "function": {"name": "ring_bell"}}, ["ring_bell"]),
    ],
)
def test_a_choice_leaves_only_what_may_be_called(choice: Any, names: list[str]) -> None:
    model = Scripted(answer=replies(call("ring_bell")))
    model.bind_tools([find_tide, ring_bell], tool_choice=choice).invoke("Ring.")
    forms = model.asked[0].json_schema["anyOf"]
    assert [form["properties"]["tool"]["const"] for form in forms] == names


def test_with_the_choice_none_nothing_is_called() -> None:
    model = Scripted(answer=replies("No bell."))
    message = model.bind_tools([ring_bell], tool_choice="none").invoke("Ring.")
    assert (message.text, model.asked[0].json_schema) == ("No bell.", None)


def test_calls_and_results_of_a_conversation_are_told_as_text() -> None:
    model = Scripted(answer=replies(answer("At 6:40.")))
    history = [
        HumanMessage("When is high water in Lom?"),
        AIMessage("", tool_calls=[{"name": "find_tide", "args": {"port": "Lom"}, "id": "a"}]),
        ToolMessage("High water in Lom at 6:40.", tool_call_id="a"),
    ]
    model.bind_tools([find_tide]).invoke(history)
    _, user, assistant, result = model.asked[0].messages
    assert json.loads(assistant.text) == {"tool": "find_tide", "arguments": {"port": "Lom"}}
    assert "The tool find_tide returned:\nHigh water in Lom at 6:40." in result.text
    assert (user.type, assistant.type, result.type) == ("human", "ai", "human")
    model.invoke(history)
    assert "6:40" in model.asked[1].messages[-1].text, "also where no tools are bound any more"


def test_the_same_call_again_is_stopped_and_told() -> None:
    again = call("find_tide", port="Lom")
    model = Scripted(answer=replies(again, answer("At 6:40.")))
    history = [
        HumanMessage("When is high water in Lom?"),
        AIMessage("", tool_calls=[{"name": "find_tide", "args": {"port": "Lom"}, "id": "a"}]),
        ToolMessage("High water in Lom at 6:40.", tool_call_id="a"),
    ]
    message = model.bind_tools([find_tide]).invoke(history)
    assert message.text == "At 6:40."
    assert "find_tide again" in message.response_metadata["note"]
    assert "anyOf" not in model.asked[1].json_schema


def test_the_same_call_again_leaves_the_other_tools_where_one_must_be_called() -> None:
    again = call("find_tide", port="Lom")
    history = [
        HumanMessage("When is high water in Lom?"),
        AIMessage("", tool_calls=[{"name": "find_tide", "args": {"port": "Lom"}, "id": "a"}]),
        ToolMessage("High water in Lom at 6:40.", tool_call_id="a"),
    ]
    model = Scripted(answer=replies(again, call("ring_bell")))
    message = model.bind_tools([find_tide, ring_bell], tool_choice="any").invoke(history)
    assert [each["name"] for each in message.tool_calls] == ["ring_bell"]
    (form,) = model.asked[1].json_schema["anyOf"]
    assert form["properties"]["tool"] == {"const": "ring_bell"}
    alone = Scripted(answer=replies(again)).bind_tools([find_tide], tool_choice="any")
    assert [each["name"] for each in alone.invoke(history).tool_calls] == ["find_tide"]


def test_an_agent_has_its_answer_by_a_schema() -> None:
    report = call("Report", hour="six")
    model = Scripted(answer=replies(call("find_tide", port="Lom"), report))
    agent = create_agent(model, tools=[find_tide], response_format=Report)
    state = agent.invoke({"messages": [HumanMessage("When is high water in Lom?")]})
    assert state["structured_response"] == Report(hour="six")


def test_a_typed_dict_is_a_tool_with_what_it_says_of_its_arguments() -> None:
    model = Scripted(answer=replies(call("Sail", port="Lom")))
    message = model.bind_tools([Sail]).invoke("To Lom!")
    assert [(each["name"], each["args"]) for each in message.tool_calls] == [
        ("Sail", {"port": "Lom"})
    ]
    arguments = model.asked[0].json_schema["anyOf"][0]["properties"]["arguments"]
    assert arguments["required"] == ["port"]
    assert arguments["properties"]["port"] == {"type": "string", "description": "where to"}


def test_an_agent_searches_the_documents_and_answers(tmp_path: Path) -> None:
    file = tmp_path / "ferry.txt"
    file.write_text("The ferry to Lom leaves at six.")
    model = Scripted(answer=replies(call("search_documents", question="ferry"), answer("At six.")))
    with Library(home=tmp_path / "home", model=model, embedder=BagEmbedder()) as library:
        library.ingest(file)
        agent = create_agent(library.model, tools=[library.as_tool()])
        messages = agent.invoke({"messages": [HumanMessage("When does the ferry leave?")]})
    *_, result, last = messages["messages"]
    assert "The ferry to Lom leaves at six." in result.text
    assert last.text == "At six."


@tool
def look_up(query: str, pages: int = 1) -> str:
    """Look something up."""
    return f"High water is at 6:40.\n\nPages: {pages}."


def test_a_small_model_asks_in_the_words_of_its_user_and_says_what_the_tool_said() -> None:
    question = "When is high water in Lom?"
    model = Scripted(answer=replies(call("look_up", query=question)), parameters=135_000_000)
    agent = create_agent(model, tools=[look_up])
    *_, last = agent.invoke({"messages": [HumanMessage(question)]})["messages"]
    (asked,) = model.asked
    (form,) = asked.json_schema["anyOf"]
    assert form["properties"]["arguments"]["properties"]["query"] == {"const": question}
    assert form["properties"]["arguments"]["properties"]["pages"]["type"] == "integer"
    assert last.text == "High water is at 6:40."
    assert "what the tool returned" in last.response_metadata["note"]
    assert last.usage_metadata["total_tokens"] == 0


def test_a_small_model_that_must_call_a_tool_fills_it_by_itself() -> None:
    model = Scripted(answer=replies(call("look_up", query="tide")), parameters=135_000_000)
    model.bind_tools([look_up], tool_choice="any").invoke("Make up a question.")
    (form,) = model.asked[0].json_schema["anyOf"]
    assert form["properties"]["arguments"]["properties"]["query"]["type"] == "string"


def test_a_reply_that_is_cut_off_is_told_as_such() -> None:
    model = Scripted(answer=replies(answer("At six in the morning. " * 20)), max_tokens=16)
    message = model.bind_tools([find_tide]).invoke("When?")
    assert message.response_metadata["finish_reason"] == "length"
    assert message.text.startswith("At six in the morning.")


# Going round in a circle


def test_a_model_that_goes_round_in_a_circle_is_stopped_and_says_so() -> None:
    model = Scripted(answer=replies("The tide is high and " * 300), max_tokens=2000)
    message = model.invoke("When?")
    assert message.response_metadata["finish_reason"] == "loop"
    assert "repeated itself" in message.response_metadata["note"]
    assert len(message.text) < 900
    assert message.usage_metadata is not None


@pytest.mark.parametrize(
    ("text", "cycles"),
    [
        ("ab" * 200, True),
        ("\n" * 300, True),
        ("Counting: " + ", ".join(map(str, range(200))), False),
        ("Row, row, row your boat, gently down the stream. " * 3, False),
        ("| 1 | red |\n| 2 | red |\n| 3 | red |\n" * 2, False),
    ],
)
def test_only_what_follows_itself_many_times_is_a_circle(text: str, cycles: bool) -> None:
    assert has_cycle(text) is cycles


# Refusals


def test_a_backend_without_tools_and_schemas_refuses_tools_in_a_sentence() -> None:
    model = Scripted(constraints=())
    with pytest.raises(ConfigurationError, match="calls no tools"):
        model.bind_tools([find_tide])


@pytest.mark.parametrize(
    ("bind", "told"),
    [
        (lambda model: model.bind_tools(find_tide), "`tools` must be a list of tools"),
        (lambda model: model.bind_tools([find_tide, 7]), "`tools[1]` must be a tool"),
        (lambda model: model.bind_tools([find_tide], tool_choice="sail"), "is no tool of the call"),
    ],
)
def test_what_is_no_tool_is_told_by_name(bind: Callable[[Any], object], told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        bind(Scripted())


# Tools that a server takes


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with serving(ChatServer(window=4000)) as server:
        yield server


def served(server: ChatServer) -> LocalModel:
    settings = ModelSettings(model=f"openai-compatible:{MODEL}", url=server.url)
    return open_model(settings)


def calling(*parts: dict[str, Any]) -> list[str]:
    events: list[dict[str, Any]] = [
        {"choices": [{"delta": {"tool_calls": [part]}}]} for part in parts
    ]
    events.append({"choices": [{"delta": {}, "finish_reason": "tool_calls"}]})
    return [f"data: {json.dumps(event)}\n\n" for event in events]


def test_a_server_gets_the_tools_and_its_calls_add_up(server: ChatServer) -> None:
    model = served(server)
    model.invoke("Hello.")
    server.events = calling(
        {"index": 0, "id": "c1", "function": {"name": "find_tide", "arguments": '{"po'}},
        {"index": 0, "function": {"arguments": 'rt": "Lom"}'}},
        {"index": 1, "id": "c2", "function": {"name": "ring_bell", "arguments": None}},
    )
    message = model.bind_tools([find_tide, ring_bell], tool_choice="any").invoke("When?")
    assert [(each["name"], each["args"], each["id"]) for each in message.tool_calls] == [
        ("find_tide", {"port": "Lom"}, "c1"),
        ("ring_bell", {}, "c2"),
    ]
    body = server.bodies[-1]
    assert [each["function"]["name"] for each in body["tools"]] == ["find_tide", "ring_bell"]
    assert body["tool_choice"] == "required"


def test_an_agent_runs_over_a_server_that_calls_tools(server: ChatServer, tmp_path: Path) -> None:
    file = tmp_path / "ferry.txt"
    file.write_text("The ferry to Lom leaves at six.")
    question = json.dumps({"question": "When does the ferry leave?"})
    first = calling({"id": "c1", "function": {"name": "search_documents", "arguments": question}})
    last = [
        f"data: {json.dumps({'choices': [{'delta': {'content': 'At six [1].'}}]})}\n\n",
        f"data: {json.dumps({'choices': [{'delta': {}, 'finish_reason': 'stop'}]})}\n\n",
    ]
    model = served(server)
    model.describe()
    with Library(home=tmp_path / "home", model=model, embedder=BagEmbedder()) as library:
        library.ingest(file)
        agent = create_agent(library.model, tools=[library.as_tool()])

        def answer_in_turn(body: dict[str, Any]) -> tuple[int, Any]:
            server.bodies.append(body)
            asked = body["messages"][-1]
            return 200, last if asked["role"] == "tool" else first

        server._chat = answer_in_turn  # type: ignore[method-assign]
        messages = agent.invoke({"messages": [HumanMessage("When does the ferry leave?")]})
    assert messages["messages"][-1].text == "At six [1]."
    turns = server.bodies[-1]["messages"]
    assert [turn["role"] for turn in turns] == ["user", "assistant", "tool"]
    assert turns[1]["tool_calls"][0]["id"] == turns[2]["tool_call_id"] == "c1"
    assert "The ferry to Lom leaves at six." in turns[2]["content"]
