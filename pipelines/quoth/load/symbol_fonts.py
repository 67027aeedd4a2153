"""The characters of symbol fonts, whose codes mean something else in Unicode.

Word writes `°`, `±` or a ticked box in such a font as a code, often moved to the private use area
(U+F000). The tables follow the encoding vectors of the fonts.
"""

from __future__ import annotations

import re

_PRIVATE = 0xF000
_MOVED = re.compile("[\uf001-\uf0ff]")


def _table(*rows: tuple[int, str]) -> dict[int, str]:
    return {
        first + offset: character
        for first, characters in rows
        for offset, character in enumerate(characters)
        if character != "\0"
    }


_SYMBOL = _table(
    (0x20, " !∀#∃%&∋()∗+,−./0123456789:;<=>?"),
    (0x40, "≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_"),
    (0x60, "‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"),
    (0xA0, "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…|—↵"),
    (0xC0, "ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓"),
    (0xE0, "◊⟨®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪\0⟩∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"),
)
_WINGDINGS = _table(
    (0x21, "✏✂✁\0\0\0\0☎✆✉"),
    (0x41, "✌\0\0\0\0☞☝☟\0☺😐☹\0☠"),
    (0x6C, "●\0■□□❑❒"),
    (0x80, "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿"),
    (0x9E, "·•"),
    (0xA7, "▪□"),
    (0xD8, "➢"),
    (0xDF, "←→↑↓↖↗↙↘"),
    (0xE8, "➔"),
    (0xEF, "⇦⇨⇧⇩⬄⇳"),
    (0xFB, "✗✓☒☑"),
)
_WINGDINGS[0x6F] = "☐"
_WINGDINGS[0xA8] = "☐"
_WINGDINGS_2 = _table((0x4F, "✗✓☒☑☒☒"), (0xA3, "☐☐"))
_WINGDINGS_3 = _table((0x66, "←→↑↓"))
_WEBDINGS = _table((0x61, "✔"), (0x63, "☐"), (0x67, "■"), (0x6E, "●"), (0x72, "✖"))
_FONTS = {
    "symbol": _SYMBOL,
    "wingdings": _WINGDINGS,
    "wingdings 2": _WINGDINGS_2,
    "wingdings 3": _WINGDINGS_3,
    "webdings": _WEBDINGS,
}


def decode_symbols(text: str, font: str) -> str:
    """Return the text of a run with the characters that its font shows.

    Codes of the private use area are those of the font Symbol if the run names no symbol font. A
    code that is in no table stays as it is.
    """
    table = _FONTS.get(font.lower())
    if table is None:
        if not _MOVED.search(text):
            return text
        return "".join(_shown(character, _SYMBOL, private=True) for character in text)
    return "".join(_shown(character, table) for character in text)


def _shown(character: str, table: dict[int, str], *, private: bool = False) -> str:
    code = ord(character)
    if _PRIVATE < code <= _PRIVATE + 0xFF:
        return table.get(code - _PRIVATE, character)
    return character if private else table.get(code, character)
