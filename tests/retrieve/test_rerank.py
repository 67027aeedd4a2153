from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from embed.cross_encoders import save_classifier, save_modules
from langchain_core.documents import BaseDocumentCompressor, Document
from quoth.errors import ConfigurationError
from quoth.journal import Journal
from quoth.retrieve import CrossEncoderReranker, ModelReranker
from scripted_model import Scripted

TEXTS = ["the rent is due in may", "a wing has lift", "rent was paid"]


def judge() -> ModelReranker:
    return ModelReranker(
        model=Scripted(
            answer=lambda prompt: "Yes." if "rent " in prompt.split("Text:")[-1] else "no"
        )
    )


def test_a_model_says_of_each_text_whether_it_helps() -> None:
    assert judge().scores("When is it due?", TEXTS) == [1.0, 0.0, 1.0]


def test_a_judgement_that_the_journal_holds_is_not_asked_for_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    first = judge().model_copy(update={"journal": journal})
    silent = Scripted(answer=lambda _: pytest.fail("The model was asked."))
    second = ModelReranker(model=silent, journal=journal)
    assert first.scores("Why?", TEXTS) == second.scores("Why?", TEXTS) == [1.0, 0.0, 1.0]


def test_it_is_a_document_compressor_of_langchain_and_keeps_the_order_of_equals() -> None:
    compressor = judge().model_copy(update={"top_n": 2})
    assert isinstance(compressor, BaseDocumentCompressor)
    found = compressor.compress_documents(
        [Document(text, metadata={"page": n}) for n, text in enumerate(TEXTS)], "When is it due?"
    )
    assert [document.page_content for document in found] == [TEXTS[0], TEXTS[2]]
    assert [document.metadata for document in found] == [
        {"page": 0, "rerank_score": 1.0},
        {"page": 2, "rerank_score": 1.0},
    ]


def test_a_folder_without_a_cross_encoder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="not a folder with a cross-encoder"):
        CrossEncoderReranker(folder=tmp_path).scores("x", ["y"])


def test_nothing_is_loaded_for_no_texts(tmp_path: Path) -> None:
    assert CrossEncoderReranker(folder=tmp_path).scores("x", []) == []


@pytest.mark.parametrize("save", [save_classifier, save_modules])
def test_cross_encoders_of_todays_makers_score_as_they_do_themselves(
    tmp_path: Path, save: Callable[[Path], Path]
) -> None:
    sentence_transformers: Any = pytest.importorskip("sentence_transformers")
    folder = save(tmp_path)
    texts = ["w3 w4", "w5 w1 w2", "w9"]
    scores = CrossEncoderReranker(folder=folder).scores("w1 w2", texts)
    own = sentence_transformers.CrossEncoder(str(folder), device="cpu")
    assert np.allclose(scores, own.predict([("w1 w2", text) for text in texts]), atol=1e-6)
    assert len(set(scores)) == 3


def test_a_cross_encoder_that_classifies_is_one_sentence(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    folder = save_classifier(tmp_path, labels=3)
    with pytest.raises(ConfigurationError, match="gives 3 scores for a pair"):
        CrossEncoderReranker(folder=folder).scores("w1", ["w2", "w3"])


def test_a_cross_encoder_with_broken_weights_is_one_sentence(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    weights = save_classifier(tmp_path) / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:2000])
    with pytest.raises(ConfigurationError, match="cannot be loaded"):
        CrossEncoderReranker(folder=tmp_path).scores("w1", ["w2"])
