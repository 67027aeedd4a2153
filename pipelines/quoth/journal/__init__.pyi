__all__ = [
    "CallIdentity",
    "Entry",
    "Finish",
    "JOURNAL_DAMAGED",
    "Journal",
    "JournalCache",
    "JournalStats",
    "ModelShare",
]

from .cache import JournalCache
from .journal import CallIdentity, Entry, Finish, JOURNAL_DAMAGED, Journal, JournalStats, ModelShare
