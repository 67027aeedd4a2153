"""Folder → store → index: syncing it, following it, checking it, embedding it anew."""

from pipelines.ingest.configured import limits_of, open_ingestor, open_splitter
from pipelines.ingest.ingestor import Ingestor, Progress

__all__ = ["Ingestor", "Progress", "limits_of", "open_ingestor", "open_splitter"]
