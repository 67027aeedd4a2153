"""The limits of an answer hold whatever a backend sends."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from quoth.errors import BackendUnavailableError
from quoth.models.fence import Fence
from quoth.models.values import Piece, Request
from quoth.types import Timings
from scripted_model import Scripted

ALIVE = Piece()


def hold(
    pieces: Iterator[Piece],
    *,
    tokens: int = 20,
    silence: float = 5,
    seconds: float = 5,
    counted: bool = True,
) -> list[Piece]:
    request = Request((), "A prompt.", max_tokens=tokens, temperature=0, seed=0, prompt_tokens=3)
    count = (lambda text: len(text.split())) if counted else None
    return list(Fence(request, silence=silence, seconds=seconds, count=count).hold(pieces))


def words(count: int) -> Iterator[Piece]:
    for number in range(count):
        yield ALIVE
        yield Piece(f"word{number} ")


def ended(pieces: Iterator[Piece]) -> Iterator[Piece]:
    yield from pieces
    yield Piece(timings=Timings(), finish="stop")


@pytest.mark.parametrize("counted", [True, False])
def test_an_answer_without_an_end_has_no_more_tokens_than_allowed(counted: bool) -> None:
    *pieces, last = hold(words(10_000), counted=counted)
    assert 20 <= len(pieces) <= 25
    assert last.finish == "length"
    assert last.timings is not None
    assert last.timings.generated_tokens == len(pieces)
    assert last.timings.prompt_tokens == 3


def test_thinking_counts() -> None:
    *pieces, last = hold(Piece(thinking="hm so ") for _ in range(10_000))
    assert len(pieces) <= 25
    assert last.finish == "length"


def test_what_fits_is_passed_on_whole_and_signs_of_life_are_not() -> None:
    pieces = hold(ended(words(20)))
    assert "".join(piece.text for piece in pieces) == "".join(f"word{n} " for n in range(20))
    assert ALIVE not in pieces
    assert pieces[-1].finish == "stop"


def test_a_server_that_streams_letters_is_not_cut_short() -> None:
    text = "A sentence of eight words in single letters."
    pieces = hold(ended(Piece(letter) for letter in text), tokens=10)
    assert "".join(piece.text for piece in pieces) == text


@pytest.mark.parametrize("counted", [True, False])
def test_letters_without_an_end_end(counted: bool) -> None:
    *pieces, last = hold((Piece("a") for _ in range(10_000)), counted=counted)
    assert len(pieces) < 200
    assert last.finish == "length"


def test_signs_of_life_are_no_tokens() -> None:
    def alive() -> Iterator[Piece]:
        while True:
            time.sleep(0.01)
            yield ALIVE

    with pytest.raises(BackendUnavailableError, match="without a token"):
        hold(alive(), silence=0.1)


def test_an_answer_ends_in_time_however_slowly_it_comes() -> None:
    def slow() -> Iterator[Piece]:
        for number in range(1000):
            time.sleep(0.03)
            yield Piece(f"word{number} ")

    with pytest.raises(BackendUnavailableError, match="did not end within"):
        hold(slow(), silence=1, seconds=0.1, tokens=900)


def test_a_model_is_held_to_the_tokens_of_each_call() -> None:
    text = " ".join(f"word{number}" for number in range(4000))
    model = Scripted(answer=lambda _: text, obeys=False)
    answer = model.invoke("Say a lot.", max_tokens=120)
    assert model.count_tokens(str(answer.text)) <= 120 + 50, "a piece has fifty"
    assert answer.response_metadata["finish_reason"] == "length"
