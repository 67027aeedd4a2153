from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quoth.errors import PromptError
from quoth.prompts.tasks import families_with_wording, list_prompts, load_prompt

TASKS = {
    "answer": {"context", "question"},
    "answer-language": {"language"},
    "answer-quoted": {"context", "question"},
    "call-tools": {"tools"},
    "condense-question": {"history", "question"},
    "conversation-turn": {"question", "answer"},
    "fill-schema": {"schema"},
    "hyde": {"question"},
    "rerank": {"question", "text"},
    "rewrite-question": {"question"},
    "search-queries": {"question"},
    "summarize-language": {"language"},
    "summarize-map": {"text", "length"},
    "summarize-map-small": {"text"},
    "summarize-query-map": {"query", "text", "length"},
    "summarize-query-map-small": {"query", "text"},
    "summarize-query-reduce": {"query", "summaries", "length"},
    "summarize-query-refine": {"query", "summary", "text", "length"},
    "summarize-reduce": {"summaries", "length"},
    "summarize-refine": {"summary", "text", "length"},
    "summarize-schema": {"summary"},
    "summarize-talk-small": {"text"},
    "summarize-turn-small": {"speaker", "words"},
    "tool-result": {"tool", "result"},
}

EXAMPLE = """
name: example
version: 2
description: An example.
variables: [text, length]
system: Use {length} words.
user: 'Read this: {text}'
families:
  llama-2: {user: '{length}: {text}'}
"""


def write(folder: Path, text: str, name: str = "example") -> Path:
    file = folder / "tasks" / f"{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def test_the_tasks_that_ship() -> None:
    assert {prompt.name: set(prompt.variables) for prompt in list_prompts()} == TASKS


@pytest.mark.parametrize("name", TASKS)
def test_each_can_be_filled_in_every_wording(name: str) -> None:
    for family in (None, *families_with_wording(name)):
        prompt = load_prompt(name, family=family)
        values = {variable: f"<<{variable}>>" for variable in prompt.variables}
        joined = "\n".join(prompt.texts(**values))
        assert all(value in joined for value in values.values())
        assert prompt.description


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("summarize-map", "text"),
        ("summarize-query-map", "text"),
        ("summarize-reduce", "summaries"),
        ("summarize-query-reduce", "summaries"),
        ("summarize-refine", "text"),
        ("summarize-query-refine", "text"),
        ("rerank", "text"),
    ],
)
def test_what_changes_from_call_to_call_comes_last(name: str, last: str) -> None:
    prompt = load_prompt(name)
    values = dict.fromkeys(prompt.variables, "same")
    one, other = (prompt.texts(**(values | {last: text})) for text in ("ONE", "OTHER"))
    assert one[0] == other[0]
    assert one[1].removesuffix("ONE") == other[1].removesuffix("OTHER")
    assert one[1].endswith("ONE")


@given(text=st.text(), question=st.text())
def test_a_document_is_text_whatever_it_holds(text: str, question: str) -> None:
    prompt = load_prompt("answer")
    _, user = prompt.texts(context=text, question=question)
    head, rest = prompt.user.split("{context}")
    middle, tail = rest.split("{question}")
    assert user == head + text + middle + question + tail


@pytest.mark.parametrize(
    "text", ["{question}", "{{question}}", "{context}", "{0}", "{", "}", "{% raw %}", "\\1 \\g<0>"]
)
def test_braces_and_variable_names_in_a_document_stay(text: str) -> None:
    _, user = load_prompt("answer").texts(context=text, question="Why?")
    assert user.startswith(f"Excerpts:\n\n{text}\n\nAnswer the")
    assert user.endswith("\n\nQuestion: Why?")


def test_messages() -> None:
    messages = load_prompt("answer").messages(context="[1] a", question="b?")
    assert [message.type for message in messages] == ["system", "human"]
    messages = load_prompt("search-queries").messages(question="b?")
    assert [message.type for message in messages] == ["human"]


def test_a_missing_and_an_unexpected_variable_name_the_file() -> None:
    with pytest.raises(PromptError, match=r"answer\.yaml .*'question' is missing"):
        load_prompt("answer").texts(context="a")
    with pytest.raises(PromptError, match=r"hyde\.yaml .*'context' is not one of them"):
        load_prompt("hyde").messages(question="a", context="b")


def test_a_folder_of_the_same_shape_overrides_by_name(tmp_path: Path) -> None:
    write(tmp_path, EXAMPLE)
    folders = (tmp_path,)
    prompt = load_prompt("example", folders=folders)
    assert prompt.texts(text="t", length="9") == ("Use 9 words.", "Read this: t")
    own = load_prompt("example", family="llama-2", folders=folders)
    assert own.texts(text="t", length="9") == ("", "9: t")
    assert load_prompt("example", family="zephyr", folders=folders) == prompt
    assert own.fingerprint != prompt.fingerprint
    write(tmp_path, "{name: hyde, version: 9, variables: [question], user: '{question}'}", "hyde")
    assert load_prompt("hyde", folders=folders).version == 9
    assert load_prompt("hyde").version == 1
    assert len(list_prompts(folders=folders)) == len(TASKS) + 1


def test_the_fingerprint_follows_the_wording(tmp_path: Path) -> None:
    write(tmp_path, EXAMPLE)
    one = load_prompt("example", folders=(tmp_path,)).fingerprint
    assert one == load_prompt("example", folders=(tmp_path,)).fingerprint
    write(tmp_path, EXAMPLE.replace("Read this", "Read that"))
    assert load_prompt("example", folders=(tmp_path,)).fingerprint != one


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("{length} words", "{size} words", "uses 'size', which it does not declare"),
        ("[text, length]", "[text, length, tone]", "declares 'tone', but does not use it"),
        ("{length}: {text}", "{text}", "declares 'length', but does not use it"),
        ("[text, length]", "text", "list of names"),
        ("[text, length]", "[Text, length]", "list of names"),
        ("name: example", "name: other", "name of its file"),
        ("version: 2", "version: two", "whole number"),
        ("user: 'Read", "use: 'Read", "unknown key 'use'"),
        ("{user: '{length}: {text}'}", "{prompt: x}", "may give 'llama-2'"),
        ("{user: '{length}: {text}'}", "{system: '{length}: {text}'}", "needs a user text"),
        ("name: example", "name: [", "not valid YAML"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, old: str, new: str, reason: str) -> None:
    assert old in EXAMPLE
    file = write(tmp_path, EXAMPLE.replace(old, new, 1))
    with pytest.raises(PromptError, match=reason) as error:
        load_prompt("example", folders=(tmp_path,))
    assert str(file) in str(error.value)


def test_an_unknown_prompt() -> None:
    with pytest.raises(PromptError, match="no prompt 'nothing'"):
        load_prompt("nothing")


FORMED = """
name: example
version: 1
variables: [text]
labels: {quote: Zitat}
refusals: [Steht nicht da.]
user: 'Schreibe Zitat: oder Steht nicht da. {text}'
"""


def test_labels_and_refusals_are_declared_with_the_text_that_asks_for_them(tmp_path: Path) -> None:
    write(tmp_path, FORMED)
    prompt = load_prompt("example", folders=(tmp_path,))
    assert prompt.label("quote") == "Zitat"
    assert prompt.refusals == ("Steht nicht da.",)
    with pytest.raises(PromptError, match=r"example\.yaml declares no label 'answer'"):
        prompt.label("answer")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{quote: Zitat}", "{quote: Beleg}", "declares 'Beleg', but does not ask for it"),
        ("[Steht nicht da.]", "[Nein.]", "declares 'Nein.', but does not ask for it"),
        ("{quote: Zitat}", "[Zitat]", "must map the name of each label to its word"),
        ("{quote: Zitat}", "{quote: 3}", "must map the name of each label to its word"),
        ("[Steht nicht da.]", "Nein", "must declare its refusals as a list of texts"),
    ],
)
def test_labels_and_refusals_of_another_shape_are_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    write(tmp_path, FORMED.replace(old, new))
    with pytest.raises(PromptError, match=message):
        load_prompt("example", folders=(tmp_path,))
