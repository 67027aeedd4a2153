"""One library over several collections: each place says from which it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bag_embedder import BagEmbedder
from quoth import AsyncLibrary, Library, Scope, cite
from scripted_model import Scripted

BOILER = "The boiler was inspected in May. It holds 300 litres."
ROOF = "The roof was mended in June. It has 900 slates."


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Library]:
    embedder = BagEmbedder()
    for name, text in (("cellar", BOILER), ("attic", ROOF)):
        (tmp_path / f"{name}.txt").write_text(text)
        with Library(name, home=tmp_path / "home", embedder=embedder) as one:
            one.ingest(tmp_path / f"{name}.txt")
    with Library(
        "cellar",
        beside=["attic"],
        home=tmp_path / "home",
        embedder=embedder,
        model=Scripted(answer=lambda _: f"“{ROOF}”"),
    ) as library:
        yield library


def test_all_collections_are_searched_with_the_callers_own_embedder(both: Library) -> None:
    hits = both.search("boiler roof inspected mended")
    assert {hit.chunk.collection for hit in hits} == {"cellar", "attic"}
    assert {citation.collection for citation in both.ask("Who mended the roof?").citations} == {
        "attic"
    }
    assert both.search("roof", scope=Scope.read(documents="attic.txt"))[0].chunk.text == ROOF


def test_passages_of_two_collections_have_different_numbers_for_an_agent(both: Library) -> None:
    call = {"name": "search_documents", "args": {"question": "boiler and roof"}, "id": "1"}
    message = both.as_tool().invoke({**call, "type": "tool_call"})
    assert "[cellar:1] " in message.content
    assert "[attic:1] " in message.content
    (place,) = cite("", "It has 900 slates.", [hit.chunk for hit in message.artifact])
    assert (place.collection, place.match) == ("attic", "exact")


async def test_an_asynchronous_library_may_be_over_several(both: Library) -> None:
    async with AsyncLibrary(both) as asynchronous:
        answer = await asynchronous.ask("When was the roof mended?")
    assert {citation.collection for citation in answer.citations} == {"attic"}


def test_as_many_hits_are_given_as_of_one_collection(both: Library) -> None:
    assert len(both.search("boiler roof")) == 2
    assert len(both.search("boiler roof", k=1)) == 1
