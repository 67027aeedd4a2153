"""The rarer shapes of marks, `(see [1], p. 3)` or `<sup>1</sup>`, rewritten as `[1]` or `¹`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from quoth.text import ENGLISH, Language

_SIGNS_BETWEEN = r"[,;&、，/+]"
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"

_NUMBERS = r"\d{1,2}(?:\s*[,;–-]\s*\d{1,2})*"
_TAG = re.compile(
    r"<(sup|cite|ref|citation|source|excerpt|a|span)\b[^<>\n]{0,80}>\s*(?P<open>[\[(]?)\s*"
    rf"(?P<inside>{_NUMBERS})\s*[\])]?\s*</\1>"
    r"|<(?:cite|ref|citation|source|excerpt|doc|document)[\s:_]*(?:\w+\s*=)?\s*[\"']?"
    r"(?P<alone>\d{1,2})[\"']?\s*/?>",
    re.IGNORECASE,
)
_SIGNS = (
    (re.compile(rf"\\\[\s*({_NUMBERS})\s*\\\]"), r"[\1]"),
    (re.compile(rf"\$?\^\{{?\s*(\[{_NUMBERS}\])\s*\}}?\^?\$?"), r"\1"),
    (re.compile(r"\[(\d{1,2})(?:\.|[a-z])\]"), r"[\1]"),
    (re.compile(r"(?<=\s)\{(\d{1,2})\}(?=[\s.,;。]|$)"), r"[\1]"),
    (re.compile(r"(?i)\{(?:cite|ref|source|excerpt)[\s:_]*(\d{1,2})\}"), r"[\1]"),
    (re.compile(r"\s?\[cite_(?:start|end)\]"), ""),
)
"""Shapes of one number or several, and what is written in their place."""
_RAISED_SIGNS = re.compile(
    rf"\[([{RAISED}]+)\]|(?<=\S)(?P<gap>\s?)([①-⑳])(?=\s*(?:[.,;!?。，；！？]|$))"
)
_CARETS = re.compile(r"\^(\d{1,2})\^")
_GROUP = re.compile(
    r"[(（](?:[^()（）\n]|\([^()\n]{0,80}\)){1,200}[)）]"
    r"|[\[【［](?:[^\[\]【】［］\n]|\[[^\[\]\n]{0,80}\]){1,200}[\]】］]"
)
_TARGET = re.compile(r"\]\([^()\s]*\)")
_DASH = re.compile(r"\s[–—-]\s*(?=(?:\[[\d,–-]+\])+\s*[.。]?\s*(?:$|\n))")


@dataclass(frozen=True, slots=True)
class MarkWords:
    """What stands in a mark beside its number, as parts of patterns, in a language and in English.

    `cited` are words for what is cited, `leads` what comes before them, `pages` matches a page with
    its number; `conjunctions` and `ranges` join two numbers.
    """

    cited: str
    leads: str
    pages: str
    conjunctions: str
    ranges: str

    @classmethod
    @lru_cache(maxsize=32)
    def of(cls, language: Language) -> MarkWords:
        """Return the words of the marks of replies in a language."""
        rules = [known.replies for known in dict.fromkeys((language, ENGLISH))]
        return cls(
            cited="|".join(rule.cited.pattern for rule in rules),
            leads="|".join(rule.leads.pattern for rule in rules),
            pages="|".join(rule.pages.pattern for rule in rules),
            conjunctions="|".join((_SIGNS_BETWEEN, *(rule.conjunctions.pattern for rule in rules))),
            ranges="|".join(("[-–]", *(rule.ranges.pattern for rule in rules))),
        )


def square_marks(
    text: str,
    *,
    excerpts: Sequence[str] = (),
    titles: Sequence[str] = (),
    language: Language = ENGLISH,
) -> str:
    """Return a text whose marks are `[1]`, or raised digits where a power may be meant.

    `titles` are those of the excerpts, and may stand for their numbers. What stands in an excerpt
    is a part of the text, and no mark.
    """

    def unless_copied(found: re.Match[str], shape: str) -> str:
        return found[0] if any(found[0] in excerpt for excerpt in excerpts) else shape

    text = _TAG.sub(lambda found: unless_copied(found, _untagged(found)), text)
    for pattern, shape in _SIGNS:
        text = pattern.sub(lambda found, s=shape: unless_copied(found, found.expand(s)), text)  # type: ignore[misc]
    text = _CARETS.sub(lambda found: unless_copied(found, _raise(found[1])), text)
    text = _RAISED_SIGNS.sub(lambda found: unless_copied(found, _lower(found)), text)
    words = MarkWords.of(language)
    patterns = _patterns(words)
    text = patterns.page_behind.sub(r"\1", patterns.behind_dash.sub(r" [\1]", text))
    text = _GROUP.sub(
        lambda found: unless_copied(found, _read_group(found[0], titles, words)), text
    )
    return _DASH.sub(" ", patterns.adjacent.sub(r"\1", text))


def _untagged(found: re.Match[str]) -> str:
    """Return the numbers of a tag: raised without brackets, since `m<sup>2</sup>` is a unit."""
    numbers = found["inside"] or found["alone"]
    is_raised = (found[1] or "").lower() == "sup" and not found["open"]
    return _raise(numbers) if is_raised else f"[{numbers}]"


def _raise(numbers: str) -> str:
    return re.sub(r"\d", lambda digit: RAISED[int(digit[0])], re.sub(r"\s", "", numbers))


def _lower(found: re.Match[str]) -> str:
    return f"{found['gap'] or ''}[{unicodedata.normalize('NFKC', found[1] or found[3])}]"


def _read_group(group: str, titles: Sequence[str], mark: MarkWords) -> str:
    """Return the mark that a group in brackets is; the group itself if it says anything else."""
    rest = _TARGET.sub("]", group[1:-1])
    named: list[int] = []
    for title in sorted(filter(None, titles), key=len, reverse=True):
        if title in rest:
            rest = rest.replace(title, " ")
            named += [number for number, other in enumerate(titles, start=1) if other == title]
    patterns = _patterns(mark)
    rest = patterns.page.sub(" ", rest)
    is_square = group[0] in "[【［"
    bare, words = (patterns.square if is_square else patterns.round).subn(" ", rest)
    numbers = re.findall(_NUMBERS, bare)
    says_more = re.search(r"[^\W\d_]|\d{3}", bare)
    is_plain = not (named or words or re.search(r"[\[【［]", rest))
    if says_more or is_plain or not (numbers or named):
        return group
    plain = [re.sub(r"\s", "", found).replace(";", ",") for found in numbers]
    return f"[{','.join(plain or map(str, named))}]"


@dataclass(frozen=True, slots=True)
class _Patterns:
    """The patterns of marks with words; `round` and `square` are the words in these brackets."""

    page: re.Pattern[str]
    round: re.Pattern[str]
    square: re.Pattern[str]
    behind_dash: re.Pattern[str]
    page_behind: re.Pattern[str]
    adjacent: re.Pattern[str]


@lru_cache(maxsize=32)
def _patterns(words: MarkWords) -> _Patterns:
    return _Patterns(
        page=re.compile(rf"(?i:(?<![^\W\d_])(?:{words.pages}))"),
        round=_compile_words(words),
        square=_compile_words(words, letter=r"|[SED](?=\d)"),
        behind_dash=re.compile(
            rf"(?i:\s+[–—-]\s*(?:{words.cited})\s*(\d{{1,2}})(?:,?\s+(?:{words.pages}))?)"
            r"(?=\s*[.。]?\s*(?:$|\n))"
        ),
        page_behind=re.compile(rf"(?i)(\[{_NUMBERS}\])[(（]\s*(?:{words.pages})\s*[)）]"),
        adjacent=re.compile(rf"(\[{_NUMBERS}\])\s*(?:{words.conjunctions}){{1,2}}\s*(?=\[\d)"),
    )


def _compile_words(words: MarkWords, letter: str = "") -> re.Pattern[str]:
    """Return the words of a mark; in square brackets one letter before a number is one, too."""
    spelt = rf"(?:{words.cited}|{words.leads}{letter})(?![a-zà-þ])|[#№](?=\d)"
    return re.compile(rf"(?i:(?<![a-zà-þ])(?:{spelt}|(?:{words.conjunctions})(?![^\W\d_])))")
