__all__ = [
    "Entry",
    "Journal",
    "JournalStats",
    "ModelShare",
    "Question",
]

from .journal import Entry, Journal, JournalStats, ModelShare, Question
