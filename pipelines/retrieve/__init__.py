"""Finding chunks: candidates from both sides, one score, and what may look at them again."""

from pipelines.retrieve.configured import open_searcher
from pipelines.retrieve.searcher import MAX_QUESTION_CHARACTERS, Searcher, checked_question

__all__ = ["MAX_QUESTION_CHARACTERS", "Searcher", "checked_question", "open_searcher"]
