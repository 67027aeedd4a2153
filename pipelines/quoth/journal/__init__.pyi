__all__ = [
    "JOURNAL_DAMAGED",
    "CallIdentity",
    "Entry",
    "Finish",
    "Journal",
    "JournalCache",
    "JournalStats",
    "ModelShare",
]

from .cache import JournalCache
from .journal import JOURNAL_DAMAGED, CallIdentity, Entry, Finish, Journal, JournalStats, ModelShare
