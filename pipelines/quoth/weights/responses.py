"""The answer of a server to a request for a file or the rest of it, behind its redirects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx2

from quoth.errors import BackendError, EgressError, ModelNotFoundError
from quoth.system import is_loopback
from quoth.weights.remote import RemoteFile, check_url

_REDIRECTS = 5
_HASH = re.compile(r'"?([0-9a-f]{64})"?')
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")


@dataclass(frozen=True, slots=True)
class RemoteState:
    """What a server says of a file: its size in bytes, and its hash or its tag.

    `size` is 0 where it is not said; `sha256` and `tag` are empty then.
    """

    size: int = 0
    sha256: str = ""
    tag: str = ""

    def is_same_as(self, other: RemoteState) -> bool:
        """Whether both are surely the same file."""
        if self.sha256 and other.sha256:
            return self.sha256 == other.sha256
        return bool(self.tag) and (self.tag, self.size) == (other.tag, other.size)


@dataclass(frozen=True, slots=True)
class Answered:
    """An open answer. `offset` is the place in the file of its first byte."""

    state: RemoteState
    offset: int
    response: httpx2.Response

    def blocks(self, size: int) -> Iterator[bytes]:
        """Yield the content in blocks of at most `size` bytes."""
        return self.response.iter_raw(size)


@contextmanager
def open_file(
    client: httpx2.Client,
    file: RemoteFile,
    *,
    kept: RemoteState | None,
    arrived: int,
    permit: Callable[[str], None],
) -> Iterator[Answered]:
    """Ask for a file from `arrived` on, or from its beginning unless it is the one of `kept`.

    `permit` is called with each host before it is contacted. Raises `BackendError`,
    `ModelNotFoundError` and `EgressError`.
    """
    wanted = arrived if kept is not None else 0
    answered = _ask(client, file, wanted, permit)
    if answered.offset and not (kept and kept.is_same_as(answered.state)):
        answered.response.close()
        answered = _ask(client, file, 0, permit)
    try:
        yield answered
    finally:
        answered.response.close()


def _ask(
    client: httpx2.Client, file: RemoteFile, offset: int, permit: Callable[[str], None]
) -> Answered:
    url, sha256, size = file.url, file.sha256, 0
    for _ in range(_REDIRECTS + 1):
        permit(urlsplit(url).hostname or "")
        headers = {"Range": f"bytes={offset}-"} if offset else {}
        response = client.send(client.build_request("GET", url, headers=headers), stream=True)
        # The hub names hash and size of a large file in the redirect to where it lies.
        sha256 = sha256 or _hash_in(response)
        size = size or int(response.headers.get("X-Linked-Size") or 0)
        if not response.has_redirect_location:
            break
        response.close()
        url = _next(url, str(response.headers["Location"]))
    else:
        raise BackendError(f"{file.host} redirects without an end.")
    if response.status_code == httpx2.codes.RANGE_NOT_SATISFIABLE and offset:
        response.close()
        return _ask(client, file, 0, permit)
    if not response.is_success:
        response.close()
        raise _refusal(file, response.status_code)
    found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    partial = response.status_code == httpx2.codes.PARTIAL_CONTENT and found is not None
    start = int(found.group(1)) if partial and found else 0
    if partial and start != offset:
        response.close()
        return _ask(client, file, 0, permit)
    whole = int(found.group(2)) if found else int(response.headers.get("Content-Length") or 0)
    return Answered(RemoteState(size or whole, sha256, _tag(response)), start, response)


def _next(url: str, location: str) -> str:
    """Return the address of a redirect. Raises for one without TLS, or into this machine."""
    target = urljoin(url, location)
    check_url(target)
    here, there = urlsplit(url).hostname or "", urlsplit(target).hostname or ""
    if is_loopback(there) and not is_loopback(here):
        raise EgressError(f"{here} sends the request on to this machine, which is refused.")
    return target


def _hash_in(response: httpx2.Response) -> str:
    found = _HASH.fullmatch(response.headers.get("X-Linked-ETag", ""))
    return found.group(1) if found else ""


def _tag(response: httpx2.Response) -> str:
    """Return the strong tag of a response; a weak one does not promise the same bytes."""
    tag = str(response.headers.get("ETag", ""))
    return "" if tag.startswith("W/") else tag


def _refusal(file: RemoteFile, status: int) -> Exception:
    name = file.name
    if status in (401, 403):
        return BackendError(
            f"{file.host} gives {name} only to those who have signed in.",
            hint="Fetch it with a browser, and name its path: --model llamacpp:FILE.gguf",
        )
    if status in (404, 410):
        return ModelNotFoundError(
            f"{file.host} has no {name}.", hint="Check owner, repository and file."
        )
    if status == 429 or status >= 500:
        return BackendError(
            f"{file.host} is busy or out of order (status {status}).",
            hint="Run the same command again later: what has arrived is kept.",
        )
    return BackendError(f"{file.host} refuses {name} with status {status}.")
