"""The documentation says what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.backends import backend_names

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


def test_the_table_of_backends_has_every_backend_and_every_check() -> None:
    page = (ROOT / "docs" / "backends.md").read_text()
    table = page.partition("<!-- conformance -->")[2].partition("<!-- /conformance -->")[0]
    rows = [line.split("|")[1:-1] for line in table.splitlines() if line.startswith("|")]
    columns = {cell.strip(" `") for cell in rows[0][1:]}
    assert columns == set(backend_names())
    checks = set()
    for name in ("test_contract.py", "test_faults.py"):
        source = (ROOT / "tests" / "conformance" / name).read_text()
        checks |= set(
            re.findall(r"^(?:async )?def test_(\w+)\((?:subject|faulted):", source, re.MULTILINE)
        )
    assert {row[0].strip() for row in rows[2:]} == {check.replace("_", " ") for check in checks}
    assert {cell.strip() for row in rows[2:] for cell in row[1:]} <= {"✓", "–", "·"}


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
