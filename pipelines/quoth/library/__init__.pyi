__all__ = [
    "DEFAULT_COLLECTION",
    "Forgotten",
    "LazyPart",
    "Library",
    "Parts",
    "check_collection",
    "describe_collection",
    "export_collection",
    "forget_everywhere",
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
from .forget import Forgotten, forget_everywhere
from .lazy import LazyPart
from .library import Library
from .parts import DEFAULT_COLLECTION, Parts
