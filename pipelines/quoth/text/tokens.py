"""The offsets of tokens in a text, and an upper bound on their number."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate


def split_blocks(text: str, size: int = 20_000) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of contiguous blocks of at most `size` characters, cut before white space.

    Some tokenizers are slow on a whole book, but fast on blocks.
    """
    begin = 0
    while begin < len(text):
        end = begin + size
        if end < len(text):
            end = max(text.rfind(" ", begin + 1, end), text.rfind("\n", begin + 1, end), begin)
            end = end if end > begin else begin + size
        yield begin, min(end, len(text))
        begin = end


def locate_tokens(text: str, sizes: Sequence[int]) -> list[int]:
    """Return the offset of each token in `text`, given the sizes of the tokens in UTF-8 bytes.

    If the sizes do not add up to the text (the tokenizer adds or drops bytes), the offsets are
    spread evenly.
    """
    ends = list(accumulate(sizes))
    starts = [end - size for end, size in zip(ends, sizes, strict=True)]
    encoded = len(text.encode("utf-8", "replace"))
    if not ends or ends[-1] - encoded not in {0, 1}:
        return [index * len(text) // len(sizes) for index in range(len(sizes))]
    if ends[-1] > encoded:  # a leading space that is not in the text
        starts = [max(0, start - 1) for start in starts]
    if encoded == len(text):
        return starts
    of_characters = [0, *accumulate(len(c.encode("utf-8", "replace")) for c in text)]
    return [bisect_right(of_characters, start) - 1 for start in starts]


def bound_token_count(text: str) -> int:
    """Return an upper bound for any tokenizer: a token for each byte, and a leading space.

    A token of a language model has at least one byte.
    """
    return len(text.encode("utf-8", "replace")) + 1 if text else 0
