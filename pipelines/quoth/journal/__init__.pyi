__all__ = [
    "JOURNAL_DAMAGED",
    "CallIdentity",
    "CallRecord",
    "Entry",
    "Finish",
    "InFlight",
    "Journal",
    "JournalCache",
    "JournalStats",
    "ModelShare",
]

from .cache import JournalCache
from .in_flight import InFlight
from .journal import (
    JOURNAL_DAMAGED,
    CallIdentity,
    CallRecord,
    Entry,
    Finish,
    Journal,
    JournalStats,
    ModelShare,
)
