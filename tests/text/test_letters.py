"""The words of each language, as people write them on different machines."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quoth.text import analyse, language, languages
from quoth.text.letters import fold_letters

SAME = [
    # Spellings of one word, by language.
    ("en", "Zürich", "Zurich"),
    ("en", "naïve café", "naive cafe"),
    ("en", "ﬁnancial eﬀects", "financial effects"),
    ("en", "data\u00adbase", "database"),
    ("en", "pu\u200bmp", "pump"),
    ("en", "\u202epump\u202c", "pump"),
    ("en", "ＰＵＭＰ　１２３", "PUMP 123"),
    ("de", "Müller", "Mueller"),
    ("de", "Müller", "Muller"),
    ("de", "Straße", "Strasse"),
    ("de", "Straße", "STRASSE"),
    ("de", "die Dämme", "der Damm"),
    ("fr", "Œuvre", "oeuvre"),
    ("fr", "l’évaluation des évaluations", "l'évaluation, évaluation"),
    ("es", "canción", "cancion"),
    ("it", "Perché la città?", "perche la citta"),
    ("pt", "as pontes de água", "a ponte, agua"),
    ("nl", "geïnstalleerd", "geinstalleerd"),
    ("pl", "Łódź", "Lodz"),
    ("ru", "ёлка", "елка"),
    ("ru", "плоти\u0301на", "плотина"),
    ("ru", "плотины", "плотина"),
    ("tr", "İSTANBUL", "istanbul"),
    ("tr", "ISPARTA", "ısparta"),
    ("tr", "IRMAKLARIN İKİ KIYISI YIKILDI", "ırmakların iki kıyısı yıkıldı"),
    ("tr", "Isparta'da", "ısparta’da"),
    ("el", "ΔΡΌΜΟΣ", "δρόμος"),
    ("el", "ο δρόμος", "του δρόμου"),
    ("ro", "știință", "ştiinţă"),
    ("ro", "știință", "stiinta"),
    ("ar", "السَّدُّ الكبيـــر", "السد الكبير"),
    ("ar", "أحمد إلى آسيا", "احمد الى اسيا"),
    ("ar", "ﺍﻟﺴﺪ", "السد"),
    ("ar", "سنة ١٩٦٢", "سنة 1962"),
    ("fa", "کتاب ی", "كتاب ي"),
    ("he", "שָׁלוֹם", "שלום"),
    ("he", "צה״ל", 'צה"ל'),
    ("hi", "१९६२", "1962"),
    ("hi", "क़िला", "किला"),
    ("hi", "बाँध", "बांध"),
    ("th", "ปี ๒๕๐๕", "ปี 2505"),
    ("th", "เเม่น้ำ", "แม่น้ำ"),
    ("vi", "hoà bình", "hòa bình"),
    ("zh", "高１２０米", "高120米"),
    ("ja", "ﾀﾞﾑの高さ", "ダムの高さ"),
    ("ja", "ガラス", unicodedata.normalize("NFD", "ガラス")),
    ("ko", "댐", unicodedata.normalize("NFD", "댐")),
]


@pytest.mark.parametrize(("code", "written", "typed"), SAME)
def test_one_word_in_two_spellings_is_one(code: str, written: str, typed: str) -> None:
    rules = language(code)
    assert set(analyse(written, rules)) == set(analyse(typed, rules))


@pytest.mark.parametrize(
    ("code", "one", "other"),
    [
        ("hi", "कौन", "कान"),
        ("ja", "ダム", "タム"),
        ("ja", "が", "か"),
        ("th", "ปา", "ป่า"),
        ("bn", "বাঁধ", "বধ"),
        ("ru", "йод", "иод"),
        ("en", "12⁵", "125"),
        ("en", "6½", "61/2"),
        ("en", "C++", "C#"),
    ],
)
def test_letters_that_tell_words_apart_stay(code: str, one: str, other: str) -> None:
    assert set(analyse(one, language(code))) != set(analyse(other, language(code)))


@pytest.mark.parametrize(
    ("code", "text", "question"),
    [
        ("ko", "댐의 높이는 120미터이다.", "댐은 얼마나 높은가?"),
        ("ko", "도로를 새로 포장했다.", "도로"),
        ("vi", "Đập cao ba mươi mét.", "đập"),
        ("vi", "Đập cao ba mươi mét.", "dap cao"),
        ("th", "เขื่อนสร้างเสร็จแล้ว", "เขื่อน"),
        ("zh", "大坝高120米", "120"),
        ("zh", "大坝高120米", "坝"),
        ("tr", "İzmir'de köprü onarıldı.", "köprüler"),
        ("ro", "Barajul a fost reparat.", "barajului"),
        ("el", "Τα φράγματα επισκευάστηκαν.", "φράγμα"),
        ("m", "m² of wall", "m2"),
    ],
)
def test_a_word_of_a_question_is_found(code: str, text: str, question: str) -> None:
    rules = language(code)
    assert set(analyse(text, rules)) & set(analyse(question, rules))


@settings(max_examples=300, deadline=None)
@given(st.text(), st.sampled_from(languages()))
def test_every_letter_and_digit_is_in_a_word(text: str, code: str) -> None:
    rules = language(code)
    words = " ".join(analyse(text, rules))
    assert words == " ".join(words.split())
    assert '"' not in words
    plain = unicodedata.normalize("NFKC", text)
    assert words or not any(unicodedata.category(c) in {"Ll", "Lu", "Nd"} for c in plain)


@given(st.text(alphabet="abc XYZ019-_./:,'+#äßİıдБקدहिंท東가", max_size=40))
def test_nothing_but_stop_words_is_lost(text: str) -> None:
    bare = language("und")
    words = set("".join(analyse(text, bare)))
    letters = {c for c in "".join(analyse(" ".join(text), bare)) if c.isalnum()}
    assert letters <= words


@pytest.mark.parametrize("piece", ["a", "中", "ก", "a1", "x-", "ह", "'", "9,"])
def test_a_megabyte_without_spaces_takes_seconds_at_most(piece: str) -> None:
    start = time.process_time()
    analyse(piece * (1_000_000 // len(piece)), language("en"))
    assert time.process_time() - start < 5


def test_no_simplified_character_is_itself_replaced() -> None:
    folded = [fold_letters(chr(code)) for code in range(0x3400, 0xA000)]
    assert [fold_letters(character) for character in folded] == folded
    assert sum(chr(code) != fold_letters(chr(code)) for code in range(0x4E00, 0xA000)) > 2_500
