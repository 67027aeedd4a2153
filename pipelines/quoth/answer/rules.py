"""The linear rules of answering, as data: one file for an embedder and a language.

`bench/calibrate.py` fits the rules in `calibration/*.json`. The cosines of two embedders cannot be
compared, so a floor for them, and a likelihood computed from them, hold for one embedder only.
Without a file, answering is not calibrated: it ranks by plain rules, and declines before the model
is called only when search finds nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from quoth.config import Answering

_FOLDER = Path(__file__).parent / "calibration"
_PLAIN_SENTENCE_RULE = {"covered": 1.0, "similarity with the one before": 1.0}


@dataclass(frozen=True, slots=True)
class Calibration:
    """Rules and limits for an embedder, known by its fingerprint, and a language.

    `sentence` ranks sentences, `phrase` ranks phrases: weights by the name of a feature.
    `answerable` and `intercept` are the logistic rule for whether sentences answer a question. A
    hit with a cosine below `floor` does not count. Below `likelihood` a small model is not called.
    `calibrated` is false where the limits are not fitted to the embedder.
    """

    embedder: str
    language: str
    sentence: Mapping[str, float]
    phrase: Mapping[str, float]
    answerable: Mapping[str, float]
    intercept: float
    floor: float
    likelihood: float
    calibrated: bool = True

    def floor_in(self, settings: Answering) -> float:
        """Return the floor of the settings, else that of the calibration."""
        return self.floor if settings.floor is None else settings.floor

    def likelihood_in(self, settings: Answering) -> float:
        """Return the likelihood of the settings, else that of the calibration."""
        return self.likelihood if settings.likelihood is None else settings.likelihood


def find_calibration(embedder: str, language: str) -> Calibration:
    """Return the calibration for an embedder's fingerprint and the English name of a language.

    For another embedder the rules of the language are kept, without limits. For another language
    only plain rules are left.
    """
    same_language = [rules for rules in calibrations() if rules.language == language]
    for rules in same_language:
        if rules.embedder == embedder:
            return rules
    nearest = same_language[0] if same_language else None
    return Calibration(
        embedder=embedder,
        language=language,
        sentence=nearest.sentence if nearest else _PLAIN_SENTENCE_RULE,
        phrase=nearest.phrase if nearest else {},
        answerable={},
        intercept=0.0,
        floor=-1.0,
        likelihood=0.0,
        calibrated=False,
    )


@lru_cache(maxsize=1)
def calibrations() -> tuple[Calibration, ...]:
    """Return every calibration that has a file."""
    return tuple(map(_read, sorted(_FOLDER.glob("*.json"))))


def _read(file: Path) -> Calibration:
    entry: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return Calibration(
        embedder=entry["embedder"]["fingerprint"],
        language=entry["language"],
        sentence=entry["sentence"],
        phrase=entry["phrase"],
        answerable=entry["answerable"]["weights"],
        intercept=entry["answerable"]["intercept"],
        floor=entry["floor"],
        likelihood=entry["likelihood"],
    )


def apply_rule(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    """Return the weighted sum of features; the weight of others is 0."""
    return sum(weights.get(name, 0.0) * value for name, value in features.items())
