"""Summaries of texts in other languages than English."""

from __future__ import annotations

import pytest
from quoth.summarize import Summarizer, SummaryOptions
from quoth.summarize.languages import find_document_language
from quoth.summarize.parts import as_documents
from quoth.summarize.select import select_sentences
from quoth.text import SourceVocabulary, language
from quoth.types import Document, Page
from scripted_model import Scripted

CHINESE = (
    "青龙大坝位于青水河上游，由华东工程公司设计，于一九六二年建成。"
    "大坝高一百二十米，坝顶长四百八十米。水库为下游三座城市供水。"
    "泄洪闸每年检查两次，检查时水位下降五米。"
)
GERMAN = (
    "Die Ahrntal-Talsperre liegt am Oberlauf der Ahrn. Sie wurde von der Firma Hollmann gebaut und "
    "versorgt drei Gemeinden mit Wasser. Der Grundablass wird alle zwei Jahre geprüft."
)
RUSSIAN = (
    "Плотина построена в верховьях реки и снабжает водой три города. Её проверяют дважды в год."
)


def prompt_of(model: Scripted) -> str:
    return "\n".join(message.text for message in model.asked[0].messages)


@pytest.mark.parametrize(
    ("text", "code"), [(CHINESE, "zh"), (GERMAN, "de"), (RUSSIAN, "ru"), ("1962 120 480", "und")]
)
def test_the_language_of_a_document_is_that_of_its_text(text: str, code: str) -> None:
    assert find_document_language([Document("a.txt", "", "text", (Page(1, text),))]) == code


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        (CHINESE, "用中文概括下面的文本，不超过96字"),
        (GERMAN, "in höchstens 60 Wörtern"),
        (RUSSIAN, "Write in Russian"),
    ],
)
def test_a_summary_is_asked_for_in_the_language_of_the_document(text: str, request_: str) -> None:
    model = Scripted()
    Summarizer(model, options=SummaryOptions(length="brief")).invoke(text)
    assert request_ in prompt_of(model)


def test_a_length_in_numbers_is_taken_as_it_is() -> None:
    model = Scripted()
    Summarizer(model, options=SummaryOptions(length="40")).invoke(CHINESE)
    assert "不超过40字" in prompt_of(model)


def test_another_language_can_be_asked_for() -> None:
    model = Scripted()
    Summarizer(model, options=SummaryOptions(language="English")).invoke(GERMAN)
    assert "Write in English" in prompt_of(model)
    assert "Summarize the following text" in prompt_of(model)


def test_chinese_sentences_are_joined_and_closed_as_in_chinese() -> None:
    model = Scripted(answer=lambda _: "摘要：大坝高一百二十米。水库为下游三座城市供水。")
    summary = Summarizer(model).invoke(CHINESE)
    assert summary.text == "大坝高一百二十米。水库为下游三座城市供水。"
    assert len(summary.sentences) == 2


def test_a_small_model_that_writes_in_another_language_is_not_believed() -> None:
    model = Scripted(
        answer=lambda _: "The dam stands on the river and gives water to the towns below it.",
        parameters=100_000_000,
    )
    summary = Summarizer(model).invoke(GERMAN)
    assert all(sentence.text in GERMAN for sentence in summary.sentences)
    assert summary.text


def test_a_chinese_query_prefers_the_sentences_that_share_its_words() -> None:
    sentences = ["水库里有很多鱼。", "大坝高一百二十米。", "冬天道路会结冰。", "门票每人二十五元。"]
    for query, index in (("门票多少钱？", 3), ("大坝有多高？", 1)):
        assert select_sentences(sentences, [0, 1, 2, 3], 9, query) == [index]


@pytest.mark.parametrize(
    ("text", "said", "unsupported"),
    [
        (GERMAN, "Die Gemeinden bekommen Wasser aus einem Bauwerk.", ()),
        (GERMAN, "Die Firma Schneider baute die Talsperre.", ("Schneider",)),
        (CHINESE, "大坝由华东工程公司设计。", ()),
        (CHINESE, "大坝高一百三十米，长990米。", ("一百三十", "990")),
    ],
)
def test_names_and_numbers_are_checked_in_the_language(
    text: str, said: str, unsupported: tuple[str, ...]
) -> None:
    (document,) = as_documents(text)
    spoken = language(find_document_language((document,)))
    assert SourceVocabulary([text], language=spoken).unsupported(said) == unsupported
    summary = Summarizer(Scripted(answer=lambda _: said)).invoke(text)
    assert (said in summary.text) == (not unsupported)
