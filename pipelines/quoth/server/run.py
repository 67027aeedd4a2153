"""The server as a program: bound, announced, and ended without losing work."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread

from quoth.config import Config
from quoth.errors import ConfigurationError, UsageError
from quoth.server.credentials import Credentials, read_token
from quoth.server.settings import HEADER_BYTES, ServerSettings
from quoth.server.unix_sockets import listen_privately
from quoth.system import missing_extra, take_over

_SHUTDOWN_SECONDS = 2
_TURN_SECONDS = 0.0005
"""How long a thread that computes keeps Python's lock from one that waits for it. A search takes
the lock dozens of times; beside answers, each time would cost it the usual 5 ms."""


def serve(
    settings: ServerSettings,
    config: Config,
    *,
    home: Path,
    announce: Callable[[str], None],
    open_page: Callable[[str], object] | None = None,
) -> None:
    """Serve until the process is told to end.

    `announce` is given the lines to print, `open_page` an address that signs a browser in. Raises
    `UsageError` when the port is taken, and `ConfigurationError` for a server that would be open to
    others.
    """
    settings.check()
    if not settings.on_loopback:
        take_over(replace(config.guard, listen=(settings.host,)))
    try:
        import uvicorn

        from quoth.server.app import build_app
    except ImportError as error:
        raise missing_extra("The server", "serve") from error
    from quoth.server.opening import open_services

    with _bind(settings) as listener:
        if not settings.socket:
            settings = replace(settings, port=listener.getsockname()[1])
        credentials = _credentials(settings, home)
        services = open_services(settings, config, home=home, credentials=credentials)
        options = uvicorn.Config(
            build_app(services),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            http="h11",
            ws="none",
            lifespan="on",
            h11_max_incomplete_event_size=HEADER_BYTES,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
            ssl_certfile=settings.tls_cert or None,
            ssl_keyfile=settings.tls_key or None,
        )
        sys.setswitchinterval(_TURN_SECONDS)
        for line in _introduction(settings, home, credentials):
            announce(line)
        if open_page and not settings.socket:
            address = _page_address(settings, credentials)
            # A browser of the terminal would hold up the server until it is closed.
            Thread(target=open_page, args=(address,), daemon=True).start()
        uvicorn.Server(options).run(sockets=[listener])


def _bind(settings: ServerSettings) -> socket.socket:
    """Return a socket that listens. Raises `UsageError` when its address is taken."""
    if settings.socket:
        return listen_privately(Path(settings.socket))
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    if sys.platform != "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise UsageError(
            f"{settings.host} port {settings.port} cannot be used: {error.strerror}.",
            hint="Stop the other program, or name another port with --port.",
        ) from error
    return listener


def _credentials(settings: ServerSettings, home: Path) -> Credentials | None:
    if not settings.needs_token:
        return None
    file = settings.token_file or home / "server" / "token"
    if settings.token_file is not None and not file.exists():
        raise ConfigurationError(f"There is no file {file}.", hint="Leave out --token-file.")
    file.parent.mkdir(parents=True, exist_ok=True)
    return Credentials(read_token(file))


def _page_address(settings: ServerSettings, credentials: Credentials | None) -> str:
    """Return the address of the page; its code, which no server is sent, works once."""
    code = f"#code={credentials.make_code()}" if credentials else ""
    return f"{settings.base_url}/{code}"


def _introduction(
    settings: ServerSettings, home: Path, credentials: Credentials | None
) -> list[str]:
    """Return the lines that tell where the server is, and how to reach it."""
    if settings.socket:
        return [f"Quoth listens at {settings.socket}."]
    if credentials is None:
        return [f"Quoth is at {settings.base_url} for every program of this machine."]
    file = settings.token_file or home / "server" / "token"
    return [
        f"Quoth is at {_page_address(settings, credentials)}",
        f"Programs use {settings.base_url}/v1 with the token in {file}",
    ]
