"""Several collections are asked at once, and each place says from which it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from programs import Quoth
from quoth.retrieve.several import merge_hits
from quoth.types import Chunk, Hit

NOTICE = "Is notice by e-mail valid?"


@pytest.fixture
def ferries(tmp_path: Path, quoth: Quoth, sample: str) -> str:
    """The name of a collection beside the sample."""
    (tmp_path / "ferries").mkdir()
    (tmp_path / "ferries" / "north.txt").write_text(
        "The ferry to Aldersey leaves at 7:40 from pier one. Dogs travel free of charge."
    )
    assert quoth("ingest", tmp_path / "ferries", "-c", "beside").returncode == 0
    return "beside"


def test_each_place_says_from_which_collection_it_is(
    ferries: str, sample: str, quoth: Quoth
) -> None:
    both = ("-c", ferries, "-c", sample)
    for question, collection in ((NOTICE, sample), ("Do dogs pay on the ferry?", ferries)):
        answer = json.loads(quoth("ask", question, *both, "--json").stdout)
        places = answer["citations"] or answer["nearest"]
        assert places[0]["collection"] == collection
        shown = quoth("ask", question, *both)
        assert f"({collection})" in shown.stdout
        hits = json.loads(quoth("search", question, *both, "--json", "-k", "6").stdout)
        assert hits[0]["collection"] == collection
        assert all(hit["collection"] in (ferries, sample) for hit in hits)
    spoken = quoth("chat", *both, "--json", input="Do dogs pay on the ferry?\n").stdout
    answer = json.loads(spoken)
    assert (answer["citations"] or answer["nearest"])[0]["collection"] == ferries


def test_one_collection_is_not_named(sample: str, quoth: Quoth) -> None:
    answer = json.loads(quoth("ask", NOTICE, "-c", sample, "-c", sample, "--json").stdout)
    assert "collection" not in answer["citations"][0]


def test_a_slip_in_any_of_them_is_named(sample: str, quoth: Quoth) -> None:
    shown = quoth("ask", NOTICE, "-c", sample, "-c", "sampel")
    assert shown.returncode == 2
    assert "The nearest one is 'sample'" in shown.stderr


def test_the_order_within_each_collection_is_kept() -> None:
    def hit(source: str, text: str, dense: float) -> Hit:
        chunk = Chunk(source, "", 1, None, 0, len(text), text)
        return Hit(chunk, 1.0, dense_score=dense)

    first = [hit("a1", "The pier.", 0.5), hit("a2", "A ferry and dogs.", 0.6), hit("a3", "", 0.1)]
    second = [hit("b1", "Dogs pay on the ferry.", 0.7), hit("b2", "Bees.", 0.05)]
    merged = merge_hits([first, second], "Do dogs pay on the ferry?")
    names = [each.chunk.source for each in merged]
    assert names[0] == "b1"
    assert [name for name in names if name[0] == "a"] == ["a1", "a2", "a3"]
    assert [each.score for each in merged] == sorted((h.score for h in merged), reverse=True)
    assert merge_hits([[], []], "?") == []
