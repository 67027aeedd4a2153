"""The documentation says what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_the_references_are_those_of_the_program() -> None:
    result = subprocess.run(
        [sys.executable, "docs/reference.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr


def test_every_floor_stands_in_the_design() -> None:
    design = (ROOT / "docs" / "design.md").read_text()
    rooms = {p.name.removesuffix(".py") for p in (ROOT / "pipelines").iterdir()}
    rooms -= {"__init__", "__pycache__", "py.typed", "_resources"}
    for room in rooms:
        assert f"`{room}`" in design or f"`{room}/`" in design, f"{room} is not in the design"


def test_links_of_the_readme_lead_somewhere() -> None:
    readme = (ROOT / "README.md").read_text()
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", readme):
        assert (ROOT / target).exists(), target


def test_the_python_of_the_readme_runs(
    sample: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = (ROOT / "README.md").read_text()
    (program,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    monkeypatch.chdir(ROOT)
    exec(compile(program, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "108" in printed
    assert "crowns" in printed
