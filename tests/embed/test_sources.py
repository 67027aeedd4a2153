"""Vectors from a server that speaks OpenAI's API, and from any LangChain `Embeddings`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from bag_embedder import BagEmbedder
from embed.embedding_server import MODEL, EmbeddingServer, embedding_server
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from pydantic import BaseModel
from quoth import Library
from quoth.config import Config, Embedding, load_config
from quoth.embed import Embedder, FolderEmbedder, LangChainEmbedder, as_embedder
from quoth.embed.estimate import estimate_token_starts
from quoth.errors import BackendError, ConfigurationError, EgressError, QuothError
from quoth.models import open_embedder
from quoth.testing import EmbedderConformance

TEXTS = ["The lease ends in March.", "Bees make honey.", "Storks fly to the south."]


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with embedding_server() as running:
        yield running


def configured(server: EmbeddingServer, **settings: object) -> Config:
    chosen = {"model": f"openai-compatible:{MODEL}", "url": f"{server.url}/v1", **settings}
    overrides = {f"embedding.{name}": value for name, value in chosen.items()}
    return load_config(overrides=overrides, environment={}).config


class BagOfWords(BaseModel, Embeddings):
    """A LangChain `Embeddings` as another package writes one."""

    model: str = "bag"
    base_url: str = ""
    api_key: str = "secret"
    width: int = 64

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [
            [2 * float(n) for n in BagEmbedder().vector_of(text)[: self.width]] for text in texts
        ]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


class TestOpenAI(EmbedderConformance):
    @pytest.fixture(autouse=True)
    def _server(self, server: EmbeddingServer) -> None:
        self.server = server

    def open_embedder(self) -> Embedder:
        return open_embedder(configured(self.server))


class TestLangChain(EmbedderConformance):
    def open_embedder(self) -> Embedder:
        return as_embedder(BagOfWords())


@pytest.mark.parametrize("way", ["plain", "base64"])
def test_vectors_of_a_server_come_in_the_order_of_the_texts(
    server: EmbeddingServer, way: str
) -> None:
    server.way = way
    embedder = open_embedder(configured(server, passage_prompt="", query_prompt=""))
    reference = BagEmbedder().embed(TEXTS)
    assert np.allclose(embedder.embed(TEXTS), reference, atol=1e-6)
    assert np.allclose(embedder.embed_queries(TEXTS), reference, atol=1e-6)
    cut = open_embedder(configured(server, passage_prompt="", dimensions=16)).embed(TEXTS)
    assert cut.shape == (3, 16)
    assert np.allclose(np.linalg.norm(cut, axis=1), 1, atol=1e-6)


def test_a_server_gets_texts_in_parts_with_the_prompts_of_the_family(
    server: EmbeddingServer,
) -> None:
    embedder = open_embedder(configured(server))
    steps: list[int] = []
    embedder.embed([f"text {number}" for number in range(70)], progress=steps.append)
    embedder.query_vector("Which one?")
    assert steps == [32, 32, 6]
    assert [len(body["input"]) for body in server.sent] == [32, 32, 6, 1]
    assert server.sent[0]["input"][1] == "passage: text 1"
    assert server.sent[-1]["input"] == ["query: Which one?"]


def test_the_limit_is_that_of_the_server_or_of_the_family(server: EmbeddingServer) -> None:
    embedder = open_embedder(configured(server, passage_prompt=""))
    assert embedder.limit == 300
    server.models = None
    assert open_embedder(configured(server, passage_prompt="")).limit == 512
    assert open_embedder(configured(server)).limit < 512


@pytest.mark.parametrize(
    ("way", "told"),
    [
        ("refusing", "input of 900 tokens is too large"),
        ("no data", "without vectors"),
        ("not a number", "not a number"),
        ("one is missing", "returned 2 vectors for 3 texts"),
        ("of tokens", "no list of numbers"),
    ],
)
def test_an_answer_without_good_vectors_is_one_sentence(
    server: EmbeddingServer, way: str, told: str
) -> None:
    server.way = way
    with pytest.raises(BackendError, match=told):
        open_embedder(configured(server)).embed(TEXTS)


def test_vectors_that_change_their_length_in_mid_run_are_not_stored(
    server: EmbeddingServer, tmp_path: Path
) -> None:
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(f"Report {number}: rent. " * 900)
    server.way = "shorter"
    with Library("shrinking", home=tmp_path / "home", config=configured(server)) as library:
        with pytest.raises(QuothError, match="returned vectors of 63 numbers, and of 64 before"):
            library.ingest(tmp_path)
        assert len(library.documents()) < 3
        assert library.store.vectors()[1].shape[1] == 64


def test_a_server_that_reads_only_a_part_of_a_text_is_found_out(server: EmbeddingServer) -> None:
    server.counted = 40
    embedder = open_embedder(configured(server))
    assert len(embedder.embed(["honey " * 30])) == 1
    with pytest.raises(BackendError, match="read 40 tokens of texts that make at least 102"):
        embedder.embed(["honey " * 50, "nectar " * 50])


def test_texts_without_spaces_that_are_cut_are_found_out(server: EmbeddingServer) -> None:
    server.counted = 40
    embedder = open_embedder(configured(server))
    assert len(embedder.embed(["水位在春天上升" * 8])) == 1
    for text in ("水位在春天上升。渡船等到河水退去。" * 16, "ふねはかわのみずがひくまでまつ" * 16):
        with pytest.raises(BackendError, match="read 40 tokens of texts that make at least"):
            embedder.embed([text])


def test_a_model_that_the_server_lacks_is_named(server: EmbeddingServer) -> None:
    with pytest.raises(BackendError, match="has no model other"):
        open_embedder(configured(server, model="openai-compatible:other")).embed(TEXTS)
    with pytest.raises(ConfigurationError, match="needs the address"):
        open_embedder(configured(server, url=""))


def test_a_server_off_this_machine_is_refused(server: EmbeddingServer) -> None:
    away = configured(server, url="http://embedder.example")
    with pytest.raises(EgressError, match=r"embedder\.example"):
        open_embedder(away)
    elsewhere = BagOfWords(base_url="https://embedder.example/v1")
    with pytest.raises(EgressError, match=r"embedder\.example"):
        Library("away", embedder=elsewhere, config=load_config(environment={}).config)


def test_a_collection_is_filled_and_searched_with_a_langchain_embedder(tmp_path: Path) -> None:
    (tmp_path / "bees.txt").write_text("Bees make honey from the nectar of flowers.")
    (tmp_path / "ships.txt").write_text("The lighthouse keeper counts ships. " * 300)
    with Library("any", home=tmp_path / "home", embedder=BagOfWords()) as library:
        assert len(library.ingest(tmp_path).done) == 2
        (hit,) = library.search("What is made from nectar?", k=1)
        assert hit.chunk.source.endswith("bees.txt")
        assert library.store.meta("embedder") == as_embedder(BagOfWords()).fingerprint
    other = Library("any", home=tmp_path / "home", embedder=BagOfWords(width=32))
    with other, pytest.raises(QuothError, match="different embedder"):
        other.search("nectar")
    with other:
        assert len(other.reembed().done) == 2
        assert other.search("nectar", k=1)[0].chunk.source.endswith("bees.txt")


def test_the_fingerprint_holds_class_parameters_and_vectors_but_no_secrets() -> None:
    fingerprint = as_embedder(BagOfWords()).fingerprint
    here = BagOfWords(api_key="another", base_url="http://127.0.0.1:9")
    assert as_embedder(here).fingerprint == fingerprint
    changed = [
        as_embedder(BagOfWords(model="other")),
        as_embedder(BagOfWords(width=60)),
        as_embedder(BagOfWords(), Embedding(query_prompt="q ")),
        as_embedder(DeterministicFakeEmbedding(size=64)),
        as_embedder(DeterministicFakeEmbedding(size=65)),
    ]
    assert len({fingerprint, *(embedder.fingerprint for embedder in changed)}) == 6


def test_rounding_does_not_change_what_tells_vectors_apart() -> None:
    class Rounded(BagOfWords):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [[n * 1.0001 for n in row] for row in super().embed_documents(texts)]

    exact, rounded = (LangChainEmbedder(kind()) for kind in (BagOfWords, Rounded))
    assert exact.probe() == rounded.probe()


def test_a_langchain_embedder_reads_what_it_says_or_what_its_caller_says() -> None:
    assert LangChainEmbedder(BagOfWords()).limit == 512
    assert LangChainEmbedder(BagOfWords(model="BAAI/bge-m3")).limit == 8192
    assert LangChainEmbedder(BagOfWords(), limit_tokens=100).limit == 100


def test_another_prompt_for_questions_alone_is_told_apart() -> None:
    class Prompted(BagOfWords):
        def embed_query(self, text: str) -> list[float]:
            return super().embed_query(f"which honey answers {text}")

    class Plain(BagOfWords):
        pass

    assert LangChainEmbedder(Prompted()).probe() != LangChainEmbedder(Plain()).probe()


def test_what_a_langchain_embedder_raises_is_one_sentence() -> None:
    class Broken(BagOfWords):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            raise RuntimeError("out of memory")

    with pytest.raises(BackendError, match="Broken could not embed 3 texts: out of memory"):
        as_embedder(Broken()).embed(TEXTS)
    with pytest.raises(ConfigurationError, match="must be a LangChain `Embeddings` object"):
        as_embedder("bge-m3")


@pytest.mark.parametrize(
    "text",
    [
        "The boiler was inspected in May, and its certificate (no. 4711/B) holds for two years.",
        "Das Löschwasser reicht für 12 Minuten; die Brandschutzverordnung verlangt 30.",
        "Котёл проверили в мае, свидетельство действует два года.",
        "锅炉于五月检查，证书有效期为两年。",
        "बॉयलर की जाँच मई में हुई।",
        "def f(x): return x**2 - 3.5e-7 # café ☕",
    ],
)
def test_the_estimate_is_not_below_the_count_of_a_real_tokenizer(text: str) -> None:
    counted = FolderEmbedder.open(Embedding()).count_tokens(text)
    starts = estimate_token_starts(text)
    assert counted <= len(starts) <= 3 * counted
    assert starts == sorted(starts)
