"""Runs the notebooks and writes each as a page of docs/notebooks/; `--strip` removes outputs.

python -m tools.notebooks             all notebooks
python -m tools.notebooks 01 06       those whose names begin so
"""

from __future__ import annotations

import base64
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "notebooks"
PAGES = ROOT / "docs" / "notebooks"
SECONDS = 180
WIDGET = "application/vnd.jupyter.widget-view+json"
_TERMINAL = re.compile(r"\x1b\[[0-9;]*m")


def run(path: Path) -> Any:
    """Run a notebook from top to bottom; return it with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=SECONDS, resources={"metadata": {"path": str(path.parent)}}
    )
    return client.execute()


def page(notebook: Any, name: str) -> str:
    """Return a notebook as Markdown; its images are written beside the page."""
    parts = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        parts.append(f"```python\n{cell.source}\n```")
        streams = (o for o in cell.outputs if o.output_type == "stream")
        said = "".join(o.text for o in streams if o.name == "stdout")
        parts += [_preformatted(said)] if said else []
        for output in cell.outputs:
            parts += filter(None, _shown(output, f"{name}-{number}"))
    return "\n\n".join(parts) + "\n"


def _shown(output: Any, name: str) -> Iterator[str]:
    data = output.get("data", {})
    if WIDGET in data:
        return  # a progress bar, which is gone at the end
    if "image/png" in data:
        (PAGES / f"{name}.png").write_bytes(base64.b64decode(data["image/png"]))
        yield f"![{name}]({name}.png)"
    elif "text/html" in data:
        # One line, so that no blank line within it ends the block.
        html = data["text/html"].replace("\n", "&#10;").strip()
        style, _, rest = html.partition("</style>")
        yield f"{style.replace('&#10;', ' ')}</style>{rest}" if rest else html
    elif "text/plain" in data:
        yield _preformatted(data["text/plain"])


def _preformatted(text: str) -> str:
    return f"```text\n{_TERMINAL.sub('', text).rstrip()}\n```"


def strip() -> None:
    """Remove outputs and counts from all notebooks."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            cell.metadata = {}
        path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def main() -> None:
    """Run all notebooks, or strip them."""
    if "--strip" in sys.argv[1:]:
        strip()
        return
    PAGES.mkdir(exist_ok=True)
    os.environ.pop("BENCHMARK", None)  # a page shows what everyone has
    begins = tuple(sys.argv[1:]) or ("",)
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        if not path.name.startswith(begins):
            continue
        print(path.name)
        (PAGES / f"{path.stem}.md").write_text(page(run(path), path.stem), encoding="utf-8")


if __name__ == "__main__":
    main()
