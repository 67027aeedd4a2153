"""The rules of the house: imports run down the floors, nothing heavy comes early."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
import quoth

PACKAGE = Path(__file__).parent.parent / "pipelines" / "quoth"

FLOORS = (
    ("errors", "types"),
    ("system", "text"),
    ("config",),
    ("load", "journal", "weights"),
    ("prompts", "embed", "collection"),
    ("models",),
    ("backends",),
    ("ingest", "retrieve", "summarize", "tune"),
    ("answer", "views"),
    ("jobs", "evaluate"),
    ("library",),
    ("cli",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}

HEAVY = ("torch", "chromadb", "sentence_transformers", "transformers", "langchain_community",
         "langchain_ollama", "langchain_classic", "xllamacpp", "onnxruntime")  # fmt: skip


def rooms_of(file: Path) -> set[str]:
    """Return the rooms of the package that a file imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("quoth.")}
    return found


def modules() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")


@pytest.mark.parametrize("file", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_down_the_floors(file: Path) -> None:
    room = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert room in FLOOR, f"{room} has no floor yet"
    for imported in rooms_of(file) - {room}:
        assert FLOOR[imported] < FLOOR[room], f"{room} must not import {imported}"


def test_nothing_inside_imports_the_front_door() -> None:
    for file in modules():
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "quoth":
                names = {alias.name for alias in node.names}
                assert names <= set(FLOOR), f"{file} imports {names - set(FLOOR)} from the door"


@pytest.mark.parametrize("program", ["import quoth", "import quoth.cli.app"])
def test_nothing_heavy_is_imported_early(program: str) -> None:
    code = f"import sys\n{program}\nprint([m for m in {HEAVY!r} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stdout + result.stderr


def test_help_costs_little() -> None:
    costs = []
    for _ in range(3):
        before = os.times()
        result = subprocess.run([sys.executable, "-m", "quoth.cli", "--help"])
        after = os.times()  # seconds of the processor, which a busy machine hardly changes
        costs.append(after.children_user + after.children_system
                     - before.children_user - before.children_system)  # fmt: skip
        assert result.returncode == 0
    assert min(costs) < 0.5


def test_every_public_name_is_there_and_sorted() -> None:
    assert list(quoth.__all__) == sorted(quoth.__all__)
    for name in quoth.__all__:
        assert getattr(quoth, name).__name__ == name
    with pytest.raises(AttributeError):
        quoth.nothing  # noqa: B018


@pytest.mark.parametrize("file", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_rooms_stay_small(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 420


def test_errors_are_one_tree_drawn_at_the_top_of_their_file() -> None:
    from quoth import errors

    drawn = errors.__doc__ or ""
    for name, value in vars(errors).items():
        if isinstance(value, type) and issubclass(value, Exception):
            assert issubclass(value, errors.QuothError)
            assert name in drawn, f"{name} is not drawn"


def test_the_types_come_with_the_package() -> None:
    assert (PACKAGE / "py.typed").exists()
