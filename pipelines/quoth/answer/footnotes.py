"""Footnotes of a reply, `[^1]: Report, page 8`, and the excerpts that they name."""

from __future__ import annotations

import re
from collections.abc import Callable

_DEFINITION = re.compile(
    r"(?m)^[ \t]*(?:[-*•][ \t]+)?\[\^?(?P<number>\d{1,2})\][ \t]*[:.–-]?[ \t]*"
    r"(?P<source>\S[^\n]*)(?:\n|\Z)"
)


def resolve_footnotes(reply: str, find_named: Callable[[str], tuple[int, ...]]) -> str:
    """Return a reply without the footnotes that name excerpts, and with these at its marks.

    A model that numbers its footnotes itself calls the excerpt that it cites first 1, whatever its
    number was. `find_named` returns the numbers of the excerpts that a text names and does nothing
    else. A footnote that says more stays, and so does a reply of footnotes alone.
    """
    named: dict[str, tuple[int, ...]] = {}
    kept = ""
    position = 0
    for footnote in _DEFINITION.finditer(reply):
        numbers = find_named(footnote["source"].strip(" \t*_."))
        if not numbers or not reply[: footnote.start()].strip():
            continue
        own = int(footnote["number"])
        named[footnote["number"]] = (own,) if own in numbers else numbers
        kept += reply[position : footnote.start()]
        position = footnote.end()
    kept += reply[position:]
    for number, excerpts in named.items():
        kept = kept.replace(f"[^{number}]", f"[{number}]") if str(excerpts[0]) == number else kept
    return _renumber(kept, {n: e for n, e in named.items() if str(e[0]) != n})


def _renumber(text: str, named: dict[str, tuple[int, ...]]) -> str:
    """Return a text with the numbers of excerpts in place of those of footnotes."""

    def excerpts(mark: re.Match[str]) -> str:
        return f"[{','.join(map(str, named[mark[1]]))}]" if mark[1] in named else mark[0]

    return re.sub(r"\[\^?(\d{1,2})\]", excerpts, text) if named else text
