"""The rarer shapes of marks."""

import pytest
from quoth.answer.mark_shapes import square_marks
from quoth.text import language

TITLES = ("Ferry timetable", "Harbour log")


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("(see [1])", "[1]"),
        ("([1], [2])", "[1,2]"),
        ("(cf. [1] and [2])", "[1,2]"),
        ("(Source: 2)", "[2]"),
        ("(Document 2, Harbour log, page 7)", "[2]"),
        ("[Harbour log, p. 7]", "[2]"),
        ("(#2)", "[2]"),
        ("([Harbour log](log.pdf#page=7))", "[2]"),
        ("[doc_1]", "[1]"),
        ("[cite: 1; 2]", "[1,2]"),
        ("\\[1\\]", "[1]"),
        ("^[1]^", "[1]"),
        ("$^{[1]}$", "[1]"),
        ("<cite>1</cite>", "[1]"),
        ('<ref id="2"/>', "[2]"),
        ('<a href="#1">[1]</a>', "[1]"),
        ("<sup>1,2</sup>", "¹,²"),
        ("①", "[1]"),
        ("[1] and [2]", "[1][2]"),
        ("– [1]", "[1]"),
        ("— Excerpt 1, page 4", "[1]"),
    ],
)
def test_a_mark_of_any_shape_becomes_numbers_in_brackets(written: str, numbers: str) -> None:
    squared = square_marks(f"The ferry leaves at noon {written}.", titles=TITLES)
    assert squared == f"The ferry leaves at noon {numbers}."


@pytest.mark.parametrize(
    ("spoken", "written", "numbers"),
    [
        ("de", "(siehe Auszug 1, S. 4)", "[1]"),
        ("de", "(Quelle: 1 und 2)", "[1,2]"),
        ("es", "(véase [2])", "[2]"),
        ("fr", "(voir extrait 2, page 8)", "[2]"),
        ("it", "(vedi estratto 2)", "[2]"),
        ("pt", "(fonte: trecho 1)", "[1]"),
        ("nl", "(zie fragment 2, blz. 3)", "[2]"),
        ("ru", "(см. фрагмент 2, с. 8)", "[2]"),
        ("zh", "（来源：1）", "[1]"),
        ("ja", "（資料1より）", "[1]"),
    ],
)
def test_the_words_of_a_mark_are_those_of_its_language(
    spoken: str, written: str, numbers: str
) -> None:
    squared = square_marks(f"31 m {written}.", titles=TITLES, language=language(spoken))
    assert squared == f"31 m {numbers}."


@pytest.mark.parametrize(
    "said",
    [
        "The ferry leaves at noon (not at 2).",
        "The ferry (built in 1999) leaves at noon.",
        "The ferry leaves from pier (3).",
        "The set {1, 2} is finite, and 10^6 is a number.",
        "The ferry leaves at noon [except in May].",
        "See the log (page 7).",
    ],
)
def test_what_says_something_is_no_mark(said: str) -> None:
    assert square_marks(said, titles=TITLES) == said


def test_a_power_stays_raised_and_is_no_mark_in_brackets() -> None:
    assert square_marks("The deck has 40 m<sup>2</sup>.", titles=TITLES) == "The deck has 40 m²."


def test_what_an_excerpt_has_itself_is_no_mark() -> None:
    excerpt = "Clause 4 (see document 2) applies."
    assert square_marks(excerpt, excerpts=[excerpt], titles=TITLES) == excerpt
