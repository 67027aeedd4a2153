"""Removal of Markdown links and HTML tags from a text."""

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
    """Remove HTML tags, and reduce Markdown links and images to their words.

    A document then cannot make the user's program fetch or link anything.
    """
    previous = ""
    while previous != text:
        previous, text = text, _TAG.sub("", _LINK.sub(r"\1", text))
    return text
