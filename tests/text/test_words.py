from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import snowballstemmer
from hypothesis import given
from hypothesis import strategies as st
from quoth.text import (
    analyse,
    analyser_fingerprint,
    count_terms,
    encode_word,
    is_stop_word,
    language,
    pack,
    split_words,
    stem,
    unpack,
    weigh_rarity,
)


def test_words_are_stemmed_lower_case_without_accents_and_without_stop_words() -> None:
    assert analyse("The Meetings were held in Zürich") == ["meet", "held", "zurich"]


def test_words_repeat_as_often_as_they_stand_there() -> None:
    assert analyse("oil, oil and oils") == ["oil", "oil", "oil"]


def test_ligatures_are_taken_apart() -> None:
    assert analyse("ﬁnancial eﬀects") == analyse("financial effects")


def test_scripts_without_spaces_are_cut_into_pairs() -> None:
    assert analyse("京都タワー") == ["京都", "都タ", "タワ", "ワー", "京", "都"]
    assert analyse("GDP増加") == ["gdp", "増加", "増", "加"]


def test_syllables_of_vietnamese_count_alone_and_in_pairs() -> None:
    words = set(analyse("Thủ đô của Việt Nam", language("vi")))
    assert {"thu_do", "viet_nam", "nam"} <= words
    assert "của" not in words
    assert {"thu_do"} <= set(analyse("thu do", language("vi"))) & words


def test_a_character_without_spaces_is_a_letter_with_its_vowels() -> None:
    assert analyse("เขื่อนเก่า", language("th")) == ["เขื่อ", "อน", "นเก่า"]
    assert analyse("ទំនប់", language("und")) == ["ទំន", "នប់"]


@given(st.lists(st.text(min_size=1, max_size=8)))
def test_codes_come_back_in_order(words: list[str]) -> None:
    assert unpack(pack(words)).tolist() == [encode_word(word) for word in words]
    assert unpack(pack(words)).dtype == np.uint32


@given(st.text())
def test_any_text_has_words(text: str) -> None:
    for word in analyse(text):
        assert word.strip()
        assert '"' not in word


def test_one_word_is_stemmed_as_it_is_in_a_text() -> None:
    for word in ("Zürich", "Meetings", "eﬀects", "Ёлки"):
        assert analyse(word) == [stem(word)]


def test_stop_words_are_left_out_however_they_are_written() -> None:
    assert is_stop_word("Not")
    assert not is_stop_word("meeting")
    assert analyse("not The Meetings") == ["meet"]


def test_terms_count_the_words_of_a_text() -> None:
    assert count_terms("Oil and oils, in Zürich") == {"oil": 2, "zurich": 1}
    assert not count_terms("How")


def test_a_stop_word_in_capitals_is_an_acronym() -> None:
    assert analyse("Who leads IT?") == ["lead", "it"]
    assert analyse("The WHO advises") == ["who", "advis"]
    assert analyse("Who WROTE IT") == ["wrote", "it"]


def test_capitals_say_nothing_in_a_line_of_capitals() -> None:
    assert analyse("WE WILL REPAIR IT NOW\nThe pump") == ["repair", "now", "pump"]


def test_a_text_of_stop_words_alone_keeps_them() -> None:
    assert analyse("who are you") == ["who", "are", "you"]
    assert analyse("WHO") == analyse("who") == ["who"]


def test_split_words_are_neither_stemmed_nor_left_out() -> None:
    assert split_words("The GDP of 京都市 (v2.1)") == [
        "the",
        "gdp",
        "of",
        "京都",
        "都市",
        "v2",
        "1",
    ]


def test_threads_stem_at_once() -> None:
    texts = [
        f"x{start}{end}"
        for start in map("".join, product("bdfgkl", "aeiou", "mnprst"))
        for end in ("ing", "ed", "ations", "ness", "fully")
    ]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(analyse, texts))
    for text, words in zip(texts, together, strict=True):
        assert words == [snowballstemmer.stemmer("english").stemWord(text)]


def test_a_language_without_a_stemmer_compares_words_as_they_are() -> None:
    bare = replace(language(), words=replace(language().words, stemmer=""))
    assert analyse("The Meetings", bare) == ["meetings"]


def test_the_fingerprint_changes_with_the_words_of_any_language_and_with_the_table_of_characters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prints = {analyser_fingerprint()}
    table = tmp_path / "simplified.txt"
    monkeypatch.setattr(import_module("quoth.text.letters"), "_SIMPLIFIED", table)
    table.write_text("坝壩\n", encoding="utf-8")
    analyser_fingerprint.cache_clear()
    prints.add(analyser_fingerprint())
    monkeypatch.setattr(import_module("quoth.text.language"), "_FOLDER", tmp_path)
    for content in (
        "name: A\nwords:\n  stop: of\nsentences:\n  ordinals: true\n",
        "name: A\nwords:\n  stop: of\n\n  stemmer: dutch\n",
        "name: A\nwords:\n  stop: by\nsentences:\n  ordinals: true\n",
        "name: B\nwords:\n  stop: by\nsentences:\n  ordinals: false\n",
    ):
        (tmp_path / "aa.yaml").write_text(content)
        analyser_fingerprint.cache_clear()
        prints.add(analyser_fingerprint())
    analyser_fingerprint.cache_clear()
    assert len(prints) == 5  # the last two have the same words


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    weights = [weigh_rarity(holding, 10) for holding in range(11)]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] > 0


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [("大坝的发电机", "大壩的發電機"), ("头发干燥", "頭髮乾燥"), ("里程表", "里程錶")],
)
def test_chinese_has_the_same_words_in_both_scripts(simplified: str, traditional: str) -> None:
    for code in ("zh", "und"):
        assert analyse(simplified, language(code)) == analyse(traditional, language(code))
    assert split_words(simplified) == split_words(traditional)
    assert analyse(f"A{simplified}1") == analyse(f"A{traditional}1")


def test_old_and_new_characters_of_japanese_stay_apart_from_other_words() -> None:
    rules = language("ja")
    assert analyse("國立學校", rules) == analyse("国立学校", rules)
    assert set(analyse("発電所", rules)).isdisjoint(analyse("髪型", rules))
    assert analyse("かきくけこガギグゲゴ", rules)[:2] == ["かき", "きく"]


@pytest.mark.parametrize("written", ["السدود", "والسدود", "بالسدود", "للسدود", "وبالسدود"])
def test_an_arabic_word_is_the_same_with_its_article(written: str) -> None:
    assert analyse(written, language("ar")) == analyse("سدود", language("ar"))


def test_the_letters_of_a_short_arabic_word_are_no_article() -> None:
    assert analyse("ألم", language("ar")) != analyse("م", language("ar"))
    assert stem("الف", language("ar")) == "الف"
