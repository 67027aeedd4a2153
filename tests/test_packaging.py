"""The requirements: every import is declared, and what is declared is imported."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from quoth.system.extras import missing_extra, packages_of

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pipelines" / "quoth"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
UV = Path(sys.executable).with_name("uv")
EXTRAS = PROJECT["optional-dependencies"]

WITHOUT_IMPORT = {"langchain"}
"""It is what the product is for."""

RUN_NOTEBOOKS = {"ipykernel", "ipywidgets", "matplotlib", "notebook"}
"""What opens and runs notebooks, beside the package."""

INSTALLED = metadata.packages_distributions()

EVERYTHING = ("--all-extras", "--group", "dev", "--group", "docs")
"""What `make setup` and `make native` install."""

NO_INDEX = re.compile("Failed to fetch|error sending request|dns error|not found in the cache")

COMPILED = {"llama_cpp": "llama-cpp-python"}

CALLED = {"import_module", "import_quietly"}


def names_of(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def imports_of(file: Path) -> set[str]:
    """The packages that a file imports, by the first part of their import name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in CALLED and isinstance(node.args[0].value, str):
                found.add(node.args[0].value)
    tops = {name.partition(".")[0] for name in found}
    return tops - set(sys.stdlib_module_names) - {"quoth"}


def extras_asked_for(file: Path) -> set[str]:
    """The extras whose absence a file reports."""
    return {
        str(node.args[1].value) if isinstance(node.args[1], ast.Constant) else "llama-cpp-python"
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "missing_extra"
    }


def distributions_of(name: str) -> set[str]:
    """The distributions that an import may come from; not all of them are installed here."""
    known = INSTALLED.get(name, [COMPILED.get(name, name)])
    return {canonicalize_name(distribution) for distribution in known}


MODULES = sorted(PACKAGE.rglob("*.py"))
CORE = names_of(PROJECT["dependencies"])
IN_EXTRAS = {extra: names_of(lines) - {"quoth"} for extra, lines in EXTRAS.items()}


@pytest.mark.parametrize("file", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_import_is_declared(file: Path) -> None:
    folders = [folder for folder in file.parents if folder.is_relative_to(PACKAGE)]
    room = [module for module in MODULES if module.parent in folders[: len(folders) - 1]]
    reported = set().union(*(extras_asked_for(module) for module in room))
    allowed = CORE.union(*(IN_EXTRAS[extra] for extra in reported))
    if file.parent.name == "views":
        allowed |= IN_EXTRAS["notebooks"]  # only used where a notebook has loaded them
    for name in imports_of(file):
        assert distributions_of(name) & allowed, f"{name} is in no list that {file.name} may use"


def test_everything_declared_is_imported() -> None:
    imported = set().union(*(imports_of(file) for file in MODULES))
    used = set().union(*(distributions_of(name) for name in imported))
    declared = CORE.union(*IN_EXTRAS.values())
    assert declared - used == WITHOUT_IMPORT | RUN_NOTEBOOKS


def test_all_is_every_extra_that_does_not_compile() -> None:
    (everything,) = EXTRAS["all"]
    assert Requirement(everything).extras == set(EXTRAS) - {"all", "llama-cpp-python"}
    named = {"langchain", "langchain-community", "langchain-ollama", "chromadb"}
    named |= {"sentence-transformers", "pypdf"}
    assert named <= CORE.union(*(IN_EXTRAS[e] for e in Requirement(everything).extras))


def test_what_compiles_is_in_no_other_extra() -> None:
    for extra, packages in IN_EXTRAS.items():
        assert ("llama-cpp-python" in packages) is (extra == "llama-cpp-python")


@pytest.mark.parametrize("extra", sorted(set(EXTRAS) - {"all"}))
def test_the_hint_for_a_missing_extra_names_its_packages(extra: str) -> None:
    error = missing_extra("The feature", extra)
    assert str(error) == f"The feature needs the extra '{extra}', which is not installed."
    here = [Requirement(line) for line in EXTRAS[extra]]
    here = [line for line in here if line.marker is None or line.marker.evaluate()]
    assert len(packages_of(extra)) == len(here)
    for line in here:
        assert f'"{line.name}{line.specifier}"' in error.hint
    assert "quoth" not in error.hint


def test_floors_admit_no_known_hole() -> None:
    lines = [*PROJECT["dependencies"], *(line for extra in EXTRAS.values() for line in extra)]
    floors = {Requirement(line).name: Requirement(line).specifier for line in lines}
    for name, unsafe in {"onnx": "1.20", "torch": "2.12", "transformers": "5.4"}.items():
        assert not floors[name].contains(unsafe), name


def test_no_file_of_the_set_up_names_an_index_or_a_folder_of_one_machine() -> None:
    for name in ("constraints.txt", "overrides.txt", "pyproject.toml", "Makefile"):
        text = (ROOT / name).read_text("utf-8")
        assert not re.search(r"--index-url|--find-links|file:///|\+cpu\b", text), name


def test_the_constraints_pin_every_package_of_the_core() -> None:
    pinned = names_of((ROOT / "constraints.txt").read_text("utf-8").splitlines())
    assert pinned >= CORE
    assert "quoth" not in pinned
    assert not {name for name in pinned if name.startswith(("nvidia-", "cuda-"))}


def resolve(*options: str) -> None:
    """Resolve the project in the versions of the constraints; raises where that cannot be."""
    command = [str(UV), "pip", "compile", "--quiet", "pyproject.toml"]
    result = subprocess.run(
        [*command, "--constraints", "constraints.txt", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "MACOSX_DEPLOYMENT_TARGET": "14.0"},  # the oldest with an onnxruntime
    )
    if NO_INDEX.search(result.stderr):
        pytest.skip("needs a package index")
    assert result.returncode == 0, result.stderr


def test_the_lock_holds_for_every_system_and_python() -> None:
    resolve(*EVERYTHING, "--universal", "--python-version", "3.11.0")


def test_nothing_is_compiled_but_by_the_extra_that_says_so() -> None:
    resolve("--extra", "all", "--only-binary", ":all:")


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["linux", "macos", "windows"])
@pytest.mark.parametrize("python", ["3.11.0", "3.12", "3.13", "3.14"])
def test_the_lock_holds(python: str, platform: str) -> None:
    minor = ".".join(python.split(".")[:2])
    assert f"Programming Language :: Python :: {minor}" in PROJECT["classifiers"]
    resolve(*EVERYTHING, "--python-version", python, "--python-platform", platform)


def test_a_step_says_what_it_does_and_how_it_ended() -> None:
    step = ROOT / "tools" / "step.sh"
    printed = "echo 'Downloading numpy (16.1MiB)'; echo ' + numpy==2'; exit "
    for code in (0, 3):
        result = subprocess.run(
            ["sh", step, "Packages, 16 MB", "sh", "-c", f"{printed}{code}"],
            capture_output=True,
            text=True,
        )
        assert result.returncode == code
        assert result.stderr == "    Downloading numpy (16.1MiB)\n"
        first, *rest = result.stdout.splitlines()
        assert first == "Packages, 16 MB"
        assert bool(rest) is (code == 0)
        assert all(re.fullmatch(r"    done in \d+ s", line) for line in rest)
