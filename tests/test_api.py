"""The Python reference is made from the docstrings, and leaves out nothing public."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest
import quoth

from tools.api import ROOT, pages, read_groups

OUTSIDE = ROOT / "tests" / "outside"
"""Programs of somebody else; `test_outside.py` checks their types."""


@pytest.fixture(scope="module")
def reference() -> dict[str, str]:
    return pages()


def test_every_name_of_the_door_leads_to_its_place(reference: dict[str, str]) -> None:
    links = dict(re.findall(r"\| \[`(\w+)`\]\(([^)]+)\)", reference["index.md"]))
    assert set(quoth.__all__) <= set(links)
    for name in quoth.__all__:
        page, _, anchor = links[name].partition("#")
        headings = re.findall(r"^## (\w+)$", reference[page], re.MULTILINE)
        assert anchor in {heading.lower() for heading in headings}, name


def test_every_public_name_of_a_room_is_explained(reference: dict[str, str]) -> None:
    for page, text in reference.items():
        room = page.removesuffix(".md")
        if room in {"index", "errors", "types"}:
            continue
        public = importlib.import_module(f"quoth.{room}").__all__
        assert set(re.findall(r"^## (\w+)$", text, re.MULTILINE)) == set(public), room


def test_methods_stand_below_their_class_with_signature_and_docstring(
    reference: dict[str, str],
) -> None:
    library = reference["library.md"]
    section = library.partition("### Library.search\n")[2].partition("\n### ")[0]
    assert "search(question: str, *, k: int | None = None" in " ".join(section.split())
    assert "Return the `k` chunks" in section
    assert "model: LocalModel" in library.partition("### Library.model\n")[2][:60]


@pytest.mark.parametrize(
    ("page", "name", "parameters"),
    [
        ("library", "Library", ("collection: str = DEFAULT_COLLECTION", "*", "config: Config | ")),
        ("types", "Hit", ("chunk: Chunk", "score: float")),
        ("retrieve", "ModelReranker", ("*", "top_n: int | None = None", "model: LocalModel")),
        ("errors", "EgressError", ("message: str", "*", "hint: str = ''")),
    ],
    ids=["ours", "a dataclass", "Pydantic's", "inherited"],
)
def test_a_class_says_how_it_is_made(
    reference: dict[str, str], page: str, name: str, parameters: tuple[str, ...]
) -> None:
    section = reference[f"{page}.md"].partition(f"## {name}\n")[2].partition("\n```\n")[0]
    made = section.partition(f"\n{name}(\n")[2].splitlines()
    for line, parameter in zip(made, parameters, strict=False):
        assert line.strip().startswith(parameter)


def test_types_that_only_signatures_name_stand_below_them(reference: dict[str, str]) -> None:
    below = reference["evaluate.md"].partition("**Types in these signatures**")[2]
    assert "ReadPage = Callable[[str, int], str | None]" in below
    assert "GoldPlace(\n    source: str,\n" in below
    assert "TypeVar" not in below


def used_names(*programs: Path) -> set[str]:
    """The names, attributes and overridden methods in programs."""
    nodes = [node for path in programs for node in ast.walk(ast.parse(path.read_text()))]
    return {
        *(node.id for node in nodes if isinstance(node, ast.Name)),
        *(node.attr for node in nodes if isinstance(node, ast.Attribute)),
        *(node.name for node in nodes if isinstance(node, ast.FunctionDef)),
    }


def test_the_program_outside_uses_everything_at_the_door() -> None:
    (door,) = (
        node
        for node in ast.walk(ast.parse((OUTSIDE / "program.py").read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "quoth"
    )
    imported = {alias.name for alias in door.names}
    assert imported == set(quoth.__all__)
    assert imported <= used_names(OUTSIDE / "program.py")


def test_the_programs_outside_use_every_entry_of_the_reference_and_every_method(
    reference: dict[str, str],
) -> None:
    entries = {name.rpartition(".")[2] for group in read_groups() for name in group.names}
    methods = {
        method
        for page in reference.values()
        for owner, method in re.findall(r"^### (\w+)\.(\w+)$", page, re.MULTILINE)
        if owner in entries
    }
    assert entries | methods <= used_names(*OUTSIDE.glob("*.py"))
