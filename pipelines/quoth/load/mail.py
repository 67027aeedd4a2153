"""Mail: a message or a mailbox, each message as a page, and the pages of the attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.parser import BytesParser
from pathlib import Path

from quoth.errors import LimitExceededError
from quoth.load.attached import Gathered
from quoth.load.clean import one_line
from quoth.load.contract import LoadOptions
from quoth.load.mail_body import attachments, body_text, content_of, declared_title
from quoth.load.quoted_mail import without_repetition
from quoth.load.text import decode
from quoth.types import Document, Heading, Page

_FIELDS = ("Subject", "From", "To", "Cc", "Date")
# The line that begins a message in a mailbox (RFC 4155), and the field that follows it.
_SEPARATOR = re.compile(rb"(?:\A|(?<=\n)\r?\n)From [^\n]*\d\r?\n(?=>?[A-Za-z][\w-]*:)")
_COUNT = re.compile(rb"\A(\d{1,12})\s*\n(?=[A-Za-z][\w-]*:)")
_ESCAPED_FROM = re.compile(rb"^>(>*From )", re.M)


@dataclass(slots=True, kw_only=True)
class _Reading(Gathered):
    """The pages and notes of one file so far, and the bytes of its attachments.

    `unread` counts what the bodies of the messages hold and their texts do not.
    """

    name: str
    options: LoadOptions
    unpacked: int = 0

    def add(self, text: str, headings: tuple[Heading, ...] = ()) -> None:
        self.pages.append(Page(len(self.pages) + 1, text.strip(), None, headings))


def load_mail(path: Path, options: LoadOptions) -> Document:
    """Return a message: headers and body as page 1, then the pages of readable attachments.

    `notes` lists the attachments that cannot be read, with the reason.
    """
    message = _parse(_without_count(path.read_bytes()))
    reading = _Reading(name=path.name, options=options)
    fields = _fields(message)
    reading.add(f"{_head(fields)}\n\n{body_text(message, reading.unread)}")
    _read_attachments(message, reading)
    return Document(
        source=str(path),
        title=fields.get("Subject") or declared_title(message) or path.stem,
        format="eml",
        pages=tuple(reading.pages),
        notes=tuple(reading.notes),
        unread=reading.unread,
        metadata={name.lower(): value for name, value in fields.items()},
    )


def load_mailbox(path: Path, options: LoadOptions) -> Document:
    """Return a mailbox in the mbox format, a page for each message, and the attachments after it.

    What a message quotes from another one of the mailbox, and the foot that many messages share,
    stand once.
    """
    reading = _Reading(name=path.name, options=options)
    messages = [_parse(content) for content in _messages(path.read_bytes())]
    bodies = without_repetition([body_text(message, reading.unread) for message in messages])
    for message, body in zip(messages, bodies, strict=True):
        fields = _fields(message)
        head = _head(fields)
        subject = fields.get("Subject", "")
        headings = (Heading(len("Subject: "), 1, subject),) if subject else ()
        reading.add(f"{head}\n\n{body}", headings)
        _read_attachments(message, reading)
    return Document(
        source=str(path),
        title=path.stem,
        format="mbox",
        pages=tuple(reading.pages),
        notes=tuple(reading.notes),
        unread=reading.unread,
    )


def _messages(content: bytes) -> Iterator[bytes]:
    separators = [*_SEPARATOR.finditer(content)]
    starts = [match.end() for match in separators] or [0]
    ends = [*(match.start() for match in separators[1:]), len(content)]
    for start, end in zip(starts, ends, strict=True):
        yield _ESCAPED_FROM.sub(rb"\1", content[start:end])


def _without_count(content: bytes) -> bytes:
    """Return a message of Apple Mail without the number of its bytes and the facts after them."""
    counted = _COUNT.match(content)
    return content[counted.end() :][: int(counted[1])] if counted else content


def _parse(content: bytes) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(content)


def _fields(message: Message) -> dict[str, str]:
    """Return the fields that say who wrote what to whom and when, those that the message has."""
    values = {name: _field(message, name) for name in _FIELDS}
    return {name: value for name, value in values.items() if value}


def _head(fields: dict[str, str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in fields.items())


def _field(message: Message, name: str) -> str:
    try:
        value = one_line(str(message.get(name, "")))
    except (MessageError, ValueError, LookupError, AttributeError, IndexError):
        value = "\ufffd"  # the standard library fails on some malformed addresses
    if "\ufffd" not in value:
        return value
    raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return one_line(decode(str(raw).encode("utf-8", "surrogateescape")))


def _read_attachments(message: Message, reading: _Reading) -> None:
    """Add the pages of the attachments, each under a heading with its name."""
    for part in attachments(message):
        name = one_line(part.get_filename() or "") or _name_of(part)
        content = content_of(part)
        reading.unpacked += len(content)
        if reading.unpacked > reading.options.limits.unpacked_bytes:
            raise LimitExceededError(f"The attachments of {reading.name} are larger than allowed.")
        reading.attach(name, content, reading.options)


def _name_of(part: Message) -> str:
    """Return a name for a part without one, by its kind."""
    kind = part.get_content_type()
    return {"text/calendar": "invitation.ics", "message/rfc822": "message.eml"}.get(kind, kind)
