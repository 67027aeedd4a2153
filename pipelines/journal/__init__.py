"""Every finished model call, on disk from the moment it ends."""

from pipelines.journal.journal import Entry, Journal, JournalStats, ModelShare, Question

__all__ = ["Entry", "Journal", "JournalStats", "ModelShare", "Question"]
