"""Formulas in MathML as one line: `x^2`, `(a+b)/c`."""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from quoth.load.clean import one_line
from quoth.load.html_tables import children

_UNREAD = ("annotation", "annotation-xml", "-comment")
_DEEPEST = 40


def formula(node: LexborNode, depth: int = 0) -> str:
    """Return a formula as text; what is nested deeper than anyone writes is read as it stands."""
    tag = node.tag or ""
    if tag == "-text" or depth > _DEEPEST:
        return one_line(node.text_content or "") if tag == "-text" else one_line(node.text())
    parts = [formula(child, depth + 1) for child in children(node) if child.tag not in _UNREAD]
    parts = [part for part in parts if part]
    if tag in ("msup", "msub", "mfrac") and len(parts) == 2:
        sign = {"msup": "^", "msub": "_", "mfrac": "/"}[tag]
        base = _group(parts[0]) if tag == "mfrac" else parts[0]
        return f"{base}{sign}{_group(parts[1])}"
    if tag == "msubsup" and len(parts) == 3:
        return f"{parts[0]}_{_group(parts[1])}^{_group(parts[2])}"
    if tag == "msqrt":
        return f"√{_group(''.join(parts))}"
    return ("; " if tag == "mtable" else ", " if tag == "mtr" else "").join(parts)


def _group(text: str) -> str:
    return text if len(text) == 1 or text.isalnum() else f"({text})"
