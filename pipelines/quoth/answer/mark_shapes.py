"""The rarer shapes of marks, `(see [1], p. 3)` or `<sup>1</sup>`, rewritten as `[1]` or `¹`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

AND = r"(?:[,;&、，/+]|and|und|y|et|e|和|と|与|及)"
"""What stands between two numbers of one mark."""
SOURCES = (
    r"excerpts?|sources?|passages?|documents?|docs?|contexts?|texts?|chunks?|citations?|quotes?"
    r"|cited?|ref(?:erence)?s?|snippets?|ex|id|no|nr|fuentes?|documentos?|quellen?|dokument\w*"
    r"|extraits?|extractos?|fragmentos?|auszug|auszüge|来源|文档|文件|资料|出典|資料|文書"
)
"""Words for what is cited, which may stand before a number in brackets."""
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"

_LEADS = (
    r"see|also|cf|from|in|the|siehe|auch|vgl|laut|gemäß|nach|aus|véase|ver|según|de|el|la|los|las"
    r"|voir|selon|d['’]après|les?|l['’]|参见|參見|参照|根据|据|见|より|による|から|を"
)
_PAGES = (
    r"(?:pages?|pp?|seiten?|s|páginas?|págs?)\b\.?\s*\d+(?:\s*[-–]\s*\d+)?"
    r"|第?\s*\d+\s*(?:页|頁|ページ)"
)
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
_ADJACENT = re.compile(rf"(\[{_NUMBERS}\])\s*{AND}{{1,2}}\s*(?=\[\d)")
_BEHIND_DASH = re.compile(
    rf"(?i:\s+[–—-]\s*(?:{SOURCES})\s*(\d{{1,2}})(?:,?\s+(?:{_PAGES}))?)(?=\s*[.。]?\s*(?:$|\n))"
)
_DASH = re.compile(r"\s[–—-]\s*(?=(?:\[[\d,–-]+\])+\s*[.。]?\s*(?:$|\n))")


def square_marks(text: str, *, excerpts: Sequence[str] = (), titles: Sequence[str] = ()) -> str:
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
    text = _BEHIND_DASH.sub(r" [\1]", text)
    text = _GROUP.sub(lambda found: unless_copied(found, _read_group(found[0], titles)), text)
    return _DASH.sub(" ", _ADJACENT.sub(r"\1", text))


def _untagged(found: re.Match[str]) -> str:
    """Return the numbers of a tag: raised without brackets, since `m<sup>2</sup>` is a unit."""
    numbers = found["inside"] or found["alone"]
    is_raised = (found[1] or "").lower() == "sup" and not found["open"]
    return _raise(numbers) if is_raised else f"[{numbers}]"


def _raise(numbers: str) -> str:
    return re.sub(r"\d", lambda digit: RAISED[int(digit[0])], re.sub(r"\s", "", numbers))


def _lower(found: re.Match[str]) -> str:
    return f"{found['gap'] or ''}[{unicodedata.normalize('NFKC', found[1] or found[3])}]"


def _read_group(group: str, titles: Sequence[str]) -> str:
    """Return the mark that a group in brackets is; the group itself if it says anything else."""
    rest = group[1:-1]
    named: list[int] = []
    for title in sorted(filter(None, titles), key=len, reverse=True):
        if title in rest:
            rest = rest.replace(title, " ")
            named += [number for number, other in enumerate(titles, start=1) if other == title]
    rest = re.sub(rf"(?i:\b(?:{_PAGES}))", " ", rest)
    bare, words = _word_pattern(is_square=group[0] in "[【［").subn(" ", rest)
    numbers = re.findall(_NUMBERS, bare)
    says_more = re.search(r"[^\W\d_]|\d{3}", bare)
    is_plain = not (named or words or re.search(r"[\[【［]", rest))
    if says_more or is_plain or not (numbers or named):
        return group
    plain = [re.sub(r"\s", "", found).replace(";", ",") for found in numbers]
    return f"[{','.join(plain or map(str, named))}]"


@lru_cache(maxsize=2)
def _word_pattern(*, is_square: bool) -> re.Pattern[str]:
    """Return the words of a mark; in square brackets one letter before a number is one, too."""
    letter = r"|[SED](?=\d)" if is_square else ""
    words = rf"(?:{SOURCES}|{_LEADS}{letter})(?![^\W\d_])|(?:来源|文档|文件|资料|出典|資料|文書)"
    return re.compile(rf"(?i:(?<![^\W\d_])(?:{words}|{AND}(?![^\W\d_]))|参照|より|摘录|抜粋)")
