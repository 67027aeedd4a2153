"""Changes to a settings file that leave the rest of it as it is written, comments included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from quoth.errors import ConfigurationError
from quoth.system import compose_yaml

_INDENT = "  "


def set_value(text: str, key: str, value: object) -> str:
    """Return the text of a settings file with a value for a dotted key, such as `retrieval.k`.

    Everything else stays as it is written. Raises `ConfigurationError` for a text that is not the
    settings that the program writes: a mapping of names, in block style.
    """
    *sections, name = key.split(".")
    lines = text.splitlines(keepends=True)
    mapping = _root(text)
    written = _write(value)
    if not sections:
        return _set_in(text, lines, mapping, name, written, depth=0)
    entry = _find(mapping, sections[0])
    if entry is None:
        return _end_line(text) + f"{sections[0]}:\n{_INDENT}{name}: {written}\n"
    section_key, section = entry
    if isinstance(section, yaml.ScalarNode) and not section.value:  # `retrieval:` without settings
        lines.insert(section_key.start_mark.line + 1, f"{_INDENT}{name}: {written}\n")
        return "".join(lines)
    if not isinstance(section, yaml.MappingNode) or section.flow_style:
        raise ConfigurationError(
            f"The section {sections[0]} in line {section_key.start_mark.line + 1} is not written "
            "as lines of `name: value`.",
            hint="Change it in an editor: quoth config edit",
        )
    return _set_in(text, lines, section, name, written, depth=1)


def unset_value(text: str, key: str) -> str:
    """Return the text of a settings file without a dotted key, and without a section left empty.

    A key that is not there changes nothing.
    """
    *sections, name = key.split(".")
    mapping: yaml.Node | None = _root(text)
    owner = _find(mapping, sections[0]) if sections else None
    if sections:
        mapping = owner[1] if owner else None
    entry = _find(mapping, name)
    if entry is None or not isinstance(mapping, yaml.MappingNode) or mapping.flow_style:
        return text
    lines = text.splitlines(keepends=True)
    first = entry[0].start_mark.line
    if owner and len(mapping.value) == 1 and not _has_comment(lines, owner[0], entry[1]):
        first = owner[0].start_mark.line
    del lines[first : _last_line(entry[1]) + 1]
    return "".join(lines)


def _set_in(
    text: str,
    lines: Sequence[str],
    mapping: yaml.MappingNode | None,
    name: str,
    written: str,
    *,
    depth: int,
) -> str:
    """Return the text with a value in one mapping: in the place of the old one, or at its end."""
    entry = _find(mapping, name)
    if entry is not None:
        key, value = entry
        if _is_block(value) or value.start_mark.index == value.end_mark.index:
            end = sum(map(len, lines[: _last_line(value) + 1])) if _is_block(value) else 0
            start = key.end_mark.index + 1
            tail = "\n" if end else ""
            return f"{text[:start]} {written}{tail}{text[end or start :]}"
        end = value.end_mark.index
        tail = "\n" if text[value.start_mark.index : end].endswith("\n") else ""
        return text[: value.start_mark.index] + written + tail + text[end:]
    if mapping is None or not mapping.value:
        return _end_line(text) + f"{_INDENT * depth}{name}: {written}\n"
    indent = " " * mapping.value[0][0].start_mark.column
    after = _last_line(mapping.value[-1][1]) + 1
    kept = [*lines]
    if after and kept[after - 1 : after] and not kept[after - 1].endswith("\n"):
        kept[after - 1] += "\n"
    kept.insert(after, f"{indent}{name}: {written}\n")
    return "".join(kept)


def _root(text: str) -> yaml.MappingNode | None:
    try:
        node = compose_yaml(text)
    except yaml.YAMLError as error:
        raise ConfigurationError(
            "The settings file is not valid YAML.", hint="Mend it in an editor: quoth config edit"
        ) from error
    if node is not None and (not isinstance(node, yaml.MappingNode) or node.flow_style):
        raise ConfigurationError(
            "The settings file does not hold lines of `name: value`.",
            hint="Change it in an editor: quoth config edit",
        )
    return node


def _find(mapping: yaml.Node | None, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    if not isinstance(mapping, yaml.MappingNode):
        return None
    pairs: Sequence[tuple[Any, Any]] = mapping.value
    return next(((key, value) for key, value in pairs if key.value == name), None)


def _last_line(node: yaml.Node) -> int:
    """Return the last line of a value. The mark of a block is where the next token begins."""
    if _is_block(node) and node.value:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(node, yaml.MappingNode) else last)
    line = node.end_mark.line
    return line - 1 if node.end_mark.column == 0 and line > node.start_mark.line else line


def _is_block(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


def _has_comment(lines: Sequence[str], first: yaml.Node, last: yaml.Node) -> bool:
    within = lines[first.start_mark.line : _last_line(last) + 1]
    return any(line.lstrip().startswith("#") for line in within)


def _write(value: object) -> str:
    """Return a value on one line of YAML."""
    value = list(value) if isinstance(value, tuple) else value
    text: str = yaml.safe_dump(
        value, default_flow_style=True, allow_unicode=True, width=10**6, sort_keys=False
    )
    return text.strip().removesuffix("...").strip()


def _end_line(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"
