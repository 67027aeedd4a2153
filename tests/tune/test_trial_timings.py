"""A trial reads the timings of a call wherever they stand in its reply."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from langchain_core.messages import HumanMessage
from quoth.models import Piece, Request
from quoth.tune.trial import Size, time_call
from scripted_model import Scripted


class Lingering(Scripted):
    """Gives a sign of life after its reply has ended, as servers do."""

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        asked = replace(request, messages=(HumanMessage(request.prompt),))
        yield from super().generate_pieces(asked)
        yield Piece()


def test_a_sign_of_life_at_the_end_is_not_taken_for_the_timings() -> None:
    assert time_call(Lingering(), Size(16, 2), 0).generation_seconds > 0
