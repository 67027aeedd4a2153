__all__ = [
    "MAX_TOKENS",
    "AgentServer",
    "AgentSettings",
    "client_configuration",
    "read_log",
    "serve_stdio",
]

from .clients import client_configuration
from .log import read_log
from .server import AgentServer
from .settings import MAX_TOKENS, AgentSettings
from .stdio import serve_stdio
