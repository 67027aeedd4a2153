"""The marks by which a reply cites its excerpts: `[1]`, `【1】`, `[Excerpt 1, page 2]`, `¹`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from quoth.answer.mark_shapes import RAISED, MarkWords, square_marks
from quoth.text import ENGLISH, Language

_MOST_RANGE = 20
_STOP = re.compile(r"\s*[.。;)）]+(?=\s|$)\s*")
_COMMA = re.compile(r"\s*[,，、:：]")
_APART = re.compile(r"[\s,:，：、)\]–-]*")
_LETTER = re.compile(r"\s?[^\W\d_]")
_SENTENCE_START = re.compile(r"(?:^|[.!?。！？:：\n])[\s\"“„«「]*$")


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark at an offset of the text without marks.

    `numbers` are those of its excerpts. `leads` is true where the claim follows the mark.
    """

    offset: int
    numbers: tuple[int, ...]
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Marker:
    """Finds the marks of a reply that was given `excerpts`, whose text may have such marks too.

    `titles` are the titles of the excerpts, which stand for an excerpt that a sentence is about.
    """

    excerpts: tuple[str, ...]
    titles: tuple[str, ...]
    language: Language = ENGLISH

    def remove(self, text: str) -> tuple[str, list[Mark]]:
        """Return a text without marks, and the marks."""
        text = square_marks(
            text, excerpts=self.excerpts, titles=self.titles, language=self.language
        )
        kept = ""
        marks: list[Mark] = []
        position = 0
        for found in _mark_pattern(self.language).finditer(text):
            numbers = self._numbers(found, text) if found.start() >= position else None
            if numbers is None:
                continue
            kept += text[position : found.start()]
            opens = bool(_SENTENCE_START.search(kept))
            says = bool(opens and _says_pattern(self.language).match(text, found.end()))
            shown, end = self._replace(found, numbers, text, opens=opens)
            if not opens and not shown:
                kept = _trim(kept, text[end:])
            elif kept and not kept[-1].isspace() and _is_apart(found[0], text[found.end() : end]):
                kept += " "
            leads = opens and bool(found["lead"] or found["before"] or found["word"])
            leads = leads and not _STOP.match(text, found.end())
            marks.append(Mark(len(kept), tuple(filter(self._is_known, numbers)), leads))
            kept += shown
            position = end
            if (leads or says) and not shown:
                kept += text[position : position + 1].upper()
                position += 1
        return kept + text[position:], marks

    def find_named(self, text: str) -> tuple[int, ...]:
        """Return the numbers of the excerpts that a text names; none if it says anything else."""
        mark = square_marks(f"({text})", titles=self.titles, language=self.language)
        named = re.fullmatch(r"\[([\d,]+)\]", mark)
        return tuple(filter(self._is_known, map(int, named[1].split(",")))) if named else ()

    def _is_known(self, number: int) -> bool:
        return 1 <= number <= len(self.excerpts)

    def _numbers(self, found: re.Match[str], text: str) -> list[int] | None:
        """Return the numbers of a mark; `None` if it is a part of what the reply says."""
        numbers = _read_numbers(found, MarkWords.of(self.language).ranges)
        kind = found.lastgroup
        if kind in ("word", "named"):
            return numbers
        known = all(map(self._is_known, numbers))
        sign = found["sign"] if kind == "square" else found[0]
        copied = any(sign in excerpt for excerpt in self.excerpts)
        if kind == "square":
            return numbers if known or not copied else None
        if kind == "raised" and self._is_power(found, text):
            return None
        return numbers if known and not copied else None

    def _is_power(self, found: re.Match[str], text: str) -> bool:
        """Whether a raised number is a part of the word before it, as in `km²`."""
        word = re.search(r"\S*$", text[: found.start()])
        before = word[0] if word else ""
        return bool(re.search(r"\d$|^[(\d.,]*[^\W\d]{1,3}$", before)) or any(
            bool(before) and before + found[0] in excerpt for excerpt in self.excerpts
        )

    def _replace(
        self, found: re.Match[str], numbers: Sequence[int], text: str, *, opens: bool
    ) -> tuple[str, int]:
        """Return what is shown for a mark, and where the text goes on.

        Nothing is shown, but the title of an excerpt that is the subject of its sentence.
        """
        end = found.end()
        lead = found["lead"] or found["before"]
        if opens and (stop := _STOP.match(text, end)):
            return "", stop.end()
        titles = [self.titles[number - 1] for number in numbers if self._is_known(number)]
        says = _says_pattern(self.language).match(text, end) if opens else None
        if says:
            return "", says.end()
        if opens and lead and titles and not _COMMA.match(text, end):
            return f"{lead.lstrip(' ,;')}“{titles[0]}”", end
        rest = _APART.match(text, end) if opens else None
        goes_on = rest.end() if rest else end
        if not found["word"] or found["lead"] or not titles or not _LETTER.match(text, end):
            return "", goes_on
        return f"“{titles[0]}”", end


def _is_apart(mark: str, skipped: str) -> bool:
    """Whether white space was before or behind a mark."""
    return mark[0].isspace() or any(map(str.isspace, skipped))


def _trim(kept: str, rest: str) -> str:
    """Return the text before a mark, without the space that would stand before a sign or space."""
    closes = re.match(r"\s*(?:$|[.,;:!?)。，；：！？、）])|[ \n]", rest)
    return kept.rstrip(" ") if closes else kept


def _read_numbers(found: re.Match[str], ranges: str) -> list[int]:
    kind = found.lastgroup or ""
    if kind == "raised":
        return [int(unicodedata.normalize("NFKC", sign)) for sign in found[kind] if sign in RAISED]
    numbers: list[int] = []
    for piece in re.finditer(rf"(\d+)(?:\s*(?:{ranges})\s*(\d+))?", found[f"{kind}_numbers"]):
        first, last = int(piece[1]), int(piece[2] or piece[1])
        numbers += range(first, min(last, first + _MOST_RANGE) + 1) if last >= first else [first]
    return numbers


@lru_cache(maxsize=32)
def _mark_pattern(language: Language) -> re.Pattern[str]:
    rules = [known.replies for known in dict.fromkeys((language, ENGLISH))]
    word = "|".join(scope(rule.excerpts) for rule in rules)
    lead = "|".join(scope(rule.attributions) for rule in rules)
    number = r"\d{1,2}(?!\d)"
    words = MarkWords.of(language)
    named = rf"(?:(?i:{words.cited}|{word})\s*(?:[.:#№]|nr\.|no\.)*\s*)"
    joint = rf"(?:(?:{words.conjunctions})\s*)+{named}?"
    several = rf"{number}(?:\s*{joint}{number}|\s*(?:{words.ranges})\s*{number})*"
    rest = r"(?:\s*(?:[,:;|†(（#]|[–-]\s|\b(?:page|p\.|pp\.|line|from|of)\b)[^\[\]【】\n]{0,160})?"
    article = r"(?i:(?:the|die|der|das|dem|el|los|les|le)\s+|l['’])?"
    return re.compile(
        rf"(?P<named>[\[(（]\s*(?:{lead})?{article}(?i:{word})\s*[\[#]?\s*"
        rf"(?P<named_numbers>{several})\]?{rest}[\])）])"
        rf"|(?P<square>(?P<before>{lead})?(?:(?i:{word}|(?<![^\W\d_])(?:{words.cited}))\s*)?(?P<sign>[\[［【〔⟦]{{1,2}}\s*[\^#]?\s*{named}?"
        rf"(?P<square_numbers>{several}){rest}\s*[\]］】〕⟧]{{1,2}})(?:\([^()\s]*\))?)"
        rf"|(?P<round>(?<=[^\W\d_]\s)\((?P<round_numbers>{several})\)(?=\s*(?:[.!?。;,]|$|\n)))"
        rf"|(?P<raised>(?<=[\w.!?。\"”»）)])[{RAISED}]+(?:[,\s]?[{RAISED}]+)*"
        rf"(?:(?=[\s.,;:!?。)]|$)|(?<=[。！？][{RAISED}])))"
        rf"|(?P<word>(?P<lead>{lead})?(?<![A-Za-z0-9À-ÿ]){article}(?i:{word})\s*[\[#]?\s*"
        rf"(?P<word_numbers>{several})\]?)"
    )


@lru_cache(maxsize=32)
def _says_pattern(language: Language) -> re.Pattern[str]:
    known = dict.fromkeys((language, ENGLISH))
    return re.compile("|".join(scope(rules.replies.statements) for rules in known))


def scope(pattern: re.Pattern[str]) -> str:
    """Return a pattern as a group with its flags, to be a part of another one."""
    flags = re.match(r"\(\?([aimsx]+)\)", pattern.pattern)
    return f"(?{flags[1]}:{pattern.pattern[flags.end() :]})" if flags else f"(?:{pattern.pattern})"
