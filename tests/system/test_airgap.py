"""`quoth airgap` runs a command without a network, or says why it cannot."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from programs import Quoth
from quoth.errors import ConfigurationError
from quoth.system import is_airgapped, run_airgapped

_ENTER = "import sys; from quoth.system import run_airgapped; run_airgapped(sys.argv[1:])"
_LOOK = """
import os, socket
from quoth.system import is_airgapped
assert is_airgapped()
try:
    socket.create_connection(("192.0.2.9", 9), 5)
except OSError as error:
    print(error.strerror)
with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(server.getsockname(), 5).close()
print(os.getuid())
"""


def airgapped(*program: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-c", _ENTER, *program], capture_output=True, text=True, check=False
    )
    if "does not let a command be cut off" in done.stderr:
        pytest.skip("user namespaces are not permitted here")
    return done


@pytest.mark.skipif(sys.platform != "linux", reason="needs the namespaces of Linux")
def test_an_airgapped_program_reaches_loopback_and_nothing_else() -> None:

    done = airgapped(sys.executable, "-c", _LOOK)
    assert done.stdout.splitlines() == ["Network is unreachable", str(os.getuid())], done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="needs the namespaces of Linux")
def test_a_command_is_airgapped_with_its_own_options(quoth_program: Quoth, tmp_path: Path) -> None:
    done = quoth_program("airgap", "collections", "list", "--json")
    if "does not let a command be cut off" in done.stderr:
        pytest.skip("user namespaces are not permitted here")
    assert done.returncode == 0, done.stderr
    assert done.stdout.lstrip().startswith(("[", "{"))
    assert quoth_program("airgap", "ingest", tmp_path / "missing").returncode == 2


def test_another_system_is_told_what_does_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "plan9")
    with pytest.raises(ConfigurationError, match="no network namespaces") as refused:
        run_airgapped([sys.executable])
    assert "container" in refused.value.hint


def test_a_machine_with_a_network_card_is_not_airgapped(monkeypatch: pytest.MonkeyPatch) -> None:
    for names, expected in ((["lo"], True), (["lo", "eth0"], False)):
        indexed = list(enumerate(names, 1))
        monkeypatch.setattr(socket, "if_nameindex", lambda found=indexed: found)
        assert is_airgapped() is expected
