"""Nothing leaves the machine: a name server and an ear on every packet hear no attempt.

An empty network namespace cannot tell an attempt from silence, and an audit hook does not see
native code. The programs run without the variables by which packages know a test run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

_EAR = Path(__file__).with_name("ear.py")
_NOT_PERMITTED = 77
_SETTLED_SECONDS = 12
"""onnxruntime calls home some ten seconds after it was imported."""
_LONG_SECONDS = 40

_LIGHT = ("chromadb", "tokenizers", "watchfiles")
_ALL = (*_LIGHT, "openvino", "xllamacpp", "huggingface_hub", "torch", "sentence_transformers")

_ATTEMPTS = """
import socket
try:
    socket.create_connection(("host.example.org", 443), 5)
except OSError:
    pass
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"ping", ("192.0.2.9", 9))
"""
_LEFT_ON = "import onnxruntime, time\ntime.sleep(20)"
_LIBRARY = """
import sys, time
from quoth import Library
with Library("quiet") as library:
    library.ingest(sys.argv[1])
    assert library.search("Who planted the ash?", k=1)
    from quoth.system import import_quietly
    for package in sys.argv[3:]:
        try:
            import_quietly(package)
        except ImportError:
            pass
    assert "onnxruntime" in sys.modules
    time.sleep(float(sys.argv[2]))
"""
_NOTEBOOK = """
import sys
import nbformat
from nbclient import NotebookClient
folder, seconds = sys.argv[1:]
cells = [
    "from quoth import Library; library = Library('quiet')",
    f"library.ingest({folder!r})",
    "library.ask('Who planted the ash?')",
    f"import time; time.sleep({seconds})",
]
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
NotebookClient(notebook, timeout=240).execute()
"""
_PROXIES = {
    "HTTP_PROXY": "http://198.51.100.20:3128",
    "HTTPS_PROXY": "http://198.51.100.20:3128",
    "ALL_PROXY": "socks5://198.51.100.20:1080",
}


@dataclass(frozen=True)
class Machine:
    """A home, a folder of documents, and an ear on the network around a program."""

    folder: Path
    home: Path
    state: Path

    def hear(
        self, *program: str, seconds: float = 0, variables: Mapping[str, str] | None = None
    ) -> list[str]:
        """Return what a Python program looked up and sent; end it after `seconds`, if given."""
        report = self.home / "heard.json"
        limit = ["timeout", "--preserve-status", "-s", "INT", str(seconds)] if seconds else []
        unset = ("TELEMETRY", "OFFLINE", "GITHUB_", "DO_NOT_TRACK", "PYTEST")
        environment = {
            name: value
            for name, value in os.environ.items()
            if name != "CI" and not any(part in name for part in unset)
        }
        environment |= {"HOME": str(self.home), "QUOTH_HOME": str(self.state)}
        environment |= {"TMPDIR": str(self.home / "temporary"), **(variables or {})}
        (self.home / "temporary").mkdir(exist_ok=True)
        typed, keyboard = os.pipe()  # open, and nothing is typed
        begin = time.monotonic()
        done = subprocess.run(
            ["unshare", "-rnm", sys.executable, _EAR, report, *limit, sys.executable, *program],
            env=environment,
            stdin=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        os.close(typed)
        os.close(keyboard)
        if not report.exists() and (done.returncode == _NOT_PERMITTED or "unshare" in done.stderr):
            pytest.skip("network namespaces are not permitted here")
        assert report.exists(), done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        assert time.monotonic() - begin >= seconds, f"it ended by itself: {done.stderr}"
        heard: list[str] = json.loads(report.read_text())
        return heard

    def traces(self) -> list[str]:
        """Return what programs left in the home folder and the temporary one."""
        return [
            str(path.relative_to(self.home))
            for path in self.home.rglob("*")
            if path.is_file() and path.name != "heard.json"
        ]


@pytest.fixture
def machine(tmp_path: Path, home: Path) -> Machine:
    folder, user = tmp_path / "documents", tmp_path / "user"
    folder.mkdir()
    user.mkdir()
    (folder / "trees.txt").write_text("The ash by the gate was planted by the miller in 1931.")
    return Machine(folder, user, home)


@pytest.fixture(autouse=True)
def _needs_namespaces() -> None:
    if sys.platform != "linux":
        pytest.skip("needs the network namespaces of Linux")


def test_the_ear_hears_names_and_packets(machine: Machine) -> None:
    assert machine.hear("-c", _ATTEMPTS) == [
        "name host.example.org",
        "packet 192.0.2.9 port 9",
        "packet 198.51.100.7 port 443",
    ]


@pytest.mark.slow
def test_the_ear_hears_the_telemetry_that_is_left_on(machine: Machine) -> None:
    heard = machine.hear("-c", _LEFT_ON)
    assert any(line.startswith("name ") for line in heard)
    assert any("onnxruntime" in trace for trace in machine.traces())


def test_the_library_is_silent(machine: Machine) -> None:
    assert machine.hear("-c", _LIBRARY, str(machine.folder), str(_SETTLED_SECONDS), *_LIGHT) == []
    assert machine.traces() == []


@pytest.mark.slow
@pytest.mark.parametrize("proxies", [{}, _PROXIES], ids=["direct", "proxies"])
def test_the_library_with_every_dependency_is_silent(
    machine: Machine, proxies: dict[str, str]
) -> None:
    arguments = (str(machine.folder), str(_LONG_SECONDS), *_ALL)
    assert machine.hear("-c", _LIBRARY, *arguments, variables=proxies) == []
    assert machine.traces() == []


@pytest.mark.slow
@pytest.mark.parametrize("proxies", [{}, _PROXIES], ids=["direct", "proxies"])
@pytest.mark.parametrize(
    "command", ["ingest --watch", "chat", "mcp", "serve --port 0", "fleet head --port 0"]
)
def test_a_command_left_open_is_silent(
    machine: Machine, command: str, proxies: dict[str, str]
) -> None:
    quoth = ("-m", "quoth.cli")
    assert machine.hear(*quoth, "ingest", str(machine.folder)) == []
    arguments = command.split()
    if command.startswith("ingest"):
        arguments.insert(1, str(machine.folder))
    assert machine.hear(*quoth, *arguments, seconds=_LONG_SECONDS, variables=proxies) == []
    assert machine.traces() == []


@pytest.mark.slow
@pytest.mark.parametrize("proxies", [{}, _PROXIES], ids=["direct", "proxies"])
def test_a_notebook_left_open_is_silent(machine: Machine, proxies: dict[str, str]) -> None:
    pytest.importorskip("nbclient")
    of_jupyter = ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")
    variables = {name: str(machine.state / name) for name in of_jupyter} | proxies
    arguments = (str(machine.folder), str(_LONG_SECONDS))
    assert machine.hear("-c", _NOTEBOOK, *arguments, variables=variables) == []
    assert machine.traces() == []
