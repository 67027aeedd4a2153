"""How a pool and its workers talk: frames of JSON on pipes.

Not pickle: a worker reads hostile files, and what comes out of it is treated as data only.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict
from typing import Any, BinaryIO

from quoth import errors
from quoth.errors import CorruptDocumentError, DocumentError, QuothError
from quoth.load.contract import Limits, LoadOptions
from quoth.types import Document, Heading, Page

_LENGTH = struct.Struct("!Q")


def send(pipe: BinaryIO, message: dict[str, Any]) -> None:
    """Write one message."""
    body = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
    pipe.write(_LENGTH.pack(len(body)) + body)
    pipe.flush()


def receive(pipe: BinaryIO) -> dict[str, Any] | None:
    """Read one message; `None` when the other side is gone."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = pipe.read(length)
    if len(body) < length:
        return None
    message: dict[str, Any] = json.loads(body.decode("utf-8", "surrogatepass"))
    return message


def pack_options(options: LoadOptions) -> dict[str, Any]:
    """Return options as a message."""
    return asdict(options)


def unpack_options(message: dict[str, Any]) -> LoadOptions:
    """Return the options in a message."""
    return LoadOptions(
        passwords=tuple(message["passwords"]),
        limits=Limits(**message["limits"]),
        ocr=message["ocr"],
        depth=message["depth"],
    )


def pack_document(document: Document) -> dict[str, Any]:
    """Return a document as a message."""
    return {
        "title": document.title,
        "format": document.format,
        "pages": [
            [
                page.number,
                page.text,
                page.label,
                [[h.start, h.level, h.title] for h in page.headings],
            ]
            for page in document.pages
        ],
        "unreadable": list(document.unreadable),
        "notes": list(document.notes),
        "metadata": dict(document.metadata),
        "left_out": document.left_out,
    }


def unpack_document(message: dict[str, Any], source: str) -> Document:
    """Return the document in a message."""
    return Document(
        source=source,
        title=message["title"],
        format=message["format"],
        pages=tuple(
            Page(number, text, label, tuple(Heading(*heading) for heading in headings))
            for number, text, label, headings in message["pages"]
        ),
        unreadable=tuple(message["unreadable"]),
        notes=tuple(message["notes"]),
        metadata=message["metadata"],
        left_out=message["left_out"],
    )


def pack_error(error: QuothError) -> dict[str, Any]:
    """Return an error as a message."""
    return {"kind": type(error).__name__, "message": str(error), "hint": error.hint}


def unpack_error(message: dict[str, Any]) -> DocumentError:
    """Return the error in a message; of a kind that this side does not know, the nearest one."""
    kind = getattr(errors, message["kind"], CorruptDocumentError)
    if not (isinstance(kind, type) and issubclass(kind, DocumentError)):
        kind = DocumentError
    return kind(message["message"], hint=message["hint"])
