"""RTF (specification 1.9.1): what the control words say, by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from quoth.load.clean import one_line
from quoth.load.contract import LoadOptions
from quoth.load.rtf_pages import RtfPages
from quoth.load.rtf_tokens import Token, tokens
from quoth.types import Document

_SIGNS = {"~": " ", "_": "-", "{": "{", "}": "}", "\\": "\\"}
_CHARACTERS = {
    "tab": "\t",
    "line": "\n",
    "emdash": "\u2014",
    "endash": "\u2013",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
    "bullet": "\u2022",
    "enspace": " ",
    "emspace": " ",
}
_UNREAD = frozenset(
    "colortbl themedata colorschememapping datastore listtable listoverridetable rsidtbl pict "
    "generator xmlnstbl filetbl revtbl fldinst nonshppict shprslt bkmkstart bkmkend mmathPr "
    "latentstyles xe tc template atnid atnauthor atnref private objdata author operator company "
    "keywords subject doccomm comment creatim revtim printim buptim category manager "
    "hlinkbase".split()
)
_COUNTED = {"pict": "picture", "objdata": "embedded object"}
_KNOWN_IF_STARRED = frozenset("shpinst shptxt annotation footnote shppict ud picprop".split())
_DESCRIPTION = "wzDescription"  # of a shape or a picture ([MS-ODRAW], 2.3.4.2)
_TARGETS = {
    "fonttbl": "fonts",
    "stylesheet": "styles",
    "title": "title",
    "picprop": "properties",
    "sp": "properties",
    "sn": "name of property",
    "sv": "property",
    "footnote": "Footnotes",
    "annotation": "Comments",
    **dict.fromkeys(("header", "headerl", "headerr", "headerf"), "Header"),
    **dict.fromkeys(("footer", "footerl", "footerr", "footerf"), "Footer"),
}
_CODE_PAGES = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    134: "gb18030",
    136: "big5hkscs",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}
"""By the number of a font's character set."""


@dataclass(frozen=True, slots=True)
class _State:
    """The properties of the text in a group.

    `replaced` is the number of characters that stand after one of Unicode, for old readers.
    """

    target: str = ""
    encoding: str = ""
    replaced: int = 1
    raised: str = ""
    is_hidden: bool = False
    is_struck: bool = False


@dataclass(slots=True)
class _Reader:
    """Follows the groups and control words of a file, and writes its text to `pages`."""

    pages: RtfPages
    unread: Counter[str]
    state: _State = field(default_factory=_State)
    stack: list[_State] = field(default_factory=list)
    code_page: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    number: int = 0
    """The number of the font or style that is being defined."""
    raw: bytearray = field(default_factory=bytearray)
    left_to_skip: int = 0
    is_starred: bool = False
    property_name: str = ""
    property_value: str = ""

    def read(self, source: str) -> None:
        """Read a file, whose bytes are the characters of `source`."""
        for token in tokens(source):
            if token.kind == "text":
                self._text(token.text)
            else:
                self._flush()
                if token.kind == "word":
                    self._word(token.text, token.number)
                elif token.kind == "sign":
                    self._sign(token)
                else:
                    self._brace(token.text)
        self._flush()
        self.pages.end()

    def _text(self, text: str) -> None:
        skipped = min(self.left_to_skip, len(text))
        self.left_to_skip -= skipped
        self.raw += text[skipped:].encode("latin-1", "replace")

    def _flush(self) -> None:
        if self.raw:
            text = self.raw.decode(self.state.encoding or self.code_page, "replace")
            self.raw.clear()
            self._write(text)

    def _write(self, text: str) -> None:
        state = self.state
        if state.target == "styles":
            self.pages.name_style(self.number, text)
        elif state.target == "name of property":
            self.property_name += text
        elif state.target == "property":
            self.property_value += text
        elif state.is_hidden or state.is_struck:
            if text.strip() and state.target != "unread":
                self.unread["struck-out passage" if state.is_struck else "hidden passage"] += 1
        elif state.target not in ("unread", "fonts", "properties"):
            self.pages.write(text, state.target, state.raised)

    def _sign(self, token: Token) -> None:
        if token.text == "*":
            self.is_starred = True
        else:
            self._write(_SIGNS.get(token.text, ""))

    def _brace(self, brace: str) -> None:
        self.left_to_skip = 0
        if brace == "{":
            self.stack.append(self.state)
        elif self.stack:
            target, self.state = self.state.target, self.stack.pop()
            if target != self.state.target:
                self._end_part(target)

    def _end_part(self, target: str) -> None:
        self.pages.end_part(target)
        if target == "property":
            if self.property_name.strip() == _DESCRIPTION:
                self.pages.describe(one_line(self.property_value))
            self.property_name = self.property_value = ""

    def _word(self, word: str, number: int | None) -> None:
        starred, self.is_starred = self.is_starred, False
        if word == "u":
            self._write(chr((number or 0) % 65536))
            self.left_to_skip = self.state.replaced
        elif word in _CHARACTERS:
            self._write(_CHARACTERS[word])
        elif word in _UNREAD or (starred and word not in _KNOWN_IF_STARRED):
            if word in _COUNTED and self.state.target != "unread":
                self.unread[_COUNTED[word]] += 1
            self.state = replace(self.state, target="unread")
        elif word in _TARGETS and (self.state.target != "unread" or word == "picprop"):
            self.state = replace(self.state, target=_TARGETS[word])
        elif self.state.target in ("fonts", "styles"):
            self._define(word, number)
        elif word in _PROPERTIES:
            self.state = _PROPERTIES[word](self.state, number)
        elif word in ("f", "ansicpg"):
            self._set_encoding(word, number or 0)
        elif self.state.target != "unread":
            self.pages.control(word, number, self.state.target)

    def _set_encoding(self, word: str, number: int) -> None:
        if word == "f":
            self.state = replace(self.state, encoding=self.fonts.get(number, ""))
        elif number:
            self.code_page = f"cp{number}" if number != 65001 else "utf-8"

    def _define(self, word: str, number: int | None) -> None:
        """Note the character set of a font, or which style is being named."""
        if word in ("f", "s"):
            self.number = number or 0
        elif word == "fcharset" and number in _CODE_PAGES:
            self.fonts[self.number] = _CODE_PAGES[number]


def _is_on(number: int | None) -> bool:
    return number != 0


_PROPERTIES: dict[str, Callable[[_State, int | None], _State]] = {
    "uc": lambda state, number: replace(state, replaced=max(0, number or 0)),
    "v": lambda state, number: replace(state, is_hidden=_is_on(number)),
    "strike": lambda state, number: replace(state, is_struck=_is_on(number)),
    "striked": lambda state, number: replace(state, is_struck=_is_on(number)),
    "deleted": lambda state, number: replace(state, is_struck=_is_on(number)),
    "super": lambda state, number: replace(state, raised="super" if _is_on(number) else ""),
    "sub": lambda state, number: replace(state, raised="sub" if _is_on(number) else ""),
    "nosupersub": lambda state, number: replace(state, raised=""),
    "plain": lambda state, number: replace(
        state, raised="", is_hidden=False, is_struck=False, encoding=""
    ),
}


def load_rtf(path: Path, options: LoadOptions) -> Document:
    """Return an RTF file. Headers, footers, notes and comments come at the end of the last page."""
    unread: Counter[str] = Counter()
    reader = _Reader(RtfPages(), unread)
    reader.read(path.read_bytes().decode("latin-1"))
    title = one_line(reader.pages.title) or path.stem
    return Document(str(path), title, "rtf", tuple(reader.pages.pages), unread=unread)
