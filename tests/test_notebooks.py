"""The notebooks run from top to bottom, and are kept without what came out."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from programs import Quoth

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SECONDS = 180
LONG = "04"
"""The number of the notebook that tunes a model, which takes longer than all others together."""


def test_every_notebook_has_a_page_that_shows_the_same_code() -> None:
    pages = {path.stem: path.read_text() for path in (ROOT / "docs" / "notebooks").glob("*.md")}
    assert set(pages) == {path.stem for path in NOTEBOOKS}
    for path in NOTEBOOKS:
        for cell in json.loads(path.read_text())["cells"]:
            assert "".join(cell["source"]) in pages[path.stem], path.stem


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    for cell in json.loads(path.read_text())["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_copies_are_written_for_a_person_and_never_over_hers(quoth: Quoth, tmp_path: Path) -> None:
    folder = tmp_path / "mine" / "notebooks"
    folder.mkdir(parents=True)
    (folder / NOTEBOOKS[0].name).write_text("hers")
    done = quoth("notebooks", folder)
    assert done.returncode == 0
    assert f"{NOTEBOOKS[0].name} is there already, and was kept." in done.stdout
    assert "jupyter notebook" in done.stdout
    assert (folder / NOTEBOOKS[0].name).read_text() == "hers"
    for path in NOTEBOOKS[1:]:
        assert (folder / path.name).read_text() == path.read_text()


@pytest.mark.timeout(900)  # a cell has SECONDS; the whole may wait for a busy machine
@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=[pytest.mark.slow] * path.stem.startswith(LONG))
        for path in NOTEBOOKS
    ],
)
def test_a_notebook_runs_from_top_to_bottom(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=SECONDS, resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    shown = "".join(
        output.get("data", {}).get("text/html", "")
        for cell in notebook.cells
        for output in cell.get("outputs", ())
    )
    if path.stem.startswith("01"):
        assert "data:image/png;base64," in shown
        assert "<table>" in shown
    if path.stem.startswith("03"):
        assert "<details open>" in shown
