"""All rows of the table: Quoth beside its peers, in turns, in one run.

    make bench BENCH=quick      # smaller sizes, under 10 minutes on a quiet machine
    make bench                  # all sizes

Every side runs in a process of its own with the same files, embedder and weights; the peers have an
environment of their own (`bench/.venv`). A ratio above 1 means that Quoth is ahead; it is the
median of the ratios of the rounds, so what else goes on in the machine meets both sides alike.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path

from bench import corpus, measure
from bench.measure import PEERS, ROOT, PeerError, Row, Run, in_turns, row, say

QUOTH = [sys.executable, "-m", "quoth.cli"]
QUESTION = "How long can the emergency generator run on a full tank?"
FOLLOW_UP = "For how long can the emergency generator run on a full tank?"
LIBRARY = ROOT / "data" / "library"


@dataclass(frozen=True)
class Size:
    """How much is measured: `rounds` of short rows, `long_rounds` of those that take minutes.

    `pages` is pages a document, `texts` chunks to embed, `chunks` those of the collection that is
    searched, `book` characters, `batch` documents a round, `growth` documents; `tuning` the seconds
    of `quoth tune`, `seconds` the time after which no round is begun but the first of each row.
    """

    rounds: int
    long_rounds: int
    documents: int
    pages: int
    texts: int
    chunks: int
    book: int
    batch: int
    growth: tuple[int, ...]
    tuning: float
    seconds: float


SIZES = {
    "trial": Size(1, 1, 1, 2, 8, 1_000, 2_500, 2, (1, 10), 10, 0),  # whether all rows run, no more
    "quick": Size(1, 1, 3, 8, 64, 10_000, 9_000, 4, (1, 10, 100), 30, 420),
    "full": Size(5, 5, 4, 60, 150, 100_000, 24_000, 10, (1, 10, 100, 1000), 90, 6 * 3600),
}


class Bench:
    """One run: a scratch folder with what all rows need, the deadline, and remarks on the table."""

    def __init__(self, scratch: Path, size: Size, seconds: float) -> None:
        self.scratch = scratch
        self.size = size
        self.deadline = time.monotonic() + seconds
        self.remarks: list[str] = []
        self.prepared = scratch / "prepared"
        self.prepared.mkdir()
        files = [str(file) for file in sorted(LIBRARY.iterdir())]
        facts = self.ours("prepare", QUESTION, *files, home=self.prepared).said
        self.embedder = str(facts["embedder"])
        from quoth.weights import find_embedded_weights

        self.weights = str(find_embedded_weights())

    @cached_property
    def tuned(self) -> Path:
        """A state folder with a profile from `quoth tune`."""
        home = self.home()
        done = self.ours("tune", str(self.size.tuning), home=home)
        self.remarks.append(
            f"Tuned by `quoth tune` in {done.seconds:.0f} s: {done.said['weights']} on "
            f"{done.said['engine']}, a call to summarize in {done.said['chosen']:.2f} s instead "
            f"of {done.said['default']:.2f} s."
        )
        return home

    def home(self, of: Path | None = None) -> Path:
        """Return a fresh copy of the prepared state folder, without the traces of runs."""
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        shutil.copytree(of or self.prepared, folder, dirs_exist_ok=True)
        (folder / "journal.sqlite").unlink(missing_ok=True)
        return folder

    def ours(self, task: str, *arguments: str, home: Path) -> Run:
        return measure.run([sys.executable, "-m", "bench.side_quoth", task, *arguments], home=home)

    def theirs(self, side: str, task: str, *arguments: str, home: Path | None = None) -> Run:
        return measure.run(
            [str(PEERS), "-m", f"bench.side_{side}", task, *arguments], home=home or self.home()
        )


def start_up(bench: Bench) -> list[Row]:
    """`quoth --help`, beside what the peers import before they do anything."""
    home = bench.home()
    imports = {
        "langchain": "import langchain_chroma, langchain_huggingface, langchain_openai",
        "llamaindex": "import llama_index.core, llama_index.embeddings.huggingface",
    }
    sides: dict[str, Callable[[], Run]] = {
        "quoth": lambda: measure.run([*QUOTH, "--help"], home=home),
        **{
            name: partial(measure.run, [str(PEERS), "-c", code], home=home)
            for name, code in imports.items()
        },
    }
    runs = in_turns(sides, bench.size.rounds, bench.deadline)
    return [row("start-up: --help, imports", peer, "s", runs, seconds) for peer in imports]


def first_token(bench: Bench) -> list[Row]:
    """A question in a fresh process, until the first character of the answer."""
    home = bench.home()
    files = [str(f) for f in sorted(LIBRARY.iterdir()) if f.suffix in {".pdf", ".md"}]
    peers = {"langchain": 5.0, "llamaindex": 1.0}
    for peer in peers:
        bench.theirs(peer, "ingest", bench.embedder, *files, home=home)
    ask = [*QUOTH, "ask", QUESTION]
    asked = (bench.embedder, bench.weights, QUESTION)
    sides: dict[str, Callable[[], Run]] = {
        "quoth": lambda: measure.run(ask, home=home),
        "writing": lambda: measure.run([*ask, "--set", "answering.style=prose"], home=home),
        **{peer: partial(bench.theirs, peer, "ask", *asked, home=home) for peer in peers},
    }
    runs = in_turns(sides, bench.size.rounds, bench.deadline)
    what, rows = "first token, fresh process", []
    for peer, bar in peers.items():
        rows += [
            row(what, peer, "s", runs, first, bar=bar),
            row(f"{what}, writing prose", peer, "s", runs, first, ours="writing"),
            row("peak memory of a question", peer, "MB", runs, peak),
        ]
    return rows


def follow_up(bench: Bench) -> list[Row]:
    """The first token of a follow-up compared with that of the first question."""
    home = bench.home()
    done = [bench.ours("chat", QUESTION, FOLLOW_UP, home=home) for _ in range(bench.size.rounds)]
    runs = {
        side: [Run(run.said, float(run.said[said])) for run in done]
        for side, said in (("quoth", "second"), ("its first question", "first"))
    }
    what, note = "chat: first token of a follow-up", "writing, on the same excerpts"
    return [row(what, "its first question", "s", runs, seconds, bar=2.0, note=note)]


def ingestion(bench: Bench) -> list[Row]:
    """PDF files into a collection."""
    size = bench.size
    files = corpus.write_pdfs(bench.scratch / "pdfs", size.documents, size.pages)
    names, pages = [str(file) for file in files], size.documents * size.pages
    peers = {"langchain": 4.0, "llamaindex": 1.0}
    sides: dict[str, Callable[[], Run]] = {
        "quoth": lambda: bench.ours("ingest", *names, home=bench.home()),
        **{peer: partial(bench.theirs, peer, "ingest", bench.embedder, *names) for peer in peers},
    }
    runs = in_turns(sides, size.long_rounds, bench.deadline)
    assert all(run.said["pages"] == pages for done in runs.values() for run in done)

    def speed(run: Run) -> float:
        return pages / run.seconds

    note = f"{size.documents} PDF, {pages} pages, with imports and loading"
    rows = []
    for peer, bar in peers.items():
        rows += [
            row("ingestion", peer, "pages/s", runs, speed, more_is_better=True, bar=bar, note=note),
            row("peak memory of ingestion", peer, "MB", runs, peak),
        ]
    return rows


def embedding(bench: Bench) -> list[Row]:
    """Chunks into vectors, once the embedder is loaded."""
    texts = bench.scratch / "texts.json"
    pages = (" ".join(corpus.page(20_000 + n)[1:]) for n in range(bench.size.texts))
    chunks = [" ".join(page.split()[:120]) for page in pages]
    texts.write_text(json.dumps(chunks))
    peers = {"langchain": None, "llamaindex": 1.0}
    sides: dict[str, Callable[[], Run]] = {
        "quoth": lambda: bench.ours("embed", str(texts), home=bench.home()),
        **{
            peer: partial(bench.theirs, peer, "embed", bench.embedder, str(texts)) for peer in peers
        },
    }
    runs = in_turns(sides, bench.size.rounds, bench.deadline)

    def speed(run: Run) -> float:
        return len(chunks) / float(run.said["seconds"])

    note = f"{len(chunks)} of 120 words"
    return [
        row("embedding", peer, "chunks/s", runs, speed, more_is_better=True, bar=bar, note=note)
        for peer, bar in peers.items()
    ]


def generation(bench: Bench) -> list[Row]:
    """Prompts through the model contract, and through llama.cpp's server alone."""
    prompts = bench.scratch / "prompts.json"
    texts = [" ".join(corpus.page(7000 + n)) + "\nWhat is this about?" for n in range(4)]
    prompts.write_text(json.dumps(texts))
    tuned, plain = bench.tuned, bench.home()
    ours = ("generate", str(prompts), "48", "4")
    alone = ("generate", bench.weights, str(prompts), "48", "4")
    sides: dict[str, Callable[[], Run]] = {
        "quoth": lambda: bench.ours(*ours, home=plain),
        "tuned": lambda: bench.ours(*ours, home=tuned),
        "llama.cpp alone": lambda: bench.theirs("llamacpp", *alone, home=plain),
    }
    runs = in_turns(sides, bench.size.rounds, bench.deadline)

    def speed(run: Run) -> float:
        return float((run.said["read"] + run.said["written"]) / run.said["seconds"])

    what, peer, unit = "tokens read and written, 4 at once", "llama.cpp alone", "tokens/s"
    return [
        row(what, peer, unit, runs, speed, more_is_better=True, bar=0.7, note="same weights"),
        row(f"{what}, tuned", peer, unit, runs, speed, ours="tuned", more_is_better=True),
        *physical(bench, runs),
    ]


def physical(bench: Bench, runs: measure.Runs) -> list[Row]:
    """The limits of the machine: memory bandwidth in tokens, and matrix products."""
    import numpy as np
    from quoth.weights import measure_bandwidth

    bandwidth = measure_bandwidth()
    size = Path(bench.weights).stat().st_size
    matrix = np.ones((1536, 1536), np.float32)
    begin, count = time.perf_counter(), 0
    while time.perf_counter() - begin < 1.0:
        matrix @ matrix
        count += 1
    rate = 2 * 1536**3 * count / (time.perf_counter() - begin)
    weights = 134.5e6  # of SmolLM2-135M; a token needs a product and a sum for each
    parts = [run.said["read"] / run.said["seconds"] * 2 * weights for run in runs["quoth"]]
    limits = {
        "quoth": [Run({}, part / 1e9) for part in parts],
        "matrix products": [Run({}, rate / 1e9) for _ in parts],
    }
    bench.remarks.append(
        f"Memory reads {bandwidth / 1e9:.1f} GB/s: at most {bandwidth / size:.0f} tokens/s are "
        "written with the weights as they come, one answer at a time."
    )
    return [
        row(
            "arithmetic while reading prompts",
            "matrix products",
            "Gflop/s",
            limits,
            seconds,
            more_is_better=True,
            note="float32 in numpy",
        )
    ]


def summaries(bench: Bench) -> list[Row]:
    """One long text into a summary."""
    book = str(corpus.write_book(bench.scratch / "book.txt", bench.size.book))
    peers = {"langchain": 2.5, "llamaindex": 1.0}
    sides: dict[str, Callable[[], Run]] = {
        "quoth": lambda: bench.ours("summarize", book, home=bench.home(bench.tuned)),
        **{peer: partial(bench.theirs, peer, "summarize", bench.weights, book) for peer in peers},
    }
    runs = in_turns(sides, bench.size.long_rounds, bench.deadline)
    note = f"{bench.size.book / 1000:.3g} thousand characters, tuned"
    return [
        row("summary of a book", peer, "s", runs, seconds, bar=bar, note=note)
        for peer, bar in peers.items()
    ]


def batch(bench: Bench) -> list[Row]:
    """A folder of documents, each into a summary of its own; every round has other documents."""
    size = bench.size
    folders = [bench.scratch / f"batch-{number}" for number in range(size.long_rounds)]
    for number, folder in enumerate(folders):
        corpus.write_texts(folder, size.batch, 1, first=number * size.batch)

    def ours(folder: Path) -> Run:
        home = bench.home(bench.tuned)
        return measure.run([*QUOTH, "summarize", str(folder), "-o", str(home / "out")], home=home)

    def theirs(folder: Path) -> Run:
        files = [str(file) for file in sorted(folder.iterdir())]
        return bench.theirs("llamaindex", "summarize", bench.weights, *files, home=bench.home())

    left, right = iter(folders), iter(folders)
    sides = {"quoth": lambda: ours(next(left)), "llamaindex": lambda: theirs(next(right))}
    runs = in_turns(sides, size.long_rounds, bench.deadline)
    note = f"{size.batch} documents a round, others in each, tuned"
    return [row("batch of summaries", "llamaindex", "s", runs, seconds, bar=1.0, note=note)]


def search(bench: Bench) -> list[Row]:
    """A hybrid search in a large collection, beside one side of it alone and LlamaIndex's store."""
    from bench.search import measure as measure_search

    folder = corpus.write_judged(bench.scratch / "judged")
    kept = bench.scratch / "search"
    kept.mkdir()
    found = measure_search(kept, folder, bench.size.chunks, 60)
    made = {
        "quoth": [Run({}, found["hybrid"]["seconds to make"])],
        "plain Chroma": [Run({}, found["plain Chroma"]["seconds to make"])],
    }
    what = "a collection of drawn vectors"
    note = f"{bench.size.chunks:,} chunks, Quoth with their text, words and journal of changes"
    rows = [row(what, "plain Chroma", "s", made, seconds, note=note)]
    done = bench.theirs("llamaindex", "search", str(bench.size.chunks), "20", home=bench.home())
    found["llamaindex"] = {at: float(done.said[at]) for at in ("p50", "p95")}
    note = f"{bench.size.chunks:,} chunks, many questions in turns"
    for peer in ("llamaindex", "plain Chroma", "plain FTS5"):
        for at in ("p50", "p95"):
            runs = {
                "quoth": [Run({}, found["hybrid"][at])],
                peer: [Run({}, found[peer][at])],
            }
            rows.append(row(f"hybrid search, {at}", peer, "ms", runs, seconds, note=note))
    return rows


def growth(bench: Bench) -> list[Row]:
    """The growth of the cost of ingestion, printed as separate lines and not as ratios."""
    warm = corpus.write_texts(bench.scratch / "notes-warm", 1, 1)
    bench.ours("ingest", *map(str, warm), home=bench.home())  # those after it find warm files
    lines = ["| documents | seconds | seconds a document | peak memory | disk |", "|" + "---:|" * 5]
    for count in bench.size.growth:
        if count > 1 and time.monotonic() > bench.deadline:
            break
        files = corpus.write_texts(bench.scratch / f"notes-{count}", count, 1)
        home = bench.home()
        before = _disk(home)
        done = bench.ours("ingest", *map(str, files), home=home)
        grown = _disk(home) - before
        lines.append(
            f"| {count:,} | {done.seconds:.1f} | {done.seconds / count:.2f} "
            f"| {done.peak_mb:.0f} MB | {grown:.1f} MB |"
        )
    bench.remarks.append("How the cost of ingestion grows:\n\n" + "\n".join(lines))
    return []


def _disk(folder: Path) -> float:
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 2**20


def seconds(run: Run) -> float:
    return run.seconds


def first(run: Run) -> float:
    return run.first


def peak(run: Run) -> float:
    return run.peak_mb


GROUPS: dict[str, Callable[[Bench], list[Row]]] = {
    group.__name__: group
    for group in (
        start_up,
        first_token,
        follow_up,
        embedding,
        generation,
        ingestion,
        summaries,
        batch,
        search,
        growth,
    )
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--only", choices=GROUPS, nargs="*", help="only these groups of rows")
    parser.add_argument("--save", type=Path, default=ROOT / "bench" / "results")
    parser.add_argument("--seconds", type=float, help="begin no further round after so long")
    given = parser.parse_args()
    size = SIZES[given.size]
    head = f"{datetime.now(UTC):%Y-%m-%d}, {given.size}. {measure.machine()}. {measure.versions()}."
    rows: list[Row] = []
    failed = False
    with tempfile.TemporaryDirectory(prefix="quoth-bench-") as scratch:
        bench = Bench(Path(scratch), size, size.seconds if given.seconds is None else given.seconds)
        for name in given.only or GROUPS:
            begin = time.monotonic()
            try:
                rows += GROUPS[name](bench)
            except PeerError as error:
                failed = True
                say(f"{name} failed: {error}")
            say(f"{name}: {time.monotonic() - begin:.0f} s")
            measure.save(given.save, rows, head, "\n\n".join(bench.remarks))
    print((given.save / "table.md").read_text())
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
