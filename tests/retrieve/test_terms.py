"""A question has the words of every language of a collection, and each word counts once."""

from __future__ import annotations

from quoth.retrieve.terms import find_terms
from quoth.text import analyse, language


def words(text: str, *, own: str) -> set[str]:
    return {word for term in find_terms(text, ["de", "en"], own=own) for word in term}


def test_one_language_gives_its_words_in_order_with_their_counts() -> None:
    text = "Which pumps feed the pumps of the upper basin?"
    terms = find_terms(text, ["en"], own="en")
    assert [word for (word,), times in terms.items() for _ in range(times)] == sorted(
        analyse(text, language("en")), key=[word for (word,) in terms].index
    )


def test_the_stems_of_two_languages_are_variants_of_one_term() -> None:
    terms = find_terms("Staumauern", ["de", "en"])
    assert list(terms) == [
        (*analyse("Staumauern", language("de")), *analyse("Staumauern", language("en")))
    ]


def test_a_word_that_both_languages_stem_alike_is_one_term_of_one_word() -> None:
    assert list(find_terms("Tunnel", ["de", "en"])) == [("tunnel",)]


def test_a_stop_word_is_dropped_only_where_the_language_of_the_question_says_so() -> None:
    words = {
        word for term in find_terms("Wer baute die Mauer", ["de", "en"], own="de") for word in term
    }
    assert "die" not in words
    words = {word for term in find_terms("How did he die", ["de", "en"], own="en") for word in term}
    assert "die" in words
    assert "did" not in words


def test_an_uncertain_language_keeps_every_word_that_may_mean_something() -> None:
    terms = find_terms("die", ["de", "en"])
    assert ("die",) in terms


def test_an_identifier_is_one_term_with_its_parts_beside_it() -> None:
    terms = find_terms("Wo liegt AB-1234/5?", ["de", "en"], own="de")
    assert all(len(term) == 1 for term in terms if term[0][0].isdigit())
    assert any("ab-1234/5" in term for term in terms)


def test_a_collection_without_documents_leaves_the_question_its_own_language() -> None:
    assert list(find_terms("the pumps", [], own="en")) == [("pump",)]
