"""Every function of `quoth.text` takes any string: all planes, broken decoding, controls."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from itertools import pairwise

import pytest
import quoth.text as qt
from hypothesis import given, settings
from hypothesis import strategies as st
from quoth.types import Document, Page

PIECES = (
    "\ud800",  # half of a character, from broken decoding
    "\udcff",
    "\u202e\u2067\u2069",  # controls of direction
    "\ue000\U000f0000",  # private use
    "👩\u200d👩\u200d👧🏽🇩🇪",
    "a" + "\u0301" * 40,
    "\u200b\u2060\ufeff\u00ad",
    "\x00\x1b\x7f",
    "A_b-1.2/3",
    "12億3万",
    "壩",
    "한국어의",
    "กำแพง",
    "e\u0328\u0301",
    "ﷺ",
    "½²⅓",
    "10:30½ 1/2¼",
    ". ",
    "。」",
    "[1]",
    "*",
    "\n\n",
)
ANY_TEXT = st.lists(
    st.one_of(st.text(st.characters(exclude_categories=())), st.sampled_from(PIECES)), max_size=12
).map("".join)
ON_ANY_TEXT = settings(max_examples=60, deadline=None)
LEFT_OUT = {"Cf", "Cs"}
"""The categories of characters that words are read without."""
CODE = st.sampled_from((*qt.languages(), "und"))


@ON_ANY_TEXT
@given(ANY_TEXT, CODE)
def test_any_text_has_words(text: str, code: str) -> None:
    rules = qt.language(code)
    words = qt.analyse(text, rules)
    assert all(words)
    assert not any(character.isspace() for word in words for character in word)
    assert qt.count_terms(text, rules).keys() <= set(words)
    assert len(qt.unpack(qt.pack(words))) == len(words)
    codes, rows = qt.group_letters([" ".join(words)])
    assert len(codes) == len(rows)
    assert "" not in [*qt.split_words(text, rules), *qt.fold_words(text)]
    qt.split_name(text, rules)
    qt.guess_name_words(text, rules)
    qt.stem(text, rules)
    qt.is_stop_word(text, rules)


@ON_ANY_TEXT
@given(ANY_TEXT, CODE)
def test_the_sentences_of_any_text_are_all_of_it(text: str, code: str) -> None:
    rules = qt.language(code)
    spans = list(qt.find_sentences(text, rules))
    assert "".join("".join(text[slice(*span)].split()) for span in spans) == "".join(text.split())
    assert all(0 <= begin < end <= len(text) for begin, end in spans)
    assert all(end <= begin for (_, end), (begin, _) in pairwise(spans))
    for end, start in qt.find_stops(text, language=rules):
        assert 0 <= end <= start <= len(text)
    assert sorted(qt.find_sentence_starts(text, language=rules)) == list(
        qt.find_sentence_starts(text, language=rules)
    )
    qt.is_complete(text)


@ON_ANY_TEXT
@given(ANY_TEXT, ANY_TEXT, CODE)
def test_the_numbers_names_and_signs_of_any_text_stand_there(
    text: str, source: str, code: str
) -> None:
    rules = qt.language(code)
    for number in qt.find_numbers(text):
        assert text[number.start : number.start + len(number.text)] == number.text
    assert not qt.find_unsupported_numbers(text, [text])
    if not LEFT_OUT & set(map(unicodedata.category, text)):  # they part names, and not words
        assert not qt.SourceVocabulary([text], language=rules).unsupported(text)
    for mention in qt.SourceVocabulary([source], language=rules).mentions(text):
        assert text[mention.start : mention.start + len(mention.text)] == mention.text
    for lexeme in qt.lexemes(text):
        assert lexeme[0].strip()
    assert "".join(qt.split_characters(text)) == "".join(text.split())
    assert qt.detect_language(text) == qt.detect_language(text)
    assert qt.count_words(text) <= qt.count_solid(text)
    qt.strip_links(text)
    qt.split_ligatures(text)
    qt.is_unspaced(text)


@ON_ANY_TEXT
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_any_quote_is_found_on_its_page(before: str, quote: str, after: str) -> None:
    found = qt.find_quote(quote, f"{before} {quote} {after}")
    if found and not quote.isspace():
        start, end, _ = found
        assert 0 <= start < end <= len(f"{before} {quote} {after}")
    elif quote.isascii():
        assert not quote.strip()


@ON_ANY_TEXT
@given(ANY_TEXT, CODE)
def test_the_chunks_of_any_text_are_all_of_it(text: str, code: str) -> None:
    splitter = qt.Splitter(lambda page: list(range(0, len(page), 3)), chunk_tokens=16, limit=32)
    document = Document("a.txt", "a", "text", (Page(1, text),), language=code)
    chunks = splitter.split(document)
    assert "".join("".join(chunk.text.split()) for chunk in chunks) == "".join(text.split())


FUNCTIONS: dict[str, Callable[[str], object]] = {
    "words": lambda text: qt.analyse(text, qt.language("und")),
    "sentences": lambda text: list(qt.find_sentences(text)),
    "stops": lambda text: list(qt.find_stops(text)),
    "numbers": lambda text: list(qt.find_numbers(text)),
    "quote": lambda text: qt.find_quote("not there", text),
    "language": qt.detect_language,
    "lexemes": qt.lexemes,
    "links": qt.strip_links,
}
ALPHABETS = "abc абв αβγ ابت אבג कखि กขิ 中大壩 かなカ 한국어 ကခိ កខិ አቡ ქარ հայ".split()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_text_without_spaces_takes_linear_time_in_each_script(name: str) -> None:
    function = FUNCTIONS[name]
    start = time.process_time()
    for letters in (*ALPHABETS, *PIECES):
        function(letters * (20_000 // len(letters)))
    assert time.process_time() - start < 4
