from __future__ import annotations

import pytest
import yaml
from quoth.system import construct_yaml, parse_json, parse_yaml
from quoth.system.notation import compose_yaml

NO_YAML = (
    *("[" * 1200, "{" * 1200, "[1, 2", "2024-13-45", "2024-01-01T99:00:00", "9" * 5000),
    *("!!binary x", "!!timestamp x", "!!bool x", '!!int ""', '!!float ""', "!mine x", "? [1]\n: 2"),
)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "9" * 5000, "{", ""])
def test_what_is_no_json_is_one_kind_of_error(text: str) -> None:
    with pytest.raises(ValueError):
        parse_json(text)


@pytest.mark.parametrize("text", NO_YAML, ids=lambda text: text[:12])
def test_what_is_no_yaml_is_one_kind_of_error(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        parse_yaml(text)
    with pytest.raises(yaml.YAMLError):
        construct_yaml(compose_yaml(text) or yaml.ScalarNode("", ""))


def test_plain_words_are_those_of_yaml_1_2() -> None:
    words = "[no, on, Off, yes, 14:30, 01234, 1:30.5, true, False, 5, -2.5, 1_000, 0x1F, ~, .5]"
    values: list[object] = ["no", "on", "Off", "yes", "14:30", "01234", "1:30.5"]
    values += [True, False, 5, -2.5, 1000, 31, None, 0.5]
    assert parse_yaml(words) == values
    node = compose_yaml(words)
    assert node is not None
    assert construct_yaml(node) == values


def test_values_are_read() -> None:
    assert parse_json(b'{"a": [1, 2.5, "x"]}') == {"a": [1, 2.5, "x"]}
    assert parse_yaml("a: [1, 2.5, x]") == {"a": [1, 2.5, "x"]}
    assert compose_yaml("") is None
