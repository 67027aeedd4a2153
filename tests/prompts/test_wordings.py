"""Prompts in other languages than English."""

from __future__ import annotations

from pathlib import Path

import pytest
from quoth.errors import PromptError
from quoth.prompts import load_prompt, select_prompt
from quoth.prompts.wordings import list_languages
from quoth.text import language
from scripted_model import Scripted

TASKS = (
    "answer",
    "answer-quoted",
    "condense-question",
    "conversation-turn",
    "summarize-map",
    "summarize-map-small",
    "summarize-reduce",
    "summarize-refine",
    "summarize-query-map",
    "summarize-query-map-small",
    "summarize-query-reduce",
    "summarize-query-refine",
)


def write(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_the_languages_that_ship() -> None:
    assert list_languages() == ("de", "es", "fr", "zh")


@pytest.mark.parametrize("code", list_languages())
@pytest.mark.parametrize("task", TASKS)
def test_a_language_has_each_task_with_the_same_variables(code: str, task: str) -> None:
    general, own = load_prompt(task), load_prompt(task, language=code)
    assert (own.language, general.language) == (code, "")
    assert own.variables == general.variables
    assert own.labels.keys() == general.labels.keys()
    assert len(own.refusals) == len(general.refusals)
    assert own.fingerprint != general.fingerprint
    own.texts(**{name: f"<{name}>" for name in own.variables})


@pytest.mark.parametrize("code", list_languages())
def test_what_a_prompt_asks_for_is_what_its_language_knows(code: str) -> None:
    prompt, known = load_prompt("answer-quoted", language=code), language(code).replies
    assert all(known.refusals.match(refusal) for refusal in prompt.refusals)
    known_words = {str(part): pattern for part, pattern in known.labels.items()}
    assert all(known_words[part].fullmatch(word) for part, word in prompt.labels.items())


def test_a_task_without_a_wording_keeps_the_general_one() -> None:
    assert load_prompt("hyde", language="de") == load_prompt("hyde")
    assert load_prompt("answer", language="sw") == load_prompt("answer")


def test_a_user_adds_a_language_in_one_file(tmp_path: Path) -> None:
    wording = "hyde: {user: 'Soma: {question}'}"
    write(tmp_path, "languages/sw.yaml", wording)
    assert list_languages(folders=(tmp_path,)) == ("de", "es", "fr", "sw", "zh")
    model = Scripted(prompt_folders=(tmp_path,))
    assert select_prompt("hyde", model, language="sw").user == "Soma: {question}"
    assert select_prompt("hyde", model) == load_prompt("hyde")


def test_a_prompt_of_the_users_own_serves_every_language(tmp_path: Path) -> None:
    own = "name: hyde\nversion: 9\nvariables: [question]\nuser: 'Mine: {question}'"
    write(tmp_path, "tasks/hyde.yaml", own)
    assert load_prompt("hyde", language="de", folders=(tmp_path,)).version == 9


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("- answer", "must map each task"),
        ("hyde: text", "must map 'hyde'"),
        ("hyde: {user: '{question}', users: x}", "unknown key 'users'"),
        ("hyde: {user: 'Soma'}", "declares 'question', but does not use it"),
        ("hyde: {user: '{question} {text}'}", "uses 'text'"),
        ("hyde: {user: '{question}', labels: {answer: Jibu}}", "declares 'Jibu'"),
        ("hyde: {system: '{question}'}", "needs a user text"),
    ],
)
def test_a_faulty_wording_is_refused_by_name(tmp_path: Path, text: str, fault: str) -> None:
    write(tmp_path, "languages/sw.yaml", text)
    with pytest.raises(PromptError, match=fault) as refused:
        load_prompt("hyde", language="sw", folders=(tmp_path,))
    assert "sw.yaml" in str(refused.value)
