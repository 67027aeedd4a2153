"""Token ids of many texts → batches that fill the machine and waste little on padding."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
_STEP = 16


@dataclass(frozen=True)
class Batch:
    """Texts of one pass: token ids and attention mask, a row each, with the padding at the end.

    `prompt` is the number of tokens at the beginning of each row that belong to the prompt.
    """

    ids: Ids
    mask: Ids
    prompt: int = 0

    def inputs(self, names: Collection[str]) -> dict[str, Ids]:
        """Return the inputs of a graph that has inputs of these names."""
        prompt = np.array([self.prompt], np.int64)
        inputs = {"input_ids": self.ids, "attention_mask": self.mask, "prompt_tokens": prompt}
        return {name: value for name, value in inputs.items() if name in names}


@dataclass(frozen=True)
class Padding:
    """The padding of a model's batches: its token, and the greatest width."""

    token: int = 0
    longest: int | None = None

    def width(self, tokens: int) -> int:
        """Return the width of a batch whose longest text has `tokens` tokens.

        Engines prepare for each new shape, so there are only a few.
        """
        width = max(1, -(-tokens // _STEP)) * _STEP
        return width if self.longest is None else max(tokens, min(width, self.longest))

    def pad(self, rows: Sequence[Ids], *, prompt: int = 0) -> Batch:
        """Return the batch of some texts."""
        shape = (len(rows), self.width(max(map(len, rows))))
        ids, mask = np.full(shape, self.token, np.int64), np.zeros(shape, np.int64)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = row
            mask[number, : len(row)] = 1
        return Batch(ids, mask, prompt)


def plan_batches(
    lengths: Sequence[int], *, tokens: int, padding: Padding = Padding()
) -> Iterator[list[int]]:
    """Yield the indices of texts that go together, the longest first.

    A batch has at most `tokens` tokens with its padding, or is a single text.
    """
    order = sorted(range(len(lengths)), key=lambda index: -lengths[index])
    start = 0
    while start < len(order):
        size = max(1, tokens // padding.width(lengths[order[start]]))
        yield order[start : start + size]
        start += size
