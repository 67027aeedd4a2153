__all__ = [
    "AgentServer",
    "AgentSettings",
    "MAX_TOKENS",
    "client_configuration",
    "read_log",
    "serve_stdio",
]

from .clients import client_configuration
from .log import read_log
from .server import AgentServer
from .settings import AgentSettings, MAX_TOKENS
from .stdio import serve_stdio
