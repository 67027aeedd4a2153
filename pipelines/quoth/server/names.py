"""Names and ids in addresses, each by a strict pattern, and names of files made harmless."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import Field, StringConstraints

from quoth.library import NAME_PATTERN

CollectionName = Annotated[str, StringConstraints(pattern=f"^{NAME_PATTERN}$")]
FileId = Annotated[str, StringConstraints(pattern=r"^file-[0-9a-f]{24}$")]
OperationId = Annotated[str, StringConstraints(pattern=r"^(ans|job|resp)_[0-9a-f]{24}$")]
ConversationId = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}-[0-9]{6}-[0-9a-f]{6}$")]
PromptName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
PageNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]
Offset = Annotated[int, Field(ge=0, le=2**31 - 1)]

_MOST_BYTES = 120
_FORBIDDEN = re.compile(r'[<>:"|?*%\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def file_id(hash: str) -> str:
    """Return the id of a document, which is that of its bytes: the same file has the same id."""
    return f"file-{hash[:24]}"


def clean_name(name: str) -> str:
    """Return the name of a file without folders, control characters, or other traps.

    The suffix, by which its format is known, is kept.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    shown = _FORBIDDEN.sub("_", shown).strip(" .") or "document"
    if _RESERVED.fullmatch(shown):
        shown = f"_{shown}"
    stem, dot, suffix = shown.rpartition(".")
    if not dot or len(suffix) > 10:
        stem, suffix = shown, ""
    ending = f".{suffix}" if suffix else ""
    room = _MOST_BYTES - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore").strip(" .") + ending
