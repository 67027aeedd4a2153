from __future__ import annotations

from collections.abc import Mapping

import pytest
from quoth.answer.reply import Reply, declines
from quoth.text import language

LABELS = {"quote": "Quote", "answer": "Answer"}
REFUSALS = ("Not in the documents.",)
FORMED = (
    'Quote [1]: "The hatch opened inward."\nQuote [2]: "It was hot."\nAnswer: It opened inward.'
)


def fed(text: str, size: int, labels: Mapping[str, str] = LABELS) -> tuple[str, Reply]:
    reply = Reply(labels)
    shown = "".join(reply.feed(text[at : at + size]) for at in range(0, len(text), size))
    return shown + reply.finish(), reply


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_only_the_answer_is_shown(size: int) -> None:
    shown, reply = fed(FORMED, size)
    assert shown.strip() == reply.text == "It opened inward."
    assert reply.quotes == ["The hatch opened inward.", "It was hot."]


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_a_reply_without_the_form_is_the_answer(size: int) -> None:
    text = "Another thing is that quotes matter.\nAnswers too."
    shown, reply = fed(text, size)
    assert shown == reply.text == text
    assert not reply.quotes


def test_the_answer_streams_before_it_is_complete() -> None:
    reply = Reply(LABELS)
    assert reply.feed("Answer: It opened") == "It opened"
    assert reply.feed(" inward") == " inward"


def test_the_answer_may_come_before_the_quote() -> None:
    shown, reply = fed('**Answer:** Ten years.\n**Quote [1]:** "kept for ten years"', 3)
    assert shown.strip() == "Ten years."
    assert reply.quotes[0].startswith("kept for ten years")


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
@pytest.mark.parametrize(
    "text",
    [
        "See [here](http://evil.test/x) and ![p](http://evil.test/p.png) end.",
        "A [![a](http://evil.test/u)](http://evil.test/v) b",
        "Look <img src=http://evil.test/p.png> there",
        "Broken [link](http://evil.test",
    ],
)
def test_no_link_is_ever_shown(text: str, size: int) -> None:
    shown, reply = fed(text, size)
    assert "](" not in shown
    assert "<img" not in shown
    assert "![" not in shown
    assert shown.strip() == reply.text


@pytest.mark.parametrize("text", ["5 > 3 [2] ok!", "Wow! 2 < 3", "a ! b [x] (y)"])
def test_other_signs_come_through(text: str) -> None:
    assert fed(text, 1)[0] == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Not in the documents.",
        "This is not in your documents.",
        "I don't know.",
        "The excerpts do not say.",
        "Not stated in the excerpts.",
    ],
)
def test_declining_is_understood(text: str) -> None:
    assert declines(text, REFUSALS, language("en"))


@pytest.mark.parametrize(
    "text", ["Ten years.", "It is not known who did it.", "In the documents of 1990."]
)
def test_an_answer_is_not_declining(text: str) -> None:
    assert not declines(text, REFUSALS, language("en"))


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_labels_may_be_of_any_language(size: int) -> None:
    text = "Цитата [1]: «Люк открывался внутрь.»\nОтвет: Внутрь."
    shown, reply = fed(text, size, {"quote": "Цитата", "answer": "Ответ"})
    assert shown.strip() == reply.text == "Внутрь."
    assert reply.quotes == ["Люк открывался внутрь."]


@pytest.mark.parametrize("size", [1, 1000])
def test_without_labels_all_of_a_reply_is_the_answer(size: int) -> None:
    shown, reply = fed(FORMED, size, {})
    assert shown == reply.text == FORMED


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    ("code", "text", "answer", "quote"),
    [
        (
            "de",
            'Zitat [1]: "Er ist hoch."\nAntwort: 120 Meter',
            "120 Meter",
            "Er ist hoch.",
        ),
        ("fr", 'Citation [1] : "Le pont."\n**Réponse :** 1962', "1962", "Le pont."),
        (
            "es",
            "Cita [2]: «Mide 120 m.»\nRespuesta: 120 m",
            "120 m",
            "Mide 120 m.",
        ),
        ("zh", "引用[1]：“大坝高120米。”\n答案：120米", "120米", "大坝高120米。"),
        ("zh", "引用1：大坝高120米。\n答：120米", "120米", "大坝高120米。"),
        (
            "ja",
            "引用[1]：「高さは120m。」\n回答：120m",
            "120m",
            "高さは120m。",
        ),
        ("ko", '인용 [1]: "높이는 120m이다."\n답변: 120m', "120m", "높이는 120m이다."),
        ("ru", "Цитата [1]: «Высота 120 м.»\nОтвет: 120 м", "120 м", "Высота 120 м."),
        (
            "ar",
            'اقتباس [1]: "علوه 120."\nالإجابة: 120 مترا',
            "120 مترا",
            "علوه 120.",
        ),
        ("hi", 'उद्धरण [1]: "वह 120 मीटर है।"\nउत्तर: 120 मीटर', "120 मीटर", "वह 120 मीटर है।"),
        ("vi", 'Trích dẫn [1]: "Cao 120 m."\nTrả lời: 120 m', "120 m", "Cao 120 m."),
        (
            "de",
            'Quote [1]: "Er ist hoch."\nAnswer: 120 Meter',
            "120 Meter",
            "Er ist hoch.",
        ),
    ],
)
def test_labels_are_read_in_the_language_of_the_question(
    code: str, text: str, answer: str, quote: str, size: int
) -> None:
    reply = Reply(LABELS, language(code))
    for at in range(0, len(text), size):
        reply.feed(text[at : at + size])
    reply.finish()
    assert (reply.text, list(reply.quotes)) == (answer, [quote])


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Antworten gibt das Heft: drei Seiten."),
        ("zh", "答辩时间：下午三点。"),
        ("zh", "引用外部资料的有三处。"),
    ],
)
def test_a_word_that_begins_like_a_label_is_a_part_of_the_answer(code: str, text: str) -> None:
    reply = Reply(LABELS, language(code))
    assert (reply.feed(text) + reply.finish(), reply.quotes) == (text, [])
