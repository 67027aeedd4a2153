"""A fleet over a network that loses and delays, that is cut, or that strangers can reach."""

from __future__ import annotations

import os
import pickle
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from fleet.machines import fleet, outputs_of, run_alone, write_documents
from quoth.errors import CollectionBusyError, ConfigurationError
from quoth.fleet import make_token
from quoth.fleet.line import HEADER, PROTOCOL, pack_message

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes of POSIX")


class BadNetwork:
    """Passes bytes on after a delay, and drops a connection now and then."""

    def __init__(self, port: int, *, delay: float, drops: int) -> None:
        self._target = port
        self._delay = delay
        self._drops_left = drops
        self._chance = random.Random(3)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.dropped = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        passed = 0
        with suppress(OSError):
            while body := one.recv(65536):
                passed += 1
                time.sleep(self._delay if passed > 8 else 0)
                if passed > 12 and self._drops_left and self._chance.random() < 0.3:
                    self._drops_left -= 1
                    self.dropped += 1
                    break
                other.sendall(body)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def bad_network(port: int, *, delay: float, drops: int) -> Iterator[BadNetwork]:
    network = BadNetwork(port, delay=delay, drops=drops)
    try:
        yield network
    finally:
        network.close()


@pytest.mark.slow
def test_a_network_that_drops_and_delays_changes_nothing(tmp_path: Path) -> None:
    paths = write_documents(tmp_path / "in", 6)
    run_alone(paths, tmp_path / "calm")
    with fleet(tmp_path / "home") as made, bad_network(made.port, delay=0.3, drops=4) as network:
        through = f"tls://127.0.0.1:{network.port}"
        made.start_worker("far", address=through)
        done = threading.Event()

        def keep() -> None:
            while not done.wait(0.2):
                if not made.workers["far"].is_alive():
                    made.start_worker("far", address=through)

        keeper = threading.Thread(target=keep)
        keeper.start()
        try:
            report = made.summarize(paths, tmp_path / "out", patience=60)
        finally:
            done.set()
            keeper.join()
    assert network.dropped
    assert len(report.report.done) == 6
    assert outputs_of(tmp_path / "out") == outputs_of(tmp_path / "calm")


class Spell:
    """Makes a file where it is unpickled."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self._file),)


def heard(port: int, context: ssl.SSLContext, sent: bytes = b"") -> bytes:
    """Return what a head says to a peer."""
    with (
        suppress(OSError),
        socket.create_connection(("127.0.0.1", port), 5) as raw,
        context.wrap_socket(raw) as wrapped,
    ):
        wrapped.sendall(sent)
        return wrapped.recv(1 << 16)
    return b""


def without_certificate(*protocols: str) -> ssl.SSLContext:
    bare = ssl.create_default_context()
    bare.check_hostname, bare.verify_mode = False, ssl.CERT_NONE
    bare.set_alpn_protocols(protocols)
    return bare


def test_strangers_are_refused_before_they_are_read(tmp_path: Path) -> None:
    paths = write_documents(tmp_path / "in", 2)
    with fleet(tmp_path / "home", "a") as made:
        assert not heard(made.port, without_certificate())
        assert len(made.summarize(paths, tmp_path / "out").report.done) == 2
        stranger = tmp_path / "stranger"
        make_token(stranger)
        made.home.joinpath("fleet", "token").write_bytes(stranger.read_bytes())
        refused = made.summarize(paths, tmp_path / "out2", patience=0.5)
    assert "does not answer" in refused.paused


def test_the_line_of_a_worker_is_closed_to_strangers(tmp_path: Path) -> None:
    spelled = tmp_path / "spelled"
    question = {"action": "machines", "token": "guessed", "spell": Spell(spelled)}
    foreign = make_token(tmp_path / "foreign").context()
    foreign.set_alpn_protocols([PROTOCOL])
    with fleet(tmp_path / "home") as made:
        for context in (without_certificate(PROTOCOL), foreign):
            assert not heard(made.port, context, pack_message(question))
        own = make_token(made.token).context()
        own.set_alpn_protocols([PROTOCOL])
        said = heard(
            made.port,
            own,
            pack_message({"action": "machines", "token": "guessed", "address": "", "number": 1}),
        )
    assert not spelled.exists()
    error = pickle.loads(said[HEADER.size :])["error"]
    assert isinstance(error, ConfigurationError)
    assert "token" in str(error)


@pytest.mark.slow
def test_a_job_that_is_started_twice_ends_at_once(tmp_path: Path) -> None:
    paths = write_documents(tmp_path / "in", 4, paragraphs=12)
    with fleet(tmp_path / "home", "a", seconds=0.1) as made:
        first = threading.Thread(target=made.summarize, args=(paths, tmp_path / "out"))
        first.start()
        while not made.log.calls():
            time.sleep(0.01)
        with pytest.raises(CollectionBusyError):
            made.summarize(paths, tmp_path / "out")
        first.join()
    assert len(set(made.log.calls())) == len(made.log.calls())


def test_an_open_or_foreign_token_file_is_refused(tmp_path: Path) -> None:
    from quoth.fleet.token import read_fleet_token

    file = tmp_path / "token"
    made = make_token(file)
    assert make_token(file) == made
    file.chmod(0o644)
    with pytest.raises(ConfigurationError, match="Others on this machine"):
        read_fleet_token(file)
    file.chmod(0o600)
    file.write_text("something else")
    with pytest.raises(ConfigurationError, match="not the token file"):
        read_fleet_token(file)
