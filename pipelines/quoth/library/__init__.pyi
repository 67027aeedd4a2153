__all__ = [
    "DEFAULT_COLLECTION",
    "Library",
    "Parts",
    "check_collection",
    "has_collection",
]

from .collections import check_collection, has_collection
from .library import Library
from .parts import DEFAULT_COLLECTION, Parts
