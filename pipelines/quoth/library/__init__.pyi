__all__ = [
    "DEFAULT_COLLECTION",
    "JOB",
    "LONGEST_ADDRESS",
    "NAME_PATTERN",
    "AsyncLibrary",
    "Attachment",
    "CollectionVectorStore",
    "Forgotten",
    "LazyPart",
    "Library",
    "Parts",
    "Remembered",
    "Shelf",
    "Ticket",
    "Watcher",
    "WorkQueue",
    "attach",
    "attach_address",
    "check_collection",
    "describe_collection",
    "export_collection",
    "fill_command",
    "forget_everywhere",
    "has_collection",
    "import_collection",
    "is_name",
    "list_collections",
    "make_collection",
    "remove_collection",
    "rename_collection",
    "scope_values",
    "settings_fingerprint",
]

from .archive import export_collection, import_collection
from .asynchronous import AsyncLibrary
from .attach import (
    LONGEST_ADDRESS,
    Attachment,
    attach,
    attach_address,
    scope_values,
    settings_fingerprint,
)
from .collections import (
    DEFAULT_COLLECTION,
    NAME_PATTERN,
    check_collection,
    describe_collection,
    fill_command,
    has_collection,
    is_name,
    list_collections,
    make_collection,
    remove_collection,
    rename_collection,
)
from .forget import Forgotten, forget_everywhere
from .lazy import LazyPart
from .library import Library
from .parts import Parts
from .queue import JOB, Ticket, WorkQueue
from .remembered import Remembered
from .shelf import Shelf
from .vector_store import CollectionVectorStore
from .watcher import Watcher
