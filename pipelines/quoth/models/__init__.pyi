__all__ = [
    "KEPT_TOKENS",
    "Call",
    "ChatRequest",
    "Description",
    "LocalModel",
    "ModelCalls",
    "Piece",
    "Request",
    "backend_class",
    "backend_names",
    "defuse",
    "open_embedder",
    "open_model",
    "role_of",
    "settings_of",
    "shortfall",
    "split_model",
    "timings_of",
]

from .calls import Call, ModelCalls
from .messages import defuse, role_of, timings_of
from .model import LocalModel, shortfall
from .registry import (
    backend_class,
    backend_names,
    open_embedder,
    open_model,
    settings_of,
    split_model,
)
from .thinking import KEPT_TOKENS
from .values import ChatRequest, Description, Piece, Request
