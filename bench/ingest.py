"""A folder of filings, ingested by Quoth and by LangChain's documented recipe, in one run.

The recipe: PyPDFLoader, RecursiveCharacterTextSplitter (1000 characters, 200 of overlap),
HuggingFaceEmbeddings, Chroma.from_documents. Both read the same files with the same embedder, each
in a process of its own with an empty state folder; they take turns. Prints pages a second, their
ratio, where Quoth's time goes, and the peak of resident memory: of the process itself, and of the
processes that it starts to read files.

    python -m bench.ingest FOLDER                             # all PDF files in it
    python -m bench.ingest FOLDER --files 4
    python -m bench.ingest FOLDER --only quoth --copies 2    # twice as large: memory is flat
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from quoth.config import load_config

from bench import measure
from bench.measure import ROOT, PeerError

SIDES = ("quoth", "langchain")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=0, help="the first N files; 0 takes all")
    parser.add_argument("--copies", type=int, default=1, help="different copies of each file")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", choices=SIDES)
    parser.add_argument("--engine", default="auto", help="embedding.engine of Quoth")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        files = sorted(options.folder.rglob("*.pdf"))
        print(json.dumps(run_here(options.side, files, options.engine)))
        return
    files = sorted(options.folder.glob("*.pdf"))[: options.files or None]
    if not files:
        sys.exit(f"There are no PDF files in {options.folder}.")
    sides = [options.only] if options.only else SIDES
    results: dict[str, list[Mapping[str, Any]]] = {side: [] for side in sides}
    with tempfile.TemporaryDirectory() as scratch:
        prepare(Path(scratch))
        folder = Path(scratch) / "filings"
        for copy in range(options.copies):
            write_copies(files, folder / f"{copy}", copy)
        for _ in range(options.rounds):
            for side in sides:
                results[side].append(run_apart(side, folder, options.engine, Path(scratch)))
                print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    report(results)


def prepare(scratch: Path) -> None:
    """Export the embedder's graph and choose its engine: once per machine, so not measured."""
    code = (
        "from quoth.config import load_config; from quoth.embed import FolderEmbedder;"
        "print(FolderEmbedder.open(load_config(environment={}).config.embedding).engine_name)"
    )
    environment = {**os.environ, "QUOTH_HOME": str(scratch / "prepared")}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)


def write_copies(files: list[Path], folder: Path, number: int) -> None:
    """Write files of the same names, of which each copy has other bytes and another title."""
    folder.mkdir(parents=True)
    for file in files:
        name = f"{file.stem}-{number}.pdf" if number else file.name
        (folder / name).write_bytes(file.read_bytes() + b"\n%" * number)


def run_apart(side: str, folder: Path, engine: str, scratch: Path) -> Mapping[str, Any]:
    home = Path(tempfile.mkdtemp(dir=scratch))
    shutil.copytree(scratch / "prepared", home, dirs_exist_ok=True)
    program = [
        sys.executable,
        "-m",
        "bench.ingest",
        str(folder),
        "--side",
        side,
        "--engine",
        engine,
    ]
    try:
        return measure.run(program, home=home, timeout=6 * 3600).said
    except PeerError as error:
        sys.exit(str(error))


def run_here(side: str, files: list[Path], engine: str) -> dict[str, Any]:
    run = {"quoth": quoth, "langchain": langchain}[side]
    with memory_watched() as memory:
        begin, at_work = time.perf_counter(), processor_seconds()
        result = run(files, engine)
        result["seconds"] = time.perf_counter() - begin
        result["processor_seconds"] = processor_seconds() - at_work
    return {**result, **memory}


def processor_seconds() -> float:
    """Return what this process and its ended children have computed, which others do not slow."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def quoth(files: list[Path], engine: str) -> dict[str, Any]:
    """Ingest with the library, and note how long each stage is at work."""
    from quoth import Library

    config = load_config(environment={}, overrides={"embedding.engine": engine}).config
    busy: dict[str, float] = {}

    def timed(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **more: Any) -> Any:
            begin = time.perf_counter()
            try:
                return function(*arguments, **more)
            finally:
                busy[stage] = busy.get(stage, 0.0) + time.perf_counter() - begin

        return run

    with Library("bench", config=config) as library:
        ingestor = library.ingestor
        stages: tuple[tuple[str, object, str], ...] = (
            ("embedding", library.embedder, "embed"),
            ("splitting", ingestor.splitter, "split"),
            ("storing", library.store, "put"),
            ("indexing", library.index, "sync"),
        )
        for stage, part, method in stages:
            setattr(part, method, timed(stage, getattr(part, method)))
        report = library.ingest(*files)
        assert not report.failed, report.failed
        name = library.embedder.engine_name
    pages = sum(line.pages for line in report.done)
    chunks = sum(line.chunks for line in report.done)
    return {
        "files": len(files),
        "pages": pages,
        "chunks": chunks,
        "busy": busy,
        "engine": name,
    }


def langchain(files: list[Path], _: str) -> dict[str, Any]:
    """Ingest as LangChain's documentation does."""
    import warnings

    warnings.simplefilter("ignore")
    from langchain_community.document_loaders import PyPDFLoader
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    try:
        from langchain_huggingface import HuggingFaceEmbeddings
    except ImportError:
        from langchain_community.embeddings import HuggingFaceEmbeddings
    try:
        from langchain_chroma import Chroma
    except ImportError:
        from langchain_community.vectorstores import Chroma

    from quoth.embed import FolderEmbedder

    folder = FolderEmbedder.open(load_config(environment={}).config.embedding).folder
    busy: dict[str, float] = {}
    begin = time.perf_counter()
    pages = [page for file in files for page in PyPDFLoader(str(file)).load()]
    busy["parsing"] = time.perf_counter() - begin
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    chunks = splitter.split_documents(pages)
    begin = time.perf_counter()
    embeddings = HuggingFaceEmbeddings(model_name=str(folder))
    Chroma.from_documents(chunks, embeddings, persist_directory="chroma")
    busy["embedding and indexing"] = time.perf_counter() - begin
    return {
        "files": len(files),
        "pages": len(pages),
        "chunks": len(chunks),
        "busy": busy,
        "engine": "torch",
    }


@contextmanager
def memory_watched() -> Iterator[dict[str, float]]:
    """Note resident memory in MB: at the start, and the peaks of this process and its children."""
    import psutil

    me = psutil.Process()

    def resident(processes: list[psutil.Process]) -> float:
        total = 0
        for process in processes:
            with suppress(psutil.Error):
                total += process.memory_info().rss
        return total / 2**20

    memory = {"start_mb": resident([me]), "peak_mb": 0.0, "workers_mb": 0.0}
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.2):
            memory["peak_mb"] = max(memory["peak_mb"], resident([me]))
            children = me.children(recursive=True)
            memory["workers_mb"] = max(memory["workers_mb"], resident(children))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        stop.set()
        thread.join()


def report(results: dict[str, list[Mapping[str, Any]]]) -> None:
    first = next(iter(results.values()))[0]
    print(f"{first['files']} files, {first['pages']} pages\n")
    print(
        "| side | engine | pages/s | chunks | seconds | processor | memory above start | workers |"
    )
    print("|---|---|---|---|---|---|---|---|")
    speeds = {}
    for side, runs in results.items():
        speeds[side] = [run["pages"] / run["seconds"] for run in runs]
        run = runs[-1]
        print(
            f"| {side} | {run['engine']} | {statistics.median(speeds[side]):.2f} "
            f"| {run['chunks']} | {statistics.median(r['seconds'] for r in runs):.1f} "
            f"| {statistics.median(r['processor_seconds'] for r in runs):.1f} s "
            f"| {max(r['peak_mb'] - r['start_mb'] for r in runs):.0f} MB "
            f"| {max(r['workers_mb'] for r in runs):.0f} MB |"
        )
    if len(speeds) == len(SIDES):
        pairs = zip(speeds["quoth"], speeds["langchain"], strict=True)
        ratios = [ours / theirs for ours, theirs in pairs]
        print(f"\nQuoth / LangChain, pages a second: {statistics.median(ratios):.2f}")
        work = [
            theirs["processor_seconds"] / ours["processor_seconds"]
            for ours, theirs in zip(results["quoth"], results["langchain"], strict=True)
        ]
        print(f"Quoth / LangChain, pages a second of processor: {statistics.median(work):.2f}")
    for side, runs in results.items():
        busy = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in runs[-1]["busy"].items())
        print(f"{side}, stages at work: {busy}")


if __name__ == "__main__":
    main()
