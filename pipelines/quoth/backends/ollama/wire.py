"""The way to an Ollama server: its address, the parameters that must be sent, and its errors."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from quoth.backends.http import (
    LONGEST_REPLY,
    LocalHttp,
    endless_error,
    garbage_error,
    hanging_error,
    read_key,
    unreachable_error,
)
from quoth.backends.overflow import innermost_error, read_overflow
from quoth.config import ModelSettings
from quoth.errors import (
    BackendError,
    BackendUnavailableError,
    ConfigurationError,
    ModelNotFoundError,
    QuothError,
)
from quoth.system import import_quietly

_PORT = 11434
_NO_EMBEDDER = 501
_NEVER_CUT: dict[str, dict[str, Any]] = {
    "/api/chat": {"truncate": False, "shift": False},
    "/api/generate": {"truncate": False, "shift": False},
    "/api/embed": {"truncate": False},
}


class _BoundedStream(httpx.SyncByteStream):
    """A reply whose lines have an end, which comes in time."""

    def __init__(self, stream: httpx.SyncByteStream, url: str, seconds: float) -> None:
        self._stream = stream
        self._url = url
        self._seconds = seconds

    def __iter__(self) -> Iterator[bytes]:
        """Yield the parts. Raises `GenerationError` and `BackendUnavailableError`."""
        length, last = 0, time.monotonic()
        for part in self._stream:
            end = part.rfind(b"\n")
            if end >= 0:
                length, last = 0, time.monotonic()
            length += len(part) - end - 1
            if length > LONGEST_REPLY:
                raise endless_error(self._url)
            if time.monotonic() - last > self._seconds:
                raise hanging_error(self._url)
            yield part

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()


class WholeTransport(httpx.HTTPTransport):
    """Adds parameters to each call: those that forbid truncation, and how long a model is kept.

    The client's methods do not take the former. A server that does not know them ignores them. A
    line of a reply that has no end is not read.
    """

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        self._url = server_address(settings)
        self._seconds = settings.timeout
        kept = read_duration(settings.keep_alive)
        self._kept = {} if kept is None else {"keep_alive": kept}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request with the parameters that its path knows."""
        extra = _NEVER_CUT.get(request.url.path)
        if request.method == "POST" and extra:
            extra = extra | self._kept
            headers = httpx.Headers(request.headers)
            del headers["content-length"]
            request = httpx.Request(
                request.method,
                request.url,
                headers=headers,
                content=json.dumps({**json.loads(request.read()), **extra}),
                extensions=request.extensions,
            )
        response = super().handle_request(request)
        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _BoundedStream(response.stream, self._url, self._seconds)
        return response


def server_address(settings: ModelSettings) -> str:
    """Return the address of the server: `backend.url`, else OLLAMA_HOST, else the usual one."""
    written = settings.url or os.environ.get("OLLAMA_HOST") or "127.0.0.1"
    if "://" in written:
        return written.rstrip("/")
    try:
        url = httpx.URL(f"http://{written.rstrip('/')}")
        return str(url if url.port else url.copy_with(port=_PORT)).rstrip("/")
    except httpx.InvalidURL as error:
        raise ConfigurationError(f"{written!r} is not the address of an Ollama server.") from error


def read_duration(text: str) -> str | int | None:
    """Return a duration as Ollama reads it: seconds as a number, or a text with units."""
    return int(text) if text.lstrip("-").isdigit() else text or None


def official_client() -> Any:
    """Return the package of the official client."""
    return import_quietly("ollama")


def client_options(settings: ModelSettings) -> dict[str, Any]:
    """Return the options that the official client, and LangChain's, pass on to httpx."""
    key = read_key(settings.api_key_file)
    return {
        "timeout": httpx.Timeout(settings.timeout, connect=5.0),
        "trust_env": False,
        "follow_redirects": False,
        **({"headers": {"authorization": f"Bearer {key}"}} if key else {}),
    }


def connect(settings: ModelSettings) -> LocalHttp:
    """Return a client for the small calls, which look up models."""
    return LocalHttp(
        server_address(settings), api_key=read_key(settings.api_key_file), timeout=settings.timeout
    )


@contextmanager
def translate_errors(url: str, name: str) -> Iterator[None]:
    """Turn the errors of the official client into ours."""
    ollama = official_client()

    try:
        yield
    except ollama.ResponseError as error:
        raise _refusal(error.error, error.status_code, url, name) from error
    except ConnectionError as error:
        raise unreachable_error(url, "nothing listens there") from error
    except httpx.ConnectTimeout as error:
        raise unreachable_error(url, str(error)) from error
    except httpx.TimeoutException as error:
        raise hanging_error(url) from error
    except (httpx.HTTPError, OSError) as error:
        raise unreachable_error(url, str(error)) from error
    except (ValueError, RecursionError, AttributeError, TypeError) as error:
        raise garbage_error(url, getattr(error, "doc", str(error))) from error


def _refusal(details: object, status: int, url: str, name: str) -> QuothError:
    message = str(details)  # the official client passes on any value of "error"
    inner = innermost_error({"message": message})
    if overflow := read_overflow(inner):
        return overflow
    message = str(inner.get("message") or message).strip()
    if status == httpx.codes.NOT_FOUND:
        return model_missing_error(name)
    if status in {429, 502, 503, 504}:
        return BackendUnavailableError(
            f"The Ollama server at {url} is not ready: {message[:200]}.",
            hint="It may be busy, or loading a model; try again in a moment.",
        )
    if status == _NO_EMBEDDER:
        return ConfigurationError(
            f"{name} makes no embeddings.",
            hint="Choose an embedding model, such as `embedding.model: ollama:nomic-embed-text`.",
        )
    if "more system memory" in message:
        return ConfigurationError(
            f"Ollama cannot load {name}: {message[:200]}.",
            hint="Lower backend.context_window, or take a smaller model.",
        )
    return BackendError(f"The Ollama server at {url} refused the call: {message[:300]}.")


def model_missing_error(name: str) -> ModelNotFoundError:
    """Return the error for a model that the server does not have."""
    return ModelNotFoundError(
        f"Ollama does not have the model {name}.",
        hint=f"Get it with: quoth models pull ollama:{name}",
    )


def refuse_remote(facts: Mapping[str, Any], name: str) -> None:
    """Raise `ConfigurationError` for a model that Ollama would run on another machine."""
    host = facts.get("remote_host") or ("ollama.com" if name.endswith("cloud") else "")
    if host:
        raise ConfigurationError(
            f"{name} does not run here: Ollama sends its prompts to {host}.",
            hint="Choose a model that runs on this machine; `quoth models list` shows them.",
        )
