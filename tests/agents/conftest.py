"""A server over the sample library, and clients that speak to it in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("mcp")

from agents.calls import Connect
from mcp import Client
from quoth.config import load_config
from quoth.library import Shelf, WorkQueue
from quoth.mcp import AgentServer, AgentSettings


@pytest.fixture
def connect(sample: str, session_home: Path) -> Connect:
    """Return a function that connects a client to a server with some settings."""

    @asynccontextmanager
    async def open_client(**settings: object) -> AsyncIterator[Client]:
        bounds = replace(AgentSettings((sample,)), **settings)  # type: ignore[arg-type]
        shelf = Shelf(load_config().config, session_home, served=bounds.collections)
        server = AgentServer(bounds, shelf=shelf, queue=WorkQueue(slots=1, length=8))
        async with Client(server.protocol) as client:
            yield client
        server.close()
        shelf.close()

    return open_client
