import os
import socket
import subprocess
import sys

import pytest
from quoth.errors import EgressError
from quoth.system import privacy


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_this_machine(host: str) -> None:
    assert privacy.is_loopback(host)


@pytest.mark.parametrize("host", ["example.org", "10.0.0.1", "192.168.1.4", "::2", "127.0.0.1.org"])
def test_all_else_is_not(host: str) -> None:
    assert not privacy.is_loopback(host)


def test_a_lookup_off_this_machine_is_refused_and_says_who_called_whom() -> None:
    with pytest.raises(EgressError, match=r"test_privacy.*tried to reach example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_a_connection_off_this_machine_is_refused() -> None:
    with (
        socket.socket() as connection,
        pytest.raises(EgressError, match=r"reach 192\.0\.2\.1"),
    ):
        connection.connect(("192.0.2.1", 80))
    with socket.socket(type=socket.SOCK_DGRAM) as datagram, pytest.raises(EgressError):
        datagram.sendto(b"x", ("192.0.2.1", 53))


def test_loopback_works_under_the_guard() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as connection,
    ):
        assert connection.getpeername() == server.getsockname()


def test_a_host_that_the_configuration_names_is_let_through() -> None:
    program = (
        "import socket\n"
        "from quoth.system import privacy\n"
        "privacy.guard(['192.0.2.1'])\n"
        "s = socket.socket(); s.settimeout(0.01)\n"
        "try: s.connect(('192.0.2.1', 80))\n"
        "except OSError: print('let through')\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout.strip() == "let through", result.stderr


def test_telemetry_is_off_before_anything_is_imported() -> None:
    program = (
        "import quoth, os, sys\n"
        "assert 'chromadb' not in sys.modules and 'huggingface_hub' not in sys.modules\n"
        "print(os.environ['ANONYMIZED_TELEMETRY'], os.environ['HF_HUB_OFFLINE'],"
        " os.environ['LANGSMITH_TRACING'], os.environ['DO_NOT_TRACK'])"
    )
    clean = {k: v for k, v in os.environ.items() if k not in privacy._QUIET}
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=clean
    )
    assert result.stdout.split() == ["False", "1", "false", "1"], result.stderr
