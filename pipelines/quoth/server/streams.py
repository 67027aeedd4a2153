"""Server-sent events: numbered, named, and alive while nothing happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

PING_SECONDS = 15.0
DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class EventStream:
    """An answer that comes as events: the encoded events, and further headers."""

    events: AsyncIterator[bytes]
    headers: Mapping[str, str] = field(default_factory=dict)


def encode_event(data: Any, *, name: str = "", number: int | None = None) -> bytes:
    """Return one event in the format of the HTML standard; `data` becomes one line of JSON."""
    lines = []
    if number is not None:
        lines.append(f"id: {number}")
    if name:
        lines.append(f"event: {name}")
    lines.append(f"data: {json.dumps(data, ensure_ascii=False)}")
    return ("\n".join(lines) + "\n\n").encode("utf-8", "replace")


async def keep_alive(
    events: AsyncIterator[bytes], *, seconds: float = PING_SECONDS
) -> AsyncIterator[bytes]:
    """Yield the events, and a comment where none came for a while, which proxies need."""
    pending: asyncio.Future[bytes] | None = None
    try:
        while True:
            pending = pending or asyncio.ensure_future(anext(events))
            done, _ = await asyncio.wait({pending}, timeout=seconds)
            if not done:
                yield b": ping\n\n"
                continue
            finished, pending = pending, None
            try:
                yield finished.result()
            except StopAsyncIteration:
                return
    finally:
        if pending is not None:
            pending.cancel()
