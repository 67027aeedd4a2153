"""What a setting takes, for a person: read from the schema of the configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from quoth.config.settings import Config, Section
from quoth.system import parse_yaml

_TEXT = "text"
_KINDS = {"boolean": "true or false", "integer": "a whole number", "number": "a number"}


@dataclass(frozen=True, slots=True)
class SettingFacts:
    """A setting: what it does, its default, and the values that it takes.

    `takes` is said in words, as in `a whole number from 1 to 1000`; `choices` are the values that
    can be listed.
    """

    name: str
    description: str
    default: Any
    takes: str
    choices: tuple[str, ...] = ()


def describe_setting(name: str) -> SettingFacts:
    """Return what is to be known of a setting. Raises `KeyError` for a name that is none."""
    return _facts()[name]


def read_setting(name: str, text: str) -> Any:
    """Return the value of a setting that was typed: text as it is, anything else as in YAML.

    Raises `yaml.YAMLError` for what is no value.
    """
    facts = _facts().get(name)
    if facts and facts.takes.startswith(_TEXT) and not text.startswith(("'", '"')):
        return text
    nothing = facts and not text and facts.default == ""
    return "" if nothing else parse_yaml(text)


def write_setting(value: object) -> str:
    """Return the value of a setting as it is typed; nothing for none."""
    if value is None:
        return ""
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


@cache
def _facts() -> Mapping[str, SettingFacts]:
    return {facts.name: facts for facts in _describe(Config(), "")}


def _describe(section: Section, prefix: str) -> Iterator[SettingFacts]:
    schemas = type(section).model_json_schema()["properties"]
    for name, field in type(section).model_fields.items():
        default = getattr(section, name)
        if isinstance(default, Section):
            yield from _describe(default, f"{prefix}{name}.")
            continue
        choices = tuple(_choices(schemas[name]))
        yield SettingFacts(
            name=prefix + name,
            description=field.description or "",
            default=default,
            takes=_takes(schemas[name]),
            choices=choices,
        )


def _parts(schema: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the schemas of which a value fits one, without that of no value."""
    return [part for part in schema.get("anyOf", [schema]) if part.get("type") != "null"]


def _choices(schema: Mapping[str, Any]) -> Iterator[str]:
    for part in _parts(schema):
        if part.get("type") == "boolean":
            yield from ("true", "false")
        yield from filter(None, part.get("enum", ()))


def _takes(schema: Mapping[str, Any]) -> str:
    return " or ".join(map(_takes_part, _parts(schema)))


def _takes_part(schema: Mapping[str, Any]) -> str:
    if choices := [f"`{value}`" for value in schema.get("enum", ()) if value]:
        return " or ".join(filter(None, (", ".join(choices[:-1]), choices[-1])))
    kind = schema["type"]
    if kind == "array":
        return f"a list, such as {'[a, b]' if schema['items']['type'] == 'string' else '[1, 2]'}"
    if kind == "string":
        return f"{_TEXT} of a certain form" if "pattern" in schema else _TEXT
    return _KINDS[kind] + _bounds(schema)


def _bounds(schema: Mapping[str, Any]) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f" from {least} to {most}"
    if least is not None:
        return f" of at least {least}"
    return " above 0" if schema.get("exclusiveMinimum") == 0 else ""
