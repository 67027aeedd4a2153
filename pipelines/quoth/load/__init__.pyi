__all__ = [
    "FORMATS_WITH_BOXES",
    "DocumentLoader",
    "DocumentReader",
    "LoadOptions",
    "Loader",
    "LoaderPool",
    "boxes_within",
    "check_size",
    "first_page_of",
    "guess_format",
    "is_picture",
    "load_document",
    "ocr_engine",
    "page_label_of",
    "page_of",
    "supported_suffixes",
]

from .boxes import FORMATS_WITH_BOXES, boxes_within
from .contract import Loader, LoadOptions
from .detect import guess_format, is_picture
from .isolate import LoaderPool
from .langchain import DocumentLoader, DocumentReader
from .langchain_places import first_page_of, page_label_of, page_of
from .ocr import ocr_engine
from .registry import check_size, load_document, supported_suffixes
