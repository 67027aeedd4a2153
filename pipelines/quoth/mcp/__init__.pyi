__all__ = [
    "MAX_TOKENS",
    "AgentSettings",
    "build_server",
    "client_configuration",
    "read_log",
    "serve_stdio",
]

from .clients import client_configuration
from .log import read_log
from .server import build_server
from .settings import MAX_TOKENS, AgentSettings
from .stdio import serve_stdio
