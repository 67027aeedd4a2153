"""The conformance suite of a backend whose server may fail."""

from __future__ import annotations

import time

from quoth.errors import BackendError, BackendUnavailableError, GenerationError
from quoth.models import ATTEMPTS, LocalModel
from quoth.testing.faulty_proxy import FaultyProxy

QUESTION = "What do bees make from nectar?"


class ServerFaultConformance:
    """How a backend treats a server that fails: another try where that is safe, then one error.

    Name your subclass `Test…`, and set both attributes before each test: a model with a timeout of
    some seconds, and the proxy between it and its server.
    """

    model: LocalModel
    proxy: FaultyProxy

    def test_tries_again_when_the_server_is_busy(self) -> None:
        self.proxy.fail_with("503", times=2)
        assert _ask(self.model)
        assert self.proxy.generations == 3

    def test_gives_up_on_a_server_that_stays_busy(self) -> None:
        self.proxy.fail_with("503")
        error = _error_of(self.model)
        assert isinstance(error, BackendUnavailableError)
        assert "not ready" in str(error)
        assert error.retryable
        assert error.hint
        assert self.proxy.generations == ATTEMPTS

    def test_gives_up_on_a_server_that_hangs(self) -> None:
        _ask(self.model)
        self.proxy.fail_with("hang")
        begin = time.perf_counter()
        error = _error_of(self.model)
        assert isinstance(error, BackendUnavailableError)
        assert "in time" in str(error)
        patience = self.model.settings.timeout
        assert time.perf_counter() - begin < 2 * patience, "a call that hangs is not made again"
        assert self.proxy.generations == 1

    def test_tries_again_after_half_a_stream(self) -> None:
        whole = _ask(self.model)
        self.proxy.fail_with("half", times=1)
        assert _ask(self.model) == whole
        assert self.proxy.generations == 2

    def test_does_not_hide_half_a_stream_that_was_shown(self) -> None:
        self.model.describe()
        self.proxy.fail_with("half")
        shown: list[str] = []
        try:
            shown.extend(chunk.text for chunk in self.model.stream(QUESTION, max_tokens=40))
        except BackendError:
            assert shown
            assert self.proxy.generations == 1
        else:
            raise AssertionError("half an answer was taken for a whole one")

    def test_makes_an_error_of_garbage(self) -> None:
        self.proxy.fail_with("garbage", times=1)
        assert _ask(self.model)
        self.proxy.fail_with("garbage")
        error = _error_of(self.model)
        assert isinstance(error, GenerationError)
        assert "not JSON" in str(error)

    def test_makes_an_error_of_a_server_that_dies(self) -> None:
        _ask(self.model)
        self.proxy.fail_with("die", times=1)
        assert _ask(self.model)
        self.proxy.close()
        error = _error_of(self.model)
        assert isinstance(error, BackendUnavailableError)
        assert "cannot be reached" in str(error)

    def test_makes_an_error_of_no_server_at_all(self) -> None:
        self.proxy.close()
        try:
            self.model.describe()
        except BackendUnavailableError as error:
            assert self.proxy.url in str(error)
        else:
            raise AssertionError("a model was described whose server is not there")


def _ask(model: LocalModel) -> str:
    return model.invoke(QUESTION, max_tokens=8).text


def _error_of(model: LocalModel) -> BackendError:
    """Return the error of a call that must fail."""
    try:
        _ask(model)
    except BackendError as error:
        return error
    raise AssertionError("the call did not fail")
