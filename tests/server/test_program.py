"""`quoth serve` as a program: light, quick to answer, and clear when it cannot start."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from programs import Quoth


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def is_healthy(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/health").status_code == 200
    except httpx2.TransportError:
        return False


@contextmanager
def program(home: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run `quoth serve` and wait until it is healthy."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "quoth.cli", "serve", "--port", str(port), *options],
        env={**os.environ, "QUOTH_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        end = time.monotonic() + 60
        while not is_healthy(url):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end
            time.sleep(0.02)
        yield url, process
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_the_server_answers_before_anything_heavy_is_imported(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from quoth.server import ServerSettings, build_app, open_services\n"
        "from quoth.config import Config\n"
        "from pathlib import Path\n"
        f"services = open_services(ServerSettings(), Config(), home=Path({str(tmp_path)!r}))\n"
        "build_app(services)\n"
        "from quoth.server.endpoints import Endpoint\n"
        "from quoth.server.routes import ENDPOINTS\n"
        "ENDPOINTS[0].parameters\n"
        "heavy = {'langchain_core', 'langchain', 'torch', 'numpy', 'chromadb', 'mcp'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stdout + result.stderr


def test_the_program_tells_its_address_and_keeps_its_token_to_its_owner(tmp_path: Path) -> None:
    with program(tmp_path) as (url, process):
        token = tmp_path / "server" / "token"
        assert token.stat().st_mode & 0o777 == 0o600
        assert len(token.read_text().strip()) >= 43
        headers = {"authorization": f"Bearer {token.read_text().strip()}"}
        assert httpx2.get(f"{url}/api/v1/status", headers=headers).status_code == 200
        assert httpx2.get(f"{url}/api/v1/status").status_code == 401
        process.terminate()
        _, printed = process.communicate(timeout=20)
    assert f"{url}/#code=" in printed
    assert token.read_text().strip() not in printed
    assert "Traceback" not in printed


def test_a_second_server_on_the_same_folder_is_refused(
    tmp_path: Path, quoth_program: Quoth
) -> None:
    with program(tmp_path):
        second = quoth_program("serve", "--port", "0", QUOTH_HOME=str(tmp_path))
    assert second.returncode == 2
    assert "Another server runs" in second.stderr


def test_a_port_in_use_is_told_in_one_sentence(tmp_path: Path, quoth_program: Quoth) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        result = quoth_program("serve", "--port", port, QUOTH_HOME=str(tmp_path))
    assert result.returncode == 2
    assert f"port {port} cannot be used" in result.stderr
    assert "--port" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--host", "0.0.0.0"],
        ["--host", "0.0.0.0", "--no-token"],
        ["--host", "192.0.2.1", "--token-file", "token"],
        ["--behind-proxy", "quoth.example", "--no-token"],
        ["--tls-cert", "cert.pem"],
    ],
)
def test_a_server_open_to_others_needs_a_token_and_tls(
    quoth: Quoth, options: list[str], tmp_path: Path
) -> None:
    """CVE-2026-61808 (LightRAG) and the defaults of others: open to the network, without a key."""
    (tmp_path / "token").write_text("0123456789abcdef")
    result = quoth("serve", *options)
    assert result.returncode == 2
    assert result.stderr.startswith("quoth: ")


def test_a_token_that_others_can_read_is_refused(quoth: Quoth, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("0123456789abcdef")
    file.chmod(0o644)
    result = quoth("serve", "--port", "0", "--token-file", str(file))
    assert result.returncode == 2
    assert "chmod 600" in result.stderr


def test_the_guard_sees_what_listens(tmp_path: Path) -> None:
    code = (
        "from quoth.system import take_over\n"
        "import socket, json\n"
        "take_over()\n"
        "told = []\n"
        "for host in ('127.0.0.1', '0.0.0.0', ''):\n"
        "    with socket.socket() as made:\n"
        "        try:\n"
        "            made.bind((host, 0)); told.append('bound')\n"
        "        except Exception as error:\n"
        "            told.append(type(error).__name__)\n"
        "print(json.dumps(told))\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert json.loads(result.stdout) == ["bound", "EgressError", "EgressError"]
