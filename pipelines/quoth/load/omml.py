"""Equations of office files on one line, as one would type them: `x^2`, `a_1`, `(n)/(2!)`."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from quoth.load.archive import attribute, local_name


def equation(element: Element) -> str:
    """Return an `oMath` element, or anything inside one, as a line of text."""
    name = local_name(element)
    if name == "t":
        return element.text or ""
    if name == "f":
        return f"{_group(_part(element, 'num'))}/{_group(_part(element, 'den'))}"
    if name in ("sSup", "sSub", "sSubSup"):
        return _part(element, "e") + _scripts(element)
    if name == "sPre":
        return _scripts(element) + _part(element, "e")
    if name == "nary":
        return f"{_sign(element, 'naryPr', '∫')}{_scripts(element)} {_part(element, 'e')}"
    if name == "rad":
        return f"√{_scripts(element, sup='deg')}{_group(_part(element, 'e'), always=True)}"
    if name == "d":
        inner = ", ".join(equation(child) for child in element if local_name(child) == "e")
        return (
            f"{_sign(element, 'dPr', '(', 'begChr')}{inner}{_sign(element, 'dPr', ')', 'endChr')}"
        )
    if name.endswith("Pr"):
        return ""
    separator = "; " if name == "m" else ", " if name == "mr" else ""
    return separator.join(filter(None, (equation(child) for child in element)))


def _part(element: Element, wanted: str) -> str:
    return "".join(equation(child) for child in element if local_name(child) == wanted)


def _scripts(element: Element, *, sup: str = "sup") -> str:
    below, above = _part(element, "sub"), _part(element, sup)
    return (f"_{_group(below)}" if below else "") + (f"^{_group(above)}" if above else "")


def _group(text: str, *, always: bool = False) -> str:
    return text if text.isalnum() and not always else f"({text})"


def _sign(element: Element, properties: str, usual: str, which: str = "chr") -> str:
    """Return the sign that an operator or a bracket is drawn with."""
    for child in element:
        if local_name(child) == properties:
            for inner in child:
                if local_name(inner) == which:
                    return attribute(inner, "val")
    return usual
