"""Writes docs/api/, the reference of everything public, from the docstrings of the package."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import griffe
import yaml

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "api"
GROUPS = Path(__file__).with_name("api.yaml")
EXAMPLES = (
    "Every example runs: `library` is the collection `contracts`, which holds the folder "
    "`contracts/` with `lease.md` and `offer.txt`, and all names of `quoth` are imported."
)

_EXAMPLE = re.compile(r"(^>>> .*?)(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)
_DRAWING = re.compile(r"(^\w+\n(?:[├│└][^\n]*\n?)+)", re.MULTILINE)
_SIGNATURE = re.compile(r"^```python\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
_TYPE = re.compile(r"\b[A-Z][A-Za-z]+\b")
_COMPUTED = re.compile(r"_|\((?!\))|Field\(")
"""The defaults that tell a reader nothing."""
_WHOLE = ("errors",)
"""The modules that are public as a whole; of a room its face is public."""


@dataclass(frozen=True, slots=True)
class Group:
    """Names that belong together; one of a room stands behind it, as `jobs.JobPlan`."""

    title: str
    about: str
    names: tuple[str, ...]


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
    told = {name for names in rooms.values() for name in names}
    for room, page in written.items():
        written[room] = page + _types(package, room.removesuffix(".md"), page, told)
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
    lines = ["# Python reference", "", _text(package), "", EXAMPLES, ""]
    for group in read_groups():
        lines += [f"## {group.title}", "", group.about, "", "| name | |", "|---|---|"]
        for name in group.names:
            room, _, short = name.rpartition(".")
            member = _public(package, room, short) if room else _at_the_door(package, short)
            home = homes[member.canonical_path]
            shown = f"{room}.{short}" if room else short
            lines.append(f"| [`{shown}`]({home}.md#{_anchor(short)}) | {_summary(member)} |")
        lines.append("")
    lines += ["## The rooms", ""]
    lines += [
        "Names without a room are imported from `quoth`, all others from the room they belong to.",
        "",
        "| room | |",
        "|---|---|",
    ]
    lines += [f"| [`quoth.{room}`]({room}.md) | {_summary(package[room])} |" for room in rooms]
    return "\n".join(lines) + "\n"


def read_groups() -> tuple[Group, ...]:
    """Return the groups of the public names, as a user thinks of them."""
    groups = yaml.safe_load(GROUPS.read_text(encoding="utf-8"))
    return tuple(Group(one["group"], one["about"], tuple(one["names"])) for one in groups)


def _at_the_door(package: griffe.Module, name: str) -> griffe.Object | griffe.Alias:
    member: griffe.Object | griffe.Alias = package[name]
    return member[name] if member.is_module else member  # a function named as its module


def _room_page(package: griffe.Module, room: str, names: list[str]) -> str:
    lines = [f"# quoth.{room}", "", _text(package[room]), ""]
    for name in names:
        lines += _member(name, _public(package, room, name), level=2)
    return "\n".join(lines)


def _types(package: griffe.Module, room: str, page: str, told: set[str]) -> str:
    """Return what the signatures of a page name and no page explains."""
    signatures = "\n".join(_SIGNATURE.findall(page))
    named = sorted(set(_TYPE.findall(signatures)) - told)
    found = {name: _find_type(package[room], name) for name in named}
    shown = [_definition(name, member) for name, member in found.items() if member]
    if not shown:
        return ""
    return "\n".join(
        ["", "**Types in these signatures**", "", "```python", "\n\n".join(shown), "```", ""]
    )


def _find_type(
    module: griffe.Object | griffe.Alias, name: str
) -> griffe.Class | griffe.Attribute | None:
    """Return a class or an alias of types that a module of a room defines."""
    for inner in module.modules.values():
        member = inner.members.get(name)
        if isinstance(member, griffe.Class):
            return member
        if isinstance(member, griffe.Attribute) and "TypeVar(" not in str(member.value):
            return member
        if found := _find_type(inner, name):
            return found
    return None


def _definition(name: str, member: griffe.Class | griffe.Attribute) -> str:
    if isinstance(member, griffe.Attribute):
        return f"{name} = {member.value}"
    return _signature(name, member)


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
        named = f"class {short}({bases})" if bases else f"class {short}"
        return f"{named}\n\n{_constructor(short, target)}".rstrip()
    annotation = getattr(target, "annotation", None)
    return f"{short}: {annotation}" if annotation is not None else short


def _constructor(name: str, target: griffe.Class) -> str:
    """Return how an object is made, a parameter a line; empty where it takes none."""
    parameters = [*_parameters(target)]
    if parameters in ([], ["*"]) or "Protocol" in map(str, target.bases):
        return ""
    return "\n".join([f"{name}(", *(f"    {one}," for one in parameters), ")"])


def _parameters(target: griffe.Class) -> Iterator[str]:
    """Yield the parameters of a constructor; where Pydantic makes it, they are the fields."""
    member = target.all_members.get("__init__")
    init = member.final_target if isinstance(member, griffe.Alias) else member
    if not isinstance(init, griffe.Function) or _is_foreign(init):
        yield "*"
        yield from (
            _parameter(name, field.annotation, field.value) for name, field in _fields(target)
        )
        return
    starred = False
    for one in init.parameters:
        if one.kind is griffe.ParameterKind.keyword_only and not starred:
            starred = True
            yield "*"
        if one.name != "self":
            yield _parameter(one.name, one.annotation, one.default)


def _fields(target: griffe.Class) -> Iterator[tuple[str, griffe.Attribute]]:
    """Yield the annotated fields of a class and of its bases in this package."""
    for name, member in target.all_members.items():
        field = member.final_target if isinstance(member, griffe.Alias) else member
        if not isinstance(field, griffe.Attribute) or name.startswith("_") or _is_foreign(field):
            continue
        typed = str(field.annotation or "ClassVar")
        if not typed.startswith("ClassVar") and "property" not in field.labels:
            yield name, field


def _parameter(name: str, annotation: object, default: object) -> str:
    typed = f"{name}: {annotation}"
    if default is None:
        return typed
    return f"{typed} = {'...' if _COMPUTED.match(str(default)) else default}"


def _is_property(target: griffe.Function) -> bool:
    return any(str(decorator.value).endswith("LazyPart") for decorator in target.decorators)


def _text(member: griffe.Object | griffe.Alias) -> str:
    """Return a docstring as Markdown, with its examples as blocks of code."""
    text = member.docstring.value if member.docstring else ""
    text = re.sub(r"\s*# doctest: .*", "", text)
    text = _DRAWING.sub(r"```text\n\1\n```", text)
    return _EXAMPLE.sub(r"```pycon\n\1\n```", text)


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
