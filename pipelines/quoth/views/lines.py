"""The parts of a result as single lines, without characters that a terminal would obey."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any

from quoth.types import Hit, Report, format_count

_MOST_SHOWN = 3
# Controls except line end and tab, and the marks that reorder what stands beside them.
_OBEYED = "\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069"
_HIDDEN = re.compile(f"[{_OBEYED}]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_PLAIN_JSON = re.compile(f"[{_OBEYED}\u2028\u2029\ud800-\udfff]")


def make_printable(text: str) -> str:
    """Return the text without what a terminal would obey, and that any UTF-8 stream takes.

    Control characters and bidirectional overrides are removed, halves of characters replaced.
    """
    return _LONE_SURROGATE.sub("\ufffd", _HIDDEN.sub("", text))


def write_json(value: Any, *, indent: int | None = None) -> str:
    """Return a value as JSON in which whatever a terminal would obey is escaped."""
    written = json.dumps(value, ensure_ascii=False, indent=indent)
    return _NOT_PLAIN_JSON.sub(lambda match: f"\\u{ord(match.group()):04x}", written)


def format_scores(hit: Hit) -> str:
    """Return the scores of a hit, as `score 2.315 · cosine 0.612 · BM25 7.20`."""
    scores = [f"score {hit.score:.3f}"]
    if hit.dense_score is not None:
        scores.append(f"cosine {hit.dense_score:.3f}")
    if hit.keyword_score is not None:
        scores.append(f"BM25 {hit.keyword_score:.2f}")
    return " · ".join(scores)


def format_path(path: str) -> str:
    """Return a path on one line, relative to the current folder where that is shorter."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        return path
    return make_printable(relative if len(relative) < len(path) else path).replace("\n", " ")


def shorten_paths(paths: Iterable[str]) -> Mapping[str, str]:
    """Return each path by its name, with the folders above it that tell it from the others."""
    parts = {path: PurePath(path).parts for path in paths}
    ends = Counter(path[-length:] for path in parts.values() for length in range(1, len(path) + 1))
    shortened = {}
    for path, names in parts.items():
        lengths = range(1, len(names) + 1)
        length = next((count for count in lengths if ends[names[-count:]] == 1), len(names))
        short = str(PurePath(*names[-length:])) if names else path
        shortened[path] = make_printable(short).replace("\n", " ")
    return shortened


def format_page(source: str, page: int, label: str | None) -> str:
    """Return a page of a source, as `lease.pdf, page iv (the file's page 4)`."""
    path = format_path(source)
    if label and label != str(page):
        return f"{path}, page {make_printable(label)} (the file's page {page})"
    return f"{path}, page {page}"


def format_copies(paths: tuple[str, ...], names: Mapping[str, str]) -> str:
    """Return the other sources with the same content, as `also in copy.pdf`; empty without any.

    `names` are the paths as they are shown.
    """
    shown = ", ".join(names[path] for path in paths[:_MOST_SHOWN])
    rest = f" and {len(paths) - _MOST_SHOWN} more" if len(paths) > _MOST_SHOWN else ""
    return f"also in {shown}{rest}" if paths else ""


def format_unread(counts: Mapping[str, int]) -> str:
    """Return what the text does not hold: `3 pictures, 1 comment`."""
    return ", ".join(format_count(count, kind) for kind, count in counts.items())


def format_failures(report: Report) -> str:
    """Return how many files failed, and how many of them were known: `3 failed (2 as before)`."""
    known = sum(outcome.known for outcome in report.failed)
    return f"{len(report.failed)} failed" + (f" ({known} as before)" if known else "")


def format_adoption(report: Report) -> str:
    """Return how many vectors of another program were kept: `3 vectors were kept, …`."""
    kept = sum(outcome.kept for outcome in report.done)
    made = sum(outcome.chunks for outcome in report.done) - kept
    if not kept:
        return "No vector of theirs was kept: every text was embedded here."
    if not made:
        return "All vectors of theirs were kept."
    return f"{format_count(kept, 'vector')} of theirs kept, {format_count(made, 'text')} embedded."


def format_report(report: Report, *, verb: str = "ingested") -> str:
    """Return the counts of a run as a sentence; `verb` is the participle of the action.

    What the files hold and their texts do not is a line below it, the commonest first.
    """
    unchanged = sum(outcome.status == "unchanged" for outcome in report.skipped)
    pages = sum(outcome.pages for outcome in report.done)
    chunks = sum(outcome.chunks for outcome in report.done)
    parts = [
        f"{format_count(len(report.done), 'document')} {verb} "
        f"({format_count(pages, 'page')}, {format_count(chunks, 'chunk')})"
    ]
    for count, status in (
        (unchanged, "unchanged"),
        (len(report.removed), "removed"),
        (len(report.skipped) - unchanged, "skipped"),
    ):
        parts += [f"{count} {status}"] * bool(count)
    parts += [format_failures(report)] * bool(report.failed)
    unread = sum((Counter(outcome.unread) for outcome in report.done), Counter[str]())
    counted = f"{', '.join(parts)}, in {report.seconds:.1f} s."
    left_out = format_unread(dict(unread.most_common()))
    return f"{counted}\n{left_out} not read." if unread else counted
