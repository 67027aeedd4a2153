"""`/mcp` of the server: both generations of the protocol, behind the same gate, in one queue."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx2
import pytest
from agents.calls import QUESTION, call, fail
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from quoth.library import WorkQueue
from quoth.mcp import read_log
from served import TOKEN, Served

LEGACY, MODERN = "legacy", "2026-07-28"
HEADERS = {"accept": "application/json, text/event-stream", "content-type": "application/json"}


@asynccontextmanager
async def connected(served: Served, mode: str) -> AsyncIterator[Client]:
    headers = {"authorization": f"Bearer {TOKEN}"}
    async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
        transport = streamable_http_client(f"{served.url}/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            yield client


@pytest.mark.parametrize("mode", [LEGACY, MODERN, "auto"])
async def test_both_generations_of_the_protocol_are_spoken(
    served: Served, sample: str, mode: str
) -> None:
    async with connected(served, mode) as client:
        assert len((await client.list_tools()).tools) == 7
        _, found = await call(client, "search", query=QUESTION, collection=sample, k=2)
        assert "32 hours" in found["results"][0]["text"]
        _, asked = await call(client, "ask", question=QUESTION, collection=sample)
        assert "32 hours" in asked["answer"]["text"]
        page = await client.read_resource(found["results"][0]["url"])
        assert "32 hours" in getattr(page.contents[0], "text", "")
        assert "no collection" in await fail(client, "search", query="x", collection="absent")


def test_the_gate_stands_before_agents(served: Served) -> None:
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    refused = {
        401: {"authorization": "Bearer wrong"},
        403: {"origin": "https://elsewhere.example"},
        421: {"host": "elsewhere.example"},
    }
    for status, headers in refused.items():
        assert (
            served.client.post("/mcp", json=ping, headers=HEADERS | headers).status_code == status
        )
    large = b'{"jsonrpc": "2.0", "id": 1, "method": "' + b"x" * (5 << 20) + b'"}'
    assert served.client.post("/mcp", content=large, headers=HEADERS).status_code == 413


async def test_two_clients_at_once_do_not_wait_for_each_other(served: Served, sample: str) -> None:
    async with connected(served, LEGACY) as one, connected(served, MODERN) as other:
        questions = [f"What is the limit number {number}?" for number in range(6)]
        results = await asyncio.gather(
            *(
                call(client, "search", query=question, collection=sample)
                for client in (one, other)
                for question in questions
            )
        )
    ids = [[result["id"] for result in found["results"]] for _, found in results]
    assert ids[:6] == ids[6:]


async def test_a_call_over_http_is_on_the_same_record(served: Served, sample: str) -> None:
    async with connected(served, MODERN) as client:
        await call(client, "search", query="Which pump is the spare?", collection=sample)
    last = [*read_log(served.services.home)][-1]
    assert last["arguments"]["query"] == "Which pump is the spare?"


@contextmanager
def occupied(queue: WorkQueue) -> Iterator[None]:
    """Let nobody else have a turn in a queue while the block runs."""
    tickets = [queue.enter() for _ in range(queue.slots)]
    for ticket in tickets:
        ticket.wait(stopped=lambda: False, tell=lambda _: None)
    yield
    for ticket in tickets:
        ticket.leave()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.02)


async def test_a_question_of_an_agent_waits_in_the_queue_of_the_server(
    served: Served, sample: str
) -> None:
    queue = served.services.queue
    async with connected(served, LEGACY) as client:
        with occupied(queue):
            asked = client.call_tool("ask", {"question": QUESTION, "collection": sample})
            asking = asyncio.create_task(asked)
            await until(lambda: queue.counts[0] == 1)
            assert not asking.done()
        assert not (await asking).is_error
    await until(lambda: queue.counts == (0, 0))


@pytest.mark.parametrize("mode", [LEGACY, MODERN])
async def test_a_call_that_is_cancelled_leaves_the_queue(
    served: Served, sample: str, mode: str
) -> None:
    queue = served.services.queue
    async with connected(served, mode) as client:
        with occupied(queue):
            asked = client.call_tool("ask", {"question": QUESTION, "collection": sample})
            asking = asyncio.create_task(asked)
            await until(lambda: queue.counts[0] == 1)
            asking.cancel()
            await until(lambda: queue.counts[0] == 0)
        await call(client, "search", query=QUESTION, collection=sample)
    last = [each for each in read_log(served.services.home) if each["tool"] == "ask"][-1]
    assert last["outcome"] == "cancelled"


def test_malformed_messages_over_http_end_nothing(served: Served) -> None:
    chance = random.Random(7)
    good = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}).encode()
    for number in range(200):
        bodies: list[bytes] = [
            chance.randbytes(40),
            good[: chance.randrange(1, len(good))],
            b'{"jsonrpc": "2.0", "id": [], "method": 7}',
            b"[" * 50,
            b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":5}}',
        ]
        versions: list[dict[str, Any]] = [
            {},
            {"mcp-protocol-version": "2026-07-28"},
            {"mcp-protocol-version": "x"},
            {"mcp-session-id": "nobody"},
        ]
        answer = served.client.post(
            "/mcp", content=bodies[number % 5], headers=HEADERS | versions[number % 4]
        )
        assert 200 <= answer.status_code < 500, (answer.status_code, bodies[number % 5])
        assert "Traceback" not in answer.text
    assert served.get("/health").status_code == 200
