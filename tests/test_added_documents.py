"""LangChain documents in a collection: added, found, cited, changed and removed."""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
from bag_embedder import BagEmbedder
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.indexing import InMemoryRecordManager, index
from langchain_core.vectorstores import VectorStoreRetriever
from quoth import CollectionVectorStore, Library, Scope
from quoth.collection import Store
from quoth.embed import Advance
from quoth.errors import BackendError, FingerprintError, UsageError
from quoth.types import Vectors
from scripted_model import Scripted

LEASE = [
    Document(
        page_content="The yearly rent of the mill is 46,800 crowns.",
        metadata={"source": "mill.pdf", "page": 0, "title": "Lease", "project": "mill", "year": 24},
    ),
    Document(
        page_content="The wheel is oiled each April by the tenant.",
        metadata={"source": "mill.pdf", "page": 1, "title": "Lease", "project": "mill", "year": 24},
    ),
]
NOTE = Document(page_content="The miller keeps nine geese.", metadata={"weight": {"kg": 3.5}})


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library("mine", home=tmp_path, embedder=BagEmbedder(), model=Scripted()) as library:
        yield library


def test_the_documents_of_one_source_are_its_pages(library: Library) -> None:
    report = library.add(LEASE)
    assert [outcome.path for outcome in report.done] == ["mill.pdf"]
    (source,) = library.documents()
    assert (source.pages, source.title, dict(source.tags)) == (2, "Lease", {"year": 24})
    hit = library.search("Who oils the wheel?", k=1)[0]
    assert (hit.chunk.source, hit.chunk.page, hit.chunk.tags["project"]) == ("mill.pdf", 2, "mill")
    assert library.verify().problems == ()
    assert library.verify().notes == ()


def test_a_long_source_tells_how_far_it_is(tmp_path: Path) -> None:
    class Telling(BagEmbedder):
        def embed(self, texts: Sequence[str], *, progress: Advance | None = None) -> Vectors:
            if progress:
                progress(len(texts))
            return super().embed(texts)

    told: list[str] = []
    sacks = [
        Document(
            page_content=f"Sack {number} holds {number} kilograms of flour.",
            metadata={"source": "sacks.txt", "page": number},
        )
        for number in range(200)
    ]
    with Library("sacks", home=tmp_path, embedder=Telling()) as library:
        library.add(sacks, progress=lambda done, total, name: told.append(name))
    assert "sacks.txt: 200 of 200 chunks" in told


def test_what_is_added_is_cited_by_its_source_and_page(library: Library) -> None:
    model = Scripted(answer=lambda prompt: "“The wheel is oiled each April by the tenant.” [1]")
    with Library("mine", home=library.home, embedder=BagEmbedder(), model=model) as asking:
        asking.add([*LEASE, NOTE])
        (citation,) = asking.ask("Who oils the wheel?").citations
    assert (citation.source, citation.page) == ("mill.pdf", 2)


def test_adding_twice_changes_nothing(library: Library) -> None:
    library.add([*LEASE, NOTE])
    before = library.store.vectors()
    generation = library.store.generation
    report = library.add(iter([*LEASE, NOTE]))
    assert (len(report.done), len(report.skipped)) == (0, 2)
    assert library.store.generation == generation
    assert library.store.vectors()[0] == before[0]


def test_a_changed_document_is_added_or_takes_the_place_of_its_source(library: Library) -> None:
    library.add(LEASE)
    higher = LEASE[0].model_copy(update={"page_content": "The yearly rent is 50,000 crowns."})
    library.add([higher])
    assert "50,000" in (library.store.page_text("mill.pdf", 1) or "")
    assert "46,800" in (library.store.page_text("mill.pdf", 1) or "")
    library.add([higher, LEASE[1]], replace=True)
    assert library.store.page_text("mill.pdf", 1) == "The yearly rent is 50,000 crowns."


def test_pieces_that_overlap_stand_once_on_their_page(library: Library) -> None:
    text = "The dam holds water. The gate is red. The keeper lives below."
    pieces = [
        Document(page_content=text[start:end], metadata={"source": "dam.txt", "start_index": start})
        for start, end in ((0, 37), (21, 61))
    ]
    library.add(pieces)
    assert library.store.page_text("dam.txt", 1) == text
    found = library.as_vector_store().similarity_search("The keeper lives below.", k=1)
    assert found[0].page_content == text[21:61]
    assert library.verify().problems == ()


def test_a_source_without_a_title_is_called_by_its_name(library: Library) -> None:
    library.add([Document(page_content="The dam holds.", metadata={"source": "/w/dam.txt"})])
    hit = library.search("dam")[0]
    assert (hit.chunk.title, hit.chunk.document_title) == ("", "dam.txt")
    assert "dam.txt, page 1" in library.as_tool().invoke({"question": "dam"})


def test_a_long_document_is_one_document_of_several_chunks(library: Library) -> None:
    text = "\n\n".join(f"Paragraph {number} is about the river Lom." for number in range(80))
    store = library.as_vector_store()
    (id,) = store.add_texts([text + "\n\nThe otter sleeps."], [{"n": 1}])
    assert library.store.chunk_count() > 1
    assert [each.id for each in store.similarity_search("otter", k=4)] == [id]
    assert store.get_by_ids([id])[0].page_content.endswith("The otter sleeps.")


def test_two_documents_with_one_text_are_two(library: Library) -> None:
    store = library.as_vector_store()
    store.add_texts(["The same."] * 2, [{"n": 1}, {"n": 2}], ids=["a", "b"])
    assert {each.id for each in store.similarity_search("same", k=4)} == {"a", "b"}
    store.delete(["a"])
    assert [each.metadata for each in store.similarity_search("same", k=4)] == [{"n": 2}]


def test_a_search_is_limited_by_a_scope_by_metadata_and_by_a_function(library: Library) -> None:
    store = library.as_vector_store()
    store.add_documents([*LEASE, NOTE])
    for condition in (
        {"page": 1, "project": "mill"},
        {"$and": [{"page": {"$gt": 0}}, {"year": {"$in": [24, 25]}}]},
        Scope(documents=("*.pdf",), pages=(2, 2)),
        lambda document: "wheel" in document.page_content,
    ):
        found = store.similarity_search("The miller keeps geese.", k=2, filter=cast(Any, condition))
        assert [each.page_content for each in found] == [LEASE[1].page_content]
    assert library.search("rent", scope=Scope(tags=(("project", "mill"),)))


def test_what_was_ingested_is_found_beside_what_was_added(library: Library, tmp_path: Path) -> None:
    file = tmp_path / "geese.txt"
    file.write_text("Geese are loud at night.")
    library.ingest(file)
    store = library.as_vector_store()
    store.add_documents([NOTE], ids=["note"])
    first, second = store.similarity_search_with_score("Geese are loud at night.")
    assert first[0].metadata["source"] == str(file)
    assert second[0] == Document(id="note", page_content=NOTE.page_content, metadata=NOTE.metadata)
    assert first[1] > second[1]
    assert store.get_by_ids([str(first[0].id), "note"]) == [first[0], second[0]]
    with pytest.raises(UsageError, match="which was ingested from a file"):
        store.delete([str(first[0].id), "note"])
    assert store.get_by_ids(["note"])
    with pytest.raises(UsageError, match="it was ingested from a file"):
        library.add([Document(page_content="More.", metadata={"source": str(file)})])
    library.ingest(tmp_path, allow_empty=True)
    assert store.get_by_ids(["note"]), "an ingestion removes files, not documents"
    store.delete()
    assert [source.path for source in library.documents()] == [str(file)]


def test_a_document_moves_with_its_id(library: Library) -> None:
    store = library.as_vector_store()
    store.add_documents(LEASE, ids=["rent", "wheel"])
    moved = Document(page_content="The rent is due.", metadata={"source": "rents.txt"})
    store.add_documents([moved], ids=["rent"])
    assert library.store.page_text("mill.pdf", 1) == LEASE[1].page_content, "no page is page 0"
    store.add_documents([moved], ids=["wheel"])
    assert [source.path for source in library.documents()] == ["rents.txt"]


def test_scores_and_diversity_are_those_of_other_stores(library: Library) -> None:
    store = library.as_vector_store()
    store.add_documents([*LEASE, NOTE])
    scored = store.similarity_search_with_relevance_scores("The miller keeps nine geese.", k=1)
    assert scored[0][1] == pytest.approx(1.0, abs=1e-3)
    vector = library.embedder.embed_query("The miller keeps nine geese.")
    assert store.similarity_search_by_vector(vector, k=1)[0].metadata == NOTE.metadata
    assert len(store.max_marginal_relevance_search("miller", k=2)) == 2
    assert len(store.max_marginal_relevance_search_by_vector(vector, k=2)) == 2
    retriever = store.as_retriever(search_type="mmr", search_kwargs={"k": 1})
    assert isinstance(retriever, VectorStoreRetriever)
    assert len(retriever.invoke("geese")) == 1
    assert len(library.as_retriever(k=2).invoke("geese")) == 2


def test_langchain_indexes_into_it_and_cleans_up(library: Library) -> None:
    store = library.as_vector_store()
    manager = InMemoryRecordManager("mine")
    manager.create_schema()
    for documents, counts in (([*LEASE, NOTE], (3, 0)), ([LEASE[0]], (0, 2))):
        result = index(documents, manager, store, cleanup="full", key_encoder="sha256")
        assert (result["num_added"], result["num_deleted"]) == counts
    assert [each.page_content for each in store.similarity_search("geese")] == [
        LEASE[0].page_content
    ]


def test_a_store_is_made_of_texts(tmp_path: Path) -> None:
    store = CollectionVectorStore.from_texts(
        ["foo", "bar"], DeterministicFakeEmbedding(size=6), ids=["1", "2"], home=tmp_path
    )
    assert [each.id for each in store.similarity_search("bar", k=1)] == ["2"]
    other = CollectionVectorStore.from_documents(
        [NOTE], DeterministicFakeEmbedding(size=6), collection="other", home=tmp_path
    )
    assert other.similarity_search("foo")[0].metadata == NOTE.metadata


def test_records_survive_a_change_of_the_embedder(library: Library) -> None:
    library.add([*LEASE, NOTE])
    other = DeterministicFakeEmbedding(size=5)
    with Library("mine", home=library.home, embedder=other) as changed:
        with pytest.raises(FingerprintError):
            changed.as_vector_store().similarity_search("geese")
        changed.reembed()
        (found,) = changed.as_vector_store().similarity_search(NOTE.page_content, k=1)
        assert found.metadata == NOTE.metadata
        assert changed.verify().problems == ()


def test_a_collection_of_layout_five_takes_documents(library: Library) -> None:
    library.store.close()
    with closing(sqlite3.connect(library.store.path)) as connection, connection:
        connection.execute("DROP TABLE records")
        connection.execute("PRAGMA user_version = 5")
    store = Store(library.store.path)
    assert store.records.ids() == []
    store.close()
    library.add([NOTE])
    assert len(library.store.records.ids()) == 1


# What bad input gets


class Half:
    page_content = "It has no metadata."


class Unnamed:
    metadata: dict[str, Any] = {}  # noqa: RUF012


def with_metadata(**facts: Any) -> list[Document]:
    return [LEASE[0], Document(page_content="It is here.", metadata=facts)]


CYCLE: dict[str, Any] = {}
CYCLE["self"] = CYCLE


@pytest.mark.parametrize(
    ("documents", "told"),
    [
        (
            LEASE[0],
            "`documents` must be a list of LangChain `Document`s, not an object of Document",
        ),
        ("a text", "not an object of str"),
        (None, "not an object of NoneType"),
        ([LEASE[0], "a text"], "`documents[1]` must be a LangChain `Document`"),
        (
            [LEASE[0], Half()],
            "`documents[1]` must be a LangChain `Document`, not an object of Half",
        ),
        ([LEASE[0], Unnamed()], "`documents[1].page_content` must be a text"),
        ([Document], "not the class Document"),
        (with_metadata(day=datetime.date(2024, 5, 1)), "`documents[1].metadata['day']`"),
        (with_metadata(a={"b": [1, {2, 3}]}), "`documents[1].metadata['a']['b'][1]`"),
        (with_metadata(a=float("nan")), "is nan, which JSON cannot hold"),
        (with_metadata(a={1: "b"}), "a key of documents[1].metadata['a']"),
        (with_metadata(a=b"bytes"), "not an object of bytes"),
        (with_metadata(a=CYCLE), "holds itself"),
        (with_metadata(source=7), "`documents[1].metadata['source']` must be a text"),
        ([Document(page_content="half \ud83d of one")], "not valid Unicode"),
        ([Document(id="x", page_content=text) for text in "ab"], "have the same id 'x'"),
    ],
)
def test_what_cannot_be_added_is_told_by_name_before_anything_is_written(
    library: Library, documents: Any, told: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        library.add(documents)
    assert library.store.chunk_count() == 0


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        (["a"], "There are 1 `ids` for 2 `documents`"),
        ("ab", "`ids` must be a list of texts"),
        (["a", "a"], "have the same id 'a'"),
        (["a", 2], "`ids[1]` must be a text"),
        (["a", ""], "`ids[1]` must be a text"),
    ],
)
def test_ids_are_texts_one_for_each_and_each_once(library: Library, ids: Any, told: str) -> None:
    for add in (library.add, library.as_vector_store().add_documents):
        with pytest.raises(UsageError, match=re.escape(told)):
            cast(Any, add)(LEASE, ids=ids)
    assert library.store.chunk_count() == 0


def test_a_vector_store_says_what_it_was_asked_in_vain(library: Library) -> None:
    store = cast(Any, library.as_vector_store())
    store.add_documents([NOTE])
    asks: list[tuple[Callable[[], object], str]] = [
        (lambda: store.add_texts("abc"), "`texts` must be a list of texts"),
        (lambda: store.add_texts(None), "`texts` must be a list of texts"),
        (lambda: store.add_texts(["a"], 5), "`metadatas` must be a list of `dict`"),
        (lambda: store.add_texts(["a", 5]), "`texts[1]` must be a text"),
        (lambda: store.add_texts(["a"], [{}, {}]), "There are 2 `metadatas` for 1 `texts`"),
        (lambda: store.add_texts(["a"], ["b"]), "`metadatas[0]` must be a `dict`"),
        (lambda: store.delete("abc"), "`ids` must be a list of texts"),
        (lambda: store.similarity_search(7), "`query` must be a text"),
        (lambda: store.similarity_search("a", k=0), "`k` must be a number of documents"),
        (lambda: store.similarity_search("a", where={}), "has no option `where`"),
        (lambda: store.similarity_search("a", filter=7), "`filter` must be a `Scope`"),
        (lambda: store.similarity_search_by_vector(["x"]), "`embedding` must be a list of numbers"),
        (lambda: store.similarity_search_by_vector([1.0]), "has 1 numbers, and the vectors"),
    ]
    for ask, told in asks:
        with pytest.raises(UsageError, match=re.escape(told)):
            ask()
    assert len(library.store.records.ids()) == 1


class Failing(BagEmbedder):
    """Fails at the roof."""

    def vector_of(self, text: str) -> Vectors:
        if "roof" in text:
            raise BackendError("The embedder fell off the roof.")
        return super().vector_of(text)


def test_nothing_is_written_where_one_document_of_many_cannot_be_embedded(tmp_path: Path) -> None:
    texts = [f"Beam {number} is oak." for number in range(300)] + ["The roof is new."]
    with Library(home=tmp_path, embedder=Failing()) as library:
        with pytest.raises(BackendError, match="fell off"):
            library.as_vector_store().add_texts(texts)
        assert library.documents() == []
