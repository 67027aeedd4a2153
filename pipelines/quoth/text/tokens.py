"""The offsets of tokens in a text, and a bound of their number."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate


def split_blocks(text: str, size: int = 20_000) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of contiguous blocks that end before white space where there is some.

    Tokenizers are fast on a block, and some are not on a book.
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
    """Return the offset in `text` of each token, given the sizes of the tokens in bytes of UTF-8.

    When the bytes are not those of the text (a tokenizer that adds or drops some), the tokens are
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
    """Return a bound that no tokenizer exceeds: a token for every byte, and a leading space.

    Every tokenizer of a language model has at least one byte to a token.
    """
    return len(text.encode("utf-8", "replace")) + 1 if text else 0
