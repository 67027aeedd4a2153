__all__ = [
    "DEFAULT_COLLECTION",
    "Library",
    "Parts",
]

from .library import Library
from .parts import DEFAULT_COLLECTION, Parts
