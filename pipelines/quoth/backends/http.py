"""An HTTP client for model servers on this machine: JSON, streamed events, errors.

Every failure becomes an error of ours, which says whether the call may succeed later.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Iterator
from typing import Any

import httpx2

from quoth.backends.overflow import read_overflow
from quoth.errors import (
    BackendError,
    BackendUnavailableError,
    ConfigurationError,
    GenerationError,
    ModelNotFoundError,
)
from quoth.models import retry_transient
from quoth.system import expand_home, parse_json, read_text_file

_SMALL_CALL_SECONDS = 30.0
_LONGEST_MESSAGE = 1000
LONGEST_REPLY = 64 * 2**20
"""The bytes of a reply, or of a line of a stream, beyond which it is not read."""
_CROWDED = "Context size has been exceeded"


class LocalHttp:
    """A client for one server. Safe to call from many threads.

    `timeout` is the number of seconds without a byte, or within a line, after which the server
    counts as hanging; a reply that is no stream may take twice as long in all.
    """

    def __init__(self, url: str, *, api_key: str = "", timeout: float = 300.0) -> None:
        self.url = url.rstrip("/")
        try:
            self._client = httpx2.Client(
                base_url=self.url,
                headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
                timeout=httpx2.Timeout(timeout, connect=5.0),
                # No connection is used twice: a server closes an idle one at any moment, and a call
                # that was just put on it is lost. A new one on loopback costs a tenth of a
                # millisecond.
                limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
                trust_env=False,  # a proxy in the environment would carry the text off this machine
            )
        except httpx2.InvalidURL as error:
            raise ConfigurationError(f"backend.url is {url!r}, which is not an address.") from error
        weakref.finalize(self, self._client.close)  # also when nobody closes it
        self.timeout = timeout
        self._small = httpx2.Timeout(min(timeout, _SMALL_CALL_SECONDS), connect=5.0)

    def close(self) -> None:
        """Close all connections, which cancels the generations that use them."""
        self._client.close()

    def json(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, quick: bool = True
    ) -> dict[str, Any]:
        """Return the answer of a call, which changes nothing and so may be repeated.

        One that is not `quick`, as where the server computes, may take as long as a generation.
        """
        return retry_transient()(self._once, method, path, body, quick=quick)

    def has(self, path: str) -> bool:
        """Return whether the server answers a `GET` of this path with success."""
        try:
            self._once("GET", path, None)
        except BackendUnavailableError:
            raise
        except BackendError:
            return False
        return True

    def events(self, path: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the server-sent events of a call. Closing the iterator cancels it.

        A line without data, such as the comment of a server that is at work, is an empty event.
        """
        try:
            with self._client.stream("POST", path, json=body) as response:
                if response.status_code != httpx2.codes.OK:
                    raise self.refusal(_read_whole(response, self.url, 2 * self.timeout))
                for line in _lines_of(response, self.url, self.timeout):
                    field, _, data = line.partition(":")
                    if field == "data" and data.strip() != "[DONE]":
                        event = self._parse(data)
                        if "error" in event:
                            raise self.error(event["error"], 500)
                        yield event
                    elif field == "error":
                        raise self.error(self._parse(data), 500)
                    else:
                        yield {}
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise _lost(self.url, error) from error

    def _once(
        self, method: str, path: str, body: dict[str, Any] | None, *, quick: bool = True
    ) -> dict[str, Any]:
        timeout = self._small if quick else self._client.timeout
        seconds = 2 * (timeout.read or self.timeout)
        try:
            with self._client.stream(method, path, json=body, timeout=timeout) as response:
                whole = _read_whole(response, self.url, seconds)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise _lost(self.url, error) from error
        if whole.status_code != httpx2.codes.OK:
            raise self.refusal(whole)
        return self._parse(whole.text)

    def _parse(self, text: str) -> dict[str, Any]:
        try:
            value = parse_json(text)
        except ValueError as error:
            raise garbage_error(self.url, text) from error
        if not isinstance(value, dict):
            raise garbage_error(self.url, text)
        return value

    def refusal(self, response: httpx2.Response) -> Exception:
        """Return the error for a response whose status is not success."""
        try:
            body = response.json()
            error = body.get("error", body)
        except (ValueError, RecursionError, AttributeError):
            error = {"message": response.text[:200]}
        return self.error(error, response.status_code)

    def error(self, error: Any, status: int) -> Exception:
        """Return our error for the error that a server reports."""
        details = error if isinstance(error, dict) else {"message": str(error)}
        if overflow := read_overflow(details):
            return overflow
        message = str(details.get("message") or f"status {status}")[:_LONGEST_MESSAGE]
        if status in {429, 502, 503, 504}:
            return BackendUnavailableError(
                f"The server at {self.url} is not ready: {message}.",
                hint="It may still be loading the model; try again in a moment.",
            )
        if status == httpx2.codes.NOT_FOUND:
            return ModelNotFoundError(
                f"The server at {self.url} does not have it: {message}.",
                hint="List its models with: quoth models list",
            )
        if status in {401, 403}:
            return BackendError(
                f"The server at {self.url} requires a key: {message}.",
                hint="Set backend.api_key_file to the file that holds the key.",
            )
        return BackendError(
            f"The server at {self.url} refused the call: {message}.", retryable=_CROWDED in message
        )


def is_crowded(error: BackendError) -> bool:
    """Return whether llama.cpp gave up a call because other calls had filled the window."""
    return _CROWDED in str(error)


def unreachable_error(url: str, reason: str) -> BackendUnavailableError:
    """Return the error for a server that is unreachable, or that drops the connection."""
    return BackendUnavailableError(
        f"The server at {url} cannot be reached: {reason}.",
        hint="Start it, or set backend.url to its address.",
    )


def hanging_error(url: str) -> BackendUnavailableError:
    """Return the error for a server that accepts a connection and does not answer."""
    return BackendUnavailableError(
        f"The server at {url} does not answer in time.",
        hint="Check the server, or raise backend.timeout.",
        retryable=False,
    )


def garbage_error(url: str, text: str) -> GenerationError:
    """Return the error for an answer that cannot be read."""
    return GenerationError(
        f"The server at {url} answered with something that is not JSON: {text[:60]!r}.",
        hint="Is it a model server? `quoth doctor` shows which server answers there.",
        retryable=True,
    )


def _read_whole(response: httpx2.Response, url: str, seconds: float) -> httpx2.Response:
    """Return a streamed reply with its content, which is not too long and comes in time."""
    content = bytearray()
    begin = time.monotonic()
    for part in response.iter_bytes():
        content += part
        if len(content) > LONGEST_REPLY:
            raise endless_error(url)
        if time.monotonic() - begin > seconds:
            raise hanging_error(url)
    kind = response.headers.get("content-type", "application/json")
    return httpx2.Response(
        response.status_code, headers={"content-type": kind}, content=bytes(content)
    )


def _lines_of(response: httpx2.Response, url: str, seconds: float) -> Iterator[str]:
    """Yield the lines of a streamed reply, none of which is too long or takes too long."""
    begun: list[str] = []
    length = 0
    last = time.monotonic()
    for text in response.iter_text():
        first, *others = text.split("\n")
        begun.append(first)
        length += len(first)
        for line in others:
            yield "".join(begun).rstrip("\r")
            begun, length, last = [line], len(line), time.monotonic()
        if length > LONGEST_REPLY:
            raise endless_error(url)
        if time.monotonic() - last > seconds:
            raise hanging_error(url)
    yield "".join(begun).rstrip("\r")


def endless_error(url: str) -> GenerationError:
    """Return the error for a server whose reply, or a line of it, has no end."""
    return GenerationError(
        f"The server at {url} answers without an end.",
        hint="Is it a model server? `quoth doctor` shows which server answers there.",
    )


def read_key(file: str) -> str:
    """Return the key in a file; empty where no file is named. Raises `ConfigurationError`."""
    if not file:
        return ""
    try:
        return read_text_file(expand_home(file)).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"backend.api_key_file cannot be read: {error}.") from error


def _lost(url: str, error: Exception) -> BackendUnavailableError:
    """Return the error for a call that the client could not finish."""
    if isinstance(error, httpx2.TimeoutException) and not isinstance(error, httpx2.ConnectTimeout):
        return hanging_error(url)
    return unreachable_error(url, str(error))
