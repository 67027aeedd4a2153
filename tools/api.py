"""Writes docs/api/, the reference of everything public, from the docstrings of the package."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import griffe

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "api"

_EXAMPLE = re.compile(r"((?:^(?:>>>|\.\.\.)[^\n]*\n?)+)", re.MULTILINE)
_DRAWING = re.compile(r"(^\w+\n(?:[├│└][^\n]*\n?)+)", re.MULTILINE)
_WHOLE = ("errors",)
"""The modules that are public as a whole; of a room its face is public."""


def pages() -> dict[str, str]:
    """Return the pages of the reference, by file name."""
    package = griffe.load("quoth", search_paths=[str(ROOT / "pipelines")], resolve_aliases=True)
    assert isinstance(package, griffe.Module)
    rooms = {name: names for name in package.modules if (names := public_names(package, name))}
    homes = {
        _public(package, room, name).canonical_path: room
        for room, names in rooms.items()
        for name in names
    }
    written = {f"{room}.md": _room_page(package, room, names) for room, names in rooms.items()}
    return {"index.md": _index(package, rooms, homes), **written}


def public_names(package: griffe.Module, room: str) -> list[str]:
    """Return the public names of a room, or of a module that is public as a whole."""
    module = package[room]
    if room in _WHOLE:
        return [
            name
            for name, member in module.members.items()
            if not member.is_alias and not name.startswith("_") and member.docstring
        ]
    return [str(name) for name in module.exports or ()]


def _public(package: griffe.Module, room: str, name: str) -> griffe.Object | griffe.Alias:
    """Return the object that a room exports under a name, which may be the name of its module."""
    member: griffe.Object | griffe.Alias = package[f"{room}.{name}"]
    if member.is_module:
        member = member[name]
    return member


def _index(package: griffe.Module, rooms: dict[str, list[str]], homes: dict[str, str]) -> str:
    lines = ["# Python reference", "", _text(package), "", "## The door", ""]
    lines += ["Import these names from `quoth`.", "", "| name | |", "|---|---|"]
    for name in package.exports or ():
        member = package[str(name)]
        if member.is_module:  # a function with the name of its module
            member = member[str(name)]
        room = homes[member.canonical_path]
        lines.append(f"| [`{name}`]({room}.md#{_anchor(str(name))}) | {_summary(member)} |")
    lines += ["", "## The rooms", ""]
    lines += [
        "Import other names from the room that they belong to.",
        "",
        "| room | |",
        "|---|---|",
    ]
    lines += [f"| [`quoth.{room}`]({room}.md) | {_summary(package[room])} |" for room in rooms]
    return "\n".join(lines) + "\n"


def _room_page(package: griffe.Module, room: str, names: list[str]) -> str:
    lines = [f"# quoth.{room}", "", _text(package[room]), ""]
    for name in names:
        lines += _member(name, _public(package, room, name), level=2)
    return "\n".join(lines)


def _member(name: str, member: griffe.Object | griffe.Alias, *, level: int) -> Iterator[str]:
    target = member.final_target if isinstance(member, griffe.Alias) else member
    yield from (f"{'#' * level} {name}", "", "```python", _signature(name, target), "```", "")
    if text := _text(target):
        yield from (text, "")
    if isinstance(target, griffe.Class):
        for inner, part in {**target.inherited_members, **target.members}.items():
            if not inner.startswith("_") and _text(part) and not _is_foreign(part):
                yield from _member(f"{name}.{inner}", part, level=level + 1)


def _is_foreign(part: griffe.Object | griffe.Alias) -> bool:
    """Return whether a member is inherited from a class of another package."""
    return not part.canonical_path.startswith("quoth.")


def _signature(name: str, target: griffe.Object) -> str:
    short = name.rpartition(".")[2]
    if isinstance(target, griffe.Function) and _is_property(target):
        return f"{short}: {target.returns}"
    if isinstance(target, griffe.Function):
        return str(target.signature(name=short)).removeprefix("def ")
    if isinstance(target, griffe.Class):
        bases = ", ".join(map(str, target.bases))
        return f"class {short}({bases})" if bases else f"class {short}"
    annotation = getattr(target, "annotation", None)
    return f"{short}: {annotation}" if annotation is not None else short


def _is_property(target: griffe.Function) -> bool:
    return any(str(decorator.value).endswith("LazyPart") for decorator in target.decorators)


def _text(member: griffe.Object | griffe.Alias) -> str:
    """Return a docstring as Markdown, with its examples as blocks of code."""
    text = member.docstring.value if member.docstring else ""
    text = re.sub(r"\s*# doctest: .*", "", text)
    text = _DRAWING.sub(r"```text\n\1\n```", text)
    return _EXAMPLE.sub(r"```python\n\1\n```", text)


def _summary(member: griffe.Object | griffe.Alias) -> str:
    text = _text(member).partition("\n\n")[0]
    return " ".join(text.split()).replace("|", "\\|")


def _anchor(name: str) -> str:
    return re.sub(r"[^a-z0-9_-]", "", name.lower())


def main() -> int:
    """Write all pages."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    for name, text in pages().items():
        (FOLDER / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
