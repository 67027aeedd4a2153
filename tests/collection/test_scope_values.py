"""A scope as one value: made from keywords, from a filter, and used as one elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, cast

import chromadb
import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.vectorstores import InMemoryVectorStore
from quoth import Scope
from quoth.errors import UsageError

LEASE = {"source": "/d/lease.pdf", "page": 2, "language": "en", "project": "bridge", "year": 2024}
MAIL = {"source": "/d/offer.eml", "page": 1, "language": "de", "date": "2024-02-05"}
NOTE = {"source": "/e/note.md", "page": 7, "language": "en", "project": "mill", "done": True}
ALL = (LEASE, MAIL, NOTE)


@pytest.mark.parametrize(
    ("keywords", "scope"),
    [
        ({"documents": "*.pdf"}, Scope(documents=("*.pdf",))),
        ({"formats": ["PDF", "eml"]}, Scope(formats=("pdf", "eml"))),
        ({"pages": 7}, Scope(pages=(7, 7))),
        ({"pages": (3, 10)}, Scope(pages=(3, 10))),
        ({"pages": "3-10"}, Scope(pages=(3, 10))),
        ({"since": date(2024, 1, 31)}, Scope(since=date(2024, 1, 31))),
        ({"until": "2024-01-31"}, Scope(until=date(2024, 1, 31))),
        ({"languages": "de"}, Scope(languages=("de",))),
        ({"tags": "year=2024"}, Scope(tags=(("year", "2024"),))),
        ({"tags": {"year": 2024, "open": True}}, Scope(tags=(("year", "2024"), ("open", "true")))),
        ({"tags": {"year": [1, 2]}}, Scope(tags=(("year", "1"), ("year", "2")))),
    ],
)
def test_a_scope_is_made_from_keywords(keywords: dict[str, Any], scope: Scope) -> None:
    assert Scope.read(**keywords) == scope
    assert scope


@pytest.mark.parametrize(
    "keywords",
    [{"pages": 0}, {"pages": (4, 3)}, {"pages": "x"}, {"since": "soon"}, {"tags": "bridge"}],
)
def test_a_keyword_that_means_nothing_is_refused(keywords: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as refused:
        Scope.read(**keywords)
    assert refused.value.hint


def test_one_text_in_place_of_a_tuple_is_refused_before_it_is_read_letter_by_letter() -> None:
    with pytest.raises(UsageError, match=r"`documents` of a scope is a tuple") as refused:
        Scope(documents=cast(Any, "x.pdf"))
    assert "Scope.read(documents='x.pdf')" in refused.value.hint


SCOPES = [
    (Scope(), (LEASE, MAIL, NOTE)),
    (Scope(pages=(2, 7)), (LEASE, NOTE)),
    (Scope(languages=("de",)), (MAIL,)),
    (Scope(documents=("/d/lease.pdf",)), (LEASE,)),
    (Scope(tags=(("project", "bridge"), ("project", "mill"))), (LEASE, NOTE)),
    (Scope(tags=(("year", "2024"),)), (LEASE,)),
    (Scope(tags=(("year", "9" * 30),)), ()),
    (Scope(tags=(("year", "9" * 400),)), ()),
    (Scope(tags=(("done", "true"),)), (NOTE,)),
    (Scope(tags=(("project", "bridge"),), pages=(1, 1)), ()),
]
PATTERNS = [
    (Scope(documents=("*.pdf", "/e/*")), (LEASE, NOTE)),
    (Scope(formats=("eml",)), (MAIL,)),
    (Scope(since=date(2024, 2, 5), until=date(2024, 2, 5)), (MAIL,)),
]


@pytest.mark.parametrize(("scope", "held"), SCOPES + PATTERNS)
def test_a_scope_is_the_filter_of_a_langchain_store(
    scope: Scope, held: Sequence[dict[str, Any]]
) -> None:
    store = InMemoryVectorStore(DeterministicFakeEmbedding(size=8))
    store.add_documents([Document("text", metadata=metadata) for metadata in ALL])
    found = store.similarity_search("text", k=3, filter=scope)
    assert sorted(document.metadata["source"] for document in found) == [
        metadata["source"] for metadata in held
    ]
    assert [scope(metadata) for metadata in ALL] == [metadata in held for metadata in ALL]


def test_a_scope_is_the_where_of_chroma_and_is_read_from_it() -> None:
    collection = chromadb.EphemeralClient().get_or_create_collection("scopes")
    collection.upsert(
        ids=[str(metadata["source"]) for metadata in ALL],
        embeddings=cast(Any, [[1.0, 0.0]] * 3),
        metadatas=cast(Any, list(ALL)),
    )
    for scope, held in SCOPES:
        where = scope.as_where()
        found = collection.get(where=where)["ids"]
        assert sorted(found) == [metadata["source"] for metadata in held], where
    for scope, held in SCOPES + PATTERNS:
        where = scope.as_where([str(metadata["source"]) for metadata in held])
        assert sorted(collection.get(where=where)["ids"]) == [one["source"] for one in held]


def test_what_chroma_cannot_compare_is_refused_with_the_way_out() -> None:
    for scope, _ in PATTERNS:
        with pytest.raises(UsageError) as refused:
            scope.as_where()
        assert "paths_within" in refused.value.hint


@pytest.mark.parametrize(
    ("where", "scope"),
    [
        ({}, Scope()),
        ({"source": "/d/[1].pdf"}, Scope(documents=("/d/[[]1].pdf",))),
        ({"page": 3}, Scope(pages=(3, 3))),
        ({"$and": [{"page": {"$gt": 2}}, {"page": {"$lt": 9}}]}, Scope(pages=(3, 8))),
        (
            {"page": {"$gte": 2, "$lte": 3}, "language": "de"},
            Scope(pages=(2, 3), languages=("de",)),
        ),
        ({"format": {"$in": ["pdf", "eml"]}}, Scope(formats=("pdf", "eml"))),
        ({"year": {"$eq": 2024}}, Scope(tags=(("year", "2024"),))),
    ],
)
def test_a_filter_of_langchain_or_chroma_becomes_a_scope(
    where: dict[str, Any], scope: Scope
) -> None:
    assert Scope.from_where(where) == scope


@pytest.mark.parametrize(
    "where",
    [
        {"$or": [{"page": 1}, {"page": 3}]},
        {"year": {"$ne": 2024}},
        {"year": {"$gte": 2024}},
        {"page": {"$in": [1, 3]}},
        {"page": "first"},
        {"$and": [{"year": 2023}, {"year": 2024}]},
    ],
)
def test_a_filter_that_no_scope_expresses_is_refused(where: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as refused:
        Scope.from_where(where)
    assert refused.value.hint


def test_the_day_of_a_file_counts_where_the_metadata_name_none(tmp_path: Path) -> None:
    file = tmp_path / "new.txt"
    file.write_text("new")
    today = Scope(since=date.fromtimestamp(file.stat().st_mtime - 86_400 * 2))
    assert today({"source": str(file)})
    assert not today({"source": str(tmp_path / "gone.txt")})
