from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from bag_embedder import BagEmbedder
from quoth.answer import find_calibration
from quoth.answer.features import holds_kind
from quoth.answer.phrase_forms import (
    counts_what_is_asked,
    is_of_kind,
    whole_date,
    whole_name,
    with_unit,
)
from quoth.answer.phrases import Phrase, rank_phrases
from quoth.answer.rules import apply_rule
from quoth.retrieve import Question
from quoth.text import ENGLISH, QuestionKind, language

OF_KIND: dict[QuestionKind, str] = {
    "number": "How many are there?",
    "when": "When was it?",
    "who": "Who was it?",
    "what": "What was it?",
}


def question(text: str) -> Question:
    return Question(text, BagEmbedder())


def span_of(phrase: str, sentence: str) -> tuple[int, int]:
    start = sentence.index(phrase)
    return start, start + len(phrase)


def rank(text: str, lines: list[str], rarity: Mapping[str, float], *, limit: int) -> list[Phrase]:
    rule = find_calibration("", "English").phrase
    spoken = [ENGLISH] * len(lines)
    return rank_phrases(question(text), lines, spoken, rarity, rule, limit=limit)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Who opened the bridge?", "who"),
        ("Which engineer pushed for it?", "who"),
        ("When was it opened?", "when"),
        ("In what year was it opened?", "when"),
        ("How many paintings are there?", "number"),
        ("What percentage of the rent is due?", "number"),
        ("What does a ticket cost?", "number"),
        ("What is the yearly rent for Unit 6?", "number"),
        ("Where does it stand?", "where"),
        ("What city is it in?", "where"),
        ("Why does bread rise?", "why"),
        ("How was the breaker repaired?", "how"),
        ("What gas filled the cabin?", "what"),
        ("Is there a cap on the rent?", "whether"),
        ("rent of unit 6", "what"),
    ],
)
def test_the_kind_of_answer_is_read_from_the_question(text: str, kind: QuestionKind) -> None:
    assert language("en").questions.kind_of(text) == kind


@pytest.mark.parametrize(
    ("text", "sentence", "answer"),
    [
        ("When was the bridge opened?", "The bridge was opened by the mayor in 1932.", "1932"),
        ("Who opened the bridge?", "The bridge was opened by John Lang in 1932.", "John Lang"),
        ("How many paintings are kept?", "The museum keeps 4,000 paintings.", "4,000"),
    ],
)
def test_the_likeliest_phrase_is_of_that_kind(text: str, sentence: str, answer: str) -> None:
    asked = question(text)
    phrases = rank(text, [sentence], dict.fromkeys(asked.terms, 1.0), limit=20)
    best = next(phrase for phrase in phrases if is_of_kind(phrase.words, asked.kind, ENGLISH))
    assert answer in best.text
    assert best.text in sentence


def test_every_phrase_stands_in_its_sentence_and_none_comes_twice() -> None:
    lines = ["The road to the Moon was long, and it cost 25.4 billion dollars.", "Nobody knew."]
    phrases = rank("What did the road cost?", lines, {"road": 1.0, "cost": 2.0}, limit=50)
    assert all(phrase.text in lines[phrase.sentence] for phrase in phrases)
    assert len({phrase.text.casefold() for phrase in phrases}) == len(phrases)
    rule = find_calibration("", "English").phrase
    scores = [apply_rule(rule, phrase.features) for phrase in phrases]
    assert scores == sorted(scores, reverse=True)


def test_the_number_of_a_section_is_no_answer() -> None:
    line = "6.2 Records are kept for thirty years."
    phrases = rank("How long are records kept?", [line], {"record": 1.0, "kept": 1.0}, limit=50)
    assert phrases
    assert all("6.2" not in phrase.text for phrase in phrases)


@pytest.mark.parametrize(
    ("phrase", "kind", "of_kind"),
    [
        ("November 1979", "when", True),
        ("18 May 1969 Stafford", "when", False),
        ("32 hours", "number", True),
        ("the hours", "number", False),
        ("Leif Andersen", "who", True),
        ("Bales said", "who", False),
        ("a mixture", "what", False),
        ("the", "who", False),
    ],
)
def test_a_phrase_is_of_a_kind_only_when_it_plainly_is(
    phrase: str, kind: QuestionKind, of_kind: bool
) -> None:
    asked = question(OF_KIND[kind])
    assert asked.kind == kind
    assert is_of_kind(phrase.split(), kind, ENGLISH) is of_kind


@pytest.mark.parametrize(
    ("phrase", "sentence", "text", "wanted"),
    [
        (
            "20",
            "It is for up to 20 working days a year.",
            "How long may I work abroad?",
            "up to 20 working days",
        ),
        ("38,400", "It supplies about 38,400 people.", "How many people get water?", "38,400"),
        ("28 days", "It is returned within 28 days after.", "How soon?", "within 28 days"),
        ("10", "There were 10.", "How many?", "10"),
    ],
)
def test_a_number_keeps_its_bound_and_its_unit(
    phrase: str, sentence: str, text: str, wanted: str
) -> None:
    assert with_unit(span_of(phrase, sentence), sentence, question(text), ENGLISH) == wanted


def test_a_unit_keeps_the_marks_of_its_letters() -> None:
    sentence = "बाँध 120 मीटर ऊँचा है।"
    span = span_of("120", sentence)
    assert with_unit(span, sentence, question("कितना?"), language("hi")) == "120 मीटर ऊँचा"


def test_a_number_is_taken_where_it_stands() -> None:
    sentence = "Of 13 storms, 3 boats sank in 3 hours."
    asked = question("How many boats sank?")
    boats, hours = re.finditer(r"\b3\b", sentence)
    assert counts_what_is_asked(boats.span(), sentence, asked, ENGLISH)
    assert not counts_what_is_asked(hours.span(), sentence, asked, ENGLISH)
    assert with_unit(hours.span(), sentence, question("How soon?"), ENGLISH) == "3 hours"


def test_a_number_that_belongs_to_a_name_is_no_answer() -> None:
    lines = ["The boldest step was Apollo 8.", "The whole of it cost 25.4 billion dollars."]
    asked = question("How much did Apollo cost?")
    phrases = rank(asked.text, lines, {"cost": 1.0}, limit=20)
    numbers = [phrase.text for phrase in phrases if is_of_kind(phrase.words, asked.kind, ENGLISH)]
    assert "8" not in numbers
    assert any("25.4 billion" in text for text in numbers)
    asked = question("What is the rent?")
    lines = ["Rent 2.1 The rent is 46,800 crowns a year."]
    phrases = rank(asked.text, lines, {"rent": 1.0}, limit=20)
    best = next(phrase.text for phrase in phrases if is_of_kind(phrase.words, asked.kind, ENGLISH))
    assert best.startswith("46,800")


@pytest.mark.parametrize(
    ("sentence", "text", "wanted"),
    [
        ("It rose to 45 metres.", "How high did it rise?", 1.0),
        ("It rose quickly.", "How high did it rise?", 0.0),
        ("It may open in May.", "When does it open?", 1.0),
        ("It may open soon.", "When does it open?", 0.0),
        ("The key is kept by Ada Byron.", "Who keeps the key?", 1.0),
        ("The key is kept by the porter.", "Who keeps the key?", 0.0),
        ("It closed because of rain.", "Why did it close?", 1.0),
        ("It closed.", "Why did it close?", 0.0),
        ("They met in Oslo.", "Where did they meet?", 1.0),
        ("It is green.", "What colour is it?", 0.5),
    ],
)
def test_a_sentence_holds_the_kind_of_answer_that_is_asked_for(
    sentence: str, text: str, wanted: float
) -> None:
    assert holds_kind(sentence, question(text), ENGLISH) == wanted


@pytest.mark.parametrize(
    ("code", "text", "sentence", "date", "wanted"),
    [
        ("en", "When did it open?", "It opened on 4 May 1931 at noon.", "1931", "4 May 1931"),
        ("en", "In which year did it open?", "It opened on 4 May 1931.", "4 May 1931", "1931"),
        (
            "es",
            "¿Cuándo abrió?",
            "Abrió el 4 de mayo de 1931 a las doce.",
            "1931",
            "4 de mayo de 1931",
        ),
        ("es", "¿En qué año abrió?", "Abrió el 4 de mayo de 1931.", "4 de mayo de 1931", "1931"),
        (
            "es",
            "¿Cuándo creció?",
            "Creció en la década de 1970 y siguió.",
            "década",
            "década de 1970",
        ),
        ("de", "In welchem Jahr?", "Sie wurde am 4. Mai 1931 eröffnet.", "4. Mai 1931", "1931"),
    ],
)
def test_a_date_is_whole_unless_the_year_is_asked_for(
    code: str, text: str, sentence: str, date: str, wanted: str
) -> None:
    spoken = language(code)
    asked = Question(text, BagEmbedder(), language=spoken)
    assert whole_date(span_of(date, sentence), sentence, asked, spoken) == wanted


def test_a_name_has_no_long_word_in_small_letters() -> None:
    spoken = language("ru")
    for words, named in (("Пейтон Мэннинг", True), ("Пейтон стал первым", False)):
        assert is_of_kind(words.split(), "who", spoken) is named
    assert is_of_kind("Board of Trade".split(), "who", ENGLISH)
    assert not is_of_kind("Traders under Ida Holm".split(), "who", ENGLISH)


def test_a_name_is_whole() -> None:
    sentence = "The board named William E. Simon first director, and Omar al-Halabi secretary."
    assert (
        whole_name(span_of("Simon", sentence), sentence, question("Who?"), ENGLISH)
        == "William E. Simon"
    )
    assert (
        whole_name(span_of("Omar", sentence), sentence, question("Who?"), ENGLISH)
        == "Omar al-Halabi"
    )
    asked = question("Who came after William?")
    assert whole_name(span_of("Simon", sentence), sentence, asked, ENGLISH) == "E. Simon"


@pytest.mark.parametrize(
    ("text", "sentence", "number", "counts"),
    [
        ("How many boats sank?", "In 3 storms, 11 boats sank.", "3", False),
        ("How many boats sank?", "In 3 storms, 11 boats sank.", "11", True),
        ("How many boats sank?", "The storm took 11.", "11", True),
        ("How many boats sank?", "The storm took 40 roofs.", "40", False),
        ("How many boats sank?", "It covers 40 km2 of water.", "40", False),
        ("How many boats sank?", "The storm took 27-30 % of them.", "27-30", False),
        ("How many points did they score?", "They won 23-16 and scored 9 points.", "23", False),
        ("What percentage is let?", "Of 340 flats, 62 % are let.", "340", False),
        ("What percentage is let?", "Of 340 flats, 62 % are let.", "62", True),
        ("What percentage is let?", "62 percent are let.", "62", True),
        ("How much does it cost?", "It costs 40 crowns.", "40", True),
    ],
)
def test_a_number_counts_what_the_question_asks_for(
    text: str, sentence: str, number: str, counts: bool
) -> None:
    span = span_of(number, sentence)
    assert counts_what_is_asked(span, sentence, question(text), ENGLISH) is counts
