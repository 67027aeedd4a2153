"""Which words of a chunk the keyword index holds."""

from __future__ import annotations

from pipelines.types import Chunk
from pipelines.words import analyse


def indexed_words(chunk: Chunk) -> list[str]:
    """Return the analysed words of a chunk; what stands in a heading counts double."""
    head = analyse(" ".join((chunk.title, *chunk.headings)))
    return [*head, *head, *analyse(chunk.text)]
