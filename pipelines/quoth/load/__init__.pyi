__all__ = [
    "DocumentLoader",
    "DocumentReader",
    "LoadOptions",
    "Loader",
    "LoaderPool",
    "load_document",
    "ocr_engine",
    "supported_suffixes",
]

from .contract import Loader, LoadOptions
from .isolate import LoaderPool
from .langchain import DocumentLoader, DocumentReader
from .ocr import ocr_engine
from .registry import load_document, supported_suffixes
