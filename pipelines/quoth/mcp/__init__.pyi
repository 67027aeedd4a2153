__all__ = [
    "AgentSettings",
    "ClientName",
    "build_server",
    "client_configuration",
    "read_log",
    "serve_stdio",
]

from .clients import ClientName, client_configuration
from .log import read_log
from .server import build_server
from .settings import AgentSettings
from .stdio import serve_stdio
