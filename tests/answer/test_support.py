"""Claims that say the same as a passage, and claims that do not."""

from __future__ import annotations

import pytest
from quoth.answer import SupportFinder
from quoth.text import language
from quoth.types import Chunk

PASSAGES = {
    "en": (
        "The kiln was built by Ada Moll in May 1931. It is 4.2 metres high and 19 metres long. "
        "The chimney is swept twice a year. Gas is not used. Up to 12 visitors may enter. "
        "The entry fee is included in the ticket. Output rose by 8 percent. It closes on Monday."
    ),
    "de": (
        "Der Ofen wurde im Mai 1931 von Ada Moll gebaut. Er ist 4,2 Meter hoch und 19 Meter lang. "
        "Die Reinigung dauert fünf Stunden. Gas wird nicht verwendet. Der Preis sank um 8 Prozent."
    ),
    "zh": "窑炉建于1931年5月，高4.2米，长19米。这里不使用燃气。产量增加了8%。",
}


def supports(code: str, claim: str, question: str = "") -> bool:
    text = PASSAGES[code]
    chunk = Chunk("kiln.md", "Kiln", 1, None, 0, len(text), text, language=code)
    fit = SupportFinder(question, [chunk], language=language(code)).find(claim)
    return fit is not None and fit.supports


@pytest.mark.parametrize(
    ("code", "claim"),
    [
        ("en", "The kiln is 4.2 m high."),
        ("en", "Ada Moll built the kiln in 1931."),
        ("en", "The chimney is swept two times per year."),
        ("en", "The kiln is 19 metres long and was built in May 1931."),
        ("en", "No, gas is not used."),
        ("de", "Die Reinigung dauert 5 Stunden."),
        ("de", "Der Ofen ist 19 m lang."),
        ("zh", "窑炉高4.2米。"),
    ],
)
def test_a_claim_in_other_words_is_supported(code: str, claim: str) -> None:
    assert supports(code, claim)


@pytest.mark.parametrize(
    ("code", "claim"),
    [
        ("en", "The kiln is 5.2 metres high."),
        ("en", "The kiln is 19 metres high."),
        ("en", "The kiln is 4.2 feet high."),
        ("en", "The kiln was built by Tom Reed."),
        ("en", "The kiln was built in June 1931."),
        ("en", "The chimney is swept twice a month."),
        ("en", "The chimney is swept three times a year."),
        ("en", "Gas is used."),
        ("en", "At least 12 visitors may enter."),
        ("en", "The entry fee is charged separately from the ticket."),
        ("en", "Output fell by 8 percent."),
        ("en", "It closes on Sunday."),
        ("de", "Der Ofen ist 19 Meter hoch."),
        ("de", "Die Reinigung dauert 6 Stunden."),
        ("de", "Gas wird verwendet."),
        ("de", "Der Preis stieg um 8 Prozent."),
        ("zh", "窑炉高19米。"),
        ("zh", "这里使用燃气。"),
        ("zh", "产量减少了8%。"),
    ],
)
def test_a_claim_that_says_something_else_is_not(code: str, claim: str) -> None:
    assert not supports(code, claim)


def test_a_number_alone_measures_what_was_asked() -> None:
    assert supports("en", "4.2 metres", "How high is the kiln?")
    assert not supports("en", "19 metres", "How high is the kiln?")


def test_a_number_of_the_question_may_be_compared_with() -> None:
    question = "Is the kiln longer than 15 metres?"
    assert supports("en", "The kiln is 19 metres long, which is more than 15 metres.", question)
    assert not supports("en", "The kiln is 15 metres long.", question)


TARIFF = (
    "| Boat | Fee |\n|---|---|\n| Canoe | 7.50 euros |\n| Dinghy | 19.00 euros |\n\n"
    "The slipway is cleaned by Rosa Lind. Adults pay 6 euros, children pay 3 euros."
)


@pytest.mark.parametrize(
    ("claim", "is_right"),
    [
        ("A canoe costs 7.50 euros, while a dinghy costs 19.00 euros.", True),
        ("A canoe costs 19.00 euros, while a dinghy costs 7.50 euros.", False),
        ("Canoes and dinghies cost 7.50 and 19.00 euros respectively.", True),
        ("Adults pay 6 euros and children pay 3 euros.", True),
        ("Adults pay 3 euros and children pay 6 euros.", False),
        ("Children pay 6 euros.", False),
        ("The slipway is cleaned by Rosa Lind.", True),
        ("Rosa Lind is cleaned by the slipway.", False),
    ],
)
def test_a_value_or_a_role_stands_with_its_own_subject(claim: str, is_right: bool) -> None:
    chunk = Chunk("tariff.md", "Harbour", 1, None, 0, len(TARIFF), TARIFF, language="en")
    fit = SupportFinder("", [chunk], language=language("en")).find(claim)
    assert (fit is not None and fit.supports) == is_right


RULES = {
    "en": (
        "Dogs are forbidden unless the warden has given leave. The sauna is open from 7 a.m. to "
        "9 p.m. Bikes may not be hired without a deposit. Guests may use the lift without a key."
    ),
    "de": "Räder dürfen nicht ohne Kaution geliehen werden. Die Sauna ist von 7 bis 21 Uhr offen.",
    "es": "No se permite la entrada sin reserva. La sauna cierra a las 21:00.",
    "fr": "Les chiens sont interdits sauf avec l’accord du gardien. Le sauna ferme à 21 h.",
    "zh": "未经管理员许可不得带狗进入。桑拿房晚上9点关门。",
    "ja": "サウナは午前7時から午後9時まで営業しています。",
}


@pytest.mark.parametrize(
    ("code", "claim", "is_right"),
    [
        ("en", "Dogs are allowed only with leave from the warden.", True),
        ("en", "Dogs are not allowed without leave from the warden.", True),
        ("en", "Dogs are allowed without leave from the warden.", False),
        ("en", "Dogs are allowed unless the warden has given leave.", False),
        ("en", "Bikes may be hired without a deposit.", False),
        ("en", "Bikes may be hired only with a deposit.", True),
        ("en", "Guests may use the lift without a key.", True),
        ("en", "Guests may not use the lift without a key.", False),
        ("de", "Räder dürfen ohne Kaution geliehen werden.", False),
        ("de", "Räder dürfen nur mit Kaution geliehen werden.", True),
        ("es", "La entrada se permite sin reserva.", False),
        ("es", "La entrada se permite solo con reserva.", True),
        ("fr", "Les chiens ne sont admis qu’avec l’accord du gardien.", True),
        ("zh", "未经管理员许可可以带狗进入。", False),
        ("zh", "只有经管理员许可才能带狗进入。", True),
    ],
)
def test_a_condition_may_be_told_in_other_words(code: str, claim: str, *, is_right: bool) -> None:
    assert follows(code, claim) == is_right


@pytest.mark.parametrize(
    ("code", "claim", "is_right"),
    [
        ("en", "The sauna is open from 07:00 to 21:00.", True),
        ("en", "The sauna is open from 7 p.m. to 9 p.m.", False),
        ("en", "The sauna is open until 22:00.", False),
        ("de", "Die Sauna ist bis 9 Uhr abends offen.", True),
        ("de", "Die Sauna ist bis 8 Uhr abends offen.", False),
        ("es", "La sauna cierra a las 9 de la noche.", True),
        ("fr", "Le sauna ferme à 9 heures du soir.", True),
        ("fr", "Le sauna ferme à 9 heures du matin.", False),
        ("zh", "桑拿房21:00关门。", True),
        ("zh", "桑拿房上午9点关门。", False),
        ("ja", "サウナは7:00から21:00まで営業しています。", True),
    ],
)
def test_a_time_may_be_told_in_other_hours(code: str, claim: str, *, is_right: bool) -> None:
    assert follows(code, claim) == is_right


def follows(code: str, claim: str) -> bool:
    """Return whether the rules of a language support a claim."""
    chunk = Chunk("rules.md", "Rules", 1, None, 0, len(RULES[code]), RULES[code], language=code)
    fit = SupportFinder("", [chunk], language=language(code)).find(claim)
    return fit is not None and fit.supports


DENIALS = (
    "Smoking is forbidden in all rooms. Pets are not kept. "
    "Members under 16 are exempt from the fee."
)
GERMAN_DENIALS = (
    "Fahrräder dürfen im Juli und August nicht mitgenommen werden. Kinder fahren kostenlos. "
    "Der Speisewagen ist geöffnet."
)


@pytest.mark.parametrize(
    ("code", "claim", "is_right"),
    [
        ("en", "Smoking is not permitted in the rooms; it is forbidden in all of them.", True),
        ("en", "Smoking is not forbidden in all rooms.", False),
        ("en", "Members under 16 do not pay the fee.", True),
        ("en", "Members under 16 are not exempt from the fee.", False),
        ("en", "Pets are kept.", False),
        ("de", "Fahrräder dürfen im Juli nicht mitgenommen werden.", True),
        ("de", "Fahrräder dürfen im Juli mitgenommen werden.", False),
        ("de", "Der Speisewagen ist nicht geöffnet.", False),
        ("de", "Kinder fahren nicht kostenlos.", False),
    ],
)
def test_a_denial_counts_beside_other_denials_of_the_passage(
    code: str, claim: str, *, is_right: bool
) -> None:
    text = DENIALS if code == "en" else GERMAN_DENIALS
    chunk = Chunk("rules.md", "Rules", 1, None, 0, len(text), text, language=code)
    fit = SupportFinder("", [chunk], language=language(code)).find(claim)
    assert (fit is not None and fit.supports) == is_right


def test_a_time_is_not_taken_for_that_of_another_number() -> None:
    text = "The ferry Lora leaves pier 4 at 07:15 and at 16:40."
    chunk = Chunk("guide.md", "Guide", 1, None, 0, len(text), text, language="en")
    finder = SupportFinder("When does the ferry leave?", [chunk])
    fit = finder.find("The ferry leaves at 07:15 and at 16:40.")
    assert fit is not None
    assert fit.supports
