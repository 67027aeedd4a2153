"""`embedding.model: ollama:NAME`: the vectors of the model, and never of a part of a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from conformance.ollama_server import EMBEDDER, EMBEDDER_WINDOW, OllamaServer
from places import ROOT
from quoth import Library
from quoth.backends.ollama.embedder import OllamaEmbedder
from quoth.backends.ollama.letter_rates import LetterRates
from quoth.config import load_config
from quoth.embed.contract import Embedder
from quoth.embed.embedder import FolderEmbedder
from quoth.errors import BackendError, ConfigurationError, FingerprintError
from quoth.models import open_embedder
from quoth.types import Chunk

TEXTS = ["bees make honey", "The Löschwasser is 12 m³ 🙂.", "Zinnober — naïve “quotes”, 你好"]
CHOSEN = {"embedding.model": f"ollama:{EMBEDDER}"}


def stored(library: Library) -> Iterable[Chunk]:
    return library.store.chunks(list(range(1, 1000))).values()


@pytest.fixture
def embedder(ollama_server: OllamaServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Embedder]:
    monkeypatch.setenv("OLLAMA_HOST", ollama_server.url)
    embedder = open_embedder(load_config(overrides=CHOSEN).config)
    yield embedder
    embedder.close()


@pytest.fixture
def reference() -> Embedder:
    return FolderEmbedder.open(load_config().config.embedding)


def test_the_vectors_are_those_of_the_model(embedder: Embedder, reference: Embedder) -> None:
    assert isinstance(embedder, OllamaEmbedder)
    assert (embedder.embed(TEXTS) * reference.embed(TEXTS)).sum(axis=1).min() > 0.9999
    long = "word " * 600
    assert embedder.query_vector(long) @ reference.query_vector(long) > 0.999


def test_tokens_are_counted_as_the_model_counts_them(
    embedder: Embedder, reference: Embedder
) -> None:
    assert embedder.limit == EMBEDDER_WINDOW - 2 == reference.limit
    text = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    for sample in (*TEXTS, text):
        expected = reference.count_tokens(sample)
        assert embedder.count_tokens(sample) == expected
        starts = embedder.token_starts(sample)
        assert len(starts) == expected
        assert starts == sorted(starts)


def test_a_text_that_is_too_long_is_never_sent(
    embedder: Embedder, ollama_server: OllamaServer
) -> None:
    embedder.embed(["word " * embedder.limit])
    with pytest.raises(ConfigurationError, match="longer than the 254"):
        embedder.embed(["word " * (embedder.limit + 1)])
    sent = [body for body in ollama_server.bodies if body["path"] == "/api/embed"]
    assert len(sent) == 1
    assert sent[0]["truncate"] is False


def test_a_server_that_reads_less_than_it_says_is_found_out(
    embedder: Embedder, ollama_server: OllamaServer
) -> None:
    assert embedder.limit == 254
    ollama_server.embedder_window = 128
    with pytest.raises(BackendError, match="exceeds the context length"):
        embedder.embed(["word " * 200])


def test_a_collection_is_filled_and_searched_with_it(
    ollama_server: OllamaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", ollama_server.url)
    (tmp_path / "long.txt").write_text("The lighthouse keeper counts ships. " * 200)
    (tmp_path / "bees.txt").write_text("Bees make honey from the nectar of flowers.")
    library = Library("embedded-by-ollama", config=load_config(overrides=CHOSEN).config)
    with library:
        report = library.ingest(tmp_path)
        assert len(report.done) == 2, report.failed
        (hit,) = library.search("What is made from nectar?", k=1)
        assert Path(hit.chunk.source).name == "bees.txt"
    lengths = [len(text.split()) for b in ollama_server.bodies for text in b.get("input", ())]
    assert max(lengths) > 100
    with Library("embedded-by-ollama") as other, pytest.raises(FingerprintError):
        other.search("nectar")


def test_prompts_are_put_before_texts_and_count(
    ollama_server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", ollama_server.url)
    prompts = {"embedding.query_prompt": "query: ", "embedding.passage_prompt": "passage: "}
    prompted = open_embedder(load_config(overrides={**CHOSEN, **prompts}).config)
    plain = open_embedder(load_config(overrides=CHOSEN).config)
    try:
        prompted.embed(["one"])
        prompted.query_vector("two")
        sent = [body["input"] for body in ollama_server.bodies if body["path"] == "/api/embed"]
        assert sent == [["passage: one"], ["query: two"]]
        assert prompted.limit == plain.limit - 4
        assert prompted.fingerprint != plain.fingerprint
    finally:
        prompted.close()
        plain.close()


def test_a_chunk_longer_than_it_reads_is_an_error_when_it_is_split(
    ollama_server: OllamaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", ollama_server.url)
    (tmp_path / "some.txt").write_text("Some text.")
    chosen = load_config(overrides={**CHOSEN, "ingestion.chunk_tokens": 300}).config
    with (
        Library("too-long", config=chosen) as library,
        pytest.raises(ConfigurationError, match="reads only 254 tokens"),
    ):
        library.ingest(tmp_path)
    assert not [body for body in ollama_server.bodies if body["path"] == "/api/embed"]


def test_a_backend_that_does_not_embed_says_so() -> None:
    with pytest.raises(ConfigurationError, match="has no embedders"):
        open_embedder(load_config(overrides={"embedding.model": "llamafile:x"}).config)


@pytest.fixture
def untold(
    ollama_server: OllamaServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> OllamaServer:
    """A server that shows no tokenizer, and a state in which none is known."""
    ollama_server.shows_tokenizer = False
    monkeypatch.setenv("OLLAMA_HOST", ollama_server.url)
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "nothing"))
    monkeypatch.setenv("QUOTH_HOME", str(tmp_path / "home"))
    return ollama_server


@pytest.mark.usefixtures("untold")
def test_tokens_are_estimated_by_letters_where_no_tokenizer_is_shown(reference: Embedder) -> None:
    estimating = open_embedder(load_config(overrides=CHOSEN).config)
    for name in ("README.md", "docs/answers.md", "docs/index.md"):
        text = (ROOT / name).read_text("utf-8")
        exact, estimated = reference.count_tokens(text), estimating.count_tokens(text)
        assert exact * 0.9 < estimated < exact * 1.25, name
        assert len(estimating.token_starts(text)) - estimated in {0, 1}
    for text in TEXTS:
        assert estimating.count_tokens(text) <= len(text.encode())
    assert estimating.count_tokens("") == estimating.count_tokens("\n ") == 0
    estimating.close()


def test_chunks_are_about_as_many_and_the_same_in_any_order(
    untold: OllamaServer, tmp_path: Path
) -> None:
    texts = [(ROOT / name).read_text("utf-8") for name in ("README.md", "docs/answers.md")]
    found = []
    for number, order in enumerate((texts, texts[::-1])):
        folder = tmp_path / str(number)
        folder.mkdir()
        for place, text in enumerate(order):
            (folder / f"{place}.md").write_text(text, "utf-8")
        chosen = load_config(overrides=CHOSEN).config
        with Library("estimated", home=tmp_path / f"home-{number}", config=chosen) as library:
            assert not library.ingest(folder).failed
            found.append(sorted(chunk.text for chunk in stored(library)))
    with Library("exact", home=tmp_path / "exact") as library:
        library.ingest(tmp_path / "0")
        exact = len(list(stored(library)))
    assert found[0] == found[1]
    assert exact * 0.9 <= len(found[0]) <= exact * 1.3
    samples = [body for body in untold.sent("/api/embed") if isinstance(body["input"], str)]
    assert len(samples) < 2 * 14


@pytest.mark.usefixtures("untold")
def test_a_text_that_proves_too_long_is_read_in_halves(reference: Embedder) -> None:
    embedder = open_embedder(load_config(overrides=CHOSEN).config)
    assert isinstance(embedder, OllamaEmbedder)
    rare = " ".join(f"xq{'zvw'[n % 3]}{'kj'[n % 2]}pf" for n in range(70))
    assert embedder.count_tokens(rare) < EMBEDDER_WINDOW < reference.count_tokens(rare)
    (vector, plain) = embedder.embed([rare, TEXTS[0]])
    start = reference.embed([rare[: len(rare) // 3]])[0]
    assert vector @ start > 0.9
    assert plain @ reference.embed([TEXTS[0]])[0] > 0.9999
    embedder.close()


def test_a_server_that_reports_no_count_leaves_a_token_for_each_byte() -> None:
    rates = LetterRates(lambda _: 0)
    assert rates.count("größer 1") == len("größer1".encode())
