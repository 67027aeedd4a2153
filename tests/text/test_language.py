from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
import quoth.text
from quoth.errors import ConfigurationError
from quoth.text import (
    UNDETERMINED,
    find_language,
    heading_words,
    language,
    languages,
    read_language,
)

ENGLISH = Path(quoth.text.__file__).parent / "languages" / "en.yaml"


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """Return a copy of the English file, to be changed."""
    copy = tmp_path / "xx.yaml"
    copy.write_text(ENGLISH.read_text(encoding="utf-8"), encoding="utf-8")
    return copy


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("code", languages())
def test_every_language_is_read_whole_and_only_once(code: str) -> None:
    known = language(code)
    assert known.name
    assert language(code) is known


@pytest.mark.parametrize("code", languages())
def test_stop_words_and_stemmers_can_be_used(code: str) -> None:
    words = language(code).words
    assert all(word == word.lower() for word in words.stop)
    if words.stemmer:
        import snowballstemmer

        assert words.stemmer in snowballstemmer.algorithms()


def test_words_that_yaml_takes_for_truth_values_stay_words() -> None:
    assert {"no", "on", "off"} <= language().words.stop


def test_a_language_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        language().words.stemmer = "porter"  # type: ignore[misc]


def test_a_language_without_a_file_has_neutral_rules_under_its_own_name() -> None:
    swahili = language("sw")
    assert (swahili.code, swahili.name) == ("sw", "Swahili")
    assert swahili.words == language(UNDETERMINED).words
    assert swahili.questions.kind_of("Bwawa lilijengwa lini?") == "what"


@pytest.mark.parametrize("name", ["de", "German", "deutsch", " DE "])
def test_a_user_names_a_language_by_code_or_name(name: str) -> None:
    assert find_language(name).code == "de"


def test_a_language_without_a_file_is_found_too() -> None:
    assert find_language("Swahili").code == "sw"


@pytest.mark.parametrize("name", ["tlh", "", "Germna"])
def test_an_unknown_language_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(ConfigurationError, match="There is no language") as refused:
        find_language(name)
    assert "en" in refused.value.hint


def test_a_file_with_only_a_name_is_a_language(tmp_path: Path) -> None:
    file = tmp_path / "xx.yaml"
    file.write_text("name: Example\n", encoding="utf-8")
    example = read_language(file)
    assert (example.code, example.words.stop) == ("xx", frozenset())
    assert not example.replies.refusals.search("Not in the documents.")


def test_an_unknown_key_is_refused_with_the_nearest_known_one(changed: Path) -> None:
    replace(changed, "  stop:", "  stops:")
    with pytest.raises(ConfigurationError, match=r"xx\.yaml: the key words\.stops") as refused:
        read_language(changed)
    assert refused.value.hint == "Known keys: stop."


def test_a_missing_section_is_refused_by_name(changed: Path) -> None:
    replace(changed, "\nname: English\n", "\n")
    with pytest.raises(ConfigurationError, match="name: Field required"):
        read_language(changed)


@pytest.mark.parametrize("content", ["words: [", "- a list", ""])
def test_a_file_of_another_form_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "xx.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"xx\.yaml"):
        read_language(file)


def test_the_words_that_begin_a_heading_are_those_of_every_language() -> None:
    known = [language(code).documents.headings for code in languages()]
    assert heading_words() == frozenset().union(*known) != frozenset()
