__all__ = [
    "ATTEMPTS",
    "KEPT_TOKENS",
    "Call",
    "ChatRequest",
    "Description",
    "LocalModel",
    "ModelCalls",
    "Piece",
    "Provider",
    "Request",
    "backend_names",
    "defuse",
    "open_embedder",
    "open_model",
    "open_provider",
    "retry_transient",
    "role_of",
    "shortfall",
    "split_model",
    "timings_of",
]

from .attempts import ATTEMPTS, retry_transient
from .calls import Call, ModelCalls
from .messages import defuse, role_of, timings_of
from .model import LocalModel, shortfall
from .provider import Provider
from .registry import backend_names, open_embedder, open_model, open_provider, split_model
from .thinking import KEPT_TOKENS
from .values import ChatRequest, Description, Piece, Request
