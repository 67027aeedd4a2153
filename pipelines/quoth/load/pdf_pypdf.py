"""The second reader of PDF pages: pypdf, opened only when a page needs it."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from quoth.load.clean import tidy
from quoth.load.contract import LoadOptions

_TIME_SHARE = 0.3


class SecondReader:
    """Reads single pages with pypdf; `None` where pypdf fails or has used up its share of time.

    pypdf raises exceptions of any kind on damaged files, so every one counts as a failure; `reason`
    describes it.
    """

    def __init__(self, path: Path, options: LoadOptions) -> None:
        self._path = path
        self._options = options
        self._reader: PdfReader | None = None
        self._failed = False
        self._seconds = 0.0
        self._layers: frozenset[str] | None = None
        self.reason = ""

    def can_open(self) -> bool:
        """Return whether pypdf can open the file, with one of the passwords if it is encrypted."""
        return self._open() is not None

    def page_count(self) -> int:
        """Return the number of pages, 0 if pypdf cannot read the file."""
        reader = self._open()
        if reader is None:
            return 0
        try:
            return len(reader.pages)
        except Exception as error:
            self._fail(error)
            return 0

    def hidden_layers(self) -> frozenset[str]:
        """Return the names of the optional content that is switched off (ISO 32000-2, 8.11)."""
        if self._layers is None:
            try:
                reader = self._open()
                properties: Any = reader.root_object["/OCProperties"] if reader else {}
                off = properties["/D"]["/OFF"]
                self._layers = frozenset(str(each.get_object()["/Name"]) for each in off)
            except Exception:
                self._layers = frozenset()
        return self._layers

    def text(self, index: int) -> str | None:
        """Return a page's text as pypdf reads it."""
        if self._seconds > _TIME_SHARE * self._options.limits.seconds:
            return None
        began = time.monotonic()
        try:
            reader = self._open()
            return None if reader is None else tidy(reader.pages[index].extract_text())
        except Exception as error:
            self.reason = self.reason or _sentence(error)
            return None
        finally:
            self._seconds += time.monotonic() - began

    def _open(self) -> PdfReader | None:
        if self._reader is not None or self._failed:
            return self._reader
        logging.getLogger("pypdf").setLevel(logging.CRITICAL)
        try:
            reader = PdfReader(self._path, strict=False)
            if reader.is_encrypted and not any(
                reader.decrypt(password) for password in ("", *self._options.passwords)
            ):
                self._failed = True
                return None
        except Exception as error:
            self._fail(error)
            return None
        self._reader = reader
        return reader

    def _fail(self, error: Exception) -> None:
        self._failed = True
        self.reason = _sentence(error)


def _sentence(error: Exception) -> str:
    return f"{str(error)[:120].rstrip('.') or type(error).__name__}"
