__all__ = [
    "SCHEMA",
    "Build",
    "DenseIndex",
    "Failure",
    "Problem",
    "Scope",
    "Signals",
    "Source",
    "Store",
]

from .build import Build
from .check import Problem
from .chunks import Signals
from .documents import Source
from .failures import Failure
from .index import DenseIndex
from .schema import SCHEMA
from .scope import Scope
from .store import Store
