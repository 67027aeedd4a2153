"""What the files in an embedder's folder say, and what is said when they do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from quoth.embed.folder import ModelFolder
from quoth.embed.modules import Normalize, Pooling, Unknown
from quoth.errors import ConfigurationError


def write_folder(folder: Path, **files: Any) -> Path:
    """Write the files that every folder has, and those that are given by name."""
    usual: dict[str, Any] = {
        "config": {"model_type": "bert", "max_position_embeddings": 512},
        "modules": [{"type": "models.Transformer", "path": ""}],
        "tokenizer": {},
    }
    for name, content in {**usual, **files}.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    (folder / "model.safetensors").write_bytes(b"")
    return folder


@pytest.mark.parametrize(
    ("files", "longest"),
    [
        ({"sentence_bert_config": {"max_seq_length": 256}}, 256),
        ({"tokenizer_config": {"model_max_length": 128}}, 128),
        ({"tokenizer_config": {"model_max_length": 10**30}}, 512),
        ({"sentence_bert_config": {"max_seq_length": 600}}, 512),
        ({"config": {"model_type": "xlm-roberta", "max_position_embeddings": 514}}, 512),
    ],
)
def test_the_longest_text_is_the_least_that_a_file_allows(
    tmp_path: Path, files: dict[str, Any], longest: int
) -> None:
    assert ModelFolder(write_folder(tmp_path, **files)).longest == longest


def test_a_folder_that_names_no_limit_is_one_sentence(tmp_path: Path) -> None:
    folder = ModelFolder(write_folder(tmp_path, config={"model_type": "bert"}))
    with pytest.raises(ConfigurationError, match="the token limit"):
        _ = folder.longest


def test_modules_keep_their_order_and_unknown_ones_their_names(tmp_path: Path) -> None:
    kinds = ["Transformer", "Pooling", "WordWeights", "Normalize"]
    folder = write_folder(
        tmp_path, modules=[{"type": f"models.{kind}", "path": kind} for kind in kinds]
    )
    (folder / "Pooling").mkdir()
    (folder / "Pooling" / "config.json").write_text(json.dumps({"pooling_mode": ["cls", "max"]}))
    assert ModelFolder(folder).modules == (
        Pooling(("cls", "max")),
        Unknown("WordWeights"),
        Normalize(),
    )


def test_another_pooling_changes_the_digest(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "1_Pooling").mkdir()
    digests = set()
    for mode in ("mean", "cls"):
        (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode": mode}))
        digests.add(ModelFolder(folder).digest())
    assert len(digests) == 2


@pytest.mark.parametrize("name", ["config.json", "modules.json", "tokenizer.json"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    (write_folder(tmp_path) / name).unlink()
    with pytest.raises(ConfigurationError, match=f"{name} is missing"):
        ModelFolder(tmp_path)


def test_a_file_that_is_not_json_is_named(tmp_path: Path) -> None:
    (write_folder(tmp_path) / "config.json").write_text("{broken")
    with pytest.raises(ConfigurationError, match=r"config\.json is not JSON"):
        _ = ModelFolder(tmp_path).config
