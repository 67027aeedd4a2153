"""The line of a worker to its head: a question, with what happened since the last, and its answer.

It is a TLS connection of its own beside those of the engine, to the same port; the name of its
protocol (ALPN, RFC 7301) tells them apart. A message is its length and a pickled mapping. So a
question costs both ends half of what a message of the engine does. Questions are numbered: one that
is sent again, since the connection broke, is answered as it was.
"""

from __future__ import annotations

import pickle
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from quoth.errors import BackendUnavailableError
from quoth.fleet.roster import Event
from quoth.fleet.token import FleetToken
from quoth.journal import Entry

PROTOCOL = "quoth-line"
HEADER = struct.Struct(">Q")
"""The bytes of a message after it."""

_PATIENCE_SECONDS = 15.0
_CONNECT_SECONDS = 10.0
_PAUSE_SECONDS = 0.2
_SILENCE_SECONDS = 5.0
_BLOCK = 1 << 16
_LOST_SECONDS = 20
"""After which the system gives up a connection whose other end does not acknowledge."""


class HeadGoneError(BackendUnavailableError):
    """The head does not answer any more."""


class HeadLine:
    """Asks the head, from any thread, and brings along what happened since the last question.

    `address` is that by which the head knows this worker. While `is_wanted`, a connection that
    breaks is opened again.
    """

    def __init__(
        self, head: str, token: FleetToken, address: str, is_wanted: Callable[[], bool]
    ) -> None:
        parts = urlsplit(head)
        self._head = (parts.hostname or "", parts.port or 0)
        self._token = token.token
        self._context = token.context()
        self._context.set_alpn_protocols([PROTOCOL])
        self._address = address
        self._is_wanted = is_wanted
        self._events: list[tuple[str, Event]] = []
        self._records: list[bytes] = []
        self._asking, self._noting = threading.Lock(), threading.Lock()
        self._connection: ssl.SSLSocket | None = None
        self._stopped: set[str] = set()
        self._jobs: dict[str, float] = {}
        self._sent = 0.0
        self._number = 0

    def ask(self, action: str, **values: Any) -> dict[str, Any]:
        """Return the reply of the head; what was recorded is durable by then.

        Raises what the head raises, and `HeadGoneError` when it is gone.
        """
        # One at a time: no question may overtake one that brings along what came before it.
        with self._asking:
            self._sent = time.monotonic()
            if "job" in values:
                self._jobs[values["job"]] = self._sent
            with self._noting:
                records, self._records = tuple(self._records), []
                events, self._events = tuple(self._events), []
            along = {"records": records, "events": events, "jobs": tuple(self._jobs)}
            self._number += 1
            who = {"token": self._token, "address": self._address, "number": self._number}
            question = pack_message({"action": action, **who, **along, **values})
            reply = self._exchange(question, until=self._sent + _PATIENCE_SECONDS)
        if error := reply.get("error"):
            raise error
        self._stopped.update(reply.get("stopped", ()))
        return reply

    def record(self, entry: Entry) -> None:
        """Let the head record a finished call before it answers the next question."""
        with self._noting:
            self._records.append(pickle.dumps(entry))

    def tell(self, job: str, key: str, kind: str, detail: Any) -> None:
        """Tell the head what happened to a document, with the next question."""
        with self._noting:
            self._events.append((job, (key, kind, pickle.dumps(detail))))

    def is_stopped(self, job: str) -> bool:
        """Whether no further call of the job may begin, as the head last told."""
        self._jobs[job] = time.monotonic()
        return job in self._stopped

    def is_due(self) -> bool:
        """Whether something waits to be told, or jobs may have been stopped in a long silence."""
        now = time.monotonic()
        self._jobs = {job: seen for job, seen in list(self._jobs.items()) if seen > now - 60}
        self._stopped.intersection_update(self._jobs)
        waits = self._events or self._records
        return bool(waits or (self._jobs and now - self._sent > _SILENCE_SECONDS))

    def close(self) -> None:
        """Close the connection, unless a question waits there for its answer."""
        if not self._asking.acquire(blocking=False):
            return
        try:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
        finally:
            self._asking.release()

    def _exchange(self, question: bytes, *, until: float) -> dict[str, Any]:
        while True:
            try:
                return self._send_and_receive(question)
            except OSError as error:
                if time.monotonic() > until or not self._is_wanted():
                    raise HeadGoneError("The head of the fleet is gone.") from error
                time.sleep(_PAUSE_SECONDS)

    def _send_and_receive(self, question: bytes) -> dict[str, Any]:
        connection, self._connection = self._connection or self._connect(), None
        try:
            connection.sendall(question)
            reply = _receive(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return reply

    def _connect(self) -> ssl.SSLSocket:
        with socket.create_connection(self._head, _CONNECT_SECONDS) as plain:
            keep_alive(plain)
            connection = self._context.wrap_socket(plain)
        connection.settimeout(None)  # the head answers when its disk has the call
        return connection


def pack_message(value: dict[str, Any]) -> bytes:
    """Return a message as it is sent."""
    body = pickle.dumps(value)
    return HEADER.pack(len(body)) + body


def keep_alive(connection: socket.socket) -> None:
    """Send a message at once, and break a connection whose other end is lost."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", _LOST_SECONDS // 4),
        ("TCP_KEEPINTVL", _LOST_SECONDS // 10),
        ("TCP_USER_TIMEOUT", _LOST_SECONDS * 1000),
    ):
        if option := getattr(socket, name, None):  # not every system has them
            connection.setsockopt(socket.IPPROTO_TCP, option, value)


def _receive(connection: ssl.SSLSocket) -> dict[str, Any]:
    read = bytearray()
    size = HEADER.size
    while len(read) < size:
        block = connection.recv(_BLOCK)
        if not block:
            raise ConnectionResetError("The head closed the line.")
        read += block
        if len(read) >= HEADER.size:
            size = HEADER.size + HEADER.unpack_from(read)[0]
    reply: dict[str, Any] = pickle.loads(memoryview(read)[HEADER.size :])  # noqa: S301  the head holds the fleet's key
    return reply
