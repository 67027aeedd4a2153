__all__ = [
    "DEFAULT_COLLECTION",
    "CollectionVectorStore",
    "LazyPart",
    "Library",
    "Parts",
    "check_collection",
    "describe_collection",
    "export_collection",
    "has_collection",
    "import_collection",
    "list_collections",
    "remove_collection",
    "rename_collection",
]

from .archive import export_collection, import_collection
from .collections import (
    check_collection,
    describe_collection,
    has_collection,
    list_collections,
    remove_collection,
    rename_collection,
)
from .lazy import LazyPart
from .library import Library
from .parts import DEFAULT_COLLECTION, Parts
from .vector_store import CollectionVectorStore
