from pathlib import Path

import pytest
from quoth.config import load_config, state_folder
from quoth.config.settings import Config
from quoth.errors import ConfigurationError


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "settings.yaml"
    file.write_text(text)
    return file


def test_precedence_is_defaults_file_environment_argument(tmp_path: Path) -> None:
    file = write(tmp_path, "retrieval:\n  k: 3\n  mode: dense\n  candidates: 50\n")
    found = load_config(
        file,
        environment={"QUOTH_RETRIEVAL__MODE": "keyword", "QUOTH_RETRIEVAL__K": "4"},
        overrides={"retrieval.k": 5},
    )
    assert found.config.retrieval.k == 5
    assert found.config.retrieval.mode == "keyword"
    assert found.config.retrieval.candidates == 50
    rows = {key: origin for key, _, origin in found.rows()}
    assert rows["retrieval.k"] == "argument"
    assert rows["retrieval.mode"] == "environment QUOTH_RETRIEVAL__MODE"
    assert rows["retrieval.candidates"] == f"{file} line 4"
    assert rows["backend.seed"] == "default"


def test_the_file_in_the_working_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "quoth.yaml").write_text("backend:\n  model: ollama:llama3.1:8b\n")
    assert load_config(environment={}).config.backend.model == "ollama:llama3.1:8b"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("retrieval:\n  kk: 5\n", r"line 2.*'retrieval\.kk'.*nearest one is 'retrieval\.k'"),
        ("retreival:\n  k: 5\n", r"line 1.*nearest one is 'retrieval'"),
        ("chunk_tokens: 5\n", r"line 1.*nearest one is 'ingestion\.chunk_tokens'"),
        ("retrieval:\n  k: abc\n", r"retrieval\.k cannot be 'abc' \(from .* line 2\)"),
        ("retrieval:\n  k: 0\n", r"retrieval\.k cannot be 0 .*a whole number from 1 to 1000"),
        ("retrieval: 3\n", "line 1: retrieval must hold settings"),
        ("- a\n", "line 1: the file must hold settings"),
        ("a: [1\n", "not valid YAML at line 2"),
        ("retrieval:\n  k: 1\n  k: 2\n", "line 3 sets retrieval.k a second time"),
        ("\0\1", "not valid YAML"),
    ],
)
def test_a_wrong_file_is_one_sentence_with_the_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=f"(?s){told}"):
        load_config(write(tmp_path, text), environment={})


def test_a_file_that_is_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="There is no configuration file"):
        load_config(tmp_path / "absent.yaml")


def test_the_configuration_is_frozen_and_every_setting_is_described() -> None:
    config = Config()
    with pytest.raises(ValueError, match="frozen"):
        config.retrieval.k = 3  # type: ignore[misc]
    for name, section in Config.model_fields.items():
        model = section.annotation
        for key, field in getattr(model, "model_fields", {}).items():
            assert field.description, f"{name}.{key} has no description"


def test_state_lives_where_the_environment_says(tmp_path: Path) -> None:
    assert state_folder({"QUOTH_HOME": str(tmp_path)}) == tmp_path
    assert state_folder({}).name == "quoth"


def test_a_file_may_cost_the_same_with_and_without_settings() -> None:
    from quoth.config import Ingestion, Limits

    assert Ingestion().limits == Limits()
    assert Ingestion(max_pages=7).limits == Limits(pages=7)
