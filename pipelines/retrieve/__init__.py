"""Finding chunks: candidates from both sides, one score, and what may look at them again."""

from pipelines.retrieve.searcher import MAX_QUESTION_CHARACTERS, Searcher, checked_question

__all__ = ["MAX_QUESTION_CHARACTERS", "Searcher", "checked_question"]
