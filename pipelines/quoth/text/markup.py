"""Markdown links and HTML tags, taken out of a text."""

from __future__ import annotations

import re

_MOST_LINK = 400


_LINK = re.compile(
    rf"!?\[([^\[\]\n]{{0,{_MOST_LINK}}})\](?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|\[[^\[\]\n]*\])"
)


_TAG = re.compile(
    r"</?[A-Za-z][^<>]{0,400}>|<(?:https?|ftp|mailto|data|javascript):[^<>\s]{0,400}>"
)


def strip_links(text: str) -> str:
    """Return a text whose Markdown links and images are only their words, and without HTML tags.

    What a document wants a reader's program to fetch or to show as a link stays plain text.
    """
    previous = ""
    while previous != text:
        previous, text = text, _TAG.sub("", _LINK.sub(r"\1", text))
    return text
