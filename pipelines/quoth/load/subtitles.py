"""Subtitles: WebVTT and SubRip, with their times, by which a quote can be found in the film."""

from __future__ import annotations

import html
import re
from pathlib import Path

from quoth.errors import CorruptDocumentError
from quoth.load.clean import tidy
from quoth.load.contract import LoadOptions
from quoth.load.text import read_text
from quoth.types import Document, Page

_TIMES = re.compile(
    r"[ \t]*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})[ \t]*-->[ \t]*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})"
)
_VOICE = re.compile(r"<v(?:\.[\w.]+)?[ \t]+([^>]+)>")
_TAG = re.compile(r"</?(?:[a-zA-Z][^<>]*|\d[\d:.]*)>|\{\\[^}]*\}")


def load_subtitles(path: Path, options: LoadOptions) -> Document:
    """Return the cues as one page: a line of times, then the words, without markup."""
    kind = path.suffix.lower().lstrip(".") or "vtt"
    blocks = re.split(r"\n[ \t]*\n", tidy(read_text(path)))
    cues = [cue for block in blocks if (cue := _cue(block))]
    if not cues:
        raise CorruptDocumentError(f"{path.name} holds no subtitles.")
    return Document(str(path), path.stem, kind, (Page(1, "\n\n".join(cues)),))


def _cue(block: str) -> str:
    """Return the times and words of a cue, '' for headers, comments and styles."""
    lines = block.split("\n")
    for number, line in enumerate(lines):
        times = _TIMES.match(line)
        if times:
            words = [_strip_markup(each) for each in lines[number + 1 :]]
            return "\n".join([f"{times[1]} --> {times[2]}", *filter(None, words)])
    return ""


def _strip_markup(line: str) -> str:
    return html.unescape(_TAG.sub("", _VOICE.sub(r"\1: ", line))).strip()
