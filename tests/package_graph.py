"""The modules of the package, and which of them import which, in whatever way."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pipelines" / "quoth"

_ADDRESS = re.compile(r"(quoth(?:\.\w+)+)(?::\w+(?:\.\w+)*)?")
_CODE = re.compile(r"\b(?:from|import)\s+(quoth(?:\.\w+)*)")
_IMPORTERS = {"import_module", "__import__", "find_spec", "resolve_name"}


@dataclass(frozen=True)
class Import:
    """One import of ours: of `name`, or of all, from `path`, which is from the module `target`.

    `as_text` is whether it is a string, which something else imports later.
    """

    source: str
    path: str
    target: str
    line: int
    name: str = ""
    as_text: bool = False

    def __str__(self) -> str:
        return f"{self.source}:{self.line} imports {self.target}"


@cache
def module_files() -> dict[str, Path]:
    """Return the files of all modules by name; a package is named without `__init__`."""
    files = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return files


def room_of(module: str) -> str:
    """Return the room that a module is in: `retrieve` of `quoth.retrieve.fuse`."""
    return module.split(".")[1] if "." in module else ""


@cache
def names_of_face(package: str) -> Mapping[str, str]:
    """Return the names that a package's stub hands out, each with the module that it is from."""
    stub = module_files()[package].with_suffix(".pyi")
    names: dict[str, str] = {}
    for node in ast.parse(stub.read_text()).body if stub.exists() else ():
        if isinstance(node, ast.ImportFrom):
            base = ".".join(filter(None, (package, node.module)))
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                names[alias.asname or alias.name] = inner if inner in module_files() else base
    return names


def resolve(module: str, name: str = "") -> str:
    """Return the module that `from module import name` takes the name from."""
    if name:
        if f"{module}.{name}" in module_files():
            return f"{module}.{name}"
        if name in names_of_face(module):
            return names_of_face(module)[name]
    while module not in module_files():
        module = module.rpartition(".")[0]
    return module


@cache
def imports_of(module: str) -> tuple[Import, ...]:
    """Return every import of ours in a module, wherever it stands, those by string as well."""
    return tuple(imports_in(module, module_files()[module].read_text()))


def imports_in(module: str, code: str) -> list[Import]:
    """Return every import of ours in the code of a module."""
    tree = ast.parse(code)
    found: list[Import] = []
    documentation = set(_docstrings(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            paths = [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node)
            paths = [(base, alias.name) for alias in node.names]
        else:
            if isinstance(node, ast.Call):
                found += _imports_by_call(module, node)
            elif isinstance(node, ast.Constant) and node not in documentation:
                found += _imports_by_text(module, node)
            elif isinstance(node, ast.JoinedStr):
                found += _imports_by_prefix(module, node)
            continue
        found += [
            Import(module, path, resolve(path, name), node.lineno, name)
            for path, name in paths
            if path.split(".")[0] == "quoth"
        ]
    return found


def imports_by_entry_point() -> list[Import]:
    """Return the imports from who reads a group of entry points to who stands in it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups: dict[str, dict[str, str]] = project["entry-points"]
    found = []
    for module, file in module_files().items():
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and node.value in groups:
                found += [
                    Import(
                        module,
                        address,
                        resolve(address.partition(":")[0]),
                        node.lineno,
                        as_text=True,
                    )
                    for address in groups[node.value].values()
                ]
    return found


def addresses() -> list[str]:
    """Return every `module:name` of ours that is written down, in code or in `pyproject.toml`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found = [*project["scripts"].values()]
    for group in project["entry-points"].values():
        found += group.values()
    for file in module_files().values():
        for node in ast.walk(ast.parse(file.read_text())):
            text = node.value if isinstance(node, ast.Constant) else ""
            if isinstance(text, str) and ":" in text and _ADDRESS.fullmatch(text):
                found.append(text)
    return sorted({*found})


def circles() -> list[list[str]]:
    """Return the groups of modules that import each other in a circle (Tarjan 1972)."""
    graph: dict[str, set[str]] = defaultdict(set)
    for module in module_files():
        for each in imports_of(module):
            graph[module].add(each.target)
    for each in imports_by_entry_point():
        graph[each.source].add(each.target)
    for targets in graph.values():
        targets -= {name for name in targets if is_face(name)}
    return _components(graph)


def is_face(module: str) -> bool:
    """Return whether a module is a package, which hands out what is inside it."""
    return module_files()[module].name == "__init__.py"


def _components(graph: Mapping[str, set[str]]) -> list[list[str]]:
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    components: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in sorted(graph.get(node, ())):
            if target not in index:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                components.append(sorted(stack[at:]))
            del stack[at:]

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return components


def _absolute(module: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module if is_face(module) else module.rpartition(".")[0]
    for _ in range(node.level - 1):
        package = package.rpartition(".")[0]
    return ".".join(filter(None, (package, node.module)))


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield what stands as a statement of its own: it is read, and not run."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _imports_by_call(module: str, node: ast.Call) -> list[Import]:
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name not in _IMPORTERS:
        return []
    texts = [each.value for each in node.args if isinstance(each, ast.Constant)]
    return [
        Import(module, text, resolve(text.partition(":")[0]), node.lineno, as_text=True)
        for text in texts
        if isinstance(text, str) and text.split(".")[0] == "quoth"
    ]


def _imports_by_text(module: str, node: ast.Constant) -> list[Import]:
    """Return what a string names: `quoth.load.pdf:load_pdf`, `quoth.load.pdf`, or a program."""
    if not isinstance(node.value, str):
        return []
    address = _ADDRESS.fullmatch(node.value)
    paths = [address[1]] if address else _CODE.findall(node.value)
    found = []
    for path in paths:
        target = resolve(path)
        # A bare name of a room is a group of entry points, not an import.
        if not address or ":" in node.value or (target == path and not is_face(target)):
            found.append(Import(module, path, target, node.lineno, as_text=True))
    return found


def _imports_by_prefix(module: str, node: ast.JoinedStr) -> list[Import]:
    """Return all modules that an f-string such as `f"quoth.prompts.{name}"` may name."""
    first = node.values[0] if node.values else None
    if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
        return []
    prefix = first.value
    if not re.fullmatch(r"quoth(\.\w+)*\.\w*", prefix):
        return []
    names = [name for name in module_files() if name.startswith(prefix)]
    return [Import(module, prefix, name, node.lineno, as_text=True) for name in names]
