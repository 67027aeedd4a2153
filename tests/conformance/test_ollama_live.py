"""What Quoth relies on, checked on a real Ollama: `make test-ollama`.

It answers at OLLAMA_HOST or its usual address, with a language model (LIVE_MODEL, else its
smallest) and an embedding model (LIVE_EMBEDDER, else its smallest). Without one, each check is
skipped with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conformance.subjects import live_embedder, live_model, settings
from langchain_core.messages import HumanMessage
from quoth import Library
from quoth.backends.ollama.wire import server_address
from quoth.config import load_config
from quoth.errors import BackendError, ContextOverflowError, ModelNotFoundError
from quoth.models import ChatRequest, LocalModel, ModelCalls, open_model, open_provider, timings_of
from quoth.testing.ollama_recorder import list_exchanges, record

pytestmark = pytest.mark.live
TEXT = "The boiler was inspected on the third of May by the district engineer. " * 20
SCRIPTS = ("Ящики с инструментом лежат у причала.", "水位在春天上升。", "naïve — “quotes” 🙂")


@pytest.fixture
def model() -> Iterator[LocalModel]:
    model = open_model(settings(model=live_model(), parallel=4))
    yield model
    model.close()


@pytest.fixture
def unseen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide the store, as of an Ollama in a container or on another machine."""
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "nothing"))
    monkeypatch.setenv("QUOTH_HOME", str(tmp_path / "home"))


@pytest.mark.usefixtures("unseen")
def test_tokens_are_counted_as_the_server_counts_them(model: LocalModel) -> None:
    assert model.describe().counting == "exact"
    for text in (TEXT, *SCRIPTS):
        read = timings_of(model.invoke(text, max_tokens=1)).prompt_tokens
        counted = model.count_tokens(text)
        assert counted <= read <= counted + model.template_tokens() + 12, text


def test_a_prompt_that_is_too_long_is_refused_with_the_counts_of_the_server(
    model: LocalModel,
) -> None:
    with pytest.raises(ContextOverflowError):
        model.invoke(TEXT * 10, max_tokens=4)
    small = open_model(settings(model=model.model, context_window=512))
    request = small._request([HumanMessage("Hi.")], None, {"max_tokens": 4})
    object.__setattr__(request, "messages", (HumanMessage(TEXT * 4),))  # behind our own check
    with pytest.raises(ContextOverflowError) as caught:
        list(small.generate_pieces(request))
    assert caught.value.prompt_tokens > caught.value.window == 512
    small.close()


def test_a_reply_is_one_of_the_choices(model: LocalModel) -> None:
    choices = ("the third of May", 'a "boiler"', "Löschwasser")
    request = ChatRequest((HumanMessage(f"{TEXT[:72]} When was it?"),), choices=choices)
    assert ModelCalls(model).call(request).text in choices


def test_short_replies_are_weighed_by_their_log_probabilities(model: LocalModel) -> None:
    call = ModelCalls(model).call(
        ChatRequest(
            (HumanMessage("Is ice cold? Answer with yes or no."),),
            max_tokens=4,
            choices=("yes", "no"),
            likelihoods=True,
        )
    )
    assert len({*call.likelihoods}) == 2
    assert max(call.likelihoods) < 0


def test_the_window_and_the_place_are_read_back(model: LocalModel) -> None:
    model.reserve()
    placed = model.placement()
    assert placed is not None
    assert placed.context_window == model.describe().context_window
    assert placed.bytes > placed.gpu_bytes >= 0
    assert model.describe().gpu_layers is not None


def test_a_name_is_the_same_model_in_any_case(model: LocalModel) -> None:
    other = open_model(settings(model=f"ollama:{model.short_name.upper()}"))
    assert other.describe().fingerprint == model.describe().fingerprint
    other.close()


def test_waiting_calls_are_answered(model: LocalModel) -> None:
    with ThreadPoolExecutor(4) as pool:
        asked = list(pool.map(lambda n: model.invoke(f"Count to {n}.", max_tokens=16), range(4)))
    assert all(answer.text for answer in asked)


def test_what_is_not_there_is_told(model: LocalModel) -> None:
    provider = open_provider("ollama", settings(model=model.model))
    assert provider.find(model.short_name.upper()).bytes > 0
    with pytest.raises(ModelNotFoundError):
        provider.find("none-of-this-name:1b")
    with pytest.raises(BackendError):
        list(provider.pull("127.0.0.1:9/none/of-this-name:1b"))


@pytest.mark.usefixtures("unseen")
def test_three_documents_are_ingested_and_searched(tmp_path: Path) -> None:
    embedder = live_embedder()
    folder = tmp_path / "notes"
    folder.mkdir()
    for number, text in enumerate((TEXT, *SCRIPTS[:2])):
        (folder / f"{number}.txt").write_text(f"{text} " * 8, "utf-8")
    config = load_config(overrides={"embedding.model": embedder}).config
    with Library("live", home=tmp_path / "home", config=config) as library:
        report = library.ingest(folder)
        assert len(report.done) == 3, report.failed
        assert library.search("When was the boiler inspected?", k=1)


def test_a_recording_is_made(model: LocalModel) -> None:
    embedder = live_embedder().removeprefix("ollama:")
    exchanges = list_exchanges(model.short_name, embedder)
    rows = list(record(server_address(settings()), exchanges))
    assert len(rows) == len(exchanges)
    assert json.loads(json.dumps(rows[0].answer))[0]["version"]
    refused = next(row for row in rows if row.name == "chat too long, truncate false")
    assert (refused.status, "n_prompt_tokens" in str(refused.answer)) == (400, True)
