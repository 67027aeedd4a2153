"""The linear rules of answering, as data: files in `calibration/`.

`bench/calibrate.py` fits them. The rule that ranks sentences compares the sentences of one question
with one another, and serves every language and embedder. Whether they answer is judged best with
cosines, which cannot be compared between embedders: a file named after an embedder and a language
has the weights for both. Everything else is judged by `plain.json`, without cosines.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from quoth.config import Answering

_FOLDER = Path(__file__).parent / "calibration"
_PLAIN = _FOLDER / "plain.json"


@dataclass(frozen=True, slots=True)
class Odds:
    """A logistic rule: the weights of features by name, and the intercept."""

    weights: Mapping[str, float]
    intercept: float

    def judge(self, features: Mapping[str, float]) -> float:
        """Return the probability, from 0 to 1, that features stand for."""
        log_odds = self.intercept + apply_rule(self.weights, features)
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, log_odds))))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Rules and limits for an embedder, known by its fingerprint, and a language.

    `sentence` ranks sentences, `phrase` ranks phrases: weights by the name of a feature.
    `answerable` judges whether the best sentences answer a question: from `excerpt` on they are
    shown as an answer, below `nearest` the question is declined. `right` judges whether a phrase is
    the answer: it is shown from `shown` on. A hit with a cosine below `floor` does not count for a
    model that writes. `calibrated` is false where the rules were not fitted to the embedder and the
    language.
    """

    embedder: str
    language: str
    sentence: Mapping[str, float]
    answerable: Odds
    excerpt: float
    nearest: float
    phrase: Mapping[str, float]
    right: Odds
    shown: float
    floor: float = -1.0
    calibrated: bool = True

    def floor_in(self, settings: Answering) -> float:
        """Return the floor of the settings, else that of the calibration."""
        return self.floor if settings.floor is None else settings.floor

    def likelihood_in(self, settings: Answering) -> float:
        """Return the least likelihood of an excerpt in the settings, else in the calibration."""
        return self.excerpt if settings.likelihood is None else settings.likelihood


def find_calibration(embedder: str, *languages: str) -> Calibration:
    """Return the calibration for an embedder's fingerprint and the English names of languages.

    They are the languages of question and evidence, or one for both. Phrases in a language have its
    rules with every embedder.
    """
    language = " and ".join(languages)
    same_language = [rules for rules in calibrations() if rules.language == language]
    for rules in same_language:
        if rules.embedder == embedder:
            return rules
    plain = replace(_read(_PLAIN), embedder=embedder, language=language, calibrated=False)
    if same_language:
        known = same_language[0]
        return replace(plain, phrase=known.phrase, right=known.right, shown=known.shown)
    return plain


def reaches(embedder: str, question: str, evidence: str) -> bool:
    """Whether an embedder may match a question with evidence, by the names of their languages.

    One whose languages are known matches no question in another language.
    """
    known = {rules.language for rules in calibrations() if rules.embedder == embedder}
    return question == evidence or not known or {question, evidence} <= known


@lru_cache(maxsize=1)
def calibrations() -> tuple[Calibration, ...]:
    """Return the calibration of every embedder and language that has a file."""
    return tuple(_read(file) for file in sorted(_FOLDER.glob("*.json")) if file != _PLAIN)


@lru_cache(maxsize=16)
def _read(file: Path) -> Calibration:
    entry: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return Calibration(
        embedder=entry.get("embedder", {}).get("fingerprint", ""),
        language=entry.get("language", ""),
        sentence=entry["sentence"],
        answerable=Odds(**entry["answerable"]),
        excerpt=entry["excerpt"],
        nearest=entry["nearest"],
        phrase=entry["phrase"],
        right=Odds(**entry["right"]),
        shown=entry["shown"],
        floor=entry.get("floor", -1.0),
    )


def apply_rule(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    """Return the weighted sum of features; the weight of others is 0."""
    return sum(weights.get(name, 0.0) * value for name, value in features.items())
