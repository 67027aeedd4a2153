from __future__ import annotations

import pytest
from quoth.text import SourceVocabulary, fold_words, language

ENGLISH = ["The dam was designed by Anna Berg of O'Hara Ltd in Zürich. It is 30 m high."]
GERMAN = ["Die Staumauer wurde von Anna Berg entworfen. Sie steht in Waldbrück und misst 30 m."]


def unsupported(sentence: str, sources: list[str], code: str = "en") -> tuple[str, ...]:
    return SourceVocabulary(sources, language=language(code)).unsupported(sentence)


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("Anna Berg's dam is in Zürich.", ()),
        ("Berg worked for O'Hara.", ()),
        ("The engineer was Carl Stone.", ("Carl", "Stone")),
        ("It cost 40 crowns in Basel.", ("40", "Basel")),
        ("Engineers liked it.", ()),
    ],
)
def test_a_capitalized_word_that_no_source_has_is_unsupported(
    sentence: str, missing: tuple[str, ...]
) -> None:
    assert unsupported(sentence, ENGLISH) == missing


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("Das Bauwerk ist eine Mauer aus Beton.", ()),
        ("Entworfen hat sie Anna Berg.", ()),
        ("Entworfen hat sie Karl Stein.", ("Karl", "Stein")),
        ("Die Mauer gehört der AEG und misst 40 m.", ("AEG", "40")),
    ],
)
def test_a_german_noun_is_no_name(sentence: str, missing: tuple[str, ...]) -> None:
    assert unsupported(sentence, GERMAN, "de") == missing


@pytest.mark.parametrize(
    ("code", "source", "sentence", "missing"),
    [
        ("ja", "佐藤さんがダムを設計した。", "王さんが設計した。", ("王",)),
        ("ja", "佐藤さんがダムを設計した。", "佐藤さんの設計である。", ()),
        ("ja", "発電所はテスラ社のものだ。", "シーメンス社のものだ。", ("シーメンス",)),
        ("ja", "発電所はテスラ社のものだ。", "テスラ社の発電所。", ()),
        ("zh", "大坝由李先生设计。", "设计者是王先生。", ("王",)),
        ("zh", "大坝由李先生设计。", "李先生设计了大坝。", ()),
        ("zh", "大坝由Siemens公司建造。", "大坝由Apple公司建造。", ("Apple",)),
        ("zh", "大坝由Siemens公司建造。", "由Siemens公司建造。", ()),
        ("hi", "बाँध श्री वर्मा ने बनाया।", "बाँध श्री शर्मा ने बनाया।", ("शर्मा",)),
        ("ar", "صممه السيد سالم.", "صممه السيد منصور.", ("منصور",)),
        ("ko", "댐은 김민수 박사가 설계했다.", "이영희 박사가 설계했다.", ("이영희",)),
        ("ko", "댐은 김민수 박사가 설계했다.", "설계자는 김민수 씨이다.", ()),
        ("th", "นายสมชาย ใจดี เป็นผู้ออกแบบ", "ออกแบบโดยนายวิชัย รักไทย", ("วิชัย",)),
        ("th", "นายสมชาย ใจดี เป็นผู้ออกแบบ", "ออกแบบโดยนายสมชาย ใจดี", ()),
        ("ru", "Плотину построил Иванов.", "Построена Ивановым и Петровым.", ("Петровым",)),
        ("tr", "Barajı Yılmaz yaptı, İzmir'de.", "O baraj Yılmaz'ındır, İzmir'dedir.", ()),
        ("pl", "Zaporę zbudował Nowak.", "To zapora Nowaka i Kowala.", ("Kowala",)),
    ],
)
def test_names_are_checked_in_scripts_without_capitals_and_in_all_their_cases(
    code: str, source: str, sentence: str, missing: tuple[str, ...]
) -> None:
    assert unsupported(sentence, [source], code) == missing


def test_the_share_of_a_sentence_is_that_of_its_pairs_where_there_are_no_spaces() -> None:
    vocabulary = SourceVocabulary(["大坝由李先生设计。"], language=language("zh"))
    assert vocabulary.share("李先生设计") == 1
    assert vocabulary.share("水库很大") == 0
    assert 0 < vocabulary.share("李先生付钱") < 1


def test_folded_words_keep_their_accents_and_marks() -> None:
    assert fold_words("Straße, O’Hara and well-known ＡＢＣ") == [
        "strasse",
        "o'hara",
        "and",
        "well-known",
        "abc",
    ]
    assert fold_words("बाँध ऊँचा") == ["बांध", "ऊंचा"]
    assert fold_words("大坝高") == ["大坝", "坝高"]


@pytest.mark.parametrize("written", ["Mu\u0308ller", "Mül\u00adler", "Mül\u200bler"])
def test_a_name_keeps_its_accents_and_what_has_no_width(written: str) -> None:
    vocabulary = SourceVocabulary(["There lives Müller."])
    [mention] = vocabulary.mentions(f"Then {written} came.")
    assert (mention.text, mention.supported) == (written, True)
