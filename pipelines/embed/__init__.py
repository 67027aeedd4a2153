"""Texts → vectors: `FolderEmbedder.open` gives a LangChain `Embeddings` that knows its limits."""

from __future__ import annotations

from pipelines.embed.ahead import EmbeddingThread
from pipelines.embed.contract import Embedder
from pipelines.embed.embedder import FolderEmbedder, embedded_text

__all__ = ["Embedder", "EmbeddingThread", "FolderEmbedder", "embedded_text"]
