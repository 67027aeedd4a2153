from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from quoth.config import load_config
from quoth.embed import EmbeddingThread, FolderEmbedder, embedded_text, openvino
from quoth.embed.batch import Batch, Padding, plan_batches
from quoth.embed.choice import Engine, choose_engine, encode_all
from quoth.errors import ConfigurationError
from quoth.types import Chunk

TEXTS = [
    "The lease ends in March.",
    "Cash flow from operations rose by 12 % to $ 4.1 billion. " * 8,
    "Storks",
    "",
]


def embedder(engine: str = "onnx") -> FolderEmbedder:
    return FolderEmbedder.open(load_config(overrides={"embedding.engine": engine}).config.embedding)


@pytest.fixture(scope="module")
def reference() -> NDArray[np.float32]:
    """What sentence-transformers itself makes of the texts."""
    peer: Any = pytest.importorskip("sentence_transformers", reason="is compared with")
    model = peer.SentenceTransformer(str(embedder().folder), local_files_only=True)
    vectors: NDArray[np.float32] = model.encode(
        TEXTS, normalize_embeddings=True, show_progress_bar=False
    )
    return vectors


@pytest.mark.parametrize(
    ("engine", "least"),
    [("onnx", 0.99999), ("torch", 0.99999), ("torch-bf16", 0.999), ("openvino", 0.999)],
)
def test_engines_agree_with_sentence_transformers(
    engine: str, least: float, reference: NDArray[np.float32]
) -> None:
    if engine == "openvino" and not openvino.is_installed():
        pytest.skip("needs OpenVINO, which has no wheel here")
    if engine == "torch-bf16":
        from quoth.embed.torch import has_bf16

        if not has_bf16():
            pytest.skip("needs a processor with bf16")
    vectors = embedder(engine).embed(TEXTS)
    assert (vectors * reference).sum(axis=1).min() > least
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_the_batch_a_text_is_in_does_not_change_its_vector() -> None:
    some = embedder()
    together = some.embed([*TEXTS, *(f"Filler number {n}. " * n for n in range(1, 20))])
    assert np.allclose(some.embed([TEXTS[0]])[0], together[0], atol=1e-5)
    assert some.embed([]).shape[0] == 0


def test_a_text_that_is_too_long_is_refused_and_not_cut() -> None:
    some = embedder()
    with pytest.raises(ConfigurationError, match="longer than the 254"):
        some.embed(["word " * 255])
    assert len(some.embed(["word " * 254])) == 1


def test_batches_hold_every_text_once_and_keep_the_budget() -> None:
    lengths = [5, 200, 17, 90, 90, 3, 256, 1]
    groups = list(plan_batches(lengths, tokens=512))
    assert sorted(index for group in groups for index in group) == list(range(len(lengths)))
    for group in groups:
        batch = Padding().pad([np.ones(lengths[index], np.int64) for index in group])
        assert batch.ids.size <= 512
        assert batch.mask.sum() == sum(lengths[index] for index in group)
    assert list(plan_batches([4000], tokens=512)) == [[0]]


def test_padding_is_the_models_own_token_and_never_wider_than_the_model() -> None:
    batch = Padding(token=1, longest=20).pad([np.full(18, 7), np.full(3, 7)])
    assert batch.ids.shape == (2, 20)
    assert batch.ids[1].tolist() == [7] * 3 + [1] * 17
    assert batch.mask[1].tolist() == [1] * 3 + [0] * 17


def test_ligatures_are_embedded_as_letters() -> None:
    some = embedder()
    chunk = Chunk("/a", "Report", 1, None, 0, 9, "ﬁnancial eﬀects", tokens=4)
    spelt_out = Chunk("/a", "Report", 1, None, 0, 9, "financial effects", tokens=4)
    assert embedded_text(chunk, some) == embedded_text(spelt_out, some)
    assert embedded_text(chunk, some)[0] == "Report\nfinancial effects"


def run(program: str, **environment: str) -> str:
    """Return what a fresh process prints."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Slow:
    """An engine that takes the time, and gives the vectors, that its name says."""

    lanes = 2

    def __init__(self, name: str, rows: list[int]) -> None:
        self.name = name
        self._rows = rows

    def encode(self, batch: Batch) -> NDArray[np.float32]:
        work = {"slow": 0.02, "quick": 0.002}
        end = time.process_time() + work.get(self.name, 0.0)
        while time.process_time() < end:
            pass
        self._rows.append(len(batch.ids))
        vector = [1, 0, 0, 0] if self.name == "wrong" else [0.5, 0.5, 0.5, 0.5]
        return np.array([vector] * len(batch.ids), np.float32)


def test_the_fastest_engine_is_measured_once_and_remembered(tmp_path: Path) -> None:
    used: list[int] = []
    memory = tmp_path / "engines.json"

    def broken() -> Engine:
        raise RuntimeError("this processor is too old")

    engines: dict[str, Callable[[], Engine]] = {
        "broken": broken,
        "slow": lambda: Slow("slow", used),
        "quick": lambda: Slow("quick", used),
        "wrong": lambda: Slow("wrong", used),
    }
    assert choose_engine(engines, memory, model="m", threads=1).name == "quick", "or the wrong one"
    assert used
    used.clear()
    assert choose_engine(engines, memory, model="m", threads=1).name == "quick"
    assert not used, "it was measured again"
    assert choose_engine(engines, memory, model="another", threads=1).name == "quick"
    assert used
    memory.write_text("{broken")
    assert choose_engine(engines, memory, model="m", threads=1).name == "quick"
    assert list(json.loads(memory.read_text()).values()) == ["quick"]


@pytest.mark.skipif(not openvino.is_installed(), reason="only one engine to choose from")
def test_nobody_waits_for_an_engine_that_another_thread_opens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opening, opened = Event(), Event()

    def open_slowly(engines: dict[str, Callable[[], Engine]], *_: object, **__: object) -> Engine:
        opening.set()
        assert opened.wait(60)
        return engines["onnx"]()

    monkeypatch.setattr("quoth.embed.engines.choose_engine", open_slowly)
    monkeypatch.setattr("quoth.embed.embedder.BULK_TOKENS", 1)
    shared = embedder("auto")
    shared.query_vector("a question opens no engine but the first")
    assert not opening.is_set()
    with ThreadPoolExecutor() as pool:
        first = pool.submit(shared.embed, TEXTS[:3])
        try:
            assert opening.wait(60)
            vectors = shared.embed(TEXTS[:3])
            question = shared.query_vector("Storks")
            assert not first.done()
        finally:
            opened.set()
        assert np.array_equal(first.result(), vectors)
    assert question @ vectors[2] == pytest.approx(1, abs=1e-4)


def test_no_engine_at_all_says_why(tmp_path: Path) -> None:
    def broken() -> Engine:
        raise ConfigurationError("nothing runs here")

    with pytest.raises(ConfigurationError, match="nothing runs here"):
        choose_engine({"a": broken}, tmp_path / "engines.json", model="m", threads=1)


@pytest.mark.skipif(openvino.is_installed(), reason="OpenVINO is installed here")
def test_openvino_asked_for_and_missing_is_one_sentence() -> None:
    with pytest.raises(ConfigurationError, match="openvino needs the extra 'fast'"):
        embedder("openvino").embed(["a"])


@pytest.mark.skipif(not openvino.is_installed(), reason="needs OpenVINO, which has no wheel here")
def test_threads_that_are_first_at_once_do_not_wait_for_each_other() -> None:
    program = """if True:
        import sys
        from quoth.config import Embedding
        from quoth.embed import FolderEmbedder
        embedder = FolderEmbedder.open(Embedding(engine="openvino", threads=2, batch_tokens=256))
        assert embedder.engine_name == "openvino"
        sys.setswitchinterval(1e-7)  # a change of threads at every step
        print(len(embedder.embed(["word " * 200] * 6)))
    """
    for _ in range(5):
        assert run(program) == "6"


@pytest.mark.skipif(not openvino.is_installed(), reason="needs OpenVINO, which has no wheel here")
def test_openvino_counts_nobody(tmp_path: Path) -> None:
    program = """if True:
        import sys
        seen = []
        watched = {"socket.connect", "socket.getaddrinfo", "socket.sendto"}
        sys.addaudithook(lambda event, arguments: event in watched and seen.append(event))
        from quoth.config import Embedding
        from quoth.embed import FolderEmbedder
        FolderEmbedder.open(Embedding(engine="openvino")).embed(["a text"])
        assert "openvino" in sys.modules
        print(seen)
    """
    home = tmp_path / "home"
    home.mkdir()
    assert run(program, HOME=str(home), QUOTH_HOME=str(tmp_path / "state")) == "[]"
    assert not list(home.iterdir())


def test_the_first_vector_in_a_new_home_needs_no_torch(tmp_path: Path) -> None:
    program = """if True:
        import os, sys
        from quoth.config import Embedding
        from quoth.embed import FolderEmbedder
        before = dict(os.environ)
        vector = FolderEmbedder.open(Embedding()).query_vector("When does the lease end?")
        assert dict(os.environ) == before
        heavy = {"torch", "transformers", "sentence_transformers", "huggingface_hub"}
        print(len(vector), *heavy & set(sys.modules))
    """
    assert run(program, QUOTH_HOME=str(tmp_path)) == "384"


def test_threads_that_ask_at_once_share_one_graph_and_one_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTH_HOME", str(tmp_path))
    shared = embedder("auto")
    with ThreadPoolExecutor(8) as pool:
        vectors = list(pool.map(shared.query_vector, TEXTS * 4))
    expected = [embedder().query_vector(text) for text in TEXTS] * 4
    assert np.allclose(vectors, expected, atol=1e-5)
    assert len(list(tmp_path.rglob("*.onnx"))) == 1
    assert not list(tmp_path.rglob("*.part"))


def test_who_leaves_early_leaves_the_other_batches() -> None:
    used: list[int] = []
    batch = Padding().pad([np.ones(4, np.int64)])
    vectors = encode_all(Slow("slow", used), [batch] * 100)
    next(vectors)
    vectors.close()
    assert len(used) < 50


def test_what_goes_wrong_on_the_thread_reaches_who_waits() -> None:
    with EmbeddingThread(embedder()) as thread:
        good, bad = thread.submit(["a text"]), thread.submit(["word " * 300])
        assert good.result().shape == (1, 384)
        with pytest.raises(ConfigurationError):
            bad.result()
