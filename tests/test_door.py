"""The door and the faces: everything that the documentation shows is public."""

from __future__ import annotations

import ast
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import quoth
from langchain_core.caches import BaseCache
from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import BaseDocumentCompressor
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable

ROOT = Path(__file__).parents[1]
_IMPORT = re.compile(r"^\s*(?:>>> )?(from quoth[\w.]* import (?:\([^)]*\)|[^\n(]+))", re.MULTILINE)


def shown_imports() -> Iterator[tuple[str, str, str]]:
    """Yield the page, the module and the name of each import that the documentation shows."""
    texts = {
        page: page.read_text()
        for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"))
    }
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text())["cells"]
        texts[path] = "\n".join("".join(cell["source"]) for cell in cells)
    for path, text in texts.items():
        for statement in _IMPORT.findall(text):
            (node,) = ast.parse(statement.split("#")[0].strip()).body
            assert isinstance(node, ast.ImportFrom)
            for alias in node.names:
                yield path.name, str(node.module), alias.name


def test_what_the_documentation_shows_comes_from_the_door_or_a_face() -> None:
    shown = list(shown_imports())
    assert {"quoth", "quoth.prompts"} <= {module for _, module, _ in shown}
    for page, module, name in shown:
        assert module.count(".") <= 1, f"{page} goes past a face: {module}"
        public = getattr(importlib.import_module(module), "__all__", None)
        if public is not None:  # `errors` and `types` are public as a whole
            assert name in public, f"{page} imports {name} from {module}"


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        (quoth.Answerer, Runnable),
        (quoth.CollectionRetriever, BaseRetriever),
        (quoth.CrossEncoderReranker, BaseDocumentCompressor),
        (quoth.DocumentLoader, BaseLoader),
        (quoth.DocumentReader, Runnable),
        (quoth.Embedder, Embeddings),
        (quoth.Expander, Runnable),
        (quoth.JournalCache, BaseCache),
        (quoth.LocalModel, BaseChatModel),
        (quoth.ModelReranker, BaseDocumentCompressor),
        (quoth.Splitter, Runnable),
        (quoth.Summarizer, Runnable),
    ],
)
def test_the_parts_for_langchain_are_at_the_door(part: type, kind: type) -> None:
    assert issubclass(part, kind)


def test_every_name_at_the_door_is_there_and_no_other() -> None:
    assert list(quoth.__all__) == sorted(quoth.__all__)
    for name in quoth.__all__:
        assert getattr(quoth, name).__name__ == name
    with pytest.raises(AttributeError):
        quoth.nothing  # type: ignore[attr-defined]  # noqa: B018
