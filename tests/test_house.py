"""The rules of the house: its floors, its faces, its sizes, its name."""

from __future__ import annotations

import ast
import importlib
import os
import re
import statistics
import subprocess
import sys
from collections import Counter

import pytest
import quoth
from package_graph import (
    PACKAGE,
    ROOT,
    addresses,
    circles,
    imports_in,
    imports_of,
    is_face,
    module_files,
    names_of_face,
    room_of,
)

FLOORS = (
    ("errors", "types"),
    ("system", "text"),
    ("config",),
    ("journal", "load", "weights"),
    ("collection", "embed", "prompts"),
    ("models",),
    ("backends",),
    ("ingest", "retrieve", "summarize", "tune"),
    ("answer", "views"),
    ("evaluate", "jobs"),
    ("library",),
    ("fleet",),
    ("mcp",),
    ("server",),
    ("cli", "testing"),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
MODULES = sorted(module_files())
ROOMS = sorted({room_of(module) for module in MODULES} - {""})
FACES = [module for module in MODULES if is_face(module) and names_of_face(module)]

MOST_ENTRIES = 30
MOST_LINES = 400
MOST_MEDIAN_LINES = 130
MOST_FUNCTION_LINES = 70
MOST_SHARE = 0.12


HEAVY = {
    "chromadb",
    "httpx",
    "httpx2",
    "langchain",
    "langchain_classic",
    "langchain_community",
    "langchain_core",
    "langchain_ollama",
    "numpy",
    "onnxruntime",
    "openvino",
    "pydantic",
    "sentence_transformers",
    "torch",
    "transformers",
    "xllamacpp",
    "yaml",
}


# Imports


@pytest.mark.parametrize(
    ("code", "target"),
    [
        ("import quoth.load.pdf", "quoth.load.pdf"),
        ("from quoth.load.pdf import load_pdf", "quoth.load.pdf"),
        ("from quoth.load import LoaderPool", "quoth.load.isolate"),
        ("from quoth import errors", "quoth.errors"),
        ("from ..load import pdf", "quoth.load.pdf"),
        ("from ..load import LoaderPool as Pool", "quoth.load.isolate"),
        ("def f():\n    from quoth.load import pdf", "quoth.load.pdf"),
        ("if TYPE_CHECKING:\n    from quoth.load import Loader", "quoth.load.contract"),
        ("import_module('quoth.load')", "quoth.load"),
        ("importlib.import_module('quoth.load.pdf')", "quoth.load.pdf"),
        ("TABLE = {'pdf': 'quoth.load.pdf:load_pdf'}", "quoth.load.pdf"),
        ("NAME = 'quoth.load.pdf'", "quoth.load.pdf"),
        ("import_module(f'quoth.load.pd{x}')", "quoth.load.pdf"),
        ("run('import sys; from quoth.load.pdf import load_pdf')", "quoth.load.pdf"),
    ],
)
def test_an_import_is_seen_in_whatever_way_it_is_written(code: str, target: str) -> None:
    assert target in {each.target for each in imports_in("quoth.views.text", code)}


@pytest.mark.parametrize(
    "code",
    ['"""See quoth.load.pdf."""', "GROUP = 'quoth.backends'", "import os", "x = 'quoth.yaml'"],
)
def test_what_is_no_import_is_not_taken_for_one(code: str) -> None:
    assert imports_in("quoth.views.text", code) == []


@pytest.mark.parametrize("room", ROOMS)
def test_imports_run_down_the_floors(room: str) -> None:
    assert room in FLOOR, f"{room} has no floor yet"
    upward = [
        str(each)
        for module in MODULES
        if room_of(module) == room
        for each in imports_of(module)
        if (other := room_of(each.target)) not in ("", room) and FLOOR[other] >= FLOOR[room]
    ]
    assert not upward


def test_no_module_is_part_of_a_circle() -> None:
    assert not circles()


def test_no_room_is_entered_past_its_face() -> None:
    past = [
        str(each)
        for module in MODULES
        for each in imports_of(module)
        if room_of(module) not in ("", room_of(each.target))
        and not each.as_text
        and each.path not in ("quoth", f"quoth.{room_of(each.target)}")
    ]
    assert not past


@pytest.mark.parametrize("folder", ["bench", "docs", "notebooks", "tools"])
def test_what_uses_the_package_enters_rooms_by_their_faces(folder: str) -> None:
    """But the calibration, which fits the weights inside `answer`, and the commands of `cli`."""
    past = [
        f"{file.relative_to(ROOT)}: {found}"
        for file in [*sorted((ROOT / folder).rglob("*")), ROOT / "README.md"]
        if file.suffix in (".py", ".md", ".ipynb") and ".venv" not in file.parts
        for found in re.findall(r"(?:from|import) (quoth\.\w+\.\w+)", file.read_text())
        if found != "quoth.cli.app"
        and not (file.name == "calibrate.py" and found.startswith("quoth.answer."))
    ]
    assert not past


def test_nothing_inside_imports_the_front_door_or_the_face_of_its_own_room() -> None:
    wrong = [
        str(each)
        for module in MODULES
        for each in imports_of(module)
        if (each.path == "quoth" and each.target.count(".") != 1)
        or (each.path == f"quoth.{room_of(module)}" and each.name in names_of_face(each.path))
    ]
    assert not wrong


@pytest.mark.parametrize("address", addresses())
def test_every_address_leads_to_something(address: str) -> None:
    module, _, name = address.partition(":")
    assert callable(getattr(importlib.import_module(module), name))


# Faces


@pytest.mark.parametrize("face", FACES)
def test_every_name_of_a_face_is_there_and_sorted(face: str) -> None:
    package = importlib.import_module(face)
    assert package.__all__ == sorted(names_of_face(face))
    for name in package.__all__:
        getattr(package, name)
    with pytest.raises(AttributeError):
        package.nothing_of_this_name  # noqa: B018


def test_every_room_with_a_folder_has_a_face() -> None:
    folders = {f"quoth.{room}" for room in ROOMS if (PACKAGE / room).is_dir()}
    assert folders - {"quoth.cli"} <= set(FACES)


@pytest.mark.parametrize("program", ["import quoth", "import quoth.cli.app"])
def test_nothing_heavy_is_imported_early(program: str) -> None:
    code = f"import sys\n{program}\nprint(sorted({HEAVY!r} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stdout + result.stderr


def test_help_costs_little() -> None:
    costs = []
    for _ in range(3):
        before = os.times()
        result = subprocess.run([sys.executable, "-m", "quoth.cli", "--help"])
        after = os.times()  # seconds of the processor, which a busy machine hardly changes
        spent = after.children_user + after.children_system
        costs.append(spent - before.children_user - before.children_system)
        assert result.returncode == 0
    assert min(costs) < 0.5


# Sizes


def line_counts() -> dict[str, int]:
    return {module: len(file.read_text().splitlines()) for module, file in module_files().items()}


def test_the_package_opens_on_few_entries() -> None:
    entries = {path.name for path in PACKAGE.iterdir()} - {"__pycache__"}
    assert len(entries) <= MOST_ENTRIES


def test_modules_stay_small() -> None:
    counts = {module: lines for module, lines in line_counts().items() if not is_face(module)}
    assert not {module: lines for module, lines in counts.items() if lines > MOST_LINES}
    assert statistics.median(counts.values()) <= MOST_MEDIAN_LINES


def test_no_room_but_the_loaders_holds_much_of_the_whole() -> None:
    lines: Counter[str] = Counter()
    for module, count in line_counts().items():
        lines[room_of(module)] += count
    shares = {room: count / lines.total() for room, count in lines.items() if room != "load"}
    assert not {room: share for room, share in shares.items() if share > MOST_SHARE}


def test_functions_stay_short() -> None:
    sizes = {
        f"{module}.{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for module, file in module_files().items()
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert not {name: size for name, size in sizes.items() if size > MOST_FUNCTION_LINES}
    assert statistics.median(sizes.values()) <= 8


# Names and habits


def test_what_is_needed_for_a_while_is_gone_with_its_process() -> None:
    """Only `ScratchFolder` survives a kill of its owner; others stand in its folder."""
    left = [
        f"{module}: line {call.lineno}"
        for module, file in module_files().items()
        if module != "quoth.system.scratch" and room_of(module) != "testing"
        if "tempfile" in (code := file.read_text())
        for call in ast.walk(ast.parse(code))
        if isinstance(call, ast.Call)
        and re.search(
            r"(mk[ds]temp|NamedTemporaryFile|TemporaryDirectory)$", ast.unparse(call.func)
        )
        and "dir" not in [keyword.arg for keyword in call.keywords]
    ]
    assert not left


def test_the_old_name_is_gone_but_for_one_line_of_the_changelog() -> None:
    old = "car" + "rel"
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is no checkout: git does not list its files")
    lines = [
        f"{name}: {line[:80]!r}"
        for name in filter(None, listed.stdout.split("\0"))
        if (ROOT / name).is_file()
        for line in (name.encode() + b"\n" + (ROOT / name).read_bytes()).splitlines()
        if old.encode() in line.lower()
    ]
    assert [line.partition(":")[0] for line in lines] == ["CHANGELOG.md"], lines


def test_errors_are_one_tree_drawn_at_the_top_of_their_file() -> None:
    from quoth import errors

    drawn = errors.__doc__ or ""
    for name, value in vars(errors).items():
        if isinstance(value, type) and issubclass(value, Exception):
            assert issubclass(value, errors.QuothError)
            assert name in drawn, f"{name} is not drawn"


def test_the_design_page_lists_the_floors() -> None:
    page = (ROOT / "docs" / "design.md").read_text()
    listed = re.findall(r"^\| \d+ \| ([^|]+) \|", page, re.MULTILINE)
    there = [set(re.findall(r"`(\w+)/?`", rooms)) for rooms in listed]
    assert there == [set(rooms) & set(ROOMS) for rooms in FLOORS]


def test_the_door_names_what_it_holds() -> None:
    assert list(quoth.__all__) == sorted(quoth.__all__)
    for name in quoth.__all__:
        assert getattr(quoth, name).__name__ == name
