from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quoth.text import (
    Splitter,
    find_sentence_starts,
    find_sentences,
    find_stops,
    is_complete,
    language,
    languages,
)
from quoth.types import Document, Page


def cut(text: str, code: str = "en") -> list[str]:
    return [text[start:end] for start, end in find_sentences(text, language(code))]


@pytest.mark.parametrize(
    "parts",
    [
        ["He left.", "“Why?” she asked.", "Nobody knew."],
        ["Он ушёл.", "Она осталась.", "«Почему?»"],
        ["Er ging.", "Über Nacht blieb sie.", "„Warum?“"],
        ["Se fue.", "¿Por qué?", "¡Nadie lo sabe!"],
        ["Έφυγε.", "Εκείνη έμεινε."],
        ["ذهب الرجل.", "لماذا؟", "لا أحد يعرف."],
        ["वह चला गया।", "वह रुकी रही।"],
        ["Նա գնաց։", "Նա մնաց։"],
        ["ሄደ።", "እሷ ቀረች።"],
        ["בא הביתה.", "למה הלך?", "איש לא ידע."],
        ["그는 떠났다.", "그녀는 남았다."],
    ],
    ids=lambda parts: parts[0],
)
def test_sentences_end_in_every_script(parts: list[str]) -> None:
    assert cut(" ".join(parts)) == parts


def test_sentences_end_where_no_space_is_written() -> None:
    assert cut("彼は去った。「なぜ？」彼女は残った。") == [
        "彼は去った。",
        "「なぜ？」",
        "彼女は残った。",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Dr. Smith met Mr. Jones.",
        "See Fig. 3 for details.",
        "John F. Kennedy spoke.",
        "J. R. R. Tolkien wrote it.",
        "А. С. Пушкин написал это.",
        "It is 3.5 metres, e.g. the guard.",
        "It ran vs. Rome.",
    ],
)
def test_abbreviations_and_initials_end_nothing(sentence: str) -> None:
    assert cut(sentence) == [sentence]


@pytest.mark.parametrize(
    "parts",
    [
        ["That was plan B.", "Then came another."],
        ["It followed World War I.", "Then came peace."],
        ["He was late.", "J. Smith was not."],
        ["She said no.", "He agreed."],
    ],
    ids=lambda parts: parts[0],
)
def test_what_only_looks_like_an_abbreviation_ends_a_sentence(parts: list[str]) -> None:
    assert cut(" ".join(parts)) == parts


SENTENCES = {
    "en": [
        "See ( P.L. 107-110 ) and H.R. 1234 today.",
        "He moved to the U.S.",
        "The pump, No. 5, was built there.[3]",
        "Follow the steps: 1. Turn it off.",
        "2. Open the valve, etc.",
        "Then wait.",
    ],
    "de": [
        "Das gilt z. B. für Dämme, d. h. für alle.",
        "Am 30. Juni kam Dr. Müller.",
        "Der 2. Krieg endete 1945.",
        "Danach war Ruhe.",
        "Siehe Art. 5 Abs. 3 des Gesetzes.",
        "„Warum?“ fragte er.",
        "Sie kostet ca. 3 Mio. Euro.",
        "Über Nacht blieb er.",
    ],
    "fr": ["M. Dupont a payé.", "Voir p. 12 du contrat.", "Œuvre terminée !", "À demain."],
    "es": ["¿Quién pagó?", "¡Nadie!", "El Sr. López dijo: «No».", "Véase la pág. 12."],
    "it": ["Il sig. Rossi ha pagato.", "È finita.", "Perché?", "Vedi pag. 3 e art. 5."],
    "pt": ["O Sr. Silva pagou.", "À noite choveu.", "Por quê?", "Ver pág. 8."],
    "nl": ["Dhr. de Vries betaalde.", "Zie blz. 12.", "Waarom?", "De pomp werkt b.v. goed."],
    "pl": ["Zapora ma np. 30 m.", "Łódź jest daleko.", "Śnieg padał.", "Dlaczego?"],
    "ru": ["Плотину построили в 1962 г. за год.", "См. рис. 3 и стр. 12.", "А. С. Иванов платил."],
    "tr": ["Dr. Şahin geldi.", "İki yıl sürdü.", "Çok güzeldi.", "Kim ödedi?"],
    "el": ["Ποιος πλήρωσε;", "Η εταιρεία πλήρωσε.", "Πότε;", "Το 1962."],
    "ro": ["Dl. Popescu a plătit.", "Șase ani a durat.", "Vezi art. 5.", "Țara e mare."],
    "ar": ["بُني السد عام 1962.", "قال د. أحمد ذلك.", "هل هذا صحيح؟", "نعم."],
    "he": ["הסכר נבנה ב-1962.", "ד״ר כהן תכנן אותו.", "מי שילם?", "המדינה."],
    "hi": ["बाँध 1962 में बना।", "डॉ. राम ने कहा।", "क्या यह सच है?", "हाँ।"],
    "vi": ["Đập cao 30 m.", "Ở đây có TP. Huế.", "Ai trả tiền?", "TS. Lan đã nói."],
    "ko": ["댐은 1962년에 지었다.", "누가 지었나?", "정부가 지었다."],
}


@pytest.mark.parametrize("code", SENTENCES)
def test_the_sentences_of_a_language_end_where_its_readers_end_them(code: str) -> None:
    parts = SENTENCES[code]
    assert cut(" ".join(parts), code) == parts


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("zh", ["大坝高120米。", "建于1962年！", "“为什么？”", "他问。", "由国家投资;共12亿元。"]),
        ("zh", ["大坝很高.", "建于去年!", "由国家投资."]),
        ("ja", ["堤高は120mである。", "「なぜ？」と彼は聞いた。", "完成した！", "すごい。"]),
    ],
)
def test_sentences_without_spaces_between_them_end_at_their_marks(
    code: str, parts: list[str]
) -> None:
    assert cut("".join(parts), code) == parts


def test_a_space_ends_a_long_enough_sentence_in_thai() -> None:
    first = "เขื่อนแห่งนี้สร้างขึ้นโดยบริษัทของรัฐซึ่งใช้เวลานานถึงห้าปีเต็ม"
    second = "ปัจจุบันเขื่อนผลิตไฟฟ้า ให้แก่สามจังหวัดในปี 2505 และกักเก็บน้ำ"
    assert cut(f"{first} {second}", "th") == [first, second]


def test_a_paragraph_without_full_stops_is_no_sentence_where_there_are_no_spaces() -> None:
    clause = "水库的水位每年都会下降,需要定期检查和维护,"
    parts = cut(clause * 30, "zh")
    assert "".join(parts) == clause * 30
    assert max(map(len, parts)) <= 160


def test_items_of_a_list_are_sentences() -> None:
    assert cut("Bring:\n- a rope\n- a lamp\nAnd a\nhat") == [
        "Bring:",
        "- a rope",
        "- a lamp\nAnd a\nhat",
    ]


@pytest.mark.parametrize("piece", ["a", "中", "ก ", "。", ". A", "1.", "z. B. ", "“", "\n", "|"])
def test_a_long_text_is_cut_in_linear_time(piece: str) -> None:
    start = time.process_time()
    assert sum(1 for _ in find_sentences(piece * (200_000 // len(piece)), language("de"))) >= 0
    assert time.process_time() - start < 5


@pytest.mark.parametrize("heading", ["## 借阅", "# House rules", "###### Ruhezeiten 2026"])
def test_a_heading_is_no_part_of_the_sentence_below_it(heading: str) -> None:
    below = "Every reader may borrow five books."
    text = f"{heading}\n{below}"
    assert [text[start:end] for start, end in find_sentences(text)] == [heading, below]


def test_an_empty_line_ends_a_sentence() -> None:
    assert cut("A heading\n\n  the rest\nof it") == ["A heading", "the rest\nof it"]


@given(st.text(alphabet="aA1 .!?。؟;\n\"'（)」Джกω中-|", max_size=80))
def test_sentences_are_the_whole_text_in_order(text: str) -> None:
    spans = list(find_sentences(text))
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert "".join("".join(cut(text)).split()) == "".join(text.split())


def test_starts_are_those_of_the_span_alone() -> None:
    text = "One. Two. Three. Four."
    assert list(find_sentence_starts(text, 5, 17)) == [10]


@pytest.mark.parametrize(
    "text", ["Он ушёл. Она осталась.", "वह गया। वह रुकी।", "Dr. No left. He won."]
)
def test_the_splitter_cuts_at_the_same_sentences(text: str) -> None:
    """A chunk has room for the longer sentence, so every cut is the end of one."""
    longest = max(end - start for start, end in find_sentences(text))
    splitter = Splitter(range_of, chunk_tokens=longest + 1, limit=longest + 1)
    chunks = splitter.split(Document("a", "", "text", (Page(1, text),)))
    assert [chunk.text for chunk in chunks] == cut(text)


def range_of(text: str) -> range:
    """Return a token for each character."""
    return range(len(text))


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("It is.", True),
        ("It is.” ", True),
        ("終わり。」", True),
        ("क्या?", True),
        ("यह है।", True),
        ("It is", False),
        ("It is:", False),
        ("", False),
    ],
)
def test_a_complete_text_ends_with_a_mark(text: str, complete: bool) -> None:
    assert is_complete(text) is complete


def test_stops_are_found_before_the_next_sentence_is_written() -> None:
    text = "One is here. two is not\n終わり。？次"
    stops = list(find_stops(text))
    assert [text[end:start] for end, start in stops] == [" ", "\n", ""]
    assert stops[0] == (12, 13)
    assert list(find_stops(text, 13)) == stops[1:]
    assert list(find_stops("It is over.")) == []


def test_an_abbreviation_is_no_stop_of_a_text_being_written() -> None:
    text = "Das gilt z. B. für Dr. Müller am 3. Oktober. Und "
    stops = [text[:end] for end, _ in find_stops(text, language=language("de"))]
    assert stops == ["Das gilt z. B. für Dr. Müller am 3. Oktober."]
    assert not list(find_stops("They met Dr. ", 11))


@pytest.mark.parametrize(
    "parts",
    [
        ["He left.[12]", "She stayed."],
        ["He left.[i][ii]", "She stayed."],
        ["He left.[citation needed]", "She stayed."],
        ["He left.¹", "She stayed."],
        ["Er ging.²³", "Über Nacht blieb sie."],
        ["彼は去った。¹", "彼女は残った。"],
        ["**He left.**", "*She* stayed.", "_Nobody_ knew."],
        ["“Er ging!”", "Über Nacht blieb sie."],
        ["Il partit…»", "Étonnée, elle resta."],
        ["„Ich gehe.“", "Über Nacht blieb sie."],
        ["»Ich gehe.«", "Über Nacht blieb sie."],
        ["‚Ich gehe!‘", "Über Nacht blieb sie."],
        ["« Je pars. »", "Étonnée, elle resta.", "« Non. »"],
        ["«\u202fJe pars.\u202f»", "«\u202fÉtonnée, elle resta.\u202f»"],
    ],
    ids=lambda parts: parts[0],
)
def test_notes_and_signs_around_a_sentence_belong_to_it(parts: list[str]) -> None:
    assert cut(" ".join(parts)) == parts


@pytest.mark.parametrize("code", languages())
def test_no_abbreviation_of_a_language_ends_a_sentence_before_a_name(code: str) -> None:
    rules = language(code)
    for short in rules.sentences.abbreviations:
        for written in {short, short.replace(".", ". ")}:
            text = f"Xaver ({written}. 12) Yolanda."
            assert cut(text, code) == [text], short


def test_a_quote_that_opens_behind_a_full_stop_belongs_to_the_next_sentence() -> None:
    assert cut("他走了。“为什么？”她问。", "zh") == ["他走了。", "“为什么？”", "她问。"]
    assert cut("Er ging. »Warum?« Über Nacht blieb sie.", "de")[1] == "»Warum?«"


@pytest.mark.parametrize("text", ["„Ich gehe.“", "« Je pars. »", "**Done.**", "「行く。」"])
def test_a_sentence_with_its_quotation_marks_is_complete(text: str) -> None:
    assert is_complete(text)
