"""The choice between two readings of a PDF page."""

from __future__ import annotations

import re
import unicodedata

# Signs of a wrong or missing character map. Arabic presentation forms encode glyphs, not letters:
# a search for the word misses them, and they are often in the order of printing.
_BAD = re.compile(
    "[\ufffd\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufb50-\ufdff\ufe70-\ufefc"
    "\U000f0000-\U0010ffff]"
    r"|\(cid:\d+\)"
)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_RTL_WORD = re.compile("[\u0590-\u06ff]{2,}")
# Letters that end a word in Hebrew and Arabic, and never begin one.
_FINALS = "\u05da\u05dd\u05df\u05e3\u05e5\u0629\u0649"
_MARKS = "\u064b-\u0652"
_LONG = 31
_GLUED = re.compile(
    rf"(?<![A-Za-z])[A-Za-z]{{{_LONG},}}"
)  # words that lost the spaces between them


def needs_second_reading(text: str) -> bool:
    """Return whether PDFium's text of a page looks wrong enough to ask pypdf as well."""
    return not text.strip() or bool(_RIGHT_TO_LEFT.search(text)) or measure_damage(text) > 0.004


def is_better(other: str, text: str) -> bool:
    """Return whether `other`, pypdf's reading, is preferable to PDFium's `text`."""
    if not other.strip():
        return False
    if not text.strip():
        return True
    cost, other_cost = measure_damage(text), measure_damage(other)
    if len(other) < len(text) // 2 and cost < 0.3:
        return False
    if _RIGHT_TO_LEFT.search(other) and not _RIGHT_TO_LEFT.search(text):
        return other_cost <= cost
    if _RIGHT_TO_LEFT.search(text):
        order, other_order = _word_order(text), _word_order(other)
        if other_order != order and abs(other_cost - cost) < 0.1:
            return other_order > order
        return other_cost <= cost  # on a tie, pypdf orders these scripts better
    return other_cost < cost - 0.002


def measure_damage(text: str) -> float:
    """Return the share of a text that is garbled, from 0.0 to about 1.0."""
    if not text:
        return 0.0
    bad = sum(len(garbled) for garbled in _BAD.findall(text))
    bad += sum(
        unicodedata.category(character) == "Cn" for character in set(text) if ord(character) > 0x370
    )
    glued = 0
    if max(map(len, text.split()), default=0) >= _LONG:
        glued = sum(map(len, _GLUED.findall(text)))
    return (bad + glued) / len(text)


def _word_order(text: str) -> float:
    """Return the order of right-to-left words, from -1.0 (reversed) to 1.0 (as read)."""
    votes = 0
    counted = 0
    for word in _RTL_WORD.findall(text):
        bare = re.sub(f"[{_MARKS}]", "", word)
        if len(bare) < 3:
            continue
        starts = (bare[-1] in _FINALS) + bare.startswith("\u0627\u0644")
        ends = (bare[0] in _FINALS) + bare.endswith("\u0644\u0627")
        votes += starts - ends
        counted += bool(starts or ends)
    return votes / counted if counted else 0.0
