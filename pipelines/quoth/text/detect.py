"""The language of a text: by its script, else by the letters of its words.

A script that one language has decides alone. The languages of all other scripts are told apart by
py3langid, a naive Bayes classifier over groups of bytes (Lui and Baldwin, 2012), whose model is in
its package.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from functools import cache, lru_cache
from typing import Any

from quoth.text.language import UNDETERMINED, language, languages

_SCRIPTS = {
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "hy": "\u0530-\u058f",
    "he": "\u0590-\u05ff\ufb1d-\ufb4f",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "or": "\u0b00-\u0b7f",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "si": "\u0d80-\u0dff",
    "th": "\u0e00-\u0e7f",
    "lo": "\u0e80-\u0eff",
    "bo": "\u0f00-\u0fff",
    "my": "\u1000-\u109f",
    "ka": "\u10a0-\u10ff",
    "km": "\u1780-\u17ff",
    "ko": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "ja": "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9d",
    "zh": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af",
}
"""The scripts that decide a language, by its code. Kanji are counted as Chinese."""
_RUN = re.compile(f"[{''.join(_SCRIPTS.values())}]+")
_SCRIPT = {code: re.compile(f"[{letters}]+") for code, letters in _SCRIPTS.items()}
_LETTER = re.compile(r"[^\W\d_]")
_LETTERS_OF_A_SIGN = {"zh": 3, "ja": 3, "ko": 2}
"""The letters of another script that say as much as one of this script."""
_MIXED_JAPANESE = 0.05
"""The share of kana above which Chinese characters are kanji."""

_TECHNICAL = re.compile(r"[\d/@\\_=(){}<>|+*#]")
"""The signs of numbers, paths, addresses and code, which say nothing of a language."""
_PUNCTUATION = ".,;:!?\"'()„“”«»¿¡…"
_FEWEST_SMALL_WORDS = 3
_SMALL_WORDS = 0.4
"""The share of stop words from which they tell an expected language."""
_ENGLISH_WORDS, _ENGLISH = 8, 0.25
"""The number and the share of English stop words from which they tell English.

German, Spanish and other texts that name English titles have a share of 0.23 at most.
"""
_SAMPLE = 300
_PARTS = 3
_KNOWN = 5.0
"""The factor on the likelihood of a language that has a file."""
_EXPECTED = 10.0
"""The factor on the likelihood of a language that the caller expects."""
_CERTAIN = 0.4
"""The likelihood below which nothing is said."""
_NEGLIGIBLE = 1e-6
"""The likelihood below which no factor makes a language likely."""
_DIALECTS = {
    "arz": "ar", "ary": "ar", "grc": "el", "hbo": "he", "nn": "no", "wuu": "zh", "yue": "zh",
}  # fmt: skip


def detect_language(text: str, *, likely: Collection[str] = ()) -> str:
    """Return the language (ISO 639-1) of a text, or `und` when nothing can be said.

    Numbers, code, logs and single words without a language of their own are `und`. `likely` are the
    languages that the caller expects, such as those of a collection; they win where several are
    possible. A text of several languages has that of its greatest part. At most 300 characters are
    looked at, from the start, the middle and the end.
    """
    try:
        return _detect(_take_sample(text), frozenset(likely))
    except OSError:  # the classifier unpacks its model into a temporary file, without room for it
        return UNDETERMINED


@lru_cache(maxsize=1024)
def _detect(sample: str, likely: frozenset[str]) -> str:
    if not _LETTER.search(sample):
        return UNDETERMINED
    return (
        _by_script(sample, likely) or _by_small_words(sample, likely) or _by_letters(sample, likely)
    )


def _take_sample(text: str) -> str:
    if len(text) <= _SAMPLE:
        return text
    size = _SAMPLE // _PARTS
    step = (len(text) - size) // (_PARTS - 1)
    return " ".join(text[index * step : index * step + size] for index in range(_PARTS))


def _by_script(text: str, likely: Collection[str]) -> str:
    """Return the language that alone has the script of most of a text, or nothing."""
    own = "".join(_RUN.findall(text))
    if not own:
        return ""
    counts: Counter[str] = Counter()
    for code, script in _SCRIPT.items():
        counts[code] = sum(map(len, script.findall(own))) * _LETTERS_OF_A_SIGN.get(code, 1)
    if counts["ja"] > _MIXED_JAPANESE * counts["zh"] or ("ja" in likely and "zh" not in likely):
        counts["ja"] += counts.pop("zh", 0)
    [(code, count)] = counts.most_common(1)
    others = len(_LETTER.findall(_RUN.sub("", text)))
    return code if count > others else ""


def _by_small_words(text: str, likely: Collection[str]) -> str:
    """Return the language whose stop words a text is full of: an expected one, or English.

    This spares the 0.3 s in which the classifier is unpacked. English is tried in any case, since
    its words are read already, and no other language has many of them.
    """
    words = [word.strip(_PUNCTUATION) for word in text.lower().split()]
    counts = {
        code: sum(word in language(code).words.stop for word in words) for code in {"en", *likely}
    }
    (code, best), *others = sorted(counts.items(), key=lambda pair: -pair[1])
    if others and best == others[0][1]:
        return ""
    if code == "en" and best >= _ENGLISH_WORDS and best >= _ENGLISH * len(words):
        return code
    is_full = best >= _FEWEST_SMALL_WORDS and best >= _SMALL_WORDS * len(words)
    return code if is_full and code in likely else ""


def _by_letters(text: str, likely: Collection[str]) -> str:
    """Return the language that the letters of a text point to."""
    words = " ".join(word for word in text.split() if not _TECHNICAL.search(word))
    likelihoods: Counter[str] = Counter()
    for label, likelihood in _classifier().rank(words):  # from the likeliest
        if likelihood < _NEGLIGIBLE:
            break
        code = _DIALECTS.get(label, label)
        factor = (_KNOWN if code in _known() else 1.0) * (_EXPECTED if code in likely else 1.0)
        likelihoods[code] += likelihood * factor
    [(code, likelihood)] = likelihoods.most_common(1)
    certain = likelihood >= _CERTAIN * likelihoods.total() and len(code) == 2
    return code if certain else UNDETERMINED


@cache
def _known() -> frozenset[str]:
    return frozenset(languages())


@cache
def _classifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
