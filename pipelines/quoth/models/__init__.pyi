__all__ = [
    "ATTEMPTS",
    "KEPT_TOKENS",
    "Call",
    "ChatRequest",
    "Constraint",
    "Description",
    "LocalModel",
    "ModelCalls",
    "Piece",
    "Placement",
    "Provider",
    "Request",
    "backend_names",
    "cut_at_stop",
    "defuse",
    "open_embedder",
    "open_model",
    "open_provider",
    "retry_transient",
    "role_of",
    "shortfall_error",
    "split_model",
    "timings_of",
    "with_embedder",
]

from .attempts import ATTEMPTS, retry_transient
from .calls import Call, ModelCalls
from .messages import defuse, role_of, timings_of
from .model import LocalModel, shortfall_error
from .provider import Provider
from .registry import (
    backend_names,
    open_embedder,
    open_model,
    open_provider,
    split_model,
    with_embedder,
)
from .stop_strings import cut_at_stop
from .thinking import KEPT_TOKENS
from .values import ChatRequest, Constraint, Description, Piece, Placement, Request
