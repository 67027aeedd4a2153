"""The types hold from outside: mypy strict of two programs that see only the installed wheel."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from quoth import QuothError

from tools.api import ROOT

PROGRAM = ROOT / "tests" / "outside" / "program.py"
THOROUGH = PROGRAM.with_name("thorough.py")
SEARCH_PATHS = {"PYTHONPATH", "MYPYPATH"}
UV = Path(sys.executable).with_name("uv")


def public_rooms() -> list[str]:
    """The rooms of the package with a face."""
    package = ROOT / "pipelines" / "quoth"
    return sorted(face.parent.name for face in package.glob("*/__init__.pyi"))


def error_names() -> list[str]:
    """The names of all errors."""
    members = vars(importlib.import_module("quoth.errors")).values()
    classes = [member for member in members if isinstance(member, type)]
    return [error.__name__ for error in classes if issubclass(error, QuothError)]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_strict_program_outside_finds_all_types(wheel: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, venv], check=True)
    python = venv / "bin" / "python"
    subprocess.run(
        [UV, "pip", "install", "--quiet", "--offline", "--no-deps", "--python", python, wheel],
        check=True,
    )
    (site,) = (venv / "lib").glob("python*/site-packages")
    (site / "beside.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    public = {room: importlib.import_module(f"quoth.{room}").__all__ for room in public_rooms()}
    lines = [PROGRAM.read_text(), ""]
    for room, names in {**public, "errors": error_names()}.items():
        lines += [f"import quoth.{room}", *(f"print(quoth.{room}.{name})" for name in names)]
    programs = {"program.py": "\n".join(lines), "thorough.py": THOROUGH.read_text()}
    for name, text in programs.items():
        (tmp_path / name).write_text(text)
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--python-executable", python, *programs],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={name: value for name, value in os.environ.items() if name not in SEARCH_PATHS},
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "pipelines" not in checked.stdout
