"""The graph of each family gives the vectors that sentence-transformers gives."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from embed.small_models import WORDS, save_model
from numpy.typing import NDArray
from quoth.config import Embedding
from quoth.embed import FolderEmbedder
from quoth.embed import torch as torch_engine
from quoth.errors import ConfigurationError, MissingExtraError

pytest.importorskip("sentence_transformers", reason="compares with sentence-transformers")

TEXTS = [
    " ".join(random.Random(length).choices(WORDS, k=length)) for length in (178, 150, 40, 9, 1, 0)
]
"""Texts with as many words, and tokens, as a batch of several widths needs."""


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is written of small models out of the home that the tests share."""
    monkeypatch.setenv("QUOTH_HOME", str(tmp_path / "home"))


def expected(folder: Path, texts: Sequence[str] = TEXTS) -> NDArray[np.float32]:
    """Return the vectors that sentence-transformers itself gives."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), local_files_only=True, device="cpu").float()
    return np.asarray(model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False))


def embed(folder: Path, engine: str = "onnx") -> NDArray[np.float32]:
    return FolderEmbedder.open(Embedding(model=str(folder), engine=engine)).embed(TEXTS)


def assert_equal(vectors: NDArray[np.float32], reference: NDArray[np.float32]) -> None:
    assert vectors.shape == reference.shape
    assert (vectors * reference).sum(axis=1).min() > 0.999999
    others = np.abs(reference @ reference.T - np.eye(len(reference))).max()
    assert others < 0.999, "the texts are too alike for this to show anything"


@pytest.mark.parametrize(
    "family",
    [
        "bert",
        "bert-tanh",
        "roberta",
        "xlm-roberta",
        "mpnet",
        "distilbert",
        "modernbert",
        "nomic-bert",
        "gte",
        "qwen3",
        "embedding-gemma",
    ],
)
def test_the_graph_of_a_family_gives_the_vectors_of_transformers(
    family: str, tmp_path: Path
) -> None:
    folder = save_model(tmp_path, family)
    assert_equal(embed(folder), expected(folder))


@pytest.mark.parametrize(
    "pooling",
    ["cls", "max", "lasttoken", "mean_sqrt_len_tokens", "weightedmean", ("cls", "weightedmean")],
)
def test_every_pooling_is_part_of_the_graph(pooling: str | Sequence[str], tmp_path: Path) -> None:
    folder = save_model(tmp_path, "bert", pooling=pooling)
    assert_equal(embed(folder), expected(folder))


@pytest.mark.parametrize("activation", ["Tanh", "Identity"])
def test_dense_layers_are_part_of_the_graph(activation: str, tmp_path: Path) -> None:
    folder = save_model(tmp_path, "bert", pooling=("mean", "max"), dense=activation)
    vectors = embed(folder)
    assert vectors.shape[1] == 24
    assert_equal(vectors, expected(folder))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_weights_in_half_precision_are_read(dtype: str, tmp_path: Path) -> None:
    folder = save_model(tmp_path, "bert", dtype=dtype)
    assert_equal(embed(folder), expected(folder))


def test_weights_below_a_head_are_found(tmp_path: Path) -> None:
    """As in many folders whose model was trained to guess masked words."""
    folder = save_model(tmp_path / "plain", "bert")
    reference = expected(folder)
    from safetensors.numpy import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    save_file(
        {f"bert.{name}": tensor for name, tensor in weights.items()}, folder / "model.safetensors"
    )
    assert_equal(embed(folder), reference)


def test_flags_of_older_folders_name_the_pooling(tmp_path: Path) -> None:
    folder = save_model(tmp_path, "bert", pooling="cls")
    reference = expected(folder)
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"word_embedding_dimension": 32, "pooling_mode_cls_token": True})
    )
    assert_equal(embed(folder), reference)


def test_openvino_reads_the_graph(tmp_path: Path) -> None:
    pytest.importorskip("openvino", reason="needs OpenVINO")
    for family in ("mpnet", "modernbert", "gte", "qwen3", "embedding-gemma"):
        folder = save_model(tmp_path / family, family, pooling=("max", "lasttoken", "mean"))
        vectors, reference = embed(folder, "openvino"), expected(folder)
        assert (vectors * reference).sum(axis=1).min() > 0.99


def export(folder: Path) -> None:
    """Put the graph that torch traces into the folder, as many folders have one."""
    import torch
    from transformers import AutoModel

    class Plain(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = AutoModel.from_pretrained(folder).eval()

        def forward(
            self, input_ids: torch.Tensor, attention_mask: torch.Tensor, types: torch.Tensor
        ) -> torch.Tensor:
            hidden: torch.Tensor = self.model(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=types
            ).last_hidden_state
            return hidden

    (folder / "onnx").mkdir()
    example = torch.ones((2, 8), dtype=torch.long)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        Plain(),
        (example, example, example),
        str(folder / "onnx" / "model.onnx"),
        input_names=names,
        output_names=["last_hidden_state"],
        opset_version=14,
        dynamo=False,
        dynamic_axes=dict.fromkeys([*names, "last_hidden_state"], axes),
    )


@pytest.mark.filterwarnings("ignore")  # of the tracer
def test_the_graph_in_the_folder_is_used_where_none_can_be_written(tmp_path: Path) -> None:
    folder = save_model(tmp_path, "electra", pooling=("mean", "lasttoken"), dense="Tanh")
    export(folder)
    reference = expected(folder)
    assert_equal(embed(folder), reference)
    (folder / "model.safetensors").unlink()
    assert_equal(embed(folder), reference)


def test_torch_runs_what_no_graph_can_be_made_of(tmp_path: Path) -> None:
    folder = save_model(tmp_path, "electra")
    embedder = FolderEmbedder.open(Embedding(model=str(folder)))
    assert_equal(embedder.embed(TEXTS), expected(folder))
    assert embedder.engine_name == "torch"
    with pytest.raises(ConfigurationError, match="no graph can be made of the architecture electr"):
        embed(folder, "onnx")


def test_torch_that_is_needed_and_missing_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = save_model(tmp_path, "electra")
    monkeypatch.setattr(torch_engine, "is_installed", lambda: False)
    with pytest.raises(MissingExtraError, match="An embedder with the architecture electra needs"):
        embed(folder, "auto")
    with pytest.raises(MissingExtraError, match="The embedding engine torch needs"):
        embed(folder, "torch")


@pytest.mark.parametrize("damage", ["cut", "empty", "no header"])
def test_broken_weights_are_one_sentence(tmp_path: Path, damage: str) -> None:
    folder = save_model(tmp_path, "bert")
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes({"cut": whole[:-100], "empty": b"", "no header": b"x" * 5000}[damage])
    with pytest.raises(ConfigurationError, match=r"cannot be read as safetensors"):
        embed(folder)
    assert not list((tmp_path / "home").rglob("*.weights")), "half a graph was left"
