"""Repeats a call that failed for a reason that may pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from quoth.errors import BackendError

if TYPE_CHECKING:
    from tenacity import Retrying

ATTEMPTS = 3
_FIRST_PAUSE_SECONDS = 0.3


def retry_transient(*, unless: Callable[[], bool] = lambda: False) -> Retrying:
    """Return an iterator of attempts; the last error is raised as it is.

    A `BackendError` that is `retryable` is followed by another attempt, after a pause that doubles
    each time. No attempt follows when `unless()` is true, because a part of the answer has already
    been handed out.
    """
    # Imported late: where tornado is installed it costs an excerpt, which needs no call, 0.02 s.
    from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

    return Retrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(multiplier=_FIRST_PAUSE_SECONDS),
        retry=retry_if_exception(
            lambda error: isinstance(error, BackendError) and error.retryable and not unless()
        ),
        reraise=True,
    )
