"""The marks between which text of a document is given to a model: evidence, never instructions."""

from __future__ import annotations

import re

_MARK = re.compile(r"<(?=/?\s*passage\b)", re.IGNORECASE)


def fence_passage(text: str) -> str:
    """Return a text between marks that it cannot close or open itself."""
    return f"<passage>\n{_MARK.sub('< ', text)}\n</passage>"
