"""Rerankers of the best hits: a cross-encoder, or the language model itself."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from langchain_core.callbacks import Callbacks
from langchain_core.documents import BaseDocumentCompressor, Document
from pydantic import ConfigDict, PrivateAttr

from quoth.errors import BackendError, ConfigurationError
from quoth.journal import Journal
from quoth.models import Judge, LocalModel, ModelCalls
from quoth.prompts import select_prompt
from quoth.system import missing_extra


class Reranker(Protocol):
    """Scores texts by how well they answer a question."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return a score for each text; higher is better."""


class _Compressor(BaseDocumentCompressor):
    """Orders documents by the scores of a reranker, and keeps `top_n` of them."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    top_n: int | None = None

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        raise NotImplementedError

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks = None
    ) -> list[Document]:
        """Return the documents, best first, with `rerank_score` in their metadata."""
        scores = self.scores(query, [document.page_content for document in documents])
        order = sorted(range(len(documents)), key=lambda index: -scores[index])
        return [
            Document(
                id=documents[index].id,
                page_content=documents[index].page_content,
                metadata={**documents[index].metadata, "rerank_score": scores[index]},
            )
            for index in order[: self.top_n]
        ]


class CrossEncoderReranker(_Compressor):
    """A sentence-transformers `CrossEncoder` from a folder. A LangChain document compressor.

    It is loaded when it is first used; nothing is fetched. Raises `MissingExtraError` without
    sentence-transformers, and `ConfigurationError` when the folder holds no such model.

    >>> from pathlib import Path
    >>> reranker = CrossEncoderReranker(folder=Path("models/reranker"), top_n=3)
    >>> reranker.top_n
    3
    """

    folder: Path
    _model: Any = PrivateAttr(None)
    _loading: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return a score for each text; higher is better."""
        if not texts:
            return []
        scores = np.asarray(self._load().predict([(question, text) for text in texts]), np.float32)
        if scores.ndim != 1:
            raise ConfigurationError(
                f"The cross-encoder in {self.folder} gives {scores.shape[-1]} scores for a pair.",
                hint="A reranker gives one: `quoth models known --rerankers` names some.",
            )
        if not np.isfinite(scores).all():
            raise BackendError(f"The cross-encoder in {self.folder} gave a score that is NaN.")
        return [float(score) for score in scores]

    def _load(self) -> Any:
        with self._loading:
            if self._model is None:
                if not (self.folder / "config.json").is_file():
                    raise ConfigurationError(
                        f"{self.folder} is not a folder with a cross-encoder: "
                        "config.json is missing.",
                        hint="Save one there with CrossEncoder(...).save_pretrained(folder).",
                    )
                if importlib.util.find_spec("sentence_transformers") is None:
                    raise missing_extra("Reranking with a cross-encoder", "torch")
                from sentence_transformers import CrossEncoder

                try:
                    self._model = CrossEncoder(
                        str(self.folder), device="cpu", local_files_only=True
                    )
                except Exception as error:  # whatever a foreign class, or unpickling, raises
                    reason = str(error).partition("\n")[0].rstrip(".")
                    raise ConfigurationError(
                        f"The cross-encoder in {self.folder} cannot be loaded: {reason}.",
                        hint="Copy the model's folder again.",
                    ) from error
            return self._model


class ModelReranker(_Compressor):
    """A language model that judges whether each text helps: from 0 for no to 1 for yes.

    A LangChain document compressor. The score is the share of yes in the likelihood of yes and no;
    it is 0 or 1 where the model's backend tells no likelihoods. Texts with the same score keep
    their order. Repeated judgements come from `journal`.

    >>> reranker = ModelReranker(model=library.model, top_n=1)
    >>> found = library.retriever(k=2).invoke("deposit")
    >>> len(reranker.compress_documents(found, "How much is the deposit?"))
    1
    """

    model: LocalModel
    journal: Journal | None = None

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return how surely each text helps to answer the question, from 0 to 1."""
        prompt = select_prompt("rerank", self.model)
        replies = (prompt.label("yes"), prompt.label("no"))
        judge = Judge(ModelCalls(self.model, self.journal), purpose="rerank")
        return [
            judge.weigh(prompt.messages(question=question, text=text), replies)[0] for text in texts
        ]
