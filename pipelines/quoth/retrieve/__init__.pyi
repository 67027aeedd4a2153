__all__ = [
    "MAX_QUESTION_CHARACTERS",
    "CollectionRetriever",
    "CollectionSearcher",
    "CrossEncoderReranker",
    "Expander",
    "Expansion",
    "Hits",
    "ModelReranker",
    "OpenedSearcher",
    "Question",
    "Reranker",
    "RetrieverSearcher",
    "Searcher",
    "SeveralSearcher",
    "as_hits",
    "check_embedder",
    "check_limits",
    "check_question",
    "fence_passage",
    "grow_in_several",
    "grow_to_sections",
    "open_searcher",
    "search_tool",
    "tell_language",
]

from .configured import OpenedSearcher, open_searcher
from .expand import Expander, Expansion
from .fence import fence_passage
from .foreign import RetrieverSearcher, as_hits
from .langchain import CollectionRetriever
from .languages import tell_language
from .ports import Searcher
from .question import MAX_QUESTION_CHARACTERS, Hits, Question, check_limits, check_question
from .rerank import CrossEncoderReranker, ModelReranker, Reranker
from .searcher import CollectionSearcher, check_embedder
from .sections import grow_to_sections
from .several import SeveralSearcher, grow_in_several
from .tool import search_tool
