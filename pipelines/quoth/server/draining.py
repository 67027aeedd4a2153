"""The rest of a body that nobody reads.

It is taken before the line is closed, so that a client that still sends sees the answer.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.types import Message, Receive

_SECONDS = 2.0


class DrainedReceive:
    """The `receive` of a request, which knows whether its body has come whole."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._is_whole = False

    async def __call__(self) -> Message:
        """Return the next message of the request."""
        message = await self._receive()
        if not message.get("more_body"):
            self._is_whole = True
        return message

    async def drain(self) -> None:
        """Throw the rest of the body away, for at most two seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_SECONDS):
                while not self._is_whole:
                    await self()
