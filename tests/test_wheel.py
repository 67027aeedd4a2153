"""The wheel: built, installed without the development tools, and used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).with_name("uv")
QUESTION = "How long can the emergency generator run on a full tank?"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def installed(wheel: Path, session_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The program of an environment that holds the wheel, and sees what it stands on beside it."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run(
        [UV, "pip", "install", "--quiet", "--offline", "--no-deps", "--python", python, wheel],
        check=True,
    )
    # Only that folder itself: a .pth file in it, such as that of this checkout, is not followed.
    (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (site / "beside.pth").write_text(f"{sysconfig.get_path('purelib')}\n")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        return subprocess.run(
            [python.with_name("quoth"), *arguments],
            capture_output=True,
            text=True,
            cwd=folder,
            env={**environment, "QUOTH_HOME": str(session_home)},
            timeout=240,
        )

    return run


def test_the_wheel_holds_the_data_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"quoth"}
    for needed in (
        "quoth/py.typed",
        "quoth/config/presets/laptop.yaml",
        "quoth/_resources/prompts/tasks/answer.yaml",
        "quoth/_resources/library/waterworks-handbook.pdf",
        "quoth/_resources/questions.jsonl",
    ):
        assert needed in names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_help_and_the_packed_sample_work_where_only_the_wheel_is(installed: Run) -> None:
    shown = installed("--help")
    assert "summarize" in shown.stdout
    where = installed("collections", "list", "--json")
    assert where.returncode == 0
    assert isinstance(json.loads(where.stdout), list)


def test_the_packed_sample_is_ingested_and_asked(installed: Run) -> None:
    program = Path(installed("--help").args[0])
    (folder,) = program.parents[1].glob("lib/python*/site-packages/quoth/_resources/library")
    done = installed("ingest", str(folder / "waterworks-handbook.pdf"), "--collection", "packed")
    assert done.returncode == 0, done.stderr
    answer = installed("ask", QUESTION, "--collection", "packed")
    assert answer.returncode == 0, answer.stderr
    assert "32 hours" in answer.stdout
    assert "waterworks-handbook.pdf, page 108" in answer.stdout
    assert "From your documents, word for word:" in answer.stdout
