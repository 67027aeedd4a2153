"""A server for tests: real HTTP on loopback, in this process."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from quoth.config import load_config
from quoth.embed import Embedder
from quoth.models import LocalModel
from quoth.server import ServerSettings, build_app, open_services
from quoth.server.credentials import Credentials
from quoth.server.services import Services

TOKEN = "a-token-of-the-tests-0123456789"


@dataclass
class Served:
    """A server that runs: its address, a client with the token, and its services."""

    url: str
    client: httpx2.Client
    services: Services

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.client.get(path, headers=named(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        return self.client.post(path, json=body, headers=named(headers))

    def wait_for(self, operation: str, *, seconds: float = 60.0) -> dict[str, Any]:
        """Return an operation once it is finished."""
        kind = "jobs" if operation.startswith("job_") else "answers"
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found: dict[str, Any] = self.get(f"/api/v1/{kind}/{operation}").json()
            if found["ended"]:
                return found
            time.sleep(0.05)
        raise AssertionError(f"{operation} is not finished: {found}")


def named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@contextmanager
def serving(
    home: Path,
    *,
    model: LocalModel | None = None,
    embedder: Embedder | None = None,
    credentials: Credentials | None = None,
    **changes: Any,
) -> Iterator[Served]:
    """Run a server until the block ends."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(2048)
        settings = replace(ServerSettings(port=listener.getsockname()[1]), **changes)
        services = open_services(
            settings,
            load_config().config,
            home=home,
            credentials=credentials or Credentials(TOKEN),
            model=model,
            embedder=embedder,
        )
        config = uvicorn.Config(
            build_app(services),
            log_config=None,
            http="h11",
            ws="none",
            timeout_graceful_shutdown=1,
            h11_max_incomplete_event_size=65536,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.01)
            with httpx2.Client(
                base_url=settings.base_url,
                headers={"authorization": f"Bearer {TOKEN}"},
                timeout=60,
            ) as client:
                yield Served(settings.base_url, client, services)
        finally:
            server.should_exit = True
            thread.join()


def events_of(text: str) -> list[tuple[int, str, Any]]:
    """Return the number, the name and the data of each event of a stream."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if line and line[0] != ":")
        if "data" in lines:
            found.append(
                (int(lines.get("id", 0)), lines.get("event", ""), json.loads(lines["data"]))
            )
    return found
