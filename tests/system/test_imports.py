"""Importing a package with its telemetry off leaves the process as it was."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from quoth.errors import ConfigurationError
from quoth.system import import_quietly


def run(program: str, **environment: str) -> str:
    """Return what a fresh process prints that has no telemetry variable set."""
    inherited = {name: value for name, value in os.environ.items() if "TELEMETRY" not in name}
    result = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**inherited, **environment},
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.mark.parametrize("before", [None, "0"])
def test_the_variable_is_set_while_the_package_loads_and_put_back(
    tmp_path: Path, before: str | None
) -> None:
    (tmp_path / "onnxruntime.py").write_text(
        "import os\nseen = os.environ['ORT_DISABLE_TELEMETRY']\n"
    )
    program = (
        "import os\n"
        "from quoth.system import import_quietly\n"
        "before = dict(os.environ)\n"
        "seen = import_quietly('onnxruntime').seen\n"
        "assert dict(os.environ) == before\n"
        "print(seen)"
    )
    given = {} if before is None else {"ORT_DISABLE_TELEMETRY": before}
    assert run(program, PYTHONPATH=str(tmp_path), **given) == "1"


def test_a_hidden_module_can_be_imported_again_afterwards(tmp_path: Path) -> None:
    (tmp_path / "openvino_telemetry.py").write_text("")
    (tmp_path / "openvino.py").write_text(
        "try:\n    import openvino_telemetry\nexcept ImportError:\n    hidden = True\n"
    )
    program = (
        "from quoth.system import import_quietly\n"
        "assert import_quietly('openvino').hidden\n"
        "import openvino_telemetry\n"
        "print('here')"
    )
    assert run(program, PYTHONPATH=str(tmp_path)) == "here"


def test_the_environment_is_put_back_when_the_import_fails(tmp_path: Path) -> None:
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('broken')")
    program = (
        "import os\n"
        "from quoth.system import import_quietly\n"
        "try:\n    import_quietly('onnxruntime')\n"
        "except ImportError:\n    print('ORT_DISABLE_TELEMETRY' in os.environ)"
    )
    assert run(program, PYTHONPATH=str(tmp_path)) == "False"


def test_a_proxy_that_a_package_cannot_use_is_not_seen_by_it() -> None:
    pytest.importorskip("ollama")
    program = (
        "import os\n"
        "from quoth.system import import_quietly\n"
        "import_quietly('ollama').Client\n"
        "print(os.environ['ALL_PROXY'])"
    )
    assert run(program, ALL_PROXY="socks5://127.0.0.1:9") == "socks5://127.0.0.1:9"


@pytest.mark.parametrize(
    ("said", "message", "hint"),
    [
        ("libgomp.so.1: cannot open shared object file", "library libgomp.so.1", "libgomp1"),
        ("libodd.so.7: cannot open shared object file", "library libodd.so.7", "of your system"),
        ("DLL load failed while importing x", "this Windows", "Visual C++"),
    ],
)
def test_a_library_that_the_system_lacks_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, message: str, hint: str
) -> None:
    (tmp_path / "native_part.py").write_text(f"raise ImportError({said!r})")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigurationError, match=message) as raised:
        import_quietly("native_part")
    assert hint in raised.value.hint


def test_a_package_that_is_absent_stays_absent() -> None:
    with pytest.raises(ModuleNotFoundError):
        import_quietly("no_such_package")
