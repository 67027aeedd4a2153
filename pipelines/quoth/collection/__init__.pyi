__all__ = [
    "LAST_PAGE",
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
    "Sources",
    "Store",
    "find_other_language",
    "indexed_words",
    "name_language",
    "read_conditions",
    "read_foreign_vectors",
    "read_pages",
    "read_tag",
]

from .build import Build
from .check import Problem
from .chunks import Signals
from .documents import Copy, Source, Sources
from .failures import Failure
from .foreign_chroma import read_foreign_vectors
from .index import DenseIndex
from .languages import find_other_language, name_language
from .records import Record
from .schema import SCHEMA
from .scope import Scope
from .scope_values import LAST_PAGE, read_pages, read_tag
from .separation import Separation
from .store import Store
from .where import read_conditions
from .words import indexed_words
