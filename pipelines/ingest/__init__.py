"""Folder → store → index: syncing it, following it, checking it, embedding it anew."""

from pipelines.ingest.ingestor import Ingestor, Progress

__all__ = ["Ingestor", "Progress"]
