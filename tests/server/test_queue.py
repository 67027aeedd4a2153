"""The one line of questions and jobs."""

from __future__ import annotations

from threading import Thread

import pytest
from quoth.errors import CancelledError, QueueFullError
from quoth.library import Ticket, WorkQueue


def begin(ticket: Ticket) -> list[int]:
    """Let a ticket work if its turn has come, and return the places that it was told."""
    told: list[int] = []
    try:
        ticket.wait(stopped=lambda: True, tell=told.append)
    except CancelledError:
        return told
    return []


def test_the_queue_keeps_its_order() -> None:
    queue = WorkQueue(slots=1, length=3)
    tickets = [queue.enter() for _ in range(4)]
    with pytest.raises(QueueFullError):
        queue.enter()
    assert [ticket.place for ticket in tickets] == [0, 1, 2, 3]
    for ticket in tickets:
        assert begin(ticket) == []
        ticket.leave()
    assert queue.counts == (0, 0)


def test_jobs_and_questions_stand_in_one_line() -> None:
    queue = WorkQueue(slots=2, length=5, most={"job": 1})
    first, second = queue.enter(), queue.enter()
    assert begin(first) == begin(second) == []
    job, question = queue.enter("job"), queue.enter()
    assert (job.place, question.place) == (0, 1)
    second.leave()
    assert begin(question) == [1]
    assert begin(job) == []


def test_a_question_passes_jobs_that_wait_for_another_job() -> None:
    queue = WorkQueue(slots=2, length=5, most={"job": 1})
    jobs = [queue.enter("job") for _ in range(3)]
    assert begin(jobs[0]) == []
    question = queue.enter()
    assert question.place == 0
    assert begin(question) == []
    assert [job.place for job in jobs] == [0, 0, 1]
    assert begin(jobs[1]) == [0]
    jobs[0].leave()
    assert begin(jobs[2]) == [1]
    assert begin(jobs[1]) == []


def test_waiting_jobs_leave_room_for_questions() -> None:
    queue = WorkQueue(slots=2, length=2, most={"job": 1})
    for _ in range(3):
        queue.enter("job")
    with pytest.raises(QueueFullError):
        queue.enter("job")
    queue.enter()


def test_a_ticket_hears_of_its_turn_from_another_thread() -> None:
    queue = WorkQueue(slots=1, length=5)
    first, second = queue.enter(), queue.enter()
    told: list[int] = []
    assert begin(first) == []
    waiting = Thread(target=second.wait, kwargs={"stopped": lambda: False, "tell": told.append})
    waiting.start()
    first.leave()
    waiting.join(30)
    assert not waiting.is_alive()
    assert queue.counts == (0, 1)
