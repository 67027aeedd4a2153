"""Summaries of the documents of a collection as a job, with their sentences, pages and trees."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from quoth.errors import DocumentError, UsageError
from quoth.jobs import JobProgress, SummaryJob
from quoth.library import Library
from quoth.server.events import PROGRESS
from quoth.server.far_work import fleet_of
from quoth.server.names import file_id
from quoth.server.performing import Performance
from quoth.server.services import Services
from quoth.summarize import SummaryOptions
from quoth.types import Document

_TELL_SECONDS = 0.25
_TRACE = ".trace.json"


def perform_summaries(services: Services, performance: Performance) -> dict[str, Any]:
    """Summarize documents of a collection from the text that it holds."""
    operation = performance.operation
    library = services.shelf.library(operation.collection)
    wanted = set(operation.spec["documents"])
    sources = [
        source
        for source in services.documents.sources(operation.collection)
        if not wanted or file_id(source.hash) in wanted
    ]
    if not sources:
        raise UsageError(f"There are no such documents in {operation.collection}.")
    folder = services.home / "server" / "outputs" / operation.id
    read = _reader(library, performance)
    with fleet_of(services, library, read, "summaries", shipping="documents") as executor:
        job = SummaryJob(
            library.summarizer(_options(library, operation.spec)),
            read,
            folder,
            trace=True,
            progress=_progress(performance),
            stop=performance.stop,
            executor=executor,
        )
        report = job.run([Path(source.path) for source in sources])
    performance.check()
    ids = {source.path: file_id(source.hash) for source in sources}
    told = asdict(report)
    for document in told["documents"]:
        document |= {"file_id": ids.get(document["path"], ""), **_read(folder, document["output"])}
    return told


def _options(library: Library, spec: Any) -> SummaryOptions:
    options = SummaryOptions.of(library.config.summarization)
    return replace(
        options,
        query=spec["query"],
        length=spec["length"] or options.length,
        schema=spec.get("json_schema"),
    )


def _reader(library: Library, performance: Performance) -> Callable[[Path], Document]:
    """Return what reads a document from the collection, and tells that it is at work."""

    def read(path: Path) -> Document:
        performance.tell("document", {"name": path.name, "state": "running"})
        document = library.store.document(str(path))
        if document is None:
            raise DocumentError(f"{path.name} is not in the collection any more.")
        return document

    return read


def _progress(performance: Performance) -> Callable[[JobProgress], None]:
    """Return a callback that tells the progress, and what is finished, a few times a second."""
    last = 0.0
    settled: dict[str, str] = {}

    def tell(progress: JobProgress) -> None:
        nonlocal last
        settled.update(progress.settled)
        if time.monotonic() - last < _TELL_SECONDS:
            return
        last = time.monotonic()
        for path, state in settled.items():
            performance.tell("document", {"name": Path(path).name, "state": state})
        settled.clear()
        told = asdict(progress)
        del told["settled"]
        performance.tell(PROGRESS, told)

    return tell


def _read(folder: Path, output: str) -> dict[str, Any]:
    """Return the text of a summary as Markdown, its sentences with their pages, and its tree."""
    if not output:
        return {"text": "", "summary": "", "sentences": [], "tree": []}
    trace = folder / (output.removesuffix(".md") + _TRACE)
    told = json.loads(trace.read_text("utf-8"))
    return {
        "text": (folder / output).read_text("utf-8"),
        "summary": told["text"],
        "data": told["data"],
        "sentences": told["sentences"],
        "tree": [
            {"kind": node["kind"], "text": node["text"], "children": node["children"]}
            for node in told["tree"]
        ],
    }
