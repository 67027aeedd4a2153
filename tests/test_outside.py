"""The types hold from outside: mypy strict of a program that sees only the installed wheel."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import quoth

from tools.api import ROOT

PROGRAM = ROOT / "tests" / "outside" / "program.py"
SEARCH_PATHS = {"PYTHONPATH", "MYPYPATH"}
UV = Path(sys.executable).with_name("uv")


def public_rooms() -> list[str]:
    """The rooms of the package with a face."""
    package = ROOT / "pipelines" / "quoth"
    return sorted(face.parent.name for face in package.glob("*/__init__.pyi"))


def test_the_program_uses_everything_at_the_door() -> None:
    (door,) = (
        node
        for node in ast.walk(ast.parse(PROGRAM.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "quoth"
    )
    imported = {alias.name for alias in door.names}
    assert imported == set(quoth.__all__)
    used = [
        node.id for node in ast.walk(ast.parse(PROGRAM.read_text())) if isinstance(node, ast.Name)
    ]
    assert imported <= set(used)


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
    lines = [PROGRAM.read_text(), "", "import quoth.errors"]
    for room in public_rooms():
        names = importlib.import_module(f"quoth.{room}").__all__
        lines += [f"import quoth.{room}", *(f"print(quoth.{room}.{name})" for name in names)]
    (tmp_path / "program.py").write_text("\n".join(lines))
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--python-executable", python, "program.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={
            key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "MYPYPATH")
        },
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "pipelines" not in checked.stdout
