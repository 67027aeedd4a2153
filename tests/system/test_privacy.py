"""The process belongs to the program: a library changes nothing of it, a program closes it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from quoth import Config, Library
from quoth.config import ModelSettings
from quoth.errors import EgressError
from quoth.system import Guard

SWITCHES = ("ANONYMIZED_TELEMETRY", "HF_HUB_OFFLINE", "LANGSMITH_TRACING", "DO_NOT_TRACK")

WATCHED = """
import json, logging, os, sys, warnings
hooks = 0
def count(event, args):
    global hooks
    hooks += event == "sys.addaudithook"
sys.addaudithook(count)
def state():
    return {
        "environment": dict(os.environ),
        "hooks": hooks,
        "filters": len(warnings.filters),
        "flags": str(sys.flags),
        "path": list(sys.path),
        "handlers": len(logging.getLogger().handlers),
        "level": logging.getLogger().level,
        "excepthook": sys.excepthook is sys.__excepthook__,
    }
before = state()
"""


def run(program: str, **environment: str) -> str:
    """Run a program in a process in which no telemetry is switched off yet."""
    open_environment = {k: v for k, v in os.environ.items() if k not in SWITCHES}
    result = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**open_environment, **environment},
        timeout=240,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_this_machine(host: str) -> None:
    assert Guard().permits(host)


@pytest.mark.parametrize("host", ["example.org", "10.0.0.1", "192.168.1.4", "::2", "127.0.0.1.org"])
def test_all_else_is_not(host: str) -> None:
    assert not Guard().permits(host)
    assert Guard(allow=(host.upper(),)).permits(host)
    assert Guard(enforced=False).permits(host)


def test_a_lookup_off_this_machine_is_refused_and_says_who_called_whom() -> None:
    with pytest.raises(EgressError, match=r"test_privacy.*tried to reach example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_an_address_is_no_name_to_look_up_but_nobody_is_asked_about_it() -> None:
    assert socket.getaddrinfo("192.0.2.1", 80)
    with pytest.raises(EgressError):
        socket.gethostbyaddr("192.0.2.1")


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
        "import socket, quoth\n"
        "quoth.take_over(quoth.Guard(allow=('192.0.2.1',)))\n"
        "s = socket.socket(); s.settimeout(0.01)\n"
        "try: s.connect(('192.0.2.1', 80))\n"
        "except OSError: print('let through')\n"
    )
    assert run(program) == "let through"


def test_a_host_is_let_through_by_its_name_and_no_other_address_is() -> None:
    program = (
        "import socket, quoth\n"
        "from quoth.errors import EgressError\n"
        "def look_up(host, port, *args, **named):\n"
        "    number = '192.0.2.1' if host == 'gpu.lan' else '192.0.2.2'\n"
        "    return [(socket.AF_INET, socket.SOCK_STREAM, 6, '', (number, port))]\n"
        "socket.getaddrinfo = look_up\n"
        "quoth.take_over(quoth.Guard(allow=('gpu.lan',)))\n"
        "socket.getaddrinfo('other.lan', 80)\n"
        "for host in ('gpu.lan', 'other.lan', '192.0.2.1', '192.0.2.2'):\n"
        "    try: socket.create_connection((host, 80), timeout=0.01)\n"
        "    except OSError: print('through')\n"
        "    except EgressError: print('refused')\n"
        "quoth.take_over()\n"
        "try: socket.create_connection(('gpu.lan', 80), timeout=0.01)\n"
        "except EgressError: print('refused')\n"
    )
    assert run(program).split() == ["through", "refused", "refused", "refused", "refused"]


def test_a_program_switches_telemetry_off_before_anything_is_imported() -> None:
    program = (
        "import os, sys, quoth\n"
        "quoth.take_over()\n"
        "assert 'chromadb' not in sys.modules and 'huggingface_hub' not in sys.modules\n"
        f"print(*(os.environ[name] for name in {SWITCHES}))"
    )
    assert run(program).split() == ["False", "1", "false", "1"]


def test_what_the_user_has_switched_on_stays_on() -> None:
    program = "import os, quoth; quoth.take_over(); print(os.environ['LANGSMITH_TRACING'])"
    assert run(program, LANGSMITH_TRACING="true") == "true"


def test_the_import_and_a_library_change_nothing_of_the_process(tmp_path: Path) -> None:
    neighbours = "import langsmith.client, langchain_core.tools, numpy, requests\n"
    program = WATCHED + (
        "import quoth\n"
        "assert state() == before\n"
        f"{neighbours}before = state()  # which bring filters of their own\n"
        "for name in quoth.__all__: getattr(quoth, name)\n"
        "library = quoth.Library()\n"
        "print(json.dumps([before, state()]))"
    )
    before, after = json.loads(run(program, QUOTH_HOME=str(tmp_path)))
    assert after == before


def test_a_search_changes_nothing_of_the_process(sample: str, session_home: Path) -> None:
    program = WATCHED + (
        "import quoth\n"
        f"with quoth.Library({sample!r}) as library: assert library.search('When?')\n"
        "print(json.dumps([before, state()]))"
    )
    before, after = json.loads(run(program, QUOTH_HOME=str(session_home)))
    assert after["environment"] == before["environment"]
    assert after["hooks"] == before["hooks"]
    assert (after["flags"], after["path"]) == (before["flags"], before["path"])


def test_two_libraries_keep_to_their_own_hosts(tmp_path: Path) -> None:
    remote = ModelSettings(model="openai-compatible:m", url="http://gpu.lan:8000")
    open_config = Config.model_validate({"backend": remote, "privacy": {"allow": ("gpu.lan",)}})
    closed = Library(home=tmp_path, config=Config(backend=remote))
    opened = Library(home=tmp_path, config=open_config)
    again = Library(home=tmp_path, config=Config(backend=remote))
    assert opened.model.address == "http://gpu.lan:8000"
    for library in (closed, again):
        with pytest.raises(EgressError, match=r"privacy\.allow does not name gpu\.lan"):
            library.model  # noqa: B018


def test_an_embedder_elsewhere_needs_to_be_allowed(tmp_path: Path) -> None:
    away = {"backend": {"model": "ollama:m", "url": "http://gpu.lan"}}
    config = Config.model_validate({**away, "embedding": {"model": "ollama:e"}})
    with pytest.raises(EgressError, match=r"gpu\.lan"):
        Library(home=tmp_path, config=config).embedder  # noqa: B018
