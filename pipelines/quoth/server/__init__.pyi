__all__ = [
    "ServerSettings",
    "build_app",
    "open_services",
    "serve",
]

from .app import build_app
from .opening import open_services
from .run import serve
from .settings import ServerSettings
