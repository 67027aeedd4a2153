"""The JSON messages between a pool and its workers.

Not pickle: a worker reads hostile files, so its output is treated as data only.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from quoth import errors
from quoth.config import Limits
from quoth.errors import CorruptDocumentError, DocumentError, QuothError
from quoth.load.contract import LoadOptions
from quoth.types import Document, Heading, Page


@dataclass(frozen=True, slots=True)
class WorkerReply:
    """A worker's answer for one file. A worker that is `leaving` takes no further file."""

    outcome: Document | DocumentError
    leaving: bool


def encode_path(path: str) -> bytes:
    """Return the request to read a file."""
    return _encode({"path": path})


def decode_path(message: bytes) -> str:
    """Return the path in a request."""
    path: str = _decode(message)["path"]
    return path


def encode_options(options: LoadOptions) -> bytes:
    """Return options as a message."""
    return _encode(
        {
            "passwords": options.passwords,
            "limits": asdict(options.limits),
            "ocr": options.ocr,
            "depth": options.depth,
        }
    )


def decode_options(message: bytes) -> LoadOptions:
    """Return the options in a message."""
    values = _decode(message)
    return LoadOptions(
        passwords=tuple(values["passwords"]),
        limits=Limits(**values["limits"]),
        ocr=values["ocr"],
        depth=values["depth"],
    )


def encode_reply(outcome: Document | QuothError, *, leaving: bool) -> bytes:
    """Encode the outcome of a file as a message."""
    if isinstance(outcome, Document):
        return _encode({"leaving": leaving, "document": _pack_document(outcome)})
    error = {"kind": type(outcome).__name__, "message": str(outcome), "hint": outcome.hint}
    return _encode({"leaving": leaving, "error": error})


def decode_reply(message: bytes, source: str) -> WorkerReply:
    """Return the outcome for the file `source`."""
    values = _decode(message)
    if "error" in values:
        return WorkerReply(_unpack_error(values["error"]), values["leaving"])
    return WorkerReply(_unpack_document(values["document"], source), values["leaving"])


def _encode(message: dict[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _decode(message: bytes) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(message.decode("utf-8", "surrogatepass"))
    return values


def _pack_document(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "format": document.format,
        "pages": [
            [
                page.number,
                page.text,
                page.label,
                [[h.start, h.level, h.title] for h in page.headings],
                dict(page.metadata),
            ]
            for page in document.pages
        ],
        "unreadable": list(document.unreadable),
        "notes": list(document.notes),
        "metadata": dict(document.metadata),
        "left_out": document.left_out,
        "unread": dict(document.unread),
    }


def _unpack_document(message: dict[str, Any], source: str) -> Document:
    return Document(
        source=source,
        title=message["title"],
        format=message["format"],
        pages=tuple(
            Page(number, text, label, tuple(Heading(*heading) for heading in headings), metadata)
            for number, text, label, headings, metadata in message["pages"]
        ),
        unreadable=tuple(message["unreadable"]),
        notes=tuple(message["notes"]),
        metadata=message["metadata"],
        left_out=message["left_out"],
        unread=message["unread"],
    )


def _unpack_error(message: dict[str, Any]) -> DocumentError:
    """Return the error in a message, or the nearest known kind of it."""
    kind = getattr(errors, message["kind"], CorruptDocumentError)
    if not (isinstance(kind, type) and issubclass(kind, DocumentError)):
        kind = DocumentError
    return kind(message["message"], hint=message["hint"])
