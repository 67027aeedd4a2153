"""Bytes written as letters, which nobody reads: Base64, hexadecimal dumps, minified lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

_DATA_ADDRESS = re.compile(
    r"(data:[\w.+-]+/[\w.+-]+)(?:;[\w.=-]+)*(?:;base64,[\w+/=%\s-]{64,}|,[^\s\"'<>()]{200,})"
)
_TRAILING = re.compile(r"\s+\Z")
_RUN = re.compile(r"(?:[A-Za-z0-9+/_-]{60,}={0,2}\\?[nr\s]*){2,}|[A-Za-z0-9+/_-]{160,}={0,2}")
_DUMP = re.compile(r"(?:[0-9a-f]{2}:?){128,}|(?:[0-9A-F]{2}:?){128,}")
_ARMOURED = re.compile(r"(-----BEGIN [A-Z0-9 ]+-----\s)[^-]{40,}(?=-----END )")
_KINDS = (re.compile("[A-Z]"), re.compile("[a-z]"), re.compile("[0-9]"))
_SHORTEST = 60  # characters without a space in the shortest line of Base64
_MINIFIED = 2000
_SHOWN = 120
_PASSAGE, _PICTURE, _MINIFIED_LINE = "encoded passage", "picture", "minified line"


def without_encoded(text: str, unread: Counter[str]) -> str:
    """Return the text without pictures and other bytes in Base64, which `unread` counts.

    An address that holds its data keeps its kind (`data:image/png`), and a key its first and last
    line.
    """

    def address(match: re.Match[str]) -> str:
        unread[_PICTURE if match[1].startswith("data:image") else _PASSAGE] += 1
        space = _TRAILING.search(match[0])
        return match[1] + (space[0] if space else "")

    def armoured(match: re.Match[str]) -> str:
        unread[_PASSAGE] += 1
        return match[1]

    def run(match: re.Match[str]) -> str:
        if not _is_encoded(match[0]):
            return match[0]
        unread[_PASSAGE] += 1
        space = _TRAILING.search(match[0])
        return "…" + (space[0] if space else "")

    if "data:" in text:
        text = _DATA_ADDRESS.sub(address, text)
    if "-----BEGIN " in text:
        text = _ARMOURED.sub(armoured, text)
    parts: list[str] = []
    end = 0
    for start, stop in _long_lines(text):
        parts += [text[end:start], _DUMP.sub(run, _RUN.sub(run, text[start:stop]))]
        end = stop
    return "".join([*parts, text[end:]]) if parts else text


def _long_lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of lines with long words, those beside each other as one."""
    start, stop = 0, 0
    for begin, end in _long_words(text):
        line = text.rfind("\n", 0, begin) + 1
        if line > stop and stop:
            yield start, stop
        if line > stop or not stop:
            start = line
        following = text.find("\n", end)
        stop = len(text) if following < 0 else following + 1
    if stop:
        yield start, stop


def _long_words(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of long words that may be encoded; shorter ones are leapt over."""
    spaced = text.replace("\n", " ").replace("\t", " ")
    start = 0
    while start + _SHORTEST <= len(spaced):
        space = spaced.rfind(" ", start, start + _SHORTEST)
        if space >= 0:
            start = space + 1
            continue
        end = spaced.find(" ", start + _SHORTEST)
        end = len(spaced) if end < 0 else end
        if len(spaced[start:end].encode("ascii", "ignore")) >= _SHORTEST:
            yield start, end
        start = end + 1


def _is_encoded(run: str) -> bool:
    """Whether a run of letters and digits is no word, path or identifier."""
    if _DUMP.fullmatch(run):
        return any(map(str.isalpha, run))
    return (
        all(kind.search(run) for kind in _KINDS) and run.count("-") + run.count("_") < len(run) / 20
    )


def without_minified(text: str, unread: Counter[str]) -> str:
    """Return code with only the beginning of lines that a program wrote for programs."""
    lines = text.split("\n")
    if not any(len(line) > _MINIFIED for line in lines):
        return text
    kept = []
    for line in lines:
        if len(line) > _MINIFIED and line.count(" ") * 12 < len(line):
            unread[_MINIFIED_LINE] += 1
            line = line[:_SHOWN] + " …"
        kept.append(line)
    return "\n".join(kept)
