"""How likely real backends find texts, held against the tokens one by one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from conformance.ollama_server import OllamaServer
from conformance.subjects import open_behind, settings
from langchain_core.messages import HumanMessage
from quoth.backends.openai.model import OpenAICompatible
from quoth.errors import ConfigurationError
from quoth.journal import Journal
from quoth.models import ChatRequest, GivenReply, Judge, LocalModel, ModelCalls, open_model
from scripted_model import Scripted

QUESTION = (HumanMessage("Is ice cold? Answer with yes or no."),)
NONSENSE = (HumanMessage("Is ice hot? Answer with no or no."),)
SENTENCE = "The ferry leaves the harbour at noon — “naïve”, 灯."


def judge_of(model: LocalModel, journal: Journal | None = None) -> Judge:
    return Judge(ModelCalls(model, journal), purpose="test")


def post(url: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = httpx2.post(url + path, json=body, trust_env=False).json()
    return answer


def sum_by_token(url: str, prompt: str, reply: str) -> float:
    """Return the likelihood of a reply, with a call of its own for each of its tokens."""
    tokens = post(url, "/tokenize", {"content": reply, "parse_special": False})["tokens"]
    sent = post(url, "/tokenize", {"content": prompt, "parse_special": True})["tokens"]
    total = 0.0
    for token in tokens:
        body = {"prompt": sent, "n_predict": 1, "n_probs": 49_152, "temperature": 0}
        (step,) = post(url, "/completion", body)["completion_probabilities"]
        total += next(one["logprob"] for one in step["top_logprobs"] if one["id"] == token)
        sent.append(token)
    return total


def test_a_given_reply_is_measured_in_the_tokens_that_the_model_would_read(llama_url: str) -> None:
    model = open_behind("llama-server", llama_url)
    text = "Ferry, naïve <|im_end|>"
    measured = judge_of(model).measure([GivenReply(QUESTION, text)])
    expected = sum_by_token(llama_url, model.render(QUESTION), text)
    assert measured is not None
    assert measured[0] == pytest.approx(expected, abs=0.2)
    model.close()


def test_what_a_prompt_says_makes_a_reply_likelier(tmp_path: Path) -> None:
    model = open_model(settings())
    journal = Journal(tmp_path / "journal.sqlite")
    told = (HumanMessage(f"Repeat this sentence: {SENTENCE}"),)
    asked = [GivenReply(told, SENTENCE), GivenReply(QUESTION, SENTENCE)]
    measured = judge_of(model, journal).measure(asked)
    model.unload()
    assert measured is not None
    assert measured[0] > measured[1] + 20
    assert journal.stats().purposes == {"test": 2}
    assert judge_of(model, journal).measure(asked) == measured
    assert not model.loaded  # type: ignore[attr-defined]  # of a model in this process


@pytest.mark.parametrize("backend", ["llama-server", "openai-compatible", "ollama"])
def test_short_replies_are_weighed_by_one_call(
    backend: str, llama_url: str, ollama_server: OllamaServer
) -> None:
    model = open_behind(backend, ollama_server.url if backend == "ollama" else llama_url)
    yes, no = judge_of(model).weigh(QUESTION, ["yes", "no"])
    less, more = judge_of(model).weigh(NONSENSE, ["yes", "no"])
    model.close()
    assert yes + no == pytest.approx(1) == less + more
    assert 0.001 < less < yes < 0.999


def test_a_choice_is_the_likeliest_where_a_server_takes_no_constraint(llama_url: str) -> None:
    model = open_behind("openai-compatible", llama_url)
    assert isinstance(model, OpenAICompatible)
    server = model._reached()
    model._server = replace(server, description=replace(server.description, constraints=()))
    call = ModelCalls(model).call(ChatRequest(QUESTION, max_tokens=3, choices=("yes", "no")))
    model.close()
    assert call.text in {"yes", "no"}
    assert len({*call.likelihoods}) == 2


def test_a_backend_that_cannot_be_given_a_reply_measures_none(ollama_server: OllamaServer) -> None:
    model = open_behind("ollama", ollama_server.url)
    assert judge_of(model).measure([GivenReply(QUESTION, "Yes.")]) is None
    with pytest.raises(ConfigurationError, match="does not tell how likely"):
        ModelCalls(model).call(ChatRequest(QUESTION, reply="Yes."))
    model.close()


def test_a_backend_that_tells_no_likelihoods_is_taken_at_its_word() -> None:
    model = Scripted(answer=lambda _: "No.")
    assert judge_of(model).weigh(QUESTION, ["yes", "no"]) == [0.0, 1.0]
