__all__ = [
    "OUTPUT_RECORD",
    "Elsewhere",
    "EmbeddedChunks",
    "File",
    "Ingestor",
    "Output",
    "Plan",
    "Stamp",
    "Verification",
    "add_documents",
    "embed_chunks",
    "find_files",
    "forget_leaving",
    "forget_looked",
    "keep_within",
    "measure_separations",
    "open_ingestor",
    "open_splitter",
    "plan_ingestion",
    "read_chroma",
    "read_outputs",
    "reader_within",
    "reembed",
    "remove_documents",
    "verify",
    "walk",
    "watch",
]

from .add import add_documents, remove_documents
from .adopt import read_chroma
from .configured import open_ingestor, open_splitter
from .elsewhere import Elsewhere
from .embed_chunks import EmbeddedChunks, embed_chunks
from .ingestor import Ingestor
from .looked import forget_looked
from .outputs import OUTPUT_RECORD, Output, read_outputs
from .plan import Plan, Stamp, plan_ingestion
from .presence import forget_leaving
from .reembed import reembed
from .separation import measure_separations
from .verify import Verification, verify
from .walk import File, find_files, walk
from .watch import watch
from .within import keep_within, reader_within
