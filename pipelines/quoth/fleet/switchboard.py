"""The lines of all workers, at the head: they come to the port at which the engine listens."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Awaitable, Callable
from ssl import SSLSocket
from typing import Any

from distributed.comm.tcp import TLSListener
from tornado.iostream import IOStream, StreamClosedError

from quoth.errors import QuothError
from quoth.fleet.line import HEADER, PROTOCOL, keep_alive, pack_message

_BLOCK = 1 << 16

Answer = Callable[..., Awaitable[dict[str, Any]]]


class Switchboard:
    """Answers the questions of workers as `answer` does.

    One that comes again, since its connection broke before the reply arrived, is not answered anew:
    what it brought along counts once.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._last: dict[str, tuple[int, asyncio.Future[bytes]]] = {}

    def serve(self, listener: TLSListener) -> None:
        """Answer those who connect to a listener with `PROTOCOL`; all others go on to the engine.

        Nobody comes as far as this without the key of the fleet.
        """
        listener.server_args["ssl_options"].set_alpn_protocols([PROTOCOL])
        prepare = listener._prepare_stream

        async def prepare_stream(stream: IOStream, address: tuple[str, int]) -> IOStream | None:
            """Return the stream of a connection that the engine shall have."""
            prepared: IOStream | None = await prepare(stream, address)  # type: ignore[no-untyped-call]
            if prepared is None or _protocol_of(prepared) != PROTOCOL:
                return prepared
            try:
                await self._serve(prepared)
            except StreamClosedError:
                pass
            finally:
                prepared.close()
            return None

        listener._prepare_stream = prepare_stream  # type: ignore[method-assign]

    def forget(self, address: str) -> None:
        """Forget a worker that is gone."""
        self._last.pop(address, None)

    async def reply(self, question: dict[str, Any]) -> bytes:
        """Return the reply to a question, as it is sent."""
        address, number = question["address"], question.pop("number")
        last = self._last.get(address)
        if last is not None and last[0] == number:
            return await asyncio.shield(last[1])
        replied = asyncio.get_running_loop().create_future()
        self._last[address] = (number, replied)
        try:
            reply = pack_message(await self._answer(**question))
        except Exception as error:  # the worker raises it
            reply = _pack_error(error)
        replied.set_result(reply)
        return reply

    async def _serve(self, stream: IOStream) -> None:
        keep_alive(stream.socket)
        while True:
            stream.write(await self.reply(await _read(stream)))


def _protocol_of(stream: IOStream) -> str | None:
    assert isinstance(stream.socket, SSLSocket)
    return stream.socket.selected_alpn_protocol()


async def _read(stream: IOStream) -> dict[str, Any]:
    read = await stream.read_bytes(_BLOCK, partial=True)
    while len(read) < HEADER.size:
        read += await stream.read_bytes(_BLOCK, partial=True)
    left = HEADER.size + HEADER.unpack_from(read)[0] - len(read)
    if left > 0:
        read += await stream.read_bytes(left)
    question: dict[str, Any] = pickle.loads(memoryview(read)[HEADER.size :])  # noqa: S301
    return question


def _pack_error(error: Exception) -> bytes:
    try:
        return pack_message({"error": error})
    except Exception:  # an error of a library that cannot be sent
        return pack_message({"error": QuothError(f"{type(error).__name__}: {error}")})
