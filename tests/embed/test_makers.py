"""Published embedders are used by their makers' conventions, as sentence-transformers uses them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from embed.makers import MAKERS, Maker, make_model
from quoth.config import Embedding
from quoth.embed import FolderEmbedder
from quoth.embed.families import families

pytest.importorskip("sentence_transformers", reason="compares with sentence-transformers")

TEXTS = [
    "The boiler was inspected.",
    "Der Kessel wurde im Mai geprüft; die Bescheinigung gilt zwei Jahre.",
    "锅炉于五月检查，证书有效期为两年。",
    "Котёл проверили в мае",
    "a",
]


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.name)
def test_a_published_model_gives_the_vectors_that_its_makers_ask_for(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sentence_transformers import SentenceTransformer

    monkeypatch.setenv("QUOTH_HOME", str(tmp_path / "home"))
    folder = make_model(tmp_path, maker)
    reference = SentenceTransformer(str(folder), local_files_only=True, device="cpu")
    embedder = FolderEmbedder.open(Embedding(model=str(folder), engine="onnx"))
    for prompt, names, embed in (
        (maker.query, ("query",), embedder.embed_queries),
        (maker.passage, ("document", "passage"), embedder.embed),
    ):
        own = [name for name in names if (maker.prompts or {}).get(name)]
        told: dict[str, Any] = {"prompt_name": own[0]} if own else {"prompt": prompt}
        expected = np.asarray(reference.encode(TEXTS, normalize_embeddings=True, **told))
        vectors = embed(TEXTS)
        assert vectors.shape == expected.shape
        assert (vectors * expected).sum(axis=1).min() > 0.9999
    assert (maker.query, maker.passage) == (embedder.prompts.query, embedder.prompts.passage)
    assert embedder.count_tokens(TEXTS[1]) == len(
        reference.tokenizer(TEXTS[1], add_special_tokens=False)["input_ids"]
    )


@pytest.mark.parametrize("tokenizer", ["unigram", "bpe", "wordpiece"])
def test_a_text_that_is_cut_within_words_still_fits(
    tokenizer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTH_HOME", str(tmp_path / "home"))
    maker = Maker("e5-small", "bert", tokenizer, "mean", "query: ", "passage: ")
    embedder = FolderEmbedder.open(Embedding(model=str(make_model(tmp_path, maker))))
    for text in (
        ("certificateinspected" * 4 + " ") * 30,
        "证书有效期为两年" * 60,
        "zwei Jahre, " * 200,
    ):
        assert embedder.count_tokens(text) > embedder.limit
        assert np.isclose(np.linalg.norm(embedder.query_vector(text)), 1, atol=1e-5)
        clipped = embedder.clip(text)
        assert text.startswith(clipped)
        assert embedder.count_tokens(clipped) > embedder.limit // 2
        assert len(embedder.embed([clipped])) == 1


def test_every_family_that_can_be_recommended_is_tried(tmp_path: Path) -> None:
    tried = {maker.name for maker in MAKERS}
    for family in families():
        embedders = [model for model in family.models if model.kind == "embedder"]
        if embedders and family.name not in {"all-MiniLM", "bge-zh", "multilingual-e5-instruct"}:
            assert any(family.pattern.search(name) for name in tried), family.name
