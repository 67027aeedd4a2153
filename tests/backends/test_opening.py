"""From `backend:name` to a model, and what is said where that cannot be."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from gguf import GGUFWriter
from langchain_core.messages import HumanMessage, SystemMessage
from programs import Quoth
from quoth import Library
from quoth.backends.http import LocalHttp, read_key
from quoth.config import load_config
from quoth.config.settings import ModelSettings
from quoth.errors import (
    BackendError,
    ConfigurationError,
    GenerationError,
    MissingExtraError,
    ModelNotFoundError,
)
from quoth.models import Provider, backend_names, open_model, open_provider, split_model
from quoth.prompts.selector import select_prompt

BACKENDS = (
    "gpt4all",
    "llama-cpp-python",
    "llama-server",
    "llamacpp",
    "llamafile",
    "ollama",
    "openai-compatible",
)


def test_all_backends_come_through_the_same_door() -> None:
    assert set(BACKENDS) <= set(backend_names())
    for name in BACKENDS:
        assert isinstance(open_provider(name, ModelSettings()), Provider)


def test_a_model_is_split_at_its_first_colon() -> None:
    assert split_model("ollama:llama3.1:8b") == ("ollama", "llama3.1:8b")


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("llama3.1", "is not a model of the form `backend:name`"),
        ("ollama:", "is not a model of the form `backend:name`"),
        ("olama:x", "nearest one is 'ollama'"),
        ("zzzzzz:x", "no backend 'zzzzzz'"),
    ],
)
def test_what_is_no_model_is_said(model: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        open_model(ModelSettings(model=model))
    assert "llama-server" in caught.value.hint


@pytest.mark.parametrize("backend", ["gpt4all", "llama-cpp-python"])
def test_an_extra_that_is_missing_is_one_sentence(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda *_: None)
    with pytest.raises(MissingExtraError, match=f"the extra '{backend}'") as caught:
        open_model(ModelSettings(model=f"{backend}:embedded"))
    assert f'"{backend}>=' in caught.value.hint
    assert caught.value.hint.startswith("Install it with: uv pip install")


def test_describing_and_rendering_load_nothing() -> None:
    model = open_model(ModelSettings())
    assert model.describe().context_window == 8192
    assert model.describe().engine == "xllamacpp"
    assert model.render([HumanMessage("Hi")]).endswith("<|im_start|>assistant\n")
    assert not model.loaded  # type: ignore[attr-defined]


def test_a_template_of_the_users_comes_first(tmp_path: Path) -> None:
    messages = [SystemMessage("Be brief."), HumanMessage("Hi")]
    by_family = open_model(ModelSettings(template="llama-2")).render(messages)
    assert "<<SYS>>" in by_family
    file = tmp_path / "mine.jinja"
    file.write_text("{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}")
    assert (
        open_model(ModelSettings(template=str(file))).render(messages)
        == "<system>Be brief.<user>Hi"
    )


def test_llama_2_sees_its_marks_around_the_search_queries_and_everyone_else_the_plain_ones(
    quoth: Quoth, tmp_path: Path
) -> None:
    file = tmp_path / "llama-2-7b-chat.Q4_0.gguf"
    writer = GGUFWriter(file, "llama")
    writer.add_context_length(4096)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(["<unk>", "<s>", "</s>"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(True)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    show = ("prompts", "show", "search-queries", "--var", "question=Why?", "--model")
    llama = quoth(*show, f"llamacpp:{file}").stdout
    assert llama.startswith("[INST] <<SYS>>\nYou are an assistant that improves searches")
    assert "\n<</SYS>>\n\nWrite THREE search questions" in llama
    assert llama.endswith("Why? [/INST]"), "the tokenizer adds BOS, so it is not written"
    chosen = quoth(*show, "llamacpp:embedded", "--set", "backend.template=llama-2").stdout
    assert "<<SYS>>" in chosen, "the template in force says which family it is"
    other = quoth(*show, "llamacpp:embedded").stdout
    assert "<<SYS>>" not in other
    assert "Question: Why?<|im_end|>" in other


def test_prompts_and_families_of_the_users_go_before_ours(tmp_path: Path) -> None:
    (tmp_path / "tasks").mkdir()
    (tmp_path / "families").mkdir()
    task = "{name: answer, version: 9, variables: [context, question], user: '{context}{question}'}"
    (tmp_path / "tasks" / "answer.yaml").write_text(task)
    (tmp_path / "families" / "house.jinja").write_text("<{{ messages[0].content }}>")
    model = open_model(ModelSettings(template="house"), prompt_folders=(tmp_path,))
    assert model.render([HumanMessage("Hi")]) == "<Hi>"
    assert model.family == "house"
    assert select_prompt("answer", model).version == 9
    with Library(config=load_config(overrides={"prompts": str(tmp_path)}).config) as library:
        assert select_prompt("answer", library.model).version == 9


def test_a_server_backend_without_an_address() -> None:
    with pytest.raises(ConfigurationError, match="needs the address"):
        open_model(ModelSettings(model="openai-compatible:x"))


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(ModelNotFoundError, match=r"no GGUF file nowhere\.gguf"):
        open_model(ModelSettings(model="llamacpp:nowhere.gguf"))


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        status, body = {
            "/key": (200 if self.headers["authorization"] == "Bearer s3cret" else 401, b"{}"),
            "/list": (200, b"[]"),
            "/gone": (404, b'{"error": {"message": "File Not Found"}}'),
            "/text": (500, b"out of order"),
            "/elsewhere": (302, b""),
        }[self.path]
        self.send_response(status)
        self.send_header("location", "http://192.0.2.1/")
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_the_key_is_read_from_its_file(server: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("s3cret\n")
    assert LocalHttp(server, api_key=read_key(str(file))).json("GET", "/key") == {}
    with pytest.raises(BackendError, match="requires a key") as caught:
        LocalHttp(server).json("GET", "/key")
    assert "api_key_file" in caught.value.hint
    assert read_key("") == ""
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_key(str(tmp_path / "nothing"))


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        ("/list", GenerationError, "not JSON|not an object"),
        ("/gone", ModelNotFoundError, "File Not Found"),
        ("/text", BackendError, "out of order"),
        ("/elsewhere", BackendError, "refused the call"),
    ],
)
def test_answers_that_are_none(server: str, path: str, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        LocalHttp(server).json("GET", path)


def test_an_address_that_is_none() -> None:
    with pytest.raises(ConfigurationError, match="which is not an address"):
        LocalHttp("http://127.0.0.1:none")
