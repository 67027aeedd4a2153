"""What a backend makes of a server that fails: another try where that is safe, then one error."""

from __future__ import annotations

import time

import pytest
from conformance.faulty_proxy import FaultyProxy
from quoth.errors import BackendError, BackendUnavailableError, GenerationError
from quoth.models import ATTEMPTS, LocalModel

Faulted = tuple[LocalModel, FaultyProxy]
QUESTION = "What do bees make from nectar?"


def ask(model: LocalModel) -> str:
    return model.invoke(QUESTION, max_tokens=8).text


def test_tries_again_when_the_server_is_busy(faulted: Faulted) -> None:
    model, proxy = faulted
    proxy.will("503", times=2)
    assert ask(model)
    assert proxy.generations == 3


def test_gives_up_on_a_server_that_stays_busy(faulted: Faulted) -> None:
    model, proxy = faulted
    proxy.will("503")
    with pytest.raises(BackendUnavailableError, match="not ready") as caught:
        ask(model)
    assert caught.value.retryable
    assert caught.value.hint
    assert proxy.generations == ATTEMPTS


def test_gives_up_on_a_server_that_hangs(faulted: Faulted) -> None:
    model, proxy = faulted
    ask(model)
    proxy.will("hang")
    begin = time.perf_counter()
    with pytest.raises(BackendUnavailableError, match="in time"):
        ask(model)
    patience = model.settings.timeout
    assert time.perf_counter() - begin < 2 * patience, "a call that hangs is not made again"
    assert proxy.generations == 1


def test_tries_again_after_half_a_stream(faulted: Faulted) -> None:
    model, proxy = faulted
    whole = ask(model)
    proxy.will("half", times=1)
    assert ask(model) == whole
    assert proxy.generations == 2


def test_does_not_hide_half_a_stream_that_was_shown(faulted: Faulted) -> None:
    model, proxy = faulted
    model.describe()
    proxy.will("half")
    shown: list[str] = []
    with pytest.raises(BackendError):
        shown.extend(chunk.text for chunk in model.stream(QUESTION, max_tokens=40))
    assert shown
    assert proxy.generations == 1


def test_makes_an_error_of_garbage(faulted: Faulted) -> None:
    model, proxy = faulted
    proxy.will("garbage", times=1)
    assert ask(model)
    proxy.will("garbage")
    with pytest.raises(GenerationError, match="not JSON"):
        ask(model)


def test_makes_an_error_of_a_server_that_dies(faulted: Faulted) -> None:
    model, proxy = faulted
    ask(model)
    proxy.will("die", times=1)
    assert ask(model)
    proxy.close()
    with pytest.raises(BackendUnavailableError, match="cannot be reached"):
        ask(model)


def test_makes_an_error_of_no_server_at_all(faulted: Faulted) -> None:
    model, proxy = faulted
    proxy.close()
    with pytest.raises(BackendUnavailableError) as caught:
        model.describe()
    assert proxy.url in str(caught.value)
