__all__ = [
    "CallIdentity",
    "Entry",
    "Finish",
    "Journal",
    "JournalCache",
    "JournalStats",
    "ModelShare",
]

from .cache import JournalCache
from .journal import CallIdentity, Entry, Finish, Journal, JournalStats, ModelShare
