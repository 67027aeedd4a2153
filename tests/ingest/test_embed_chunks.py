"""A long document tells how far it is while it is embedded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bag_embedder import BagEmbedder
from quoth.ingest import embed_chunks
from quoth.types import Chunk, Vectors


class SlowEmbedder(BagEmbedder):
    """Tells of every hundred texts, as the embedders of models do."""

    def embed(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        for start in range(0, len(texts), 100):
            if progress:
                progress(len(texts[start : start + 100]))
        return super().embed(texts)


def chunks(count: int) -> list[Chunk]:
    texts = [f"Ferry {number} leaves at noon." for number in range(count)]
    return [Chunk("a", "a", 1, None, 0, len(text), text) for text in texts]


def test_a_long_document_moves_within_itself_and_a_short_one_does_not() -> None:
    told: list[tuple[str, int, int]] = []
    items = [("short", chunks(20)), ("long", chunks(250))]
    embedded = list(
        embed_chunks(
            iter(items), SlowEmbedder(), lambda _: {}, within=lambda *far: told.append(far)
        )
    )
    assert [each.item for each in embedded] == ["short", "long"]
    assert {item for item, _, _ in told} == {"long"}
    assert [done for _, done, _ in told] == sorted({done for _, done, _ in told})
    assert told[-1][1] == told[-1][2] >= 230
