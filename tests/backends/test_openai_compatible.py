"""Servers that speak `/v1`: what they tell is used, and no server cuts a prompt unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from backends.chat_server import MODEL, TEMPLATE_TOKENS, ChatServer, Cut, serving
from langchain_core.messages import HumanMessage
from quoth.config import ModelSettings
from quoth.errors import BackendError, ContextOverflowError, GenerationError
from quoth.models import LocalModel, open_model

WINDOW = 1000


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with serving(ChatServer(window=WINDOW)) as server:
        yield server


def opened(server: ChatServer, **settings: Any) -> LocalModel:
    model = f"openai-compatible:{MODEL}"
    return open_model(ModelSettings(**{"model": model, "url": server.url, **settings}))


def prose(words: int) -> str:
    """Return a text of so many different words."""
    return " ".join(f"sentence{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}" for n in range(words))


@pytest.mark.parametrize("cut", ["start", "middle", "end", "half"])
def test_a_prompt_that_a_server_cuts_is_an_error_with_both_counts(
    server: ChatServer, cut: Cut
) -> None:
    server.cut = cut
    model = opened(server)
    assert model.invoke([HumanMessage(prose(800))]).text == "It is so."
    with pytest.raises(GenerationError, match=r"was sent 1[56]\d\d tokens and read only \d+"):
        model.invoke([HumanMessage(prose(1500))])


@pytest.mark.parametrize("cut", ["start", "middle", "end", "half"])
def test_the_first_prompt_may_be_the_one_that_is_cut(server: ChatServer, cut: Cut) -> None:
    server.cut = cut
    with pytest.raises(GenerationError, match="read only"):
        opened(server).invoke([HumanMessage(prose(1100))])


@pytest.mark.parametrize("words", [300, 900, 2600])
def test_a_prompt_that_is_read_whole_is_answered(server: ChatServer, words: int) -> None:
    server.window = 4000
    assert opened(server).invoke([HumanMessage(prose(words))]).text == "It is so."


def test_a_size_that_was_proved_is_not_proved_again(server: ChatServer) -> None:
    model = opened(server)
    model.invoke([HumanMessage(prose(800))])
    calls = len(server.bodies)
    for words in (700, 750, 800):
        model.invoke([HumanMessage(prose(words))])
    assert len(server.bodies) == calls + 3


def test_a_server_that_reports_nothing_is_not_believed(server: ChatServer) -> None:
    server.reports = False
    model = opened(server)
    assert model.invoke([HumanMessage("Why?")]).text == "It is so."
    with pytest.raises(GenerationError, match="does not report how many tokens it read"):
        model.invoke([HumanMessage(prose(300))])


def test_tokens_are_learnt_from_what_the_server_reads(server: ChatServer) -> None:
    server.window = 4000
    model = opened(server)
    text = prose(400)
    assert 400 <= model.count_tokens(text) <= 1.35 * 400
    assert model.describe().counting == "bound"


def test_a_script_is_learnt_apart_from_another(server: ChatServer) -> None:
    server.window = 4000
    model = opened(server)
    model.count_tokens(prose(400))
    text = " ".join(["Вопрос", "ответ"] * 100)
    assert 200 <= model.count_tokens(text) <= 1.5 * 200


@pytest.mark.parametrize(
    ("overflow", "prompt", "window"),
    [
        (
            {
                "message": "request (3010 tokens) exceeds the available context size (1024 tokens)",
                "type": "exceed_context_size_error",
                "n_prompt_tokens": 3010,
                "n_ctx": 1024,
            },
            3010,
            1024,
        ),
        (
            {
                "message": "This model's maximum context length is 2048 tokens. However, you "
                "requested 5100 tokens (5000 in the messages, 100 in the completion).",
                "code": "context_length_exceeded",
            },
            5000,
            2048,
        ),
        (
            "Trying to keep the first 5241 tokens when context the overflows. However, the model "
            "is loaded with context length of only 4096 tokens, which is not enough.",
            5241,
            4096,
        ),
    ],
)
def test_the_words_of_a_refusal_are_read_once(
    server: ChatServer, overflow: Any, prompt: int, window: int
) -> None:
    server.overflow = overflow
    model = opened(server)
    with pytest.raises(ContextOverflowError) as caught:
        model.invoke([HumanMessage(prose(1200))], max_tokens=50)
    assert (caught.value.prompt_tokens, caught.value.window) == (prompt, window)
    assert model.describe().context_window == window


def count_words(body: dict[str, Any]) -> dict[str, Any]:
    """Answer as llama.cpp's `/tokenize`."""
    return {"tokens": list(range(len(str(body.get("content", "")).split())))}


def count_as_vllm(body: dict[str, Any]) -> dict[str, Any] | int:
    if "content" in body:
        return 400
    words = str(body.get("prompt", "")).split()
    for message in body.get("messages", []):
        words += message["content"].split()
    count = len(words) + TEMPLATE_TOKENS * ("messages" in body)
    return {"count": count, "max_model_len": 3000, "tokens": list(range(count))}


ROUTES: dict[str, tuple[dict[str, Any], int, str]] = {
    "llama.cpp": (
        {
            "/tokenize": count_words,
            "/props": {"default_generation_settings": {"n_ctx": 3000}},
            "/apply-template": lambda body: {"prompt": body["messages"][0]["content"]},
        },
        3000,
        "exact",
    ),
    "vLLM": ({"/tokenize": count_as_vllm}, 3000, "exact"),
    "KoboldCpp": (
        {
            "/api/extra/version": {"result": "KoboldCpp", "version": "1.100"},
            "/api/extra/true_max_context_length": {"value": 3000},
            "/api/extra/tokencount": lambda body: {"value": len(body["prompt"].split())},
        },
        3000,
        "exact",
    ),
    "LM Studio": (
        {
            "/tokenize": {"error": "Unexpected endpoint or method."},
            "/api/v0/models": {
                "data": [{"id": MODEL, "loaded_context_length": 3000, "max_context_length": 32768}]
            },
        },
        3000,
        "bound",
    ),
    "": ({}, 8192, "bound"),
}


@pytest.mark.parametrize("dialect", ROUTES)
def test_what_a_server_tells_of_itself_is_used(server: ChatServer, dialect: str) -> None:
    server.routes, window, counting = ROUTES[dialect]
    server.window = 3000
    model = opened(server)
    description = model.describe()
    assert (description.engine, description.counting) == (dialect, counting)
    assert description.context_window == window
    text = prose(500)
    assert model.count_tokens(text) == 500 or counting == "bound"
    assert model.invoke([HumanMessage(text)]).text == "It is so."


def test_a_server_that_counts_is_held_to_its_counts(server: ChatServer) -> None:
    server.routes = ROUTES["llama.cpp"][0]
    server.cut = "start"
    with pytest.raises(GenerationError, match=r"read only 1000"):
        opened(server).invoke([HumanMessage(prose(1100))])


@pytest.mark.parametrize(
    ("refuses", "reply", "sent"),
    [
        ((), '"yes"', {"response_format"}),
        (("response_format",), "yes", {"logprobs", "top_logprobs"}),
        (("response_format", "logprobs"), "yes", set()),
    ],
)
def test_a_choice_is_asked_for_in_the_best_way_that_the_server_takes(
    server: ChatServer, refuses: tuple[str, ...], reply: str, sent: set[str]
) -> None:
    server.refuses, server.reply = refuses, reply
    model = opened(server)
    assert model.invoke([HumanMessage("Is it?")], choices=("yes", "no")).text == "yes"
    ways = {"response_format", "logprobs", "top_logprobs"}
    assert ways & {*server.bodies[-1]} == sent
    calls = len(server.bodies)
    model.invoke([HumanMessage("Is it?")], choices=("yes", "no"))
    assert len(server.bodies) == calls + 1


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ("Well, who knows?", "in May"),
        ("It was IN JUNE, I think.", "in June"),
        ("In June or in May.", "In June or in May."),
    ],
)
def test_a_reply_is_the_choice_that_it_names_and_else_the_likeliest(
    server: ChatServer, reply: str, text: str
) -> None:
    server.refuses, server.reply = ("response_format",), reply
    likely = [{"token": "Well", "logprob": -0.3}, {"token": "in", "logprob": -2.0}]
    then = [{"token": " May", "logprob": -0.2}, {"token": " June", "logprob": -3.0}]
    server.logprobs = [{**likely[1], "top_logprobs": likely}, {**then[0], "top_logprobs": then}]
    choices = ("in May", "by June", "in June")
    assert opened(server).invoke([HumanMessage("When?")], choices=choices).text == text


@pytest.mark.parametrize("thinking", [False, True])
def test_thinking_is_switched_off_where_the_server_gives_variables_to_the_template(
    server: ChatServer, thinking: bool
) -> None:
    counted: list[dict[str, Any]] = []

    def count(body: dict[str, Any]) -> dict[str, Any]:
        counted.append(body)
        return {"count": 7}

    server.routes["/tokenize"] = count
    model = opened(server, thinking=thinking)
    model.invoke([HumanMessage("Why?")])
    switched = {"chat_template_kwargs": {"enable_thinking": False, "reasoning_effort": "low"}}
    for body in (server.bodies[-1], next(body for body in counted if "messages" in body)):
        assert {k: v for k, v in body.items() if "template" in k} == ({} if thinking else switched)


def test_other_servers_get_no_field_that_they_may_refuse(server: ChatServer) -> None:
    opened(server).invoke([HumanMessage("Why?")])
    assert "chat_template_kwargs" not in server.bodies[-1]


@pytest.mark.parametrize("logprobs", [{"content": None}, {"content": [7, {}]}, "none"])
def test_odd_log_probabilities_tell_nothing(server: ChatServer, logprobs: object) -> None:
    choice = {"delta": {"content": "Hm."}, "finish_reason": "stop", "logprobs": logprobs}
    server.events = [f"data: {json.dumps({'choices': [choice]})}\n\n"]
    server.refuses = ("response_format",)
    assert opened(server).invoke([HumanMessage("Why?")], choices=("yes", "no")).text == "Hm."


@pytest.mark.parametrize(
    "events",
    [
        ['data: {"choices": "none"}\n\n'],
        ['data: {"choices": [{"delta": null, "finish_reason": null}]}\n\n'],
        ['data: {"choices": [{"delta": {"content": 7}}]}\n\n'],
        [": keep-alive\n\n"],
        ['data: {"choices": [{"delta": {"content": "half a sen"}}]}\n\n'],
        ['data: {"error": {"message": "the model is gone"}}\n\n'],
        ["data: [1, 2]\n\n"],
        ["data: {\n\n"],
    ],
)
def test_an_odd_stream_is_one_of_our_errors(server: ChatServer, events: list[str]) -> None:
    server.events = events
    with pytest.raises(BackendError):
        opened(server).invoke([HumanMessage("Why?")])


def test_a_stream_with_odd_fields_is_read(server: ChatServer) -> None:
    server.events = [
        ": waiting\r\n\r\n",
        'data: {"choices": [{"delta": {"role": "assistant", "content": null}}]}\r\n\r\n',
        'data: {"choices": [{"delta": {"reasoning": "Hm."}}], "usage": null}\r\n\r\n',
        'data: {"choices": [{"delta": {"content": "So it is."}, "finish_reason": "eos"}]}\r\n\r\n',
        'data: {"choices": [], "usage": {"prompt_tokens": "many"}}\r\n\r\n',
        "data: [DONE]\r\n\r\n",
    ]
    reply = opened(server).invoke([HumanMessage("Why?")])
    assert reply.text == "So it is."
    assert reply.additional_kwargs["reasoning_content"] == "Hm."


def test_a_redirect_is_refused(server: ChatServer) -> None:
    server.routes["/v1/models"] = 302
    with pytest.raises(BackendError, match="refused the call"):
        opened(server).invoke([HumanMessage("Why?")])


def test_a_server_that_reports_no_count_is_not_asked_for_one_again(
    server: ChatServer,
) -> None:
    server.reports = False
    model = opened(server)
    for words in (200, 300, 400):
        assert model.count_tokens(prose(words)) > words
    assert len(server.bodies) == 2, "a text and an empty prompt, and nothing after these"
    assert all(body["stream"] for body in server.bodies)
    model.close()
