"""The log of events: numbered without a gap to its reader, and bounded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from quoth.server.events import END, PROGRESS, EventLog
from quoth.server.operations import Operations
from quoth.server.state import open_state
from quoth.system import Database


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Database]:
    database = open_state(tmp_path)
    yield database
    database.close()


def test_the_progress_of_a_long_job_does_not_grow_without_bound(state: Database) -> None:
    operation, events = Operations(state).create("summarize", "sample", {}), EventLog(state)
    events.append(operation.id, "running", {"attempt": 1})
    for number in range(2500):
        events.append(operation.id, PROGRESS, {"done": number})
    kept = events.read(operation.id)
    assert len(kept) <= 201
    assert kept[0].name == "running"
    assert kept[-1].data == {"done": 2499}
    assert kept[-1].number == 2501
    assert [event.number for event in events.read(operation.id, after=2499)] == [2500, 2501]


def test_old_operations_keep_the_events_of_their_end(state: Database) -> None:
    operations, events = Operations(state), EventLog(state, kept=2)
    made = [operations.create("answer", "sample", {}) for _ in range(5)]
    for operation in made:
        for name in ("running", "text", "text", "answer"):
            events.append(operation.id, name, {})
    for operation in made[:4]:
        operations.finish(operation.id, "done", result={})
        events.append(operation.id, END, {"state": "done"})
    events.fold()
    counts = [len(events.read(operation.id)) for operation in made]
    assert counts == [2, 2, 5, 5, 4]
    last = events.read(made[0].id)
    assert [(event.number, event.name) for event in last] == [(4, "answer"), (5, END)]
