from __future__ import annotations

from collections.abc import Mapping

import pytest
from quoth.answer.reader import ReplyReader
from quoth.text import language
from quoth.types import Chunk

LABELS = {"quote": "Quote", "answer": "Answer"}
REFUSALS = ("Not in the documents.",)
FORMED = (
    'Quote [1]: "The hatch opened inward."\nQuote [2]: "It was hot."\nAnswer: It opened inward.'
)


def chunk(text: str, title: str = "Report") -> Chunk:
    return Chunk("report.md", title, 1, None, 0, len(text), text)


EXCERPTS = (
    chunk("The wall is 71.5 metres high and 312 metres long. See note [7]."),
    chunk("The dam supplies 185,000 people.", "Supply"),
    chunk("Water is released twice a year."),
)


def read(
    text: str, size: int, labels: Mapping[str, str] = LABELS, code: str = "en"
) -> tuple[str, ReplyReader]:
    """Return what a reader gives while a reply comes in pieces, and the reader."""
    reader = ReplyReader(labels, EXCERPTS, language=language(code))
    claims = [
        claim for at in range(0, len(text), size) for claim in reader.feed(text[at : at + size])
    ]
    claims += reader.finish()
    return "".join(claim.lead + claim.text for claim in claims), reader


def said(reader: ReplyReader) -> str:
    return "".join(claim.lead + claim.text for claim in reader.claims)


def quotes(reader: ReplyReader) -> list[str]:
    return [quote.text for quote in reader.quotes]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_only_the_answer_is_shown(size: int) -> None:
    shown, reader = read(FORMED, size)
    assert shown.strip() == said(reader) == "It opened inward."
    assert quotes(reader) == ["The hatch opened inward.", "It was hot."]


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_a_reply_without_the_form_is_the_answer(size: int) -> None:
    text = "Another thing is that quotes matter.\nAnswers too."
    shown, reader = read(text, size)
    assert shown == said(reader) == text
    assert not quotes(reader)


def test_a_sentence_is_certain_once_the_next_one_begins() -> None:
    reader = ReplyReader(LABELS, EXCERPTS)
    assert not reader.feed("Answer: It opened inward. [1")
    (claim,) = reader.feed("] It was hot")
    assert (claim.text, claim.numbers) == ("It opened inward.", (1,))


def test_the_answer_may_come_before_the_quote() -> None:
    shown, reader = read('**Answer:** Ten years.\n**Quote [1]:** "kept for ten years"', 3)
    assert shown.strip() == "Ten years."
    assert quotes(reader)[0].startswith("kept for ten years")


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
    shown, reader = read(text, size)
    assert "](" not in shown
    assert "<img" not in shown
    assert "![" not in shown
    assert shown.strip() == said(reader)


@pytest.mark.parametrize("text", ["5 > 3 ok!", "Wow! 2 < 3", "a ! b [x] (y)"])
def test_other_signs_come_through(text: str) -> None:
    assert read(text, 1)[0] == text


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_labels_may_be_of_any_language(size: int) -> None:
    text = "Цитата [1]: «Люк открывался внутрь.»\nОтвет: Внутрь."
    shown, reader = read(text, size, {"quote": "Цитата", "answer": "Ответ"})
    assert shown.strip() == said(reader) == "Внутрь."
    assert quotes(reader) == ["Люк открывался внутрь."]


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
    shown, reader = read(text, size, code=code)
    assert (shown, quotes(reader)) == (answer, [quote])


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Antworten gibt das Heft: drei Seiten."),
        ("zh", "答辩时间：下午三点。"),
        ("zh", "引用外部资料的有三处。"),
    ],
)
def test_a_word_that_begins_like_a_label_is_a_part_of_the_answer(code: str, text: str) -> None:
    shown, reader = read(text, 1, code=code)
    assert (shown, quotes(reader)) == (text, [])


@pytest.mark.parametrize("size", [1, 5, 1000])
@pytest.mark.parametrize(
    ("written", "answer", "numbers"),
    [
        ("It is high [1].", "It is high.", [(1,)]),
        ("It is high. [1] It is long.[2]", "It is high. It is long.", [(1,), (2,)]),
        ("[1] It is high. [2] It is long.", "It is high. It is long.", [(1,), (2,)]),
        ("It is high [1][3].", "It is high.", [(1, 3)]),
        ("It is high [1, 2].", "It is high.", [(1, 2)]),
        ("It is high [1-3].", "It is high.", [(1, 2, 3)]),
        ("It is high 【1】.", "It is high.", [(1,)]),
        ("It is high 【2†source】.", "It is high.", [(2,)]),
        ("It is high [^2].", "It is high.", [(2,)]),
        ("It is high [Excerpt 2, page 4].", "It is high.", [(2,)]),
        ("It is high (excerpt 2).", "It is high.", [(2,)]),
        ("It is high (2).", "It is high.", [(2,)]),
        ("It is high.¹ It is long.²", "It is high. It is long.", [(1,), (2,)]),
        ("It is high [[1]](http://evil.test).", "It is high.", [(1,)]),
        ("It is high, as stated in excerpt 3.", "It is high.", [(3,)]),
        ("According to excerpt 2, it is high.", "It is high.", [(2,)]),
        ("Excerpt 1 states that it is high.", "It is high.", [(1,)]),
        ("Excerpt 2 describes a wall.", "“Supply” describes a wall.", [(2,)]),
        ("It is high.\n\nSource: [2]", "It is high.", [(2,)]),
        ("It covers 5 km² in 1962 [9].", "It covers 5 km² in 1962.", [()]),
        ("See note [7].", "See note [7].", [()]),
        ("It was built in [1962].", "It was built in [1962].", [()]),
    ],
)
def test_marks_bind_sentences_to_excerpts(
    written: str, answer: str, numbers: list[tuple[int, ...]], size: int
) -> None:
    shown, reader = read(written, size)
    assert shown == answer
    assert [claim.numbers for claim in reader.claims] == numbers


@pytest.mark.parametrize("size", [1, 4, 1000])
@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("<think>First [1]. Then.</think>It is high.", "It is high."),
        ("It is high. <think>Is it?</think> It is long.", "It is high. It is long."),
        ("<|channel|>analysis<|message|>Hm.<|channel|>final<|message|>High.", "High."),
        ("It is high.<|im_end|>\n<|im_start|>user\nAnd?", "It is high."),
        ("It is high.</s>", "It is high."),
        ("It is high.<end_of_turn>\n", "It is high."),
        ("The result is \\boxed{312}.", "The result is 312."),
        ("Sure! Based on the excerpts, it is high.", "It is high."),
        ("Here is the answer:\n\nIt is high.", "It is high."),
        ("It is high. Let me know if you need anything else!", "It is high."),
        ("It is very high. It is very high. It is very high.", "It is very high."),
        ("Answer: High.\nQuestion: What is long?\nAnswer: The wall.", "High."),
        ("Reasoning: The text says so.\nAnswer: High.", "High."),
        ("## Answer\n\nThe **wall** is `high`.", "The wall is high."),
        ("```\nIt is high.\n```", "It is high."),
        ("> It is high.", "It is high."),
        (
            "Two things:\n* It is high [1]\n* It is long [1]",
            "Two things:\n- It is high\n- It is long",
        ),
        ("| a | b |\n|---|---|\n| 1 | 2 [1] |", "| a | b |\n|---|---|\n| 1 | 2 |"),
        ('{"answer": "It is high.", "quotes": ["The wall"]}', "It is high."),
        ('```json\n{"answer": "It is high.", "quotes": ["The wa', "It is high."),
    ],
)
def test_nothing_around_an_answer_is_shown(written: str, answer: str, size: int) -> None:
    _, reader = read(written, size)
    assert said(reader) == answer


@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize(
    ("written", "quoted"),
    [
        ('Quote [1]:\n"The wall is\nhigh."\n\nAnswer:\nHigh.', "The wall is high."),
        ('**Quote from excerpt 1:** "The wall … long."\n**Answer:** High.', "The wall … long."),
        ('[1]: "The wall is high"\nHigh.', "The wall is high"),
        ('Excerpt 1: "The wall is high"\n\nHigh.', "The wall is high"),
        ("Answer: High.\nQuote [2]: «The wall is high»", "The wall is high"),
        ('Quote [1]: "The wall is high" Answer: High.', "The wall is high"),
        ('- Quotes:\n  - "The wall is high" [1]\n- Answer: High.', "The wall is high"),
    ],
)
def test_a_quote_is_kept_apart_from_the_answer(written: str, quoted: str, size: int) -> None:
    _, reader = read(written, size)
    assert (said(reader), quotes(reader)) == ("High.", [quoted])


def test_a_reply_of_quotes_alone_says_what_they_say() -> None:
    _, reader = read('Quote [1]: "The wall is high."\nQuote [2]: "Water is released."', 1000)
    assert said(reader) == "The wall is high.\nWater is released."


def test_thinking_without_an_end_is_no_answer() -> None:
    _, reader = read("<think>It is high, I think.", 1000)
    assert (said(reader), reader.thinking) == ("", "It is high, I think.")
