"""The fingerprint of weights: a hash of the file, remembered so that it is computed once."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from quoth.config import state_folder
from quoth.system import write_whole


def fingerprint_of(path: Path) -> str:
    """Return a hash of the file's content (BLAKE2b, 16 bytes, in hexadecimal).

    It is cached in the state folder by path, size and modification time.
    """
    status = path.stat()
    key = f"{path.resolve()}|{status.st_size}|{status.st_mtime_ns}"
    memory = state_folder() / "fingerprints.json"
    try:
        known = json.loads(memory.read_text())
    except (OSError, json.JSONDecodeError):
        known = {}
    if isinstance(known, dict) and isinstance(remembered := known.get(key), str):
        return remembered
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    write_whole(memory, json.dumps({**known, key: digest}))
    return digest
