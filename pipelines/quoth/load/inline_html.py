"""HTML within Markdown, as a reader of the page sees it."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable

from quoth.load.clean import clean
from quoth.load.html import html_page
from quoth.load.raised import lower_text, raise_text

_FENCED = re.compile(r"^ {0,3}(```+|~~~+)[^\n]*\n(?s:.*?)(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.M)
_CODE = re.compile(r"(`(?<!``)`*)(?!`)[^\n]*?(?<!`)\1(?!`)")
_COMMENT = re.compile(r"<!--(?s:.*?)-->[ \t]*\n?")
_TABLE = re.compile(r"<table[\s>](?s:.*?)</table>", re.I)
_STRUCK = re.compile(
    r"(?<![~\\])~~(?![~\s])([^\n]{1,500}?)(?<![~\s\\])~~(?!~)|<(del|s|strike)>[^<]{0,500}</\2>"
)
_RAISED = re.compile(r"<(sup|sub)>([^<\n]{1,40})</\1>", re.I)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")


def as_shown(text: str, unread: Counter[str]) -> str:
    """Return Markdown with its tables in HTML as rows, its references as characters.

    Comments and struck-out text are left out; `unread` counts the latter. Code stays as it is.
    """
    if not any(sign in text for sign in "<&~"):
        return text
    parts: list[str] = []
    end = 0
    for code in _code_spans(text):
        parts += [_shown(text[end : code[0]], unread), text[code[0] : code[1]]]
        end = code[1]
    return "".join([*parts, _shown(text[end:], unread)])


def _code_spans(text: str) -> list[tuple[int, int]]:
    """Return the places of fenced code and of code in lines, in order and apart from each other."""
    is_fenced = "```" in text or "~~~" in text
    spans = [match.span() for match in _FENCED.finditer(text)] if is_fenced else []
    starts = [start for start, _ in spans]
    for match in _CODE.finditer(text):
        before = bisect_right(starts, match.start()) - 1
        if before < 0 or match.start() >= spans[before][1]:
            spans.append(match.span())
    return sorted(spans)


def _shown(text: str, unread: Counter[str]) -> str:
    text = _replace(_COMMENT, "-->", lambda _: "", text)
    if "~~" in text or "<" in text:
        text, count = _STRUCK.subn("", text)
        unread.update({"struck-out passage": count} if count else ())
    text = _replace(_TABLE, "</table>", lambda table: html_page(table[0]).text, text)
    text = _RAISED.sub(_raised, text)
    return _REFERENCE.sub(_character, text)


def _replace(
    pattern: re.Pattern[str], closing: str, write: Callable[[re.Match[str]], str], text: str
) -> str:
    """Replace what a pattern matches up to the last `closing`: behind it, nothing is closed."""
    end = text.rfind(closing) + len(closing)
    return text if end < len(closing) else pattern.sub(write, text[:end]) + text[end:]


def _character(reference: re.Match[str]) -> str:
    """Return the character of a reference; one of ASCII is written so lest it be mark-up."""
    character = html.unescape(reference[0])
    return reference[0] if character.isascii() else clean(character)


def _raised(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 1) : match.start()]
    write = raise_text if match[1].lower() == "sup" else lower_text
    return write(match[2].strip(), before)
