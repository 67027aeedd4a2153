"""The files whose documents are in some languages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from quoth.collection import name_language
from quoth.errors import DocumentError, UsageError
from quoth.types import Document


def keep_languages(
    files: Iterable[Path], read: Callable[[Path], Document], codes: Collection[str]
) -> list[Path]:
    """Return the files whose documents are in these languages (ISO 639-1).

    A file that cannot be read is kept, so that its failure is reported with the others. Raises
    `UsageError` when no file is left.
    """
    kept: list[Path] = []
    for file in files:
        try:
            document = name_language(read(file))
        except DocumentError:
            kept.append(file)
            continue
        if document.language in codes:
            kept.append(file)
    if not kept:
        raise UsageError(
            f"None of the documents is in the language {' or '.join(sorted(codes))}.",
            hint="`quoth documents list` shows the language of each ingested document.",
        )
    return kept
