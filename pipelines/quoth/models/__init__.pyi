__all__ = [
    "ATTEMPTS",
    "KEPT_TOKENS",
    "Call",
    "ChatRequest",
    "Constraint",
    "Description",
    "GivenReply",
    "Judge",
    "LocalModel",
    "ModelCalls",
    "Piece",
    "Placement",
    "Provider",
    "Request",
    "Step",
    "Tool",
    "ToolCall",
    "backend_names",
    "cut_at_stop",
    "defuse",
    "is_cut_silent",
    "list_installed",
    "open_embedder",
    "open_model",
    "open_provider",
    "retry_transient",
    "role_of",
    "shortfall_error",
    "silence_error",
    "split_model",
    "stream_reply",
    "timings_of",
    "with_embedder",
    "with_model",
    "with_room_to_think",
]

from .attempts import ATTEMPTS, retry_transient
from .calls import Call, ModelCalls
from .contract import shortfall_error
from .judge import GivenReply, Judge
from .messages import defuse, role_of, timings_of
from .model import LocalModel
from .provider import Provider
from .registry import (
    backend_names,
    list_installed,
    open_embedder,
    open_model,
    open_provider,
    split_model,
    with_embedder,
    with_model,
)
from .silence import is_cut_silent, silence_error, stream_reply, with_room_to_think
from .stop_strings import cut_at_stop
from .thinking import KEPT_TOKENS
from .values import (
    ChatRequest,
    Constraint,
    Description,
    Piece,
    Placement,
    Request,
    Step,
    Tool,
    ToolCall,
)
