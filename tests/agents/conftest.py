"""A server over the sample library, and clients that speak to it in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

pytest.importorskip("mcp")

from agents.calls import Connect
from mcp import Client
from quoth.config import load_config
from quoth.mcp import AgentSettings, build_server


@pytest.fixture
def connect(sample: str) -> Connect:
    """Return a function that connects a client to a server with some settings."""

    @asynccontextmanager
    async def open_client(**settings: object) -> AsyncIterator[Client]:
        bounds = replace(AgentSettings((sample,)), **settings)  # type: ignore[arg-type]
        async with Client(build_server(bounds, load_config().config)) as client:
            yield client

    return open_client
