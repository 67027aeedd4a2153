"""A server of the same home, used by other programs of its owner in place of a model of their own.

The server listens at a Unix socket that only its owner can open. The first line of a connection
names the version, the settings in force and the call, as JSON; the first line of the reply says
whether the server takes it. Then come lines of JSON, or the messages of another protocol.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import socket
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Self

from quoth.errors import BackendUnavailableError, QuothError
from quoth.system import parse_json

if TYPE_CHECKING:
    from quoth.collection import Scope
    from quoth.config import Config
    from quoth.types import Answer, Hit

LONGEST_ADDRESS = 100
"""The most bytes of a socket's path; the systems allow 104 or 108."""
_GREETING_SECONDS = 2.0
_BYTES = 1 << 16


def attach_address(home: Path) -> Path:
    """Return the path of the socket at which the server of a home listens."""
    return home / "server" / "attach.sock"


def settings_fingerprint(config: Config) -> str:
    """Return a hash of this version of Quoth and the settings in force.

    Two programs with the same hash give the same answers. Names that may be relative paths count
    with the folder in which they are read.
    """
    names = (config.prompts, config.backend.model, config.embedding.model)
    folder = os.getcwd() if any("/" in name or "\\" in name for name in names) else ""  # noqa: PTH109
    told = [metadata.version("quoth"), config.model_dump_json(), folder]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def attach(
    home: Path, config: Config, call: str, collections: Sequence[str], **asked: Any
) -> Attachment | None:
    """Return a connection to the server of a home that takes a call, or `None` without one.

    `None` also says that it has other settings, or does not serve these collections.
    """
    path = attach_address(home)
    if not _is_ours(path):
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    attachment = Attachment(connection)
    try:
        connection.settimeout(_GREETING_SECONDS)
        connection.connect(str(path))
        attachment.send(
            {
                "settings": settings_fingerprint(config),
                "call": call,
                "collections": list(collections),
                **asked,
            }
        )
        if attachment.receive() == {"accepted": True}:
            connection.settimeout(None)
            return attachment
    except (OSError, ValueError):
        pass
    attachment.close()
    return None


def _is_ours(path: Path) -> bool:
    """Whether a path is a socket that this user owns, and nobody else can open."""
    if not hasattr(socket, "AF_UNIX"):
        return False
    with suppress(OSError):
        found = path.lstat()
        return (
            stat.S_ISSOCK(found.st_mode)
            and found.st_uid == os.getuid()
            and not found.st_mode & 0o077
        )
    return False


class Attachment:
    """A connection to a server that has taken a call."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._lines = connection.makefile("rb")

    def send(self, value: Mapping[str, Any]) -> None:
        """Send a line."""
        self.connection.sendall(json.dumps(value).encode() + b"\n")

    def receive(self) -> Any:
        """Return the next line. Raises `ValueError` for what is no JSON, as at the end."""
        return parse_json(self._lines.readline())

    def stream(self) -> Iterator[str | Answer]:
        """Yield the text of the answer as it is written, and at the end the whole `Answer`."""
        from pydantic import TypeAdapter

        from quoth.types import Answer

        for value in self._values():
            if "answer" in value:
                yield TypeAdapter(Answer).validate_python(value["answer"])
                return
            yield value["text"]

    def hits(self) -> list[Hit]:
        """Return the hits of the search."""
        from pydantic import TypeAdapter

        from quoth.types import Hit

        return TypeAdapter(list[Hit]).validate_python(next(self._values())["hits"])

    def _values(self) -> Iterator[dict[str, Any]]:
        """Yield what the server tells. Raises the error that it tells, or that it is gone."""
        while True:
            try:
                value = self.receive()
            except (OSError, ValueError) as error:
                raise BackendUnavailableError(
                    "The server of this folder ended before it had answered.",
                    hint="Run the command again.",
                ) from error
            if "error" in value:
                failed = QuothError(value["error"], hint=value["hint"])
                failed.exit_code = value["exit_code"]
                raise failed
            yield value

    def relay(self, reading: int, writing: int) -> None:
        """Carry bytes from one descriptor to the server, and its own to another, until either ends.

        Raises `BackendUnavailableError` when it is the server that ends.
        """
        ended = Event()

        def send() -> None:
            with suppress(OSError):
                while data := os.read(reading, _BYTES):
                    self.connection.sendall(data)
                ended.set()
                self.connection.shutdown(socket.SHUT_WR)

        Thread(target=send, daemon=True).start()
        with suppress(OSError):
            while data := self._lines.read1(_BYTES):
                while data:
                    data = data[os.write(writing, data) :]
        if not ended.is_set():
            raise BackendUnavailableError(
                "The server of this folder ended.", hint="Start the client's connection again."
            )

    def close(self) -> None:
        """End the call."""
        self._lines.close()
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def scope_values(scope: Scope | None) -> dict[str, Any] | None:
    """Return a scope as plain values."""
    if scope is None:
        return None
    values = dataclasses.asdict(scope)
    return {**values, "since": _day(scope.since), "until": _day(scope.until)}


def _day(day: object) -> str | None:
    return None if day is None else str(day)
