"""The documentation says what the program does."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from quoth import errors
from quoth.models import backend_names
from quoth.testing import ModelConformance, ServerFaultConformance
from scripted_model import Scripted

from tools.api import pages
from tools.summaries import find_stale, read_judged

ROOT = Path(__file__).parents[1]
WRITTEN = r"(?:^ *(?:\$ )?(?:\S*/)?|`)quoth ([a-z][^`\n]*)"
"""A command in a block, or between backticks."""


def test_the_references_are_those_of_the_program() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "tools.reference", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr


def test_every_error_is_explained() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text()
    explained = set(re.findall(r"^#{2,3} (\w+Error)$", page, re.MULTILINE))
    ours = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.QuothError)
    }
    assert explained == ours


def test_the_exit_codes_of_the_explanations_are_those_of_the_errors() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text()
    for name, code in re.findall(r"^### (\w+)\n\n\*.*\((\d)\)\.\*", page, re.MULTILINE):
        assert getattr(errors, name).exit_code == int(code), name


def test_the_commands_in_the_how_tos_are_there() -> None:
    reference = (ROOT / "docs" / "cli.md").read_text()
    known = {
        command: set(re.findall(r"--[\w-]+", options))
        for command, options in re.findall(
            r"^## `quoth ([\w -]+)`(.*?)(?=^## |\Z)", reference, re.MULTILINE | re.DOTALL
        )
    }
    written = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "howto").glob("*.md")]
    used = 0
    for page in [*written, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        for line in re.findall(WRITTEN, page.read_text(), re.MULTILINE):
            command = next((name for name in known if f"{line} ".startswith(f"{name} ")), None)
            assert command, f"{page.name}: quoth {line}"
            used += 1
            asked = set(re.findall(r"(?<=\s)--[\w-]+", line.split("|")[0]))
            assert asked <= known[command], f"{page.name}: quoth {line}"
    assert used > 20


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    """Strictly: a link to a page or a heading that is not there fails."""
    zensical = Path(sys.executable).with_name("zensical")
    if not zensical.exists():
        pytest.skip("zensical is not installed: it needs Python 3.11.5")
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("api"))
    (tmp_path / "docs" / "api").mkdir()
    for name, text in pages().items():
        (tmp_path / "docs" / "api" / name).write_text(text)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    result = subprocess.run(
        [zensical, "build", "--strict"], cwd=tmp_path, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr
    start = (tmp_path / "site" / "index.html").read_text()
    places = [
        start.find(f"./{page}.html") for page in ("install", "howto/back-up", "cli", "design")
    ]
    assert -1 not in places
    assert places == sorted(places), "start, how-tos, reference, explanation"
    assert (tmp_path / "site" / "search.js").is_file(), "the search needs no server"
    fetched = re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"?([^\"> ]+)", start)
    assert fetched
    assert not [address for address in fetched if "//" in address], "nothing from elsewhere"


def test_the_ten_summaries_are_those_that_come_out() -> None:
    page = (ROOT / "docs" / "ten-summaries.md").read_text()
    assert page.count("\n## ") == len(read_judged()) == 10
    assert not find_stale(page, Scripted(parameters=100_000_000)), "python -m tools.summaries"


def test_every_page_is_in_the_navigation() -> None:
    named = set(re.findall(r"[\w/-]+\.md", (ROOT / "mkdocs.yml").read_text()))
    written = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert {page for page in written if not page.startswith("api/")} <= named


def test_the_table_of_backends_has_every_backend_and_every_check() -> None:
    page = (ROOT / "docs" / "backends.md").read_text()
    table = page.partition("<!-- conformance -->")[2].partition("<!-- /conformance -->")[0]
    rows = [line.split("|")[1:-1] for line in table.splitlines() if line.startswith("|")]
    columns = {cell.strip(" `") for cell in rows[0][1:]}
    assert columns == set(backend_names())
    checks = {
        name.removeprefix("test_")
        for suite in (ModelConformance, ServerFaultConformance)
        for name in vars(suite)
        if name.startswith("test_")
    }
    assert {row[0].strip() for row in rows[2:]} == {check.replace("_", " ") for check in checks}
    assert {cell.strip() for row in rows[2:] for cell in row[1:]} <= {"✓", "–", "·"}


def test_the_backend_of_the_guide_is_the_one_that_is_tested() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text()
    for name in ("echo_backend.py", "pyproject.toml"):
        text = (ROOT / "tests" / "extensions" / "echo_backend" / name).read_text()
        assert text.strip() in guide, name


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
