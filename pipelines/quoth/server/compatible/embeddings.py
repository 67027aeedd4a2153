"""OpenAI's embeddings."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from quoth.server.compatible.shapes import EmbeddingsAsked
from quoth.server.failures import BAD_REQUEST, MODEL_NOT_FOUND, UNSUPPORTED, RefusedError
from quoth.server.services import Services

_MOST_TEXTS = 2048


def embed(services: Services, body: EmbeddingsAsked) -> dict[str, Any]:
    """Return the vector of each text, of unit length; a text that is too long is refused."""
    embedder = services.shelf.embedder
    texts = _read_texts(services, body)
    with services.queue.turn(stopped=lambda: False):
        vectors = np.asarray(embedder.embed_documents(texts), dtype="<f4")
    count = sum(embedder.count_tokens(text) for text in texts)
    if body.dimensions not in (None, vectors.shape[1]):
        raise RefusedError(
            UNSUPPORTED,
            f"The vectors of this embedder have {vectors.shape[1]} dimensions.",
            hint="Set embedding.dimensions in quoth.yaml to cut them.",
            param="dimensions",
        )
    in_base64 = body.encoding_format == "base64"
    return {
        "object": "list",
        "model": body.model,
        "data": [
            {
                "object": "embedding",
                "index": index,
                "embedding": (
                    base64.b64encode(vector.tobytes()).decode() if in_base64 else vector.tolist()
                ),
            }
            for index, vector in enumerate(vectors)
        ],
        "usage": {"prompt_tokens": count, "total_tokens": count},
    }


def _read_texts(services: Services, body: EmbeddingsAsked) -> list[str]:
    known = services.shelf.config.embedding.model
    if body.model != known:
        raise RefusedError(
            MODEL_NOT_FOUND,
            f"There is no embedder {body.model!r}.",
            hint=f"There is: {known}.",
            param="model",
        )
    texts = [body.input] if isinstance(body.input, str) else list(body.input)
    if not texts or len(texts) > _MOST_TEXTS:
        raise RefusedError(BAD_REQUEST, f"Send from 1 to {_MOST_TEXTS} texts.", param="input")
    read = [text for text in texts if isinstance(text, str)]
    if len(read) < len(texts):
        raise RefusedError(
            UNSUPPORTED, "Numbers of tokens cannot be embedded.", hint="Send text.", param="input"
        )
    if not all(text.strip() for text in read):
        raise RefusedError(BAD_REQUEST, "One of the texts is empty.", param="input")
    return read
