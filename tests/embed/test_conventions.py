"""Prompts, pooling, dimensions and limits are those that a model's makers ask for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from embed.small_models import WORDS, save_model
from quoth.config import Embedding
from quoth.embed import FolderEmbedder
from quoth.embed.families import families, family_of, known_models
from quoth.embed.prompts import Prompts, choose_prompts
from quoth.errors import BackendError, ConfigurationError, MissingExtraError
from quoth.types import Vectors
from quoth.weights import fingerprint_of

pytest.importorskip("sentence_transformers", reason="compares with sentence-transformers")

QUERY, PASSAGE = "w1 w2 ", "w3 w4 w5 "
PROMPTS = {"query": QUERY, "passage": PASSAGE}
TEXTS = [" ".join(WORDS[start : start + 12]) for start in (6, 20, 33)] + ["w9"]


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_HOME", str(tmp_path / "home"))


def expected(folder: Path, prompt: str, *, dimensions: int | None = None) -> Vectors:
    """Return the vectors that sentence-transformers itself gives."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), local_files_only=True, device="cpu")
    return np.asarray(
        model.encode(
            TEXTS,
            prompt=prompt,
            truncate_dim=dimensions,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
    )


def open_folder(folder: Path, **settings: Any) -> FolderEmbedder:
    return FolderEmbedder.open(Embedding(model=str(folder), **{"engine": "onnx", **settings}))


def cosine(vectors: Vectors, reference: Vectors) -> float:
    assert vectors.shape == reference.shape
    return float((vectors * reference).sum(axis=1).min())


def change(file: Path, **values: Any) -> None:
    """Change values in a JSON file, which need not exist."""
    content = json.loads(file.read_text()) if file.is_file() else {}
    file.write_text(json.dumps({**content, **values}))


def test_queries_and_passages_get_the_prompts_of_the_folder(tmp_path: Path) -> None:
    folder = save_model(tmp_path, "bert", prompts=PROMPTS)
    embedder = open_folder(folder)
    assert embedder.prompts.origin == "its own files"
    assert cosine(embedder.embed_queries(TEXTS), expected(folder, QUERY)) > 0.9999
    assert cosine(embedder.embed(TEXTS), expected(folder, PASSAGE)) > 0.9999
    assert cosine(embedder.embed(TEXTS), expected(folder, "")) < 0.999, "the prompt does nothing"
    vector = embedder.query_vector(TEXTS[0])
    assert np.allclose(vector, embedder.embed_queries(TEXTS[:1])[0], atol=1e-6)


@pytest.mark.parametrize("engine", ["onnx", "openvino", "torch"])
@pytest.mark.parametrize("pooling", ["cls", "mean", "weightedmean", ("max", "lasttoken")])
def test_a_prompt_that_is_not_pooled_is_left_out(
    engine: str, pooling: str | Sequence[str], tmp_path: Path
) -> None:
    if engine == "openvino":
        pytest.importorskip("openvino", reason="needs OpenVINO")
    folder = save_model(tmp_path, "bert", pooling=pooling, prompts=PROMPTS, include_prompt=False)
    embedder = open_folder(folder, engine=engine)
    least = 0.99 if engine == "openvino" else 0.9999
    assert cosine(embedder.embed_queries(TEXTS), expected(folder, QUERY)) > least
    assert cosine(embedder.embed(TEXTS), expected(folder, PASSAGE)) > least


def test_settings_replace_the_prompts_and_an_empty_one_removes_it(tmp_path: Path) -> None:
    folder = save_model(tmp_path, "bert", prompts=PROMPTS)
    embedder = open_folder(folder, query_prompt="w7 ", passage_prompt="")
    assert embedder.prompts.origin == "settings"
    assert cosine(embedder.embed_queries(TEXTS), expected(folder, "w7 ")) > 0.9999
    assert cosine(embedder.embed(TEXTS), expected(folder, "")) > 0.9999
    assert open_folder(folder, query_prompt="w7 ").prompts.passage == PASSAGE


def test_a_known_model_whose_files_name_no_prompt_gets_those_of_its_family(tmp_path: Path) -> None:
    saved = save_model(tmp_path, "xlm-roberta")
    folder = saved.rename(tmp_path / "multilingual-e5-small")
    prompts = open_folder(folder).prompts
    assert prompts == Prompts("query: ", "passage: ")
    assert prompts.origin == "the family e5"
    assert not open_folder(folder.rename(tmp_path / "my-own")).prompts
    (tmp_path / "my-own" / "README.md").write_text(
        "---\nlicense: mit\n---\n## Multilingual-E5-base"
    )
    assert open_folder(tmp_path / "my-own").prompts.query == "query: "


@pytest.mark.parametrize(
    ("config", "query", "passage"),
    [
        ({"prompts": {"query": "q", "document": "d"}}, "q", "d"),
        ({"prompts": {"query": "q", "document": ""}}, "q", ""),
        ({"prompts": {"retrieval.query": "q", "retrieval.passage": "p"}}, "q", "p"),
        ({"prompts": {"query": "", "all": "a"}, "default_prompt_name": "all"}, "a", "a"),
        ({"prompts": {"query": "q", "all": "a"}, "default_prompt_name": "all"}, "q", ""),
        ({"prompts": {}, "default_prompt_name": None}, "", ""),
        ({"prompts": None}, "", ""),
    ],
)  # fmt: skip
def test_the_prompts_in_a_models_files_are_found_under_every_usual_name(
    config: dict[str, Any], query: str, passage: str
) -> None:
    assert choose_prompts(Embedding(), own=config) == Prompts(query, passage)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("intfloat/multilingual-e5-large", "e5"),
        ("e5-base-v2", "e5"),
        ("multilingual-e5-large-instruct", "multilingual-e5-instruct"),
        ("models--BAAI--bge-m3", "bge-m3"),
        ("bge-base-en-v1.5", "bge-en"),
        ("snowflake-arctic-embed:335m", "arctic-embed"),
        ("snowflake-arctic-embed-m-v1.5", "arctic-embed"),
        ("snowflake-arctic-embed2:568m", "arctic-embed-2"),
        ("snowflake-arctic-embed-l-v2.0", "arctic-embed-2"),
        ("hf.co/Qwen/Qwen3-Embedding-0.6B-GGUF:Q8_0", "qwen3-embedding"),
        ("nomic-embed-text:latest", "nomic-embed-text"),
        ("embeddinggemma", "embeddinggemma"),
        ("llama3.2", None),
        ("base-e5x", None),
    ],
)
def test_families_are_known_by_the_names_of_their_models(name: str, family: str | None) -> None:
    found = family_of([name])
    assert (found and found.name) == family


def test_every_known_model_belongs_to_its_own_family() -> None:
    for family in families():
        for model in family.models:
            assert family_of([model.repository]) is family
            assert model.kind == "reranker" or (model.dimensions and family.pooling)
    assert {model.kind for model in known_models(kind="reranker")} == {"reranker"}
    assert "bge-small-en-v1.5" not in {model.name for model in known_models(language="ja")}


def test_the_tokens_of_the_prompt_count_within_the_limit(tmp_path: Path) -> None:
    folder = save_model(tmp_path, "bert", prompts=PROMPTS)
    plain = open_folder(folder, query_prompt="", passage_prompt="")
    embedder = open_folder(folder)
    assert plain.limit - embedder.limit >= 3
    assert plain.query_limit - embedder.query_limit >= 2
    assert len(embedder.embed(["w8 " * embedder.limit])) == 1
    with pytest.raises(ConfigurationError, match=f"longer than the {embedder.limit}"):
        embedder.embed(["w8 " * (embedder.limit + 1)])
    assert np.isclose(np.linalg.norm(embedder.query_vector("w8 w11 " * 300)), 1, atol=1e-5)


def test_vectors_are_cut_to_the_dimensions_of_the_settings_or_of_the_folder(tmp_path: Path) -> None:
    folder = save_model(tmp_path, "bert", pooling=("mean", "cls"))
    cut = open_folder(folder, dimensions=16).embed(TEXTS)
    assert cosine(cut, expected(folder, "", dimensions=16)) > 0.9999
    change(folder / "config_sentence_transformers.json", truncate_dim=8)
    assert open_folder(folder).embed(TEXTS).shape[1] == 8
    with pytest.raises(ConfigurationError, match=r"dimensions is 500, but vectors of .* only 64"):
        open_folder(folder, dimensions=500).embed(TEXTS)


def test_each_convention_is_part_of_the_fingerprint(tmp_path: Path) -> None:
    folder = save_model(tmp_path, "bert", prompts=PROMPTS)
    prints = {open_folder(folder).fingerprint}
    for settings in ({"query_prompt": "w7 "}, {"passage_prompt": ""}, {"dimensions": 8}):
        prints.add(open_folder(folder, **settings).fingerprint)
    change(folder / "1_Pooling" / "config.json", pooling_mode="cls")
    prints.add(open_folder(folder).fingerprint)
    change(folder / "1_Pooling" / "config.json", include_prompt=False)
    prints.add(open_folder(folder).fingerprint)
    change(folder / "tokenizer_config.json", model_max_length=90)
    prints.add(open_folder(folder).fingerprint)
    modules = json.loads((folder / "modules.json").read_text())
    kind = "sentence_transformers.models.Normalize"
    entry = {"idx": 2, "name": "2", "path": "2_Normalize", "type": kind}
    (folder / "modules.json").write_text(json.dumps([*modules, entry]))
    prints.add(open_folder(folder).fingerprint)
    assert len(prints) == 8
    same = shutil.copytree(folder, tmp_path / "copy")
    assert open_folder(same).fingerprint in prints, "the place of the folder counts"


def test_the_embedded_model_keeps_the_fingerprint_of_its_weights() -> None:
    embedder = FolderEmbedder.open(Embedding())
    assert embedder.fingerprint == fingerprint_of(embedder.folder / "model.safetensors")
    assert FolderEmbedder.open(Embedding(query_prompt="q")).fingerprint != embedder.fingerprint


def to_shards(folder: Path, suffix: str) -> None:
    """Split the weights of a folder into two files, as large models are saved."""
    import torch
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    stem = "model" if suffix == "safetensors" else "pytorch_model"
    names = sorted(weights)
    places: dict[str, str] = {}
    for number, part in enumerate((names[::2], names[1::2]), 1):
        file = f"{stem}-0000{number}-of-00002.{suffix}"
        tensors = {name: weights[name] for name in part}
        if suffix == "bin":
            torch.save(tensors, folder / file)
        else:
            save_file(tensors, folder / file)
        places |= dict.fromkeys(part, file)
    index = json.dumps({"metadata": {}, "weight_map": places})
    (folder / f"{stem}.{suffix}.index.json").write_text(index)


@pytest.mark.parametrize("suffix", ["safetensors", "bin"])
def test_weights_in_shards_are_read_and_a_missing_one_is_named(suffix: str, tmp_path: Path) -> None:
    folder = save_model(tmp_path, "bert")
    reference = expected(folder, "")
    to_shards(folder, suffix)
    whole = open_folder(folder)
    assert cosine(whole.embed(TEXTS), reference) > 0.9999
    shard = max(folder.glob(f"*-of-*.{suffix}"))
    shard.unlink()
    with pytest.raises(ConfigurationError, match=f"{shard.name} is missing"):
        open_folder(folder)


def test_weights_of_torch_need_torch_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from quoth.embed import torch as torch_engine
    from safetensors.torch import load_file

    folder = save_model(tmp_path, "bert")
    reference = expected(folder, "")
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    assert cosine(open_folder(folder).embed(TEXTS), reference) > 0.9999
    monkeypatch.setenv("QUOTH_HOME", str(tmp_path / "other"))
    monkeypatch.setattr(torch_engine, "is_installed", lambda: False)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"weights in pytorch_model\.bin needs the extra"):
        open_folder(folder, engine="auto").embed(TEXTS)


@pytest.mark.parametrize("engine", ["onnx", "torch"])
def test_weights_of_torch_that_are_none_are_one_sentence(engine: str, tmp_path: Path) -> None:
    folder = save_model(tmp_path, "bert")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ConfigurationError, match=r"cannot be (read|loaded)") as caught:
        open_folder(folder, engine=engine).embed(TEXTS)
    assert "\n" not in str(caught.value)


def test_a_transformer_in_a_folder_of_its_own_is_found(tmp_path: Path) -> None:
    folder = save_model(tmp_path, "bert")
    reference = expected(folder, "")
    inner = folder / "0_Transformer"
    inner.mkdir()
    for name in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"):
        (folder / name).rename(inner / name)
    modules = json.loads((folder / "modules.json").read_text())
    modules[0]["path"] = "0_Transformer"
    (folder / "modules.json").write_text(json.dumps(modules))
    assert cosine(open_folder(folder).embed(TEXTS), reference) > 0.9999


def test_a_known_model_without_the_files_of_sentence_transformers_is_pooled_as_its_makers_do(
    tmp_path: Path,
) -> None:
    saved = save_model(tmp_path, "xlm-roberta", pooling="cls")
    reference = expected(saved, "")
    folder = saved.rename(tmp_path / "bge-m3")
    shutil.rmtree(folder / "1_Pooling")
    (folder / "modules.json").unlink()
    (folder / "config_sentence_transformers.json").unlink()
    assert cosine(open_folder(folder).embed(TEXTS), reference) > 0.9999


def test_small_letters_are_made_where_the_folder_asks_for_them(tmp_path: Path) -> None:
    folder = save_model(tmp_path, "bert")
    lower = open_folder(folder).embed(["w7 w8"])
    upper = open_folder(folder).embed(["W7 W8"])
    assert cosine(lower, upper) < 0.999, "the tokenizer does not tell them apart"
    change(folder / "sentence_bert_config.json", do_lower_case=True)
    assert np.allclose(open_folder(folder).embed(["W7 W8"]), lower, atol=1e-6)


def test_weights_that_are_no_numbers_are_one_sentence(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = save_model(tmp_path, "bert")
    weights = load_file(folder / "model.safetensors")
    weights["embeddings.word_embeddings.weight"][:] = np.nan
    save_file(weights, folder / "model.safetensors")
    with pytest.raises(BackendError, match="not a number"):
        open_folder(folder).embed(TEXTS)


def test_what_cannot_be_an_embedder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="There is no folder"):
        open_folder(tmp_path / "none")
    folder = save_model(tmp_path, "bert")
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
    (folder / "model.safetensors").write_bytes(pointer)
    with pytest.raises(ConfigurationError, match="pointer of Git LFS"):
        open_folder(folder).embed(TEXTS)
    modules = json.loads((folder / "modules.json").read_text())
    modules[0]["type"] = "sentence_transformers.models.StaticEmbedding"
    (folder / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(ConfigurationError, match="begins with a StaticEmbedding"):
        open_folder(folder)
