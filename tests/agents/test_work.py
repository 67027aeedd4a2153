"""Agents ask, check and summarize; long calls become jobs, and a client that leaves stops them."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from agents.calls import QUESTION, Connect, call, fail
from mcp import Client
from places import ROOT
from quoth import Library
from quoth.library import WorkQueue
from quoth.mcp.shapes import AnswerShape, Place
from quoth.mcp.work import Work, Works
from quoth.views import answer_json

EVERYDAY = ROOT.parent / "shared" / "cases" / "questions.jsonl"


async def test_an_answer_is_the_one_of_every_front(connect: Connect, sample: str) -> None:
    with Library(sample) as library:
        answer = library.ask(QUESTION)
    async with connect() as client:
        text, asked = await call(client, "ask", question=QUESTION)
    value = answer_json(answer)
    assert set(AnswerShape.model_fields) == set(value)
    assert set(Place.model_fields) == {*value["citations"][0], "url"}
    assert asked["answer"]["text"] == value["text"]
    assert asked["answer"]["kind"] == value["kind"]
    assert [place["quote"] for place in asked["answer"]["citations"]] == [
        place["quote"] for place in value["citations"]
    ]
    assert "32 hours" in text


async def test_claims_are_found_or_refused(connect: Connect) -> None:
    claims = "The tank of the generator holds 1,800 litres. It was painted green in 1987."
    async with connect() as client:
        text, cited = await call(client, "cite", text=claims)
        _, found = await call(client, "search", query=QUESTION, k=2)
        ids = [result["id"] for result in found["results"]]
        _, within = await call(client, "cite", text=claims, ids=ids)
    for result in (cited, within):
        assert any("1,800 litres" in place["quote"] for place in result["citations"])
        assert result["unfound"] == ["It was painted green in 1987."]
    assert "Not found" in text


async def test_a_summary_reads_the_stored_text(connect: Connect) -> None:
    async with connect() as client:
        _, done = await call(client, "summarize", documents=["*minutes.md"], length="60 words")
    [summary] = done["summaries"]
    assert summary["coverage"] == 1.0
    assert 20 < len(summary["text"].split()) <= 75


async def test_a_long_call_becomes_a_job(connect: Connect) -> None:
    async with connect(patience_seconds=0.0) as client:
        text, asked = await call(client, "ask", question="Who looks after the alarm levels?")
        assert asked["answer"] is None
        id = asked["job"]["id"]
        assert id in text
        _, status = await call(client, "job_status", id=id, wait_seconds=30)
        assert status["job"]["state"] == "done"
        assert status["ask"]["answer"]["question"] == "Who looks after the alarm levels?"


async def test_agents_ingest_only_from_folders_that_were_named(
    connect: Connect, tmp_path: Path
) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "crane.md").write_text("The crane lifts four tons and a half.")
    (tmp_path / "secret.md").write_text("Nobody reads this.")
    (notes / "way-out.md").symlink_to(tmp_path / "secret.md")
    made = "agents-made"
    async with connect(roots=(notes,), collections=(made,)) as client:
        _, done = await call(client, "ingest", paths=[str(notes / "crane.md")])
        assert done["done"] == 1
        for path in (tmp_path / "secret.md", notes / ".." / "secret.md", notes / "way-out.md"):
            assert "none of the folders" in await fail(client, "ingest", paths=[str(path)])
        _, found = await call(client, "search", query="How much does the crane lift?")
    assert found["results"][0]["name"] == "crane.md"


async def test_calls_run_in_turn_and_a_call_nobody_wants_stops() -> None:
    queue = Works(WorkQueue(slots=1, length=8))
    order: list[str] = []

    def long(work: Work) -> str:
        order.append("long")
        for step in range(10_000):
            work.report(step, 10_000)
            work.stop.wait(0.01)
        return "never"

    first = queue.submit("first", long)
    second = queue.submit("second", lambda work: order.append("second"))
    async with asyncio.timeout(30):
        while not order:
            await asyncio.sleep(0.01)
    assert queue.describe(second).position == 1
    assert queue.describe(second).state == "queued"
    first.stop.set()
    await asyncio.wrap_future(second.future)
    assert order == ["long", "second"]
    assert queue.describe(first).state == "cancelled"
    queue.close()


async def test_a_failed_call_is_told_as_it_is(connect: Connect) -> None:
    queue = Works(WorkQueue(slots=1, length=8))
    work = queue.submit("broken", lambda work: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        await asyncio.wrap_future(work.future)
    assert queue.describe(work).state == "failed"
    queue.close()


async def prove(client: Client, question: str, evidence: str) -> tuple[bool, bool, bool]:
    """Search, fetch and cite as an agent does that answers with a sentence of the documents.

    Return whether the sentence was read, whether it is found as a claim, and whether the same
    claim with other figures is refused.
    """
    _, hits = await call(client, "search", query=question)
    ids = [result["id"] for result in hits["results"]]
    texts = [(await call(client, "fetch", id=id))[1]["text"] for id in ids]
    if not any(_plain(evidence) in _plain(text) for text in texts):
        return False, False, False
    _, true = await call(client, "cite", text=evidence, question=question)
    wrong = re.sub(r"\d", lambda digit: str(9 - int(digit[0])), evidence)
    _, false = await call(client, "cite", text=wrong, question=question)
    found = not true["unfound"] and bool(true["citations"])
    return True, found, bool(false["unfound"] or false["unsupported_numbers"])


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def shared_questions() -> list[tuple[str, str]]:
    """Return the everyday questions about the sample library, each with its evidence."""
    if not EVERYDAY.exists():
        pytest.skip("needs files beside the repository, in ../shared/cases")
    rows = [json.loads(line) for line in EVERYDAY.read_text().splitlines()]
    return [
        (row["question"], row["places"][0]["evidence"][0])
        for row in rows
        if row["set"] == "library" and row["answerable"] and row["places"]
    ]


@pytest.mark.parametrize("asked", ["own", "shared"])
async def test_an_agent_that_searches_fetches_and_cites_says_nothing_that_is_not_there(
    connect: Connect, questions: list[dict[str, Any]], asked: str
) -> None:
    pairs = (
        shared_questions()
        if asked == "shared"
        else [(str(each["question"]), str(each.get("quote", ""))) for each in questions]
    )
    pairs = [pair for pair in pairs if re.search(r"\d", pair[1])][:20]
    async with connect() as client:
        outcomes = {pair: await prove(client, *pair) for pair in pairs}
    read = {pair: outcome for pair, outcome in outcomes.items() if outcome[0]}
    assert len(read) >= 0.8 * len(pairs) > 8
    assert [pair for pair, outcome in read.items() if not all(outcome)] == []
