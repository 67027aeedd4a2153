"""Who may use the server: its token, codes that work once, and the cookie that they buy."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from pathlib import Path
from threading import Lock

from quoth.errors import ConfigurationError, UsageError

TOKEN_BYTES = 32
_CODE_SECONDS = 600.0
_FEWEST_CHARACTERS = 16


class Credentials:
    """Checks tokens and cookies in constant time, and hands out codes that work once.

    A cookie is a random value with its HMAC under the token: it survives a restart, and a new
    token ends it.
    """

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._codes: dict[bytes, float] = {}
        self._lock = Lock()

    def accepts_token(self, token: str) -> bool:
        """Whether this is the token."""
        return hmac.compare_digest(_digest(token.encode("utf-8", "replace")), _digest(self._token))

    def accepts_cookie(self, cookie: str) -> bool:
        """Whether a cookie was made with the token."""
        nonce, _, seal = cookie.partition(".")
        return hmac.compare_digest(self._seal(nonce), seal.encode("utf-8", "replace"))

    def make_code(self) -> str:
        """Return a code for the address that the user opens; it works once, for ten minutes."""
        code = secrets.token_urlsafe(TOKEN_BYTES)
        with self._lock:
            self._codes[_digest(code.encode())] = time.monotonic() + _CODE_SECONDS
        return code

    def trade_code(self, code: str) -> str:
        """Return a cookie for a code, which then works no more; empty for any other text."""
        with self._lock:
            ends = self._codes.pop(_digest(code.encode("utf-8", "replace")), 0.0)
        if time.monotonic() > ends:
            return ""
        nonce = secrets.token_urlsafe(TOKEN_BYTES)
        return f"{nonce}.{self._seal(nonce).decode()}"

    def _seal(self, nonce: str) -> bytes:
        message = b"cookie " + nonce.encode("utf-8", "replace")
        return hmac.new(self._token, message, hashlib.sha256).hexdigest().encode()


def _digest(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()


def read_token(file: Path) -> str:
    """Return the token in a file, which is made with 32 random bytes where there is none.

    Only its owner may read the file. Raises `ConfigurationError` when others can, or when its
    token is short.
    """
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return _read_existing(file)
    except OSError as error:
        raise UsageError(
            f"The token cannot be written to {file}: {error.strerror}.",
            hint="Name another file with --token-file.",
        ) from error
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(token + "\n")
    return token


def _read_existing(file: Path) -> str:
    try:
        mode = file.stat().st_mode
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The token in {file} cannot be read.") from error
    if os.name == "posix" and mode & 0o077:
        raise ConfigurationError(
            f"Others can read the token in {file}.", hint=f"Run: chmod 600 {file}"
        )
    if len(token) < _FEWEST_CHARACTERS:
        raise ConfigurationError(
            f"The token in {file} is too short.",
            hint=f"Use {_FEWEST_CHARACTERS} characters or more, or remove the file.",
        )
    return token
