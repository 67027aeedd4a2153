"""Subtitles with their times, by which a quote is found in the film.

WebVTT, SubRip, SBV, Advanced SubStation Alpha and TTML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element

from quoth.errors import CorruptDocumentError
from quoth.load.archive import attribute, local_name, parse_xml
from quoth.load.clean import clean, one_line
from quoth.load.contract import LoadOptions
from quoth.load.text import read_text
from quoth.types import Document, Page

_CLOCK = r"((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})"
_TIMES = re.compile(rf"[ \t]*{_CLOCK}(?:[ \t]*-->[ \t]*|,){_CLOCK}")
_VOICE = re.compile(r"<v(?:\.[\w.]+)?[ \t]+([^>]+)>")
_TAG = re.compile(r"</?(?:[a-zA-Z][^<>]*|\d[\d:.]*)>|\{\\[^}]*\}")
_NO_CUE = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)")
_DIALOGUE = re.compile(r"Dialogue:[^,]*,([^,]*),([^,]*),[^,]*,([^,]*),[^,]*,[^,]*,[^,]*,[^,]*,(.*)")
_BREAK = re.compile(r"\\[Nn]")


@dataclass(frozen=True, slots=True)
class _Cue:
    start: str
    end: str
    lines: tuple[str, ...]


def load_subtitles(path: Path, options: LoadOptions) -> Document:
    """Return the cues as one page: a line of times, then the words, without markup.

    Captions that scroll or grow, in which a cue repeats the one before, give each line once.
    """
    kind = path.suffix.lower().lstrip(".") or "vtt"
    text = clean(read_text(path))
    if text.lstrip().startswith("<"):
        found = _timed_text(parse_xml(text.encode(), path.name))
    elif "\nDialogue:" in text:
        found = _dialogue(text)
    else:
        found = _cues(text.split("\n"))
    cues = _without_repetition([cue for cue in found if cue.lines])
    if not cues:
        raise CorruptDocumentError(f"{path.name} holds no subtitles.")
    blocks = ("\n".join([f"{cue.start} --> {cue.end}", *cue.lines]) for cue in cues)
    return Document(str(path), path.stem, kind, (Page(1, "\n\n".join(blocks)),))


def _cue(start: str, end: str, lines: Iterable[str]) -> _Cue:
    return _Cue(start, end, tuple(filter(None, map(_strip_markup, lines))))


def _strip_markup(line: str) -> str:
    return one_line(html.unescape(_TAG.sub("", _VOICE.sub(r"\1: ", line))))


def _cues(lines: list[str]) -> Iterator[_Cue]:
    """Yield the cues; the words of one last until the next line of times, through empty lines."""
    found = [(number, times) for number, line in enumerate(lines) if (times := _TIMES.match(line))]
    ends = [number for number, _ in found] + [len(lines)]
    for (number, times), end in zip(found, ends[1:], strict=True):
        words = _words(lines[number + 1 : end], is_last=end == len(lines))
        yield _cue(times[1], times[2], words)


def _words(lines: list[str], *, is_last: bool) -> Iterator[str]:
    """Yield the lines of a cue without the name of the next one, comments and styles."""
    if not is_last and _ends_in_name(lines):
        lines = lines[:-1]
    in_note = False
    for before, line in pairwise(["-", *lines]):
        if not line.strip():
            in_note = False
        elif not before.strip() and _NO_CUE.match(line):
            in_note = True
        if not in_note:
            yield line


def _ends_in_name(lines: list[str]) -> bool:
    """Whether the last line is the name of the next cue, and nothing that is said.

    It stands after an empty line. Programs that leave the empty lines out count the cues.
    """
    if not lines or not lines[-1].strip():
        return False
    above = "".join(lines[-2:-1]).strip()
    return (len(lines) > 1 and not above) or (bool(above) and lines[-1].strip().isdecimal())


def _dialogue(text: str) -> Iterator[_Cue]:
    """Yield the cues of Advanced SubStation Alpha, with their speakers."""
    for line in text.split("\n"):
        if event := _DIALOGUE.match(line):
            start, end, speaker, words = event.groups()
            speaker = f"{speaker.strip()}: " if speaker.strip() else ""
            yield _cue(start.strip(), end.strip(), _BREAK.split(speaker + words))


def _timed_text(root: Element) -> Iterator[_Cue]:
    """Yield the cues of TTML (W3C Timed Text Markup Language)."""
    for element in root.iter():
        if local_name(element) == "p":
            words = "".join(_inline_text(element)).split("\n")
            yield _cue(attribute(element, "begin"), attribute(element, "end"), words)


def _inline_text(element: Element) -> Iterator[str]:
    yield _flat(element.text)
    for child in element:
        if local_name(child) == "br":
            yield "\n"
        elif local_name(child) != "metadata":
            yield from _inline_text(child)
        yield _flat(child.tail)


def _flat(text: str | None) -> str:
    return (text or "").replace("\n", " ")


def _without_repetition(cues: list[_Cue]) -> list[_Cue]:
    """Return captions that scroll or grow with each line once, and other captions as they are.

    One that scrolls shows the line before above the new one; one that grows comes again with a word
    more.
    """
    repeated = sum(
        _overlap(before, cue) > 0 or _grows(before, cue) for before, cue in pairwise(cues)
    )
    if repeated * 2 <= len(cues) - 1:
        return cues
    said = cues[:1]
    for before, cue in pairwise(cues):
        if _grows(before, cue):
            last = said.pop()
            said.append(_Cue(last.start, cue.end, (*last.lines[:-1], cue.lines[-1])))
        elif new := cue.lines[_overlap(before, cue) :]:
            said.append(_Cue(cue.start, cue.end, new))
    return said


def _overlap(before: _Cue, cue: _Cue) -> int:
    """Return the number of lines with which a cue begins and the cue before it ends."""
    lengths = range(min(len(before.lines), len(cue.lines)), 0, -1)
    return next((n for n in lengths if before.lines[-n:] == cue.lines[:n]), 0)


def _grows(before: _Cue, cue: _Cue) -> bool:
    """Whether a cue is the one before it with more words on its last line."""
    return (
        before.lines[:-1] == cue.lines[:-1]
        and cue.lines[-1] != before.lines[-1]
        and cue.lines[-1].startswith(before.lines[-1])
    )
