"""Hebrew words with the short words that are written together with them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from quoth.text import (
    CodedTexts,
    Language,
    Term,
    analyse,
    encode_word,
    inverse_frequency,
    language,
    pack,
    score_words,
)

PLANTED = [
    # A sentence, and a question that has one of its words with other letters before it.
    ("הסכר נבנה לפני ארבעים שנה.", "מי אחראי לסכר?"),
    ("מנהל המפעל יצא אתמול לחופשה.", "כמה עובדים במפעל?"),
    ("מאחורי הבניין גדלה גינה קטנה.", "איך מגיעים לגינה?"),
    ("נורית קנתה אגסים בשוק.", "מתי נפתח השוק?"),
    ("ומהתחנה יוצא אוטובוס כל רבע שעה.", "היכן תחנה פתוחה?"),
    ("את המשאבה החליפו פעמיים.", "כמה עולה משאבה?"),
    ("הדוח נשלח לרשות המקומית.", "מה כתוב בדוח?"),
    ("מהנדסת צעירה תכננה מגדל.", "מה הגובה של המגדל?"),
    ("כשהשריפה פרצה איש לא נפגע.", "מדוע פרצה שריפה?"),
    ("בספרייה אסור לדבר בקול.", "מי מנהל את הספרייה?"),
    ("הדייגים חזרו אל הנמל.", "אילו ספינות עוגנות בנמל?"),
    ("שהמעלית תקועה ידעו כולם.", "מי מתקן מעליות? מי נתקע במעלית?"),
    ("יש קשר בין רעש ובין מחלות.", "איך נמדד הרעש?"),
    ("מוזיאון חדש נחנך ברחובות.", "מה מוצג במוזיאון?"),
    ("המורה לקח את הילדים ליער.", "אילו עצים יש ביער?"),
    ("הוויכוח היה על תקציב.", "מי אישר את התקציב?"),
    ("והמטבע נמצא מתחת לאדמה.", "כמה שווה מטבע?"),
    ("רופאה אחת עובדת במרפאה.", "מתי פתוחה המרפאה?"),
    ("לחוזה צורפו שני נספחים.", "מי חתם על החוזה?"),
    ("כביסה תלויה על החבל.", "מה מונח ליד הכביסה?"),
]


def count_found(rules: Language) -> int:
    """Return the number of questions whose sentence BM25 puts first, without a tie."""
    texts = CodedTexts.of_words([pack(analyse(sentence, rules)) for sentence, _ in PLANTED])
    found = 0
    for number, (_, question) in enumerate(PLANTED):
        words = Counter(analyse(question, rules))
        held = np.count_nonzero(texts.saturate([(encode_word(word),) for word in words]), axis=0)
        weights = inverse_frequency(held, texts.count)
        terms: dict[Term, float] = {
            (word,): float(weight) for word, weight in zip(words, weights, strict=True)
        }
        scores = score_words(texts, terms)
        found += bool(scores[number] > np.delete(scores, number).max())
    return found


def test_planted_questions_find_their_sentence_whatever_stands_before_a_word() -> None:
    rules = language("he")
    bare = replace(rules, words=replace(rules.words, proclitics=frozenset()))
    assert count_found(bare) <= 2
    assert count_found(rules) >= 19


@pytest.mark.parametrize("written", ["סכר", "הסכר", "וכשהסכר", "בסכר", "מהסכר", "לסכר"])
def test_a_word_is_found_with_and_without_what_is_written_before_it(written: str) -> None:
    words = analyse(written, language("he"))
    assert "סכר" in words
    assert words[0] == written


def test_the_first_letters_of_a_short_word_are_part_of_it() -> None:
    assert analyse("מים", language("he")) == ["מימ"]
    assert "שמש" in analyse("השמש", language("he"))
