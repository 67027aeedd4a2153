__all__ = [
    "Answer",
    "Answerer",
    "AsyncLibrary",
    "Chunk",
    "Citation",
    "CollectionRetriever",
    "CollectionVectorStore",
    "Config",
    "Conversation",
    "CrossEncoderReranker",
    "Document",
    "DocumentLoader",
    "DocumentReader",
    "Embedder",
    "Expander",
    "Guard",
    "Hit",
    "JournalCache",
    "Library",
    "LocalModel",
    "ModelReranker",
    "Page",
    "QuothError",
    "Report",
    "Scope",
    "Splitter",
    "Summarizer",
    "Summary",
    "SummaryJob",
    "SummaryOptions",
    "cite",
    "load_config",
    "load_ipython_extension",
    "open_embedder",
    "open_model",
    "show",
    "take_over",
    "timings_of",
]

from .answer import Answerer, Conversation, cite
from .collection import Scope
from .config import Config, load_config
from .embed import Embedder
from .errors import QuothError
from .jobs import SummaryJob
from .journal import JournalCache
from .library import AsyncLibrary, CollectionVectorStore, Library
from .load import DocumentLoader, DocumentReader
from .models import LocalModel, open_embedder, open_model, timings_of
from .retrieve import CollectionRetriever, CrossEncoderReranker, Expander, ModelReranker
from .summarize import Summarizer, Summary, SummaryOptions
from .system import Guard, take_over
from .text import Splitter
from .types import Answer, Chunk, Citation, Document, Hit, Page, Report
from .views import load_ipython_extension, show
