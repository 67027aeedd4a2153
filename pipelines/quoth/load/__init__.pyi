__all__ = [
    "FORMATS_WITH_BOXES",
    "DocumentLoader",
    "DocumentReader",
    "LoadOptions",
    "Loader",
    "LoaderPool",
    "boxes_within",
    "check_size",
    "guess_format",
    "is_picture",
    "load_document",
    "ocr_engine",
    "supported_suffixes",
]

from .boxes import FORMATS_WITH_BOXES, boxes_within
from .contract import Loader, LoadOptions
from .detect import guess_format, is_picture
from .isolate import LoaderPool
from .langchain import DocumentLoader, DocumentReader
from .ocr import ocr_engine
from .registry import check_size, load_document, supported_suffixes
