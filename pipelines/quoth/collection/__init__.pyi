__all__ = [
    "SCHEMA",
    "Build",
    "Copy",
    "DenseIndex",
    "Failure",
    "Problem",
    "Record",
    "Scope",
    "Separation",
    "Signals",
    "Source",
    "Store",
    "find_other_language",
    "indexed_words",
    "name_language",
    "read_pages",
    "read_tag",
]

from .build import Build
from .check import Problem
from .chunks import Signals
from .documents import Copy, Source
from .failures import Failure
from .index import DenseIndex
from .languages import find_other_language, name_language
from .records import Record
from .schema import SCHEMA
from .scope import Scope, read_pages, read_tag
from .separation import Separation
from .store import Store
from .words import indexed_words
