"""The body of a message: all of its texts in order, and each text in one form (RFC 2046)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property

from quoth.load.clean import tidy
from quoth.load.html import decode_html, html_page, visible_words
from quoth.load.opaque import without_encoded
from quoth.load.text import decode

_HTML = ("text/html", "application/xhtml+xml")
_NOT_TEXT = {"text/css", "text/javascript", "text/x-amp-html", "text/watch-html", "text/calendar"}
_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature"}
_SIGNATURES |= {"application/x-pkcs7-signature"}
_REPORTS = {
    "message/delivery-status",
    "message/global-delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
}
_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"(?:https?|mailto):\S+")
_HEADER_CELL = re.compile(r"<th[\s>]", re.I)
_SAME_SHARE = 0.5
_NEW_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class _Text:
    """The text of a part; `is_table` where mark-up tells what the plain text cannot."""

    text: str
    is_table: bool = False
    unread: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Alternative:
    """The texts of one form of a message."""

    texts: list[_Text]

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the texts, without addresses."""
        distinct = set[str]().union(*(each.text.lower().split() for each in self.texts))
        return frozenset(_WORD.findall(_ADDRESS.sub(" ", " ".join(distinct))))

    def share_in(self, other: _Alternative) -> float:
        """Return the share of its words that are in another one, too."""
        return len(self.words & other.words) / max(len(self.words), 1)


def body_text(message: Message, unread: Counter[str]) -> str:
    """Return the text of a message: every inline part, and of alternatives the fullest one.

    `unread` counts pictures, and what the text does not say of HTML.
    """
    texts = _texts(message)
    for each in texts:
        unread.update(each.unread)
    pictures = sum(
        part.get_content_maintype() == "image" and not _is_attached(part)
        for part in _leaves(message)
    )
    named = sum(each.unread["picture"] for each in texts)
    if pictures > named:
        unread["picture"] += pictures - named
    return without_encoded("\n\n".join(each.text for each in texts), unread)


def declared_title(message: Message) -> str:
    """Return the title of the first HTML part, '' if there is none (a saved web page has one)."""
    for part in _leaves(message):
        if part.get_content_type() in _HTML and not _is_attached(part):
            return html_page(_source(part)).title
    return ""


def attachments(message: Message) -> list[Message]:
    """Return the parts that are files of their own; signatures have no text and are none."""
    return [
        part
        for part in _leaves(message)
        if _is_attached(part) and part.get_content_type() not in _SIGNATURES
    ]


def content_of(part: Message) -> bytes:
    """Return the decoded bytes of a part, for an attached message its source."""
    if part.get_content_type() == "message/rfc822":
        return b"".join(bytes(inner) for inner in _inner(part))
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _texts(part: Message) -> list[_Text]:
    kind = part.get_content_type()
    if kind == "multipart/alternative":
        return _fullest(_inner(part))
    if kind in _REPORTS:
        return [_Text(tidy(_report(part)))]
    if kind != "message/rfc822" and part.is_multipart():
        return [text for each in _inner(part) for text in _texts(each)]
    if _is_attached(part) or kind in _NOT_TEXT:
        return []
    if kind in _HTML:
        source = _source(part)
        page = html_page(source)
        text = _Text(page.text, bool(_HEADER_CELL.search(source)), page.unread)
    elif part.get_content_maintype() in ("text", "multipart"):  # the latter without its parts
        text = _Text(tidy(_plain(part)))
    else:
        return []
    return [text] if text.text else []


def _fullest(parts: list[Message]) -> list[_Text]:
    """Return the alternative that says most; the simplest one if others say no more.

    Some programs put a mere "cannot show HTML" or an extract into the plain part. Two alternatives
    that say different things are both kept.
    """
    kept: list[_Alternative] = []
    for part in parts:
        if kept and _repeats(part, kept[-1].texts):
            continue
        texts = _texts(part)
        if not texts:
            continue
        form = _Alternative(texts)
        is_table = any(each.is_table for each in texts)
        if kept and (form.share_in(kept[-1]) < _SAME_SHARE or is_table):
            is_more = len(form.words) >= len(kept[-1].words)
            if is_more or kept[-1].share_in(form) >= _SAME_SHARE:
                kept.pop()
            kept.append(form)
        elif not kept:
            kept.append(form)
    return [text for form in kept for text in form.texts]


def _repeats(part: Message, texts: list[_Text]) -> bool:
    """Whether a part in HTML has hardly a word that is not in the texts, and no table."""
    if part.get_content_type() not in _HTML or _is_attached(part):
        return False
    source = _source(part)
    if _HEADER_CELL.search(source):
        return False
    words = visible_words(source)
    return bool(words) and len(words - _tokens(texts)) <= _NEW_SHARE * len(words)


def _tokens(texts: list[_Text]) -> set[str]:
    return set[str]().union(*(each.text.split() for each in texts))


def _report(part: Message) -> str:
    """Return what a program says of a message (RFC 3464), a line for each field."""
    blocks = []
    for block in _inner(part):
        rest = block.get_payload()
        lines = [f"{name}: {value}" for name, value in block.items()]
        blocks.append("\n".join([*lines, "", rest if isinstance(rest, str) else ""]))
    return "\n\n".join(blocks)


def _plain(part: Message) -> str:
    text = decode(content_of(part), declared=part.get_content_charset() or "", name="The message")
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    without_space = str(part.get_param("delsp", "")).lower() == "yes"
    lines = text.replace("\r\n", "\n").split("\n")
    return "".join(_unwrapped(lines, without_space=without_space))


def _unwrapped(lines: list[str], *, without_space: bool) -> Iterator[str]:
    """Yield flowed lines (RFC 3676): one that ends in a space goes on, unless it is `-- `.

    The next line goes on with it if it is quoted as deeply. `without_space` drops that space.
    """
    open_depth = -1
    for line in lines:
        text = line.lstrip(">")
        depth = len(line) - len(text)
        text = text.removeprefix(" ")
        if open_depth not in (-1, depth):
            yield "\n"
        start = f"{'>' * depth} " if depth and open_depth != depth else ""
        goes_on = text.endswith(" ") and text != "-- "
        open_depth = depth if goes_on else -1
        if goes_on and without_space:
            text = text[:-1]
        yield f"{start}{text}" if goes_on else f"{start}{text}\n"


def _source(part: Message) -> str:
    charset = part.get_content_charset() or ""
    return decode_html(content_of(part), "The message", declared=charset)


def _leaves(message: Message) -> Iterator[Message]:
    """Yield the leaf parts of a message; an attached message counts as one leaf."""
    is_leaf = message.get_content_type() in ("message/rfc822", *_REPORTS)
    if message.is_multipart() and not is_leaf:
        for part in _inner(message):
            yield from _leaves(part)
    else:
        yield message


def _inner(message: Message) -> list[Message]:
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, Message)] if payload else []


def _is_attached(part: Message) -> bool:
    """Whether a leaf is a file of its own.

    A picture is one only if the message says so; what has a location is a part of a saved page.
    """
    kind, main = part.get_content_type(), part.get_content_maintype()
    return (
        part.get_content_disposition() == "attachment"
        or (main not in ("text", "image", "multipart") and "Content-Location" not in part)
        or kind == "text/calendar"
        or bool(part.get_filename() and main != "image")
    ) and kind not in (_HTML[1], *_REPORTS)
