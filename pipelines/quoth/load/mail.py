"""Mail: the message as a page, and the pages of its attachments."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from email import policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.parser import BytesParser
from pathlib import Path

from quoth.errors import DocumentError, LimitExceededError
from quoth.load.clean import one_line, tidy
from quoth.load.contract import LoadOptions
from quoth.load.html import html_page
from quoth.load.text import decode
from quoth.types import Document, Heading, Page

_MAX_DEPTH = 3
_FIELDS = ("Subject", "From", "To", "Cc", "Date")


def load_mail(path: Path, options: LoadOptions) -> Document:
    """Return a message: headers and body as page 1, then the pages of readable attachments.

    `notes` lists the attachments that cannot be read, with the reason.
    """
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    fields = {name: _field(message, name) for name in _FIELDS}
    lines = [f"{name}: {value}" for name, value in fields.items() if value]
    text = "\n".join(lines) + "\n\n" + _body(message)
    pages = [Page(1, text.strip())]
    notes: list[str] = []
    unpacked = 0
    for part in _attachments(message):
        name = one_line(part.get_filename() or "") or "message.eml"
        content = _content(part)
        unpacked += len(content)
        if unpacked > options.limits.unpacked_bytes:
            raise LimitExceededError(f"The attachments of {path.name} are larger than allowed.")
        if options.depth >= _MAX_DEPTH:
            notes.append(f"The attachment {name} was not read: it is nested too deeply.")
            continue
        pages += _read_attachment(name, content, options, len(pages), notes)
    return Document(
        source=str(path),
        title=fields["Subject"] or path.stem,
        format="eml",
        pages=tuple(pages),
        notes=tuple(notes),
        metadata={name.lower(): value for name, value in fields.items() if value},
    )


def _field(message: Message, name: str) -> str:
    try:
        return one_line(str(message.get(name, "")))
    except (MessageError, ValueError, LookupError, AttributeError, IndexError):
        raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
        return one_line(str(raw))  # the standard library fails on some malformed addresses


def _body(message: EmailMessage) -> str:
    """Return the text of the message, from its HTML if there is no plain text."""
    plain = [part for part in _inline_parts(message) if part.get_content_type() != "text/html"]
    texts = [tidy(_text(part)) for part in plain]
    if not any(texts):
        html = [part for part in _inline_parts(message) if part.get_content_type() == "text/html"]
        texts = [html_page(_text(part))[1] for part in html]
    return "\n\n".join(filter(None, texts))


def _inline_parts(message: EmailMessage) -> list[Message]:
    return [
        part
        for part in _parts(message)
        if part.get_content_maintype() == "text" and not _is_attached(part)
    ]


def _attachments(message: EmailMessage) -> list[Message]:
    return [part for part in _parts(message) if _is_attached(part)]


def _parts(message: Message) -> list[Message]:
    """Return the leaf parts of a message; an attached message counts as one leaf."""
    if message.get_content_type() != "message/rfc822" and message.is_multipart():
        return [leaf for part in _inner(message) for leaf in _parts(part)]
    return [message]


def _inner(message: Message) -> list[Message]:
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, Message)] if payload else []


def _is_attached(part: Message) -> bool:
    kind = part.get_content_type()
    return (
        part.get_content_disposition() == "attachment"
        or kind == "message/rfc822"
        or bool(part.get_filename() and part.get_content_maintype() != "image")
    )


def _content(part: Message) -> bytes:
    if part.get_content_type() == "message/rfc822":
        return b"".join(bytes(inner) for inner in _inner(part))
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: Message) -> str:
    return decode(_content(part), declared=part.get_content_charset() or "", name="The message")


def _read_attachment(
    name: str, content: bytes, options: LoadOptions, pages_before: int, notes: list[str]
) -> list[Page]:
    """Return the pages of an attachment, numbered after `pages_before`, each with its heading."""
    if not content:
        return []
    with tempfile.TemporaryDirectory(prefix="quoth-") as folder:
        path = Path(folder, "attachment" + Path(name).suffix[:16])
        path.write_bytes(content)
        try:
            document = options.load_part(path, replace(options, depth=options.depth + 1))
        except DocumentError as error:
            reason = str(error).replace(path.name, name)
            notes.append(f"The attachment {name} was not read: {reason}")
            return []
    notes += [f"Attachment {name}: {note}" for note in document.notes]
    if document.unreadable:
        empty = f"{len(document.unreadable)} of {len(document.pages)} pages"
        notes.append(f"Attachment {name}: {empty} hold no text.")
    pages = []
    for page in document.pages:
        title = f"Attachment: {name}"
        shift = len(title) + 2
        headings = (
            Heading(0, 1, title),
            *(Heading(each.start + shift, each.level + 1, each.title) for each in page.headings),
        )
        text = f"{title}\n\n{page.text}"
        pages.append(replace(page, number=pages_before + page.number, text=text, headings=headings))
    return pages
