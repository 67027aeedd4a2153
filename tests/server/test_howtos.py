"""The how-tos of the server do what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from places import ROOT
from served import TOKEN, Served

HOWTO = ROOT / "docs" / "howto"


def blocks(name: str, language: str) -> list[str]:
    found: list[str] = re.findall(
        rf"^ *```{language}\n(.*?)^ *```", (HOWTO / name).read_text(), re.MULTILINE | re.DOTALL
    )
    assert found
    return found


def test_the_python_of_the_how_to_runs(served: Served) -> None:
    code = "\n".join(blocks("openai-client.md", "python"))
    result = subprocess.run(
        [sys.executable, "-c", code.replace("default", "sample")],
        env={**os.environ, "QUOTH_URL": served.url, "QUOTH_TOKEN": TOKEN},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert result.returncode == 0, result.stderr
    assert "32 hours" in result.stdout
    assert f"{served.url}/c/sample/d/file-" in result.stdout


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_the_unit_of_the_how_to_is_one(tmp_path: Path) -> None:
    (text,) = blocks("service.md", "ini")
    program = Path(sys.executable).with_name("quoth")
    (tmp_path / "quoth.service").write_text(text.replace("%h/quoth/.venv/bin/quoth", str(program)))
    result = subprocess.run(
        ["systemd-analyze", "verify", "--user", tmp_path / "quoth.service"],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert "quoth.service" not in result.stderr, result.stderr
    assert result.returncode == 0, result.stderr
