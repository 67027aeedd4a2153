__all__ = ["ATTEMPTS"]
from .attempts import ATTEMPTS, retry_transient
from .calls import Call, journalled_call, question_of
from .messages import defuse, role_of, timings_of
from .model import LocalModel, shortfall
from .provider import Provider
from .registry import backend_names, open_embedder, open_model, open_provider, split_model
from .thinking import KEPT_TOKENS
from .values import Description, Piece, Request
