"""Settings are changed in the file, and the rest of it stays as it is written."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml
from programs import Quoth
from quoth.config import (
    describe_setting,
    load_config,
    read_setting,
    set_value,
    setting_names,
    unset_value,
)
from quoth.errors import ConfigurationError

WRITTEN = """# My settings.
retrieval:
  # more than the eight
  k: 12   # enough
  mode: hybrid

backend:
    model: ollama:qwen3:8b  # the larger one
# the end
"""


@pytest.mark.parametrize(
    ("key", "value", "changed"),
    [
        ("retrieval.k", 5, WRITTEN.replace("k: 12 ", "k: 5 ")),
        ("backend.model", "openai:x y", WRITTEN.replace("ollama:qwen3:8b", "openai:x y")),
        ("retrieval.rerank", 9, WRITTEN.replace("hybrid\n", "hybrid\n  rerank: 9\n")),
        ("backend.seed", 7, WRITTEN.replace("one\n", "one\n    seed: 7\n")),
        ("prompts", "p", WRITTEN.replace("one\n", "one\nprompts: p\n")),
        ("ingestion.exclude", ("*.bak", "ä"), f"{WRITTEN}ingestion:\n  exclude: ['*.bak', ä]\n"),
    ],
)
def test_a_value_takes_its_place_and_comments_stay(key: str, value: object, changed: str) -> None:
    assert set_value(WRITTEN, key, value) == changed


@pytest.mark.parametrize(
    "text",
    ["", "# nothing\n", "retrieval:\n", "retrieval:\n  k:\n", "prompts: p", "retrieval:\n  k: 1"],
)
def test_every_beginning_takes_every_setting(text: str) -> None:
    changed = text
    for key, value in (("retrieval.k", 3), ("retrieval.mode", "dense"), ("preset", "fast")):
        changed = set_value(changed, key, value)
    values = yaml.safe_load(changed)
    assert (values["retrieval"], values["preset"]) == ({"k": 3, "mode": "dense"}, "fast")


def test_unset_takes_the_line_and_an_empty_section_away() -> None:
    assert unset_value(WRITTEN, "retrieval.mode") == WRITTEN.replace("  mode: hybrid\n", "")
    assert unset_value(WRITTEN, "retrieval.rerank") == WRITTEN
    assert unset_value("a: 1\nretrieval:\n  k: 3\nb: 2\n", "retrieval.k") == "a: 1\nb: 2\n"
    lists = "privacy:\n  allow:\n    - a\n    - b\n  guard: true\n"
    assert unset_value(lists, "privacy.allow") == "privacy:\n  guard: true\n"


def test_a_list_over_lines_is_replaced_whole() -> None:
    lists = "privacy:\n  allow:\n    - a\n    - b\n  guard: true\n"
    assert yaml.safe_load(set_value(lists, "privacy.allow", ["c"])) == {
        "privacy": {"allow": ["c"], "guard": True}
    }


@pytest.mark.parametrize("text", ["- a\n", "{a: 1}\n", "a: [", "retrieval: {k: 3}\n"])
def test_what_cannot_be_changed_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError):
        set_value(text, "retrieval.k", 1)


def test_every_setting_can_be_set_got_and_unset(tmp_path: Path) -> None:
    defaults = {key: value for key, value, _ in load_config(environment={}).rows()}
    text = ""
    for key in setting_names():
        if defaults[key] is not None:
            text = set_value(text, key, defaults[key])
    file = tmp_path / "all.yaml"
    file.write_text(text)
    rows = {key: value for key, value, _ in load_config(file, environment={}).rows()}
    assert rows == defaults
    for key in setting_names():
        text = unset_value(text, key)
    assert not text


def test_a_users_own_settings_stand_below_those_of_a_project(quoth: Quoth, tmp_path: Path) -> None:
    home = {"QUOTH_HOME": str(tmp_path / "home")}
    assert quoth("config", "set", "retrieval.k", "3", **home).returncode == 0
    assert quoth("config", "set", "retrieval.rerank", "4", **home).returncode == 0
    assert quoth("config", "set", "retrieval.k", "9", "--project", **home).returncode == 0
    assert quoth("config", "get", "retrieval.k").stdout == "9\n"
    assert quoth("config", "get", "retrieval.rerank").stdout == "4\n"
    assert quoth("config", "unset", "retrieval.k", "--project").returncode == 0
    assert quoth("config", "get", "retrieval.k", "--json").stdout == "3\n"
    paths = json.loads(quoth("config", "path", "--json").stdout)
    assert paths == {
        "yours": str(tmp_path / "home" / "quoth.yaml"),
        "project": str(tmp_path / "quoth.yaml"),
    }


@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        ("backend.deterministic", "on", "on"),
        ("ingestion.ocr", "yes", True),
        ("ingestion.language", "no", "no"),
        ("privacy.allow", "[a, b]", ("a", "b")),
        ("privacy.allow", "[]", ()),
        ("backend.keep_alive", "-1", "-1"),
        ("embedding.query_prompt", "query: ", "query: "),
        ("embedding.query_prompt", "'[a'", "[a"),
        ("retrieval.expand", "", ""),
    ],
)
def test_a_value_is_what_was_typed(key: str, typed: str, value: object) -> None:
    effective = load_config(environment={}, overrides={key: read_setting(key, typed)})
    assert {name: each for name, each, _ in effective.rows()}[key] == value
    variable = f"QUOTH_{key.replace('.', '__').upper()}"
    rows = load_config(environment={variable: typed}).rows()
    assert {name: each for name, each, _ in rows}[key] == value


def test_a_setting_is_set_as_an_option_is_and_below_zero(quoth: Quoth) -> None:
    assert quoth("config", "set", "retrieval.k=5", "--project").returncode == 0
    assert quoth("config", "set", "answering.floor", "-0.5", "--project").returncode == 0
    assert quoth("config", "get", "retrieval.k").stdout == "5\n"
    assert quoth("config", "get", "answering.floor").stdout == "-0.5\n"


def test_every_setting_says_what_it_takes() -> None:
    for name in setting_names():
        facts = describe_setting(name)
        assert facts.description.endswith(".")
        assert facts.takes
        for choice in facts.choices:
            load_config(environment={}, overrides={name: choice})


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["set", "retrieval.kk", "3"], "nearest one is 'retrieval.k'"),
        (["set", "retrieval.k", "none at all"], "retrieval.k cannot be"),
        (["set", "retrieval.k", "["], "is not a value"),
        (["set", "retrieval.k"], "a whole number from 1 to 1000. It is 8 now."),
        (["set", "retrieval.mode"], "As in: quoth config set retrieval.mode keyword"),
        (["set", "retrieval.mode", "sparse"], "it takes `hybrid`, `dense` or `keyword`"),
        (["set", "privacy.allow", "example.com"], "it takes a list, such as [a, b]"),
        (["set", "ingestion.language", "german"], "The language of the documents, such as `de`"),
        (["set", "backend.model", "qwen3"], "not a model of the form `backend:name`"),
        (["get", "retrival.k"], "nearest one is 'retrieval.k'"),
        (["unset", "retrieval.k", "--project"], "does not set retrieval.k"),
    ],
)
def test_a_slip_is_one_sentence(quoth: Quoth, arguments: list[str], told: str) -> None:
    shown = quoth("config", *arguments)
    assert shown.returncode == 2
    assert told in shown.stderr


def test_the_editor_is_that_of_the_environment_and_the_file_is_checked(
    quoth: Quoth, tmp_path: Path
) -> None:
    script = tmp_path / "editor.py"
    script.write_text("import sys; open(sys.argv[1], 'a').write(sys.argv[2] + chr(10))")
    home = str(tmp_path / "home")
    for line, code in (("preset: fast", 0), ("presett: fast", 2)):
        writer = tmp_path / "write.py"
        writer.write_text(f"import sys; open(sys.argv[1], 'a').write({line!r} + chr(10))")
        editor = f"{sys.executable} {writer}"
        shown = quoth("config", "edit", QUOTH_HOME=home, VISUAL=editor)
        assert shown.returncode == code, shown.stderr
    assert quoth("config", "edit", QUOTH_HOME=home, VISUAL="no-such-editor").returncode == 2
