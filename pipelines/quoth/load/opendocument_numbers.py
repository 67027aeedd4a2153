"""The numbers before headings and items of OpenDocument (`2.1`), which are not in their text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from quoth.load.counts import format_count
from quoth.load.opendocument_styles import ListLevel


@dataclass(slots=True)
class Numbers:
    """Counts the items of each list style, and headings, in the order of the document."""

    _counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def begin(self, style: str, level: int) -> None:
        """Count a level and those below it from the start again."""
        counts = self._counts.get(style, {})
        for each in [each for each in counts if each >= level]:
            del counts[each]

    def next(
        self,
        levels: Mapping[tuple[str, int], ListLevel],
        style: str,
        level: int,
        *,
        start: str = "",
    ) -> str:
        """Count an item or a heading, and return its number; '' if its level has none.

        `start` is the count that it begins anew with.
        """
        form = levels.get((style, level))
        if form is None:
            return ""
        counts = self._counts.setdefault(style, {})
        count = int(start) if start.isdigit() else counts.get(level, form.start - 1) + 1
        self.begin(style, level)
        counts[level] = count
        shown = [
            format_count(counts.get(each, above.start), above.form)
            for each in range(max(1, level - form.shown + 1), level + 1)
            if (above := levels.get((style, each)))
        ]
        return f"{form.before}{'.'.join(shown)}{form.after}"
