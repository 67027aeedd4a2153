"""The fingerprint of weights: a hash of the file, remembered so that it is computed once."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from pathlib import Path
from typing import TypeGuard

from quoth.config import state_folder
from quoth.errors import CollectionError
from quoth.system import parse_json, write_whole
from quoth.weights.gguf_parts import list_parts


def _is_hash(value: object) -> TypeGuard[str]:
    """Whether a value is what was remembered, and not what is left of a damaged file."""
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{32}", value) is not None


def fingerprint_of(path: Path) -> str:
    """Return a hash of the file's content (BLAKE2b, 16 bytes, in hexadecimal).

    It is that of all parts of a split model. Hashes are cached in the state folder, where that can
    be written, by path, size and modification time.
    """
    prints = [_fingerprint_of_file(part) for part in list_parts(path)]
    if len(prints) == 1:
        return prints[0]
    return hashlib.blake2b("".join(prints).encode(), digest_size=16).hexdigest()


def _fingerprint_of_file(path: Path) -> str:
    status = path.stat()
    key = f"{path.resolve()}|{status.st_size}|{status.st_mtime_ns}"
    memory = state_folder() / "fingerprints.json"
    try:
        known = parse_json(memory.read_text())
    except (OSError, ValueError):
        known = {}
    if not isinstance(known, dict):
        known = {}
    if _is_hash(remembered := known.get(key)):
        return remembered
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    with suppress(CollectionError):  # read-only media, or a full disk: it is hashed again
        write_whole(memory, json.dumps({**known, key: digest}))
    return digest
