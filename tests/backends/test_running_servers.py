"""Servers that run already: found by the address in the model's name, whatever they answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from backends.chat_server import ChatServer, serving
from conformance.subjects import llama_server
from quoth.config import ModelSettings
from quoth.errors import (
    BackendError,
    ConfigurationError,
    EgressError,
    GenerationError,
)
from quoth.models import LocalModel, open_model
from quoth.weights import find_embedded_weights


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a real llama.cpp server."""
    with llama_server("-m", str(find_embedded_weights()), "-c", "512") as url:
        yield url


def open_at(address: str, backend: str = "llama-server", **changes: Any) -> LocalModel:
    return open_model(ModelSettings(model=f"{backend}:{address}", timeout=20, **changes))


@pytest.mark.parametrize("backend", ["llama-server", "llamafile"])
@pytest.mark.parametrize("ending", ["", "/", "/v1"])
def test_the_name_may_be_the_address(address: str, backend: str, ending: str) -> None:
    model = open_at(address + ending, backend)
    try:
        assert model.address == address
        assert model.describe().context_window == 512
        assert model.invoke("Say hello.", max_tokens=4).text
    finally:
        model.close()


def test_an_address_off_this_machine_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(EgressError):
        open_at("http://gpu.example:8080")


def test_the_key_goes_only_to_the_server_that_it_belongs_to(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("secret")
    other = open_at("http://127.0.0.1:8081", url="http://127.0.0.1:8080", api_key_file=str(key))
    assert other.settings.api_key_file == ""
    for own in ("http://127.0.0.1:8080/v1", ""):
        model = open_at("http://127.0.0.1:8080", url=own, api_key_file=str(key))
        assert model.settings.api_key_file == str(key)


PROPERTIES = {"default_generation_settings": {"n_ctx": 2048}, "total_slots": 1}


def routes(**changes: Any) -> dict[str, Any]:
    """The answers of a server that is like llama.cpp's, and counts words as tokens."""

    def tokenize(body: dict[str, Any]) -> dict[str, Any]:
        return {"tokens": list(range(len(body["content"].split())))}

    named = {f"/{name.replace('_', '/')}": value for name, value in changes.items()}
    return {"/props": PROPERTIES, "/tokenize": tokenize, **named}


def test_an_older_server_that_lists_no_models_is_spoken_to() -> None:
    with serving(ChatServer(routes=routes(v1_models=404))) as server:
        model = open_at(server.url, "llamafile")
        assert model.describe().context_window == 2048
        assert model.describe().parameters == 0
        assert model.token_starts("four words of text") == [0, 4, 9, 13]
        model.close()


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"default_generation_settings": None, "total_slots": None},
        {"default_generation_settings": [], "total_slots": "two", "bos_token": None},
        {"default_generation_settings": {"n_ctx": "many"}, "chat_template": ""},
    ],
)
@pytest.mark.parametrize("listed", [{}, {"data": None}, {"data": [None]}, {"data": [{"meta": 3}]}])
def test_facts_that_a_server_states_oddly_are_left_out(odd: dict[str, Any], listed: Any) -> None:
    with serving(ChatServer(routes=routes(props=odd, v1_models=listed))) as server:
        description = open_at(server.url, context_window=1024).describe()
    assert (description.context_window, description.parallel) == (1024, 1)


def test_a_server_of_another_kind_is_told_apart() -> None:
    with serving(ChatServer()) as server:
        with pytest.raises(ConfigurationError, match=r"is not llama.cpp's") as caught:
            open_at(server.url).describe()
        assert "openai-compatible" in caught.value.hint


def test_a_server_of_several_models_asks_for_a_name() -> None:
    with serving(ChatServer(routes=routes(props={"role": "router"}))) as server:
        with pytest.raises(ConfigurationError, match="several models") as caught:
            open_at(server.url).describe()
        assert "openai-compatible" in caught.value.hint


@pytest.mark.parametrize("answer", ["<html>welcome</html>", 401, 503])
def test_what_cannot_be_used_is_an_error_of_ours(answer: str | int) -> None:
    with serving(ChatServer(routes=routes(props=answer))) as server:
        with pytest.raises((BackendError, GenerationError)) as caught:
            open_at(server.url).describe()
        assert caught.value.hint


def test_timings_of_another_type_do_not_lose_the_answer() -> None:
    events = [
        'data: {"content": "It is so."}\n\n',
        'data: {"stop": true, "content": "", "timings": {"prompt_ms": null, "cache_n": "x"},'
        ' "tokens_evaluated": null}\n\n',
    ]
    with serving(ChatServer(routes=routes(completion=lambda _: events))) as server:
        model = open_at(server.url)
        assert model.invoke("Is it so?", max_tokens=8).text == "It is so."
        model.close()
