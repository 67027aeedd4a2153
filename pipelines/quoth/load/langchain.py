"""Our documents as LangChain documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document as LangChainDocument
from langchain_core.runnables import Runnable, RunnableConfig

from quoth.config import Limits
from quoth.errors import DocumentError, UsageError
from quoth.load.isolate import LoaderPool
from quoth.load.registry import supported_suffixes
from quoth.types import Document


class DocumentLoader(BaseLoader):
    """Loads a file, or all readable files below a folder, as one LangChain document per page.

    The metadata has `source`, `page` (from 1), `page_label` where the format has one, and `title`.
    Pages without text are left out. A single file that cannot be read raises its `DocumentError`;
    in a folder, such a file is left out and listed with its error in `failed`.

    >>> pages = DocumentLoader("contracts").load()
    >>> sorted(page.metadata["title"] for page in pages)
    ['Lease of Unit 6', 'offer']
    """

    def __init__(
        self,
        path: Path | str,
        *,
        passwords: tuple[str, ...] = (),
        limits: Limits | None = None,
        ocr: bool = False,
        workers: int | None = None,
    ) -> None:
        self._path = Path(path)
        self._passwords = passwords
        self._limits = limits or Limits()
        self._ocr = ocr
        self._workers = workers
        self.failed: list[tuple[Path, Exception]] = []

    def lazy_load(self) -> Iterator[LangChainDocument]:
        """Yield the pages, file by file."""
        self.failed = []
        if not self._path.exists():
            raise UsageError(f"There is no file or folder {self._path}.")
        is_folder = self._path.is_dir()
        with LoaderPool(
            workers=self._workers, limits=self._limits, passwords=self._passwords, ocr=self._ocr
        ) as pool:
            for path, outcome in pool.load_all(self._files() if is_folder else [self._path]):
                if isinstance(outcome, Document):
                    yield from _pages(outcome)
                elif is_folder:
                    self.failed.append((path, outcome))
                else:
                    raise outcome

    def _files(self) -> Iterator[Path]:
        suffixes = supported_suffixes()
        for path in sorted(self._path.rglob("*")):
            if path.is_file() and path.suffix.lower() in suffixes:
                yield path


class DocumentReader(Runnable[Path | str, Document]):
    """A LangChain `Runnable` from path to document, read in a worker process with limits.

    It can also be called. Only the `first_pages` of a document are kept (0: all), and its notes
    say so. Raises a `DocumentError` for a file that cannot be read.

    >>> document = DocumentReader().invoke("contracts/lease.md")
    >>> document.title, len(document.pages)
    ('Lease of Unit 6', 1)
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        passwords: tuple[str, ...] = (),
        ocr: bool = False,
        first_pages: int = 0,
    ) -> None:
        self._limits = replace(limits or Limits(), first_pages=first_pages)
        self._passwords = passwords
        self._ocr = ocr

    def __repr__(self) -> str:
        first = self._limits.first_pages
        read = f"the first {first} pages" if first else "whole documents"
        return f"<DocumentReader of {read}>"

    def __call__(self, path: Path | str) -> Document:
        """Return the document at `path`."""
        return self._read(path)

    def invoke(
        self, input: Path | str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Document:
        """Return the document at a path."""
        return self._call_with_config(self._read, input, config)

    def _read(self, path: Path | str) -> Document:
        with LoaderPool(
            workers=1, limits=self._limits, passwords=self._passwords, ocr=self._ocr
        ) as pool:
            _, result = next(iter(pool.load_all([Path(path)])))
        if isinstance(result, DocumentError):
            raise result
        return result


def _pages(document: Document) -> Iterator[LangChainDocument]:
    for page in document.pages:
        if page.text:
            metadata: dict[str, str | int] = {
                "source": document.source,
                "page": page.number,
                "title": document.title,
            }
            if page.label is not None:
                metadata["page_label"] = page.label
            yield LangChainDocument(page_content=page.text, metadata=metadata)
