"""Errors as HTTP answers: the one table from our errors to their status, type and code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quoth import errors
from quoth.errors import QuothError


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as an HTTP answer: status, and OpenAI's `type` and `code`.

    `retry_after` are the seconds after which the same request may succeed; 0 where it will not.
    """

    status: int
    type: str
    code: str
    retry_after: int = 0


class RefusedError(QuothError):
    """A request that the server refuses itself; `param` is the field at fault."""

    def __init__(
        self, failure: Failure, message: str, *, hint: str = "", param: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.failure = failure
        self.param = param


class MethodError(RefusedError):
    """A method that an address does not know; `allow` are those that it knows."""

    def __init__(self, method: str, allow: Sequence[str]) -> None:
        super().__init__(METHOD, f"{method} is not known at this address.")
        self.allow = allow


class FailedError(RefusedError):
    """Work that failed earlier, told again by the JSON of its error."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        status = next(
            (each.status for each in FAILURES.values() if each.code == error["code"]), 500
        )
        hint = str(error["hint"])
        message = str(error["message"]).removesuffix(hint).rstrip()
        failure = Failure(status, str(error["type"]), str(error["code"]))
        super().__init__(failure, message, hint=hint, param=error["param"])


_INVALID = "invalid_request_error"
_SERVER = "server_error"

BAD_REQUEST = Failure(400, _INVALID, "bad_request")
UNSUPPORTED = Failure(400, _INVALID, "unsupported_parameter")
UNAUTHORIZED = Failure(401, "authentication_error", "invalid_api_key")
BY_PERSON = Failure(403, "permission_error", "by_person_only")
CROSS_ORIGIN = Failure(403, "permission_error", "cross_origin")
NOT_FOUND = Failure(404, _INVALID, "not_found")
MODEL_NOT_FOUND = Failure(404, _INVALID, "model_not_found")
METHOD = Failure(405, _INVALID, "method_not_allowed")
TIMEOUT = Failure(408, _INVALID, "request_timeout")
CONFLICT = Failure(409, "conflict_error", "conflict")
TOO_LARGE = Failure(413, _INVALID, "request_too_large")
MEDIA_TYPE = Failure(415, _INVALID, "unsupported_media_type")
MISDIRECTED = Failure(421, "permission_error", "misdirected_request")
QUEUE_FULL = Failure(429, "rate_limit_error", "queue_full", retry_after=5)
HEADERS = Failure(431, _INVALID, "headers_too_large")
INTERNAL = Failure(500, _SERVER, "internal_error")

FAILURES: dict[type[QuothError], Failure] = {
    QuothError: INTERNAL,
    errors.CancelledError: Failure(409, "conflict_error", "cancelled"),
    errors.QueueFullError: QUEUE_FULL,
    errors.UnknownCollectionError: NOT_FOUND,
    errors.ConfigurationError: BAD_REQUEST,
    errors.MissingExtraError: Failure(501, _SERVER, "missing_extra"),
    errors.DocumentError: Failure(400, _INVALID, "unreadable_document"),
    errors.LimitExceededError: TOO_LARGE,
    errors.OutputError: Failure(409, "conflict_error", "output_taken"),
    errors.CollectionError: Failure(507, _SERVER, "collection_error"),
    errors.CollectionBusyError: Failure(409, "conflict_error", "collection_busy", retry_after=5),
    errors.FingerprintError: Failure(409, "conflict_error", "fingerprint"),
    errors.BackendError: Failure(502, _SERVER, "backend_failed"),
    errors.BackendUnavailableError: Failure(503, _SERVER, "backend_unavailable", retry_after=5),
    errors.ModelNotFoundError: MODEL_NOT_FOUND,
    errors.GenerationError: Failure(502, _SERVER, "generation_failed"),
    errors.ContextOverflowError: Failure(400, _INVALID, "context_length_exceeded"),
    errors.PromptError: BAD_REQUEST,
    errors.EgressError: Failure(500, _SERVER, "egress_refused"),
}
"""The answer to each error; one that is not listed is answered as its base."""


def failure_of(error: Exception) -> Failure:
    """Return the HTTP answer to an error; one that is not ours is the server's own fault."""
    if isinstance(error, RefusedError):
        return error.failure
    return next((FAILURES[kind] for kind in type(error).__mro__ if kind in FAILURES), INTERNAL)


def failure_json(error: Exception) -> dict[str, Any]:
    """Return the body of an error: OpenAI's four keys, and our hint.

    `message` has the hint at its end, because most clients show nothing else.
    """
    failure = failure_of(error)
    is_ours = isinstance(error, QuothError)
    message = str(error) if is_ours else f"Something went wrong inside Quoth: {_name(error)}."
    hint = error.hint if isinstance(error, QuothError) else "The log of the server says more."
    return {
        "error": {
            "message": " ".join(filter(None, (message, hint))),
            "type": failure.type,
            "param": error.param if isinstance(error, RefusedError) else None,
            "code": failure.code,
            "hint": hint,
        }
    }


def failure_bytes(error: Exception) -> bytes:
    """Return the body of an error as JSON."""
    return json.dumps(failure_json(error), ensure_ascii=False).encode("utf-8", "replace")


def _name(error: Exception) -> str:
    return type(error).__name__
