from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from quoth.config import load_config
from quoth.embed import openvino
from quoth.embed.ahead import EmbeddingThread
from quoth.embed.batch import Ids, batches, padded
from quoth.embed.choice import Engine, encoded, fastest
from quoth.embed.contract import Embedder
from quoth.embed.embedder import FolderEmbedder, embedded_text
from quoth.errors import ConfigurationError
from quoth.types import Chunk

TEXTS = [
    "The lease ends in March.",
    "Cash flow from operations rose by 12 % to $ 4.1 billion. " * 8,
    "Storks",
    "",
]


def embedder(engine: str = "onnx") -> Embedder:
    return FolderEmbedder.open(load_config(overrides={"embedding.engine": engine}).config.embedding)


@pytest.fixture(scope="module")
def reference() -> np.ndarray:
    """What sentence-transformers itself makes of the texts."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(embedder().folder), local_files_only=True)
    return model.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)


@pytest.mark.parametrize(
    ("engine", "least"),
    [("onnx", 0.99999), ("torch", 0.99999), ("torch-bf16", 0.999), ("openvino", 0.999)],
)
def test_engines_agree_with_sentence_transformers(
    engine: str, least: float, reference: np.ndarray
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
    found = list(batches(lengths, tokens=512))
    assert sorted(index for batch in found for index in batch) == list(range(len(lengths)))
    for batch in found:
        ids, mask = padded([np.ones(lengths[index], np.int64) for index in batch])
        assert ids.size <= 512
        assert mask.sum() == sum(lengths[index] for index in batch)
    assert list(batches([4000], tokens=512)) == [[0]]


def test_ligatures_are_embedded_as_letters() -> None:
    some = embedder()
    chunk = Chunk("/a", "Report", 1, None, 0, 9, "ﬁnancial eﬀects", tokens=4)
    plain = Chunk("/a", "Report", 1, None, 0, 9, "financial effects", tokens=4)
    assert embedded_text(chunk, some) == embedded_text(plain, some)
    assert embedded_text(chunk, some)[0] == "Report\nfinancial effects"


class Slow:
    lanes = 2

    def __init__(self, name: str, rows: list[int]) -> None:
        self.name = name
        self._rows = rows

    def encode(self, rows: Sequence[Ids]) -> np.ndarray:
        import time

        work = {"slow": 0.02, "quick": 0.002}
        end = time.process_time() + work.get(self.name, 0.0)
        while time.process_time() < end:
            pass
        self._rows.append(len(rows))
        vector = [1, 0, 0, 0] if self.name == "wrong" else [0.5, 0.5, 0.5, 0.5]
        return np.array([vector] * len(rows), np.float32)


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
    assert fastest(engines, memory, model="m", threads=1).name == "quick", "or the wrong one"
    assert used
    used.clear()
    assert fastest(engines, memory, model="m", threads=1).name == "quick"
    assert not used, "it was measured again"
    assert fastest(engines, memory, model="another", threads=1).name == "quick"
    assert used
    memory.write_text("{broken")
    assert fastest(engines, memory, model="m", threads=1).name == "quick"
    assert list(json.loads(memory.read_text()).values()) == ["quick"]


def test_no_engine_at_all_says_why(tmp_path: Path) -> None:
    def broken() -> Engine:
        raise ConfigurationError("nothing runs here")

    with pytest.raises(ConfigurationError, match="nothing runs here"):
        fastest({"a": broken}, tmp_path / "engines.json", model="m", threads=1)


@pytest.mark.skipif(openvino.is_installed(), reason="OpenVINO is installed here")
def test_openvino_asked_for_and_missing_is_one_sentence() -> None:
    with pytest.raises(ConfigurationError, match="openvino needs the extra 'fast'"):
        embedder("openvino").embed(["a"])


@pytest.mark.skipif(not openvino.is_installed(), reason="needs OpenVINO, which has no wheel here")
def test_threads_that_are_first_at_once_do_not_wait_for_each_other() -> None:
    graph = embedder("auto")._graph()
    code = f"""if True:
        import sys
        from pathlib import Path
        import numpy as np
        from quoth.embed.choice import encoded
        from quoth.embed.openvino import OpenVinoEngine
        engine = OpenVinoEngine(Path({str(graph)!r}), threads=2)
        sys.setswitchinterval(1e-7)  # a change of threads at every step
        print(len(list(encoded(engine, [[np.arange(100, 140 + n)] for n in range(6)]))))
    """
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.stdout.strip() == "6", done.stderr


@pytest.mark.skipif(not openvino.is_installed(), reason="needs OpenVINO, which has no wheel here")
def test_openvino_counts_nobody(tmp_path: Path) -> None:
    code = f"""if True:
        import sys
        seen = []
        watched = {{"socket.connect", "socket.getaddrinfo", "socket.sendto"}}
        sys.addaudithook(lambda event, arguments: event in watched and seen.append(event))
        from pathlib import Path
        from quoth.embed.openvino import OpenVinoEngine
        OpenVinoEngine(Path({str(embedder()._graph())!r}), threads=1)
        assert "openvino" in sys.modules
        assert not seen, seen
    """
    environment = {**os.environ, "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert not list(tmp_path.iterdir())


def test_who_leaves_early_leaves_the_other_batches() -> None:
    used: list[int] = []
    rows = [np.ones(4, np.int64)]
    found = encoded(Slow("slow", used), [rows] * 100)
    next(found)
    found.close()
    assert len(used) < 50


def test_what_goes_wrong_on_the_thread_reaches_who_waits() -> None:
    with EmbeddingThread(embedder()) as thread:
        good, bad = thread.submit(["a text"]), thread.submit(["word " * 300])
        assert good.result().shape == (1, 384)
        with pytest.raises(ConfigurationError):
            bad.result()
