__all__ = [
    "MAX_QUESTION_CHARACTERS",
    "CollectionRetriever",
    "RetrieverSearcher",
    "Searcher",
    "checked_question",
    "open_searcher",
    "search_tool",
]

from .configured import open_searcher
from .langchain import CollectionRetriever, RetrieverSearcher
from .searcher import MAX_QUESTION_CHARACTERS, Searcher, checked_question
from .tool import search_tool
