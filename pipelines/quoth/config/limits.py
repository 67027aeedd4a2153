"""What reading one file may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits for one file; a file that crosses one is given up with a `LimitExceededError`.

    `seconds` is wall time, `memory_megabytes` the memory that a worker process may use beyond its
    idle size; both hold in a `LoaderPool`. `pages` and `unpacked_megabytes` (what archives, office
    files and attachments unpack to; for plain files their size) hold everywhere, and so does
    `text_megabytes`, the text of the document with its headings. Only the `first_pages` of a
    document are kept (0: all), and its notes say so.
    """

    seconds: float = 120.0
    memory_megabytes: int = 2048
    pages: int = 20_000
    unpacked_megabytes: int = 1024
    text_megabytes: int = 64
    first_pages: int = 0

    @property
    def unpacked_bytes(self) -> int:
        """`unpacked_megabytes` in bytes."""
        return self.unpacked_megabytes * 1024 * 1024

    @property
    def text_bytes(self) -> int:
        """`text_megabytes` in bytes."""
        return self.text_megabytes * 1024 * 1024
