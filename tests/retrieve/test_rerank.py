from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
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


@pytest.mark.slow
def test_a_cross_encoder_of_sentence_transformers_gives_a_score_for_each_text(
    tmp_path: Path,
) -> None:
    transformers: Any = pytest.importorskip("transformers")

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "rent", "is", "due", "wing"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    transformers.BertTokenizerFast(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    transformers.BertForSequenceClassification(
        transformers.BertConfig(
            vocab_size=len(words),
            hidden_size=8,
            num_hidden_layers=1,
            num_attention_heads=1,
            intermediate_size=8,
            num_labels=1,
        )
    ).save_pretrained(tmp_path)
    scores = CrossEncoderReranker(folder=tmp_path).scores("the rent", TEXTS)
    assert len(scores) == len(TEXTS)
    assert len(set(scores)) > 1
