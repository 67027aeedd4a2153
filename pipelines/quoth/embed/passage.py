"""The text that is embedded for a chunk."""

from __future__ import annotations

import hashlib

from quoth.embed.contract import Embedder
from quoth.text import drop_repeats, split_ligatures
from quoth.types import Chunk


def embedded_text(chunk: Chunk, embedder: Embedder) -> tuple[str, str]:
    """Return the text that is embedded for a chunk, and the hash of that text.

    It is the headings above the chunk and its text. What the rows of a table repeat is said once,
    and typographic ligatures are spelt out: "ﬁnancial" is embedded as "financial". The highest
    headings are left out where all of them with the text would be longer than the embedder reads.
    """
    headings = list(dict.fromkeys(part for part in (chunk.title, *chunk.headings) if part))
    once, tokens = drop_repeats(chunk.text), chunk.tokens
    text = split_ligatures(once)
    if text != once:
        tokens = embedder.count_tokens(text)
        if tokens > embedder.limit:
            text, tokens = once, chunk.tokens
    while headings:
        head = split_ligatures(" › ".join(headings))
        if embedder.count_tokens(head) + tokens + 2 <= embedder.limit:
            text = f"{head}\n{text}"
            break
        headings.pop(0)
    return text, embedded_hash(text)


def embedded_hash(text: str) -> str:
    """Return the hash of a text that is embedded."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
