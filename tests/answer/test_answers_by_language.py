"""Answers and conversations in other languages than English."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from bag_embedder import BagEmbedder
from fixed_searcher import FixedSearcher
from quoth.answer import Answerer, Conversation
from quoth.answer.cite import cite
from quoth.answer.condense import is_faithful, with_subject
from quoth.answer.languages import find_turn_language
from quoth.answer.turns import Turn
from quoth.config import Answering
from quoth.text import language
from quoth.types import Chunk, Hit
from scripted_model import Scripted

PAGES = {
    "de": "Die Talsperre wurde 1962 fertig. Ihre Mauer ist 71,5 m hoch. Die Kosten waren hoch.",
    "zh": "青龙大坝由华东工程公司设计，于1962年建成。大坝高120米。水库面积为34平方公里。",
    "ja": "青葉ダムは1962年に完成した。堤高は120メートルである。設計は東野建設が行った。",
    "th": "เขื่อนเขียวสร้างเสร็จในปี พ.ศ. 2505 สันเขื่อนสูง 120 เมตร บริษัทสยามวิศวกรเป็นผู้ออกแบบ",
    "hi": "नीलम बाँध 1962 में बनकर तैयार हुआ। इसकी ऊँचाई 120 मीटर है। इसे भारत निर्माण निगम ने बनाया।",
    "ar": "اكتمل سد النخيل عام 1962. يبلغ ارتفاعه 120 مترا. صممته شركة الفرات للهندسة.",
    "ru": "Плотина была построена в 1962 году. Её высота составляет 120 метров.",
}


def chunk(code: str) -> Chunk:
    text = PAGES[code]
    return replace(Chunk(f"{code}.md", "", 1, None, 0, len(text), text), language=code)


@pytest.mark.parametrize(
    ("code", "answer", "quote"),
    [
        ("zh", "大坝高120米。", "大坝高120米。"),
        ("zh", "由华东工程公司设计", "由华东工程公司设计"),
        ("ja", "設計は東野建設が行った。", "設計は東野建設が行った。"),
        ("hi", "इसकी ऊँचाई 120 मीटर है।", "इसकी ऊँचाई 120 मीटर है।"),
        ("ar", "يبلغ ارتفاعه 120 مترا.", "يبلغ ارتفاعه 120 مترا."),
        ("ru", "Её высота составляет 120 метров.", "Её высота составляет 120 метров."),
        ("de", "Ihre Mauer ist 71,5 m hoch.", "Ihre Mauer ist 71,5 m hoch."),
    ],
)
def test_words_of_the_page_are_cited_as_they_stand(code: str, answer: str, quote: str) -> None:
    (one,) = cite("?", answer, [chunk(code)], language=language(code))
    assert (one.match, one.quote) == ("exact", quote)


@pytest.mark.parametrize(
    ("code", "question", "answer", "quote"),
    [
        ("zh", "大坝有多高？", "120米", "大坝高120米。"),
        ("zh", "水库有多大？", "面积34公里", "水库面积为34平方公里。"),
        ("ja", "ダムの設計者は誰ですか？", "東野建設", "設計は東野建設が行った。"),
        ("hi", "बाँध कितना ऊँचा है?", "120 मीटर", "इसकी ऊँचाई 120 मीटर है।"),
        ("ar", "كم ارتفاع السد؟", "120 مترا", "يبلغ ارتفاعه 120 مترا."),
        ("ru", "Какова высота плотины?", "120 метров", "Её высота составляет 120 метров."),
        ("de", "Wie hoch ist die Mauer?", "71,5 Meter", "Ihre Mauer ist 71,5 m hoch."),
    ],
)
def test_the_sentence_that_supports_a_short_answer_is_cited(
    code: str, question: str, answer: str, quote: str
) -> None:
    (one,) = cite(question, answer, [chunk(code)], language=language(code))
    assert (one.match, one.quote) == ("nearest", quote)


def test_a_sentence_that_shares_nothing_with_the_answer_is_not_cited() -> None:
    assert cite("Wer?", "Niemand weiß es.", [chunk("zh")], language=language("de")) == ()


def ask(question: str, code: str, spoken: str, reply: str) -> tuple[str, str, str]:
    searcher = FixedSearcher([Hit(chunk(code), 1.0, 0.9)], BagEmbedder(), language(spoken))
    answerer = Answerer(searcher, Scripted(answer=lambda _: reply), Answering(style="prose"))
    answer = answerer.invoke(question)
    return answer.text, answer.language, answer.evidence_language


def test_an_answer_tells_the_language_of_its_evidence() -> None:
    got = ask("Wie hoch ist der Damm?", "zh", "de", "Answer: 120 Meter")
    assert got == ("120 Meter", "de", "zh")


@pytest.mark.parametrize(
    ("spoken", "reply", "text"),
    [
        ("de", "Das steht nicht in den Dokumenten.", "Das steht nicht in Ihren Dokumenten."),
        ("zh", "文档中没有提到这一点。", "您的文档中没有这方面的内容。"),
        ("zh", "Not in the documents.", "您的文档中没有这方面的内容。"),
        ("ja", "資料には記載されていません。", "お手元の文書には書かれていません。"),
    ],
)
def test_a_refusal_is_told_in_the_language_of_the_question(
    spoken: str, reply: str, text: str
) -> None:
    assert ask("?", "de", spoken, reply)[0] == text


@pytest.mark.parametrize(
    ("code", "before", "follow_up", "standalone"),
    [
        (
            "de",
            "Wer hat die Ahrntal-Talsperre errichtet?",
            "Wie oft wird sie geprüft?",
            "Wie oft wird sie geprüft (Ahrntal-Talsperre)?",
        ),
        ("fr", "Qui a conçu le pont de Vallon ?", "Et quand ?", "Et quand (Vallon)?"),
        ("es", "¿Quién diseñó la presa de Aguilar?", "¿Y cuándo?", "¿Y cuándo (Aguilar)?"),
        ("ru", "Кто построил плотину?", "А когда?", "А когда (построил, плотину)?"),
        ("zh", "青龙大坝是谁设计的？", "它有多高？", "它有多高 (青龙大坝)？"),
        ("zh", "谁设计了青龙大坝？", "什么时候？", "什么时候 (青龙大坝)？"),
        ("ja", "青葉ダムは誰が設計しましたか？", "いつですか？", "いつですか (青葉ダム)？"),
        ("ko", "청룡댐은 누가 설계했나요?", "언제요?", "언제요 (청룡댐)?"),
        ("ar", "من صمم سد النخيل؟", "ومتى؟", "ومتى (صمم, سد, النخيل)؟"),
        ("hi", "नीलम बाँध किसने बनाया?", "और कब?", "और कब (नीलम, बाँध, बनाया)?"),
    ],
)
def test_a_follow_up_gets_the_subject_of_the_question_before(
    code: str, before: str, follow_up: str, standalone: str
) -> None:
    turn = Turn(before, before, "…")
    assert find_turn_language(follow_up, [turn]).code == code
    assert with_subject(follow_up, turn, language(code)) == standalone


@pytest.mark.parametrize(
    ("code", "before", "follow_up", "condensed", "faithful"),
    [
        ("zh", "青龙大坝是谁设计的？", "它有多高？", "青龙大坝有多高？", True),
        ("zh", "青龙大坝是谁设计的？", "它有多高？", "三峡大坝有多高？", False),
        ("zh", "青龙大坝是谁设计的？", "它有多高？", "青龙大坝高120米。", False),
        (
            "ja",
            "青葉ダムは誰が設計した？",
            "それはいつ完成した？",
            "青葉ダムはいつ完成した？",
            True,
        ),
        (
            "de",
            "Wer baute die Ahrntal-Talsperre?",
            "Wie hoch ist sie?",
            "Wie hoch ist die Ahrntal-Talsperre?",
            True,
        ),
        ("ru", "Кто построил плотину?", "Какова её высота?", "Какова высота плотины?", True),
        ("ru", "Кто построил плотину?", "Какова её высота?", "Какова высота башни?", False),
    ],
)
def test_a_condensed_question_has_only_words_of_the_conversation(
    code: str, before: str, follow_up: str, condensed: str, faithful: bool
) -> None:
    turns = [Turn(before, before, "…")]
    assert is_faithful(condensed, follow_up, turns, language(code)) is faithful


def prompt_for(question: str, spoken: str) -> str:
    model = Scripted(answer=lambda _: "Answer: 120")
    searcher = FixedSearcher([Hit(chunk("de"), 1.0, 0.9)], BagEmbedder(), language(spoken))
    Answerer(searcher, model, Answering(style="prose")).invoke(question)
    return "\n".join(message.text for message in model.asked[-1].messages)


def test_the_prompt_is_in_the_language_of_the_question_or_asks_for_it() -> None:
    assert "Antworte auf Deutsch" in prompt_for("Wie hoch ist die Mauer?", "de")
    assert "用中文回答" in prompt_for("大坝有多高？", "zh")
    assert "Write the answer in Russian." in prompt_for("Какова высота?", "ru")
    for code in ("en", "und"):
        assert "Write the answer in" not in prompt_for("How high is it?", code)


def test_a_conversation_is_condensed_in_its_language(tmp_path: Path) -> None:
    def reply(prompt: str) -> str:
        return "青龙大坝有多高？" if "最后一个问题" in prompt else "答案：大坝高120米。"

    model = Scripted(answer=reply)
    searcher = FixedSearcher([Hit(chunk("zh"), 1.0, 0.9)], BagEmbedder(), language("zh"))
    conversation = Conversation(Answerer(searcher, model, Answering(style="prose")), tmp_path)
    conversation.ask("青龙大坝是谁设计的？")
    assert conversation.ask("它有多高？").question == "青龙大坝有多高？"
    condensing = "\n".join(message.text for message in model.asked[1].messages)
    assert "问题：青龙大坝是谁设计的？\n答案：大坝高120米。" in condensing
