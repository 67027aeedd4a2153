"""What a reply is typeset in, HTML and LaTeX, as the lines of plain text that it stands for."""

from __future__ import annotations

import html
import re

_QUOTE = re.compile(r"(?is)<(quote|evidence|excerpt_quote)\b([^<>]{0,80})>(.*?)(?:</\1>|\Z)")
_ROW = re.compile(r"(?is)<tr\b[^<>]*>(.*?)</tr>")
_CELL = re.compile(r"(?is)<(t[dh])\b[^<>]*>(.*?)</\1>")
_ITEM = re.compile(r"(?i)\s*<li\b[^<>]*>\s*")
_BREAK = re.compile(
    r"(?i)[ \t]*(?:<br\s*/?>|</?(?:p|div|ul|ol|li|table|thead|tbody|tr|answer|section|h[1-6])"
    r"(?:\s[^<>]*)?>)[ \t]*"
)
_ENTITY = re.compile(
    r"&(?:amp|quot|apos|nbsp|[lr][sd]quo|[nm]dash|euro|pound|deg|#x?[\da-fA-F]{1,6});"
)

_COMMAND = re.compile(
    r"\\(?:text(?:bf|it|tt|rm|sf|normal)?|emph|underline|math(?:rm|bf|it|sf|tt)|operatorname"
    r"|boxed|mbox|ensuremath)\s*\{([^{}]*)\}"
)
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_CITED = re.compile(
    r"~?\\(?:cite[a-z]*|footnotemark|ref)\s*(?:\[[^\[\]]*\])?[\[{](\d{1,2}(?:\s*,\s*\d{1,2})*)[\]}]"
)
_RAISED = re.compile(r"\$\s*\^\s*\{?\s*(\d{1,2}(?:\s*,\s*\d{1,2})*)\s*\}?\s*\$")
_POWER = re.compile(r"(?<=[A-Za-z\d)])\^\{?(-?\d)\}?(?!\d)")
_DEGREES = re.compile(r"\s*\^\s*\{?\\circ\}?")
_MATHS = re.compile(
    r"\\\((?P<round>.{1,200}?)\\\)|\\\[(?P<square>[^\[\]]{0,200}?[^\d\s,\[\]][^\[\]]{0,200}?)\\\]"
    r"|\$\$(?P<display>[^$]{1,200})\$\$|(?<![\w$\\])\$(?P<line>[^\s$](?:[^$\n]{0,80}[^\s$])?)\$(?!\d)",
    re.DOTALL,
)
_SPACES = re.compile(r"\\[,;:! ]|(?<=\d)~(?=\S)")
_SIGNS = {
    "times": "×", "cdot": "·", "approx": "≈", "pm": "±", "leq": "≤", "geq": "≥", "le": "≤",
    "ge": "≥", "neq": "≠", "to": "→", "rightarrow": "→", "circ": "°", "euro": "€", "pounds": "£",
    "mu": "µ", "dots": "…", "ldots": "…",
}  # fmt: skip
_SIGN = re.compile(rf"\\({'|'.join(sorted(_SIGNS, key=len, reverse=True))})(?![A-Za-z])\s?")
_ESCAPED = re.compile(r"\\([%$&#_])")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def read_typeset(reply: str) -> str:
    """Return a reply as plain lines, with its lists and tables in Markdown.

    HTML loses the tags that shape lines, LaTeX its commands; a quote in a tag becomes a labelled
    one. What is neither stays as it is.
    """
    if "<" in reply or "&" in reply:
        reply = _read_html(reply)
    return _read_latex(reply) if "\\" in reply or "$" in reply else reply


def _read_html(text: str) -> str:
    text = _QUOTE.sub(_label_quote, text)
    text = _ROW.sub(_read_row, text)
    text = _BREAK.sub("\n", _ITEM.sub("\n- ", text))
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]).replace("\u00a0", " "), text)


def _label_quote(quote: re.Match[str]) -> str:
    """Return a quote in a tag as a labelled one, with the number that the tag names."""
    number = re.search(r"\d{1,2}", quote[2])
    mark = f" [{number[0]}]" if number else ""
    return f'\nQuote{mark}: "{quote[3].strip()}"\n' if re.search(r"\w\W+\w", quote[3]) else quote[0]


def _read_row(row: re.Match[str]) -> str:
    cells = _CELL.findall(row[1])
    line = "\n| " + " | ".join(" ".join(text.split()) for _, text in cells) + " |"
    is_header = any(name.lower() == "th" for name, _ in cells)
    return line + ("\n|" + "---|" * len(cells) if is_header else "") + "\n"


def _read_latex(text: str) -> str:
    text = _CITED.sub(r" [\1]", text)
    text = _RAISED.sub(lambda mark: mark[1].replace(" ", "").translate(_SUPERSCRIPTS), text)
    previous = ""
    while previous != text:
        previous = text
        text = _FRACTION.sub(r"\1/\2", _COMMAND.sub(r"\1", text))
    text = _MATHS.sub(_read_maths, text)
    text = _SIGN.sub(lambda sign: _SIGNS[sign[1]], _DEGREES.sub("°", text))
    return re.sub(r"(?<=\S)[ \t]{2,}", " ", _ESCAPED.sub(r"\1", _SPACES.sub(" ", text)))


def _read_maths(maths: re.Match[str]) -> str:
    """Return the text of a formula; as it is, where it only looks like one."""
    inside = next(filter(None, maths.groups())).strip()
    if maths["line"] and not re.search(r"[\d\\^_=]", inside):
        return maths[0]
    inside = _POWER.sub(lambda power: power[1].translate(_SUPERSCRIPTS), inside)
    return re.sub(r"[ \t]+", " ", inside.replace("{,}", ","))
