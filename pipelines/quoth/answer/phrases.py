"""Phrases of a sentence that may answer a question, the likeliest first.

A small model writes fluent sentences that are wrong, but chooses well among few words of the text.
So it gets phrases to choose from: runs of words between natural borders, ranked by a linear rule
over what can be seen without a model - the kind of answer that the question asks for, how near the
phrase stands to the words of the question, and how long it is. `bench/calibrate.py` prints the
weights.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from quoth.text import ENGLISH_STOPWORDS, stem

Kind = Literal["who", "when", "where", "number", "why", "how", "what", "whether"]

MOST_WORDS = 12
MOST_COUNTED = 4
"""Words that may follow a number and say what it counts."""
_TOKEN = re.compile(r"[^\W_]+(?:[.,'’\-–/][^\W_]+)*|[^\w\s]")
_ASKED = re.compile(
    r"\b(how (?:many|much|long|old|far|tall|large|big|high|often|fast|deep|wide|heavy|soon)"
    r"|what (?:year|century|decade|date|day|month|percent\w*|number|amount|time)"
    r"|which (?:year|century|decade)|when|whom?|whose|where|why|how|what|which)\b"
)
_NOUN = re.compile(r"\b(?:what|which)\s+(\w+)")
_TIME = re.compile(r"when|year|century|decade|date|day|month|time")
_QUANTITY = re.compile(r"how .|number|amount|percent")
_MEASURED = re.compile(
    r"\bwhat (?:do|does|did)\b.*\b(?:costs?|weigh|pay|earn)\b"
    r"|\b(?:what|which) (?:is|was|are|were) the (?:\w+ ){0,2}(?:price|costs?|rent|fee|salary|age"
    r"|height|weight|length|width|depth|dose|dosage|rate|temperature|speed|population|distance"
    r"|size|area|duration|deposit|frequency|capacity|density|pressure|budget|revenue)\b"
)
_PLACES = frozenset(
    "country countries city cities state states place region town river location continent county "
    "village street building".split()
)
_PERSONS = frozenset(
    "person king queen president emperor author scientist leader group company team people "
    "organization organisation name university man woman student professor engineer".split()
)
_WHETHER = frozenset(
    "is are was were do does did can could may must has have had will would should".split()
)
_AUXILIARY = _WHETHER | {"be", "been", "being", "might", "shall"}
_MONTHS = frozenset(
    "january february march april may june july august september october november december".split()
)
_NUMERALS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty "
    "sixty seventy eighty ninety hundred hundreds thousand thousands million millions billion "
    "billions trillion half quarter third dozen percent first second fourth fifth".split()
)
_PARTS = frozenset("first second third fourth fifth half quarter".split())
_BOUND = re.compile(
    r"\b(?:up to|at least|at most|(?:no|not) (?:more|less) than|less than|more than|within)\s+$"
)
_FOLLOWING = re.compile(r"[ \u00a0-]([^\W\d_]+)")
_UNIT_WORDS = 2
_AROUND_DATES = frozenset(
    "early late mid end beginning start spring summer autumn winter morning evening night".split()
)
_ORDINAL_OR_YEAR = re.compile(r"1\d{3}|20\d\d|\d+(?:st|nd|rd|th)|\d{3,4}s")
_OPENERS = frozenset(
    "the a an to by in because from between on about over at his her their its no not".split()
)
_PLACED = re.compile(r"\b(?:in|at|on|near|to|from|inside|outside)\s+(?:the\s+)?[A-Z]")
_REASON = re.compile(
    r"\b(?:because|so that|since|due|caused?|causes|reason|therefore|thus|in order|as a result"
    r"|to avoid|allow\w*)\b",
    re.IGNORECASE,
)
_SECTION = re.compile(r"\s*(?:\d+\.)*\d+\.?\s+(?=[A-Z])")
_LINKING = frozenset(",()\"'-–%$£€")

# A linear rule, fitted to half of the articles of SQuAD 2.0's development set that we test with.
WEIGHTS: Mapping[str, float] = {
    "after article": 0.21,
    "after place word": 0.16,
    "before": 0.13,
    "best sentence": 0.76,
    "capitals, how": -1.95,
    "capitals, number": -0.58,
    "capitals, when": -0.63,
    "capitals, who": 1.96,
    "capitals, why": -1.06,
    "covered": 1.11,
    "cut name": -0.33,
    "cut number": -1.46,
    "date, number": -2.75,
    "date, what": -0.81,
    "date, when": 1.85,
    "date, where": -1.16,
    "date, who": 1.06,
    "date, why": -0.76,
    "digits, number": 3.05,
    "digits, what": -0.32,
    "digits, when": 0.83,
    "digits, where": 1.39,
    "digits, who": -2.94,
    "digits, why": -1.80,
    "log content": 0.58,
    "near": 1.46,
    "opens with article": 0.21,
    "repeated weight": 0.82,
    "third sentence": -0.27,
    "words squared": -0.33,
    "words, how": 0.82,
    "words, number": -0.27,
    "words, what": 0.45,
    "words, when": -1.59,
    "words, who": -0.56,
    "words, why": 1.65,
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A run of words of sentence number `sentence`, with its score (higher is likelier)."""

    text: str
    sentence: int
    score: float


def kind_of(question: str) -> Kind:
    """Return what kind of answer a question asks for; `whether` for one of yes or no."""
    lower = question.lower().strip()
    found = _ASKED.search(lower)
    first = re.match(r"\w*", lower)
    if first and first.group() in _WHETHER:
        return "whether"
    if not found:
        return "what"
    if _MEASURED.search(lower):
        return "number"
    word = found.group(1)
    if _QUANTITY.match(word) or _QUANTITY.search(word.removeprefix("what ")):
        return "number"
    if _TIME.search(word):
        return "when"
    if word.startswith("who"):
        return "who"
    if word == "where" or word == "why" or word == "how":
        return "where" if word == "where" else "why" if word == "why" else "how"
    noun = _NOUN.search(lower)
    if noun and noun.group(1) in _PLACES:
        return "where"
    return "who" if noun and noun.group(1) in _PERSONS else "what"


def phrases(
    question: str,
    sentences: Sequence[str],
    weights: Mapping[str, float],
    *,
    most: int,
) -> list[Phrase]:
    """Return the `most` likeliest phrases of the sentences, which are ordered best first.

    `weights` are those of the question's stems. Two phrases never have the same words.
    """
    kind = kind_of(question)
    found = [
        Phrase(text, number, sum(WEIGHTS.get(name, 0.0) * value for name, value in seen.items()))
        for number, sentence in enumerate(sentences)
        for text, seen in described(sentence, number, kind, weights)
    ]
    best: dict[str, Phrase] = {}
    for phrase in sorted(found, key=lambda phrase: -phrase.score):
        best.setdefault(phrase.text.casefold(), phrase)
        if len(best) == most:
            break
    return list(best.values())


def fits(phrase: str, kind: Kind) -> bool:
    """Tell whether a phrase is plainly a number with what it counts, a date, or a name."""
    words = [match.group() for match in _TOKEN.finditer(phrase)]
    telling = [
        word for word in words if word[0].isalnum() and word.lower() not in ENGLISH_STOPWORDS
    ]
    if not telling:
        return False
    if kind == "number":
        return (
            _is_number(telling[0])
            and telling[0].lower() not in _PARTS
            and len(telling) <= MOST_COUNTED + 1
        )
    if kind == "when":
        dated = [word for word in telling if _is_date(word)]
        return bool(dated) and all(
            _is_date(word) or _is_number(word) or word.lower() in _AROUND_DATES for word in telling
        )
    named = words[0][0].isupper() or words[0].lower() in {"the", "a", "an"}
    return (
        kind == "who"
        and named
        and all(word[0].isupper() and not _is_date(word) for word in telling)
    )


def with_measure(phrase: str, sentence: str, question: str) -> str:
    """Return a number with the bound before it and the unit after it, as the sentence has them.

    `20` in "for up to 20 working days" is `up to 20 working days`. A unit that the question names
    itself is not repeated.
    """
    at = sentence.find(phrase)
    if at < 0:
        return phrase
    bound = _BOUND.search(sentence[:at])
    start, end = bound.start() if bound else at, at + len(phrase)
    if _is_number(_TOKEN.findall(phrase)[-1]):
        asked = {stem(word.lower()) for word in _TOKEN.findall(question)}
        at = end
        for _ in range(_UNIT_WORDS):
            following = _FOLLOWING.match(sentence, at)
            word = following.group(1).lower() if following else ""
            if not following or word in ENGLISH_STOPWORDS:
                break
            at = following.end()
            if stem(word) not in asked:
                end = at
    return sentence[start:end]


def holds(sentence: str, kind: Kind, question: str) -> float:
    """Return 1 when a sentence holds what the question asks for, 0 when not, 0.5 for no telling.

    Words of the question itself are not what it asks for.
    """
    asked = {match.group().lower() for match in _TOKEN.finditer(question)}
    words = [match.group() for match in _TOKEN.finditer(sentence)]
    new = [word for word in words if word.lower() not in asked]
    if kind == "number":
        return float(any(_is_number(word) for word in new))
    if kind == "when":
        return float(any(_is_date(word) or word[0].isdigit() for word in new))
    if kind == "who":
        named = {word for word in words[1:] if word[0].isupper()}
        return float(any(word in named and word.lower() not in ENGLISH_STOPWORDS for word in new))
    if kind == "where":
        return float(bool(_PLACED.search(sentence)))
    if kind == "why":
        return float(bool(_REASON.search(sentence)))
    return 0.5


def described(
    sentence: str, number: int, kind: Kind, weights: Mapping[str, float]
) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield each phrase of a sentence with what can be seen of it, by name."""
    view = _View(sentence, weights)
    total = sum(weights.values()) or 1.0
    covered = sum(weight for stem_, weight in weights.items() if stem_ in view.stems) / total
    for first, last in view.runs():
        if kind == "number" and view.numbers_a_name(first):
            continue
        seen = view.describe(first, last)
        if seen is None:
            continue
        seen["best sentence"] = float(number == 0)
        seen["third sentence"] = float(number > 1)
        seen["covered"] = covered
        for name in ("words", "capitals", "digits", "date", "from opener"):
            seen[f"{name}, {kind}"] = seen[name]
        yield sentence[view.starts[first] : view.ends[last]], seen


class _View:
    """A sentence as words and signs, each with what matters for choosing phrases."""

    def __init__(self, sentence: str, weights: Mapping[str, float]) -> None:
        section = _SECTION.match(sentence)
        found = list(_TOKEN.finditer(sentence, section.end() if section else 0))
        self.starts = [match.start() for match in found]
        self.ends = [match.end() for match in found]
        words = [match.group() for match in found]
        self.lower = [word.lower() for word in words]
        self.is_word = [word[0].isalnum() for word in words]
        self.small = [word in ENGLISH_STOPWORDS for word in self.lower]
        self.stems = [
            "" if small or not is_word else stem(word)
            for word, small, is_word in zip(self.lower, self.small, self.is_word, strict=True)
        ]
        self.asked = [weights.get(stem_, 0.0) for stem_ in self.stems]
        self.total = sum(self.asked) or 1.0
        self.capital = [
            word[0].isupper() and not small for word, small in zip(words, self.small, strict=True)
        ]
        self.opens = [word[0].isupper() for word in words]
        self.digit = [_is_number(word) for word in self.lower]
        self.date = [_is_date(word) for word in words]

    def runs(self) -> Iterator[tuple[int, int]]:
        """Yield (first, last) of each run of words between natural borders."""
        for first in range(len(self.lower)):
            opens = not self.small[first] or self.lower[first] in _OPENERS
            if not self.is_word[first] or not opens or not self._may_begin(first):
                continue
            for last in range(first, min(first + MOST_WORDS, len(self.lower))):
                if not self.is_word[last]:
                    if self.lower[last] not in _LINKING:
                        break
                    if self.lower[last] != "%":
                        continue
                elif self.small[last]:
                    continue
                if self._may_end(last):
                    yield first, last

    def numbers_a_name(self, at: int) -> bool:
        """Tell whether this number belongs to a name or heading: "Apollo 8", "2.1 The rent"."""
        heads = "." in self.lower[at] and self.opens[at + 1 : at + 2] == [True]
        return self.digit[at] and (heads or (at > 1 and self.capital[at - 1]))

    def _may_begin(self, at: int) -> bool:
        return self._border(at - 1) or self._changes(at - 1, at)

    def _may_end(self, at: int) -> bool:
        return self._border(at + 1) or (self.capital[at] and not self.capital[at + 1])

    def _changes(self, before: int, at: int) -> bool:
        """Tell whether a number or a name begins here."""
        return (self.digit[at] and not self.digit[before]) or (
            self.capital[at] and not self.capital[before]
        )

    def _border(self, at: int) -> bool:
        """Tell whether a phrase may end beside this word: a small word, a sign, one asked for."""
        if not 0 <= at < len(self.lower):
            return True
        return not self.is_word[at] or self.small[at] or self.asked[at] > 0

    def describe(self, first: int, last: int) -> dict[str, float] | None:
        """Return what can be seen of a run; `None` when it only repeats the question."""
        inside = range(first, last + 1)
        content = [at for at in inside if self.is_word[at] and not self.small[at]]
        repeated = sum(self.asked[at] > 0 for at in content)
        if not content or repeated == len(content):
            return None
        near = before = 0.0
        for at, weight in enumerate(self.asked):
            if weight and not first <= at <= last:
                near += weight / self.total / (first - at if at < first else at - last) ** 0.7
                before += weight / self.total if at < first else 0.0
        count = len(content)
        previous = self.lower[first - 1] if first else "."
        opener = self.lower[first]
        return {
            "near": near,
            "before": before,
            "repeated words": repeated / count,
            "repeated weight": sum(self.asked[at] for at in content) / self.total,
            "words": (last - first + 1) / 10,
            "words squared": ((last - first + 1) / 10) ** 2,
            "log content": math.log(count),
            "capitals": sum(self.capital[at] for at in content) / count,
            "digits": sum(self.digit[at] for at in content) / count,
            "date": float(any(self.date[at] for at in content)),
            "auxiliary": float(any(self.lower[at] in _AUXILIARY for at in inside)),
            "sign": float(any(not self.is_word[at] for at in inside)),
            "cut name": float(
                (first > 0 and self.capital[first - 1] and self.capital[first])
                or (last + 1 < len(self.lower) and self.capital[last] and self.capital[last + 1])
            ),
            "cut number": float(
                (first > 0 and self.digit[first - 1] and self.digit[first])
                or (last + 1 < len(self.lower) and self.digit[last] and self.digit[last + 1])
            ),
            "after article": float(previous in {"the", "a", "an"}),
            "after auxiliary": float(previous in _AUXILIARY),
            "after place word": float(previous in {"in", "at", "near", "from", "to", "on"}),
            "opens with article": float(opener in {"the", "a", "an"}),
            "from opener": float(opener in {"by", "because", "to", "in", "from"}),
        }


def _is_number(word: str) -> bool:
    return any(character.isdigit() for character in word) or word.lower() in _NUMERALS


def _is_date(word: str) -> bool:
    lower = word.lower()
    if lower in _MONTHS:
        return word[0].isupper()  # or it is only what may happen
    return lower.startswith("centur") or bool(_ORDINAL_OR_YEAR.fullmatch(lower))
