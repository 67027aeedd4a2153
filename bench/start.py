"""The first minute: whole commands in a new state folder, beside LangChain's recipe, in turns.

    python -m bench.start vector             # the first vector of a text
    python -m bench.start demo               # `quoth demo`: an ingestion, an answer, a summary
    python -m bench.start ingest FOLDER      # the PDF files of a folder
    python -m bench.start pages              # 240 pages that are made for it
    python -m bench.start question           # the first token of a question, after an ingestion
    python -m bench.start unchanged          # 10,000 files that have not changed
    python -m bench.start copies             # 500, 1,000 and 2,000 copies of one file

Prints the table of `bench.table`: seconds from the start of the process to its end (or to its first
character), their ratio, and the ratio of the processor's time, which other programs change little.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from quoth.config import load_config
from quoth.embed import FolderEmbedder
from quoth.weights import find_embedded_weights

from bench import corpus, measure
from bench.measure import PEERS, ROOT, Row, Run, in_turns, row, say

QUOTH = [sys.executable, "-m", "quoth.cli"]
QUESTION = "How long can the emergency generator run on a full tank?"
LIBRARY = ROOT / "data" / "library"
DOCUMENTS, PAGES = 4, 60
UNCHANGED = 10_000
COPIES = (500, 1_000, 2_000)


class Start:
    """Runs commands, each in a new state folder unless one is given."""

    def __init__(self, scratch: Path, rounds: int) -> None:
        self.scratch = scratch
        self.rounds = rounds
        self.embedder = str(
            FolderEmbedder.open(load_config(environment={}).config.embedding).folder
        )

    def home(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.scratch))

    def ours(self, *arguments: str, home: Path | None = None) -> Run:
        return measure.run([*QUOTH, *arguments], home=home or self.home())

    def theirs(self, task: str, *arguments: str, home: Path | None = None) -> Run:
        program = [str(PEERS), "-m", "bench.side_langchain", task, *arguments]
        return measure.run(program, home=home or self.home(), timeout=6 * 3600)

    def compare(
        self,
        what: str,
        ours: Callable[[], Run],
        theirs: Callable[[], Run],
        *,
        bar: float | None = None,
        value: Callable[[Run], float] = lambda run: run.seconds,
    ) -> Row:
        runs = in_turns({"quoth": ours, "langchain": theirs}, self.rounds)
        return row(what, "langchain", "s", runs, value, bar=bar)


def vector(start: Start) -> Iterator[Row]:
    """Embed one text."""
    code = (
        "import sys; from quoth.config import load_config; from quoth.embed import FolderEmbedder;"
        "FolderEmbedder.open(load_config(environment={}).config.embedding).query_vector('A text.');"
        "assert 'torch' not in sys.modules"
    )
    texts = start.scratch / "texts.json"
    texts.write_text('["A text."]')
    ours = [sys.executable, "-c", code]
    yield start.compare(
        "first vector",
        lambda: measure.run(ours, home=start.home()),
        partial(start.theirs, "embed", start.embedder, str(texts)),
    )


def demo(start: Start) -> None:
    """Run the demonstration, which has no peer."""
    for _ in range(start.rounds):
        done = start.ours("demo")
        print(f"demo: {done.seconds:.1f} s, {done.processor:.1f} s of processor")


def ingest(start: Start, files: Sequence[Path], what: str, bar: float) -> Iterator[Row]:
    """Ingest files with the command, and by the recipe."""
    names = [str(file) for file in files]
    yield start.compare(
        f"ingestion: {what}",
        partial(start.ours, "ingest", *names),
        partial(start.theirs, "ingest", start.embedder, *names),
        bar=bar,
    )


def question(start: Start) -> Iterator[Row]:
    """Ask in a fresh process."""
    home = start.home()
    files = [str(file) for file in sorted(LIBRARY.iterdir()) if file.suffix in {".pdf", ".md"}]
    start.ours("ingest", *files, home=home)
    start.theirs("ingest", start.embedder, *files, home=home)

    def ask() -> Run:
        (home / "journal.sqlite").unlink(missing_ok=True)
        return start.ours("ask", QUESTION, home=home)

    asked = (start.embedder, str(find_embedded_weights()), QUESTION)
    yield start.compare(
        "first token of a question",
        ask,
        partial(start.theirs, "ask", *asked, home=home),
        bar=8.0,
        value=lambda run: run.first,
    )


def unchanged(start: Start) -> None:
    """Ingest a folder a second time; its files have the same bytes, which costs the first time."""
    home, folder = start.home(), write_copies(start.scratch / "unchanged", UNCHANGED)
    start.ours("ingest", str(folder), home=home)
    for _ in range(start.rounds):
        done = start.ours("ingest", str(folder), home=home)
        print(
            f"{UNCHANGED:,} unchanged files: {done.seconds:.2f} s, {done.processor:.2f} s of work"
        )


def copies(start: Start) -> None:
    """Ingest folders of identical files: twice as many take twice as long."""
    for count in COPIES:
        done = start.ours("ingest", str(write_copies(start.scratch / f"copies-{count}", count)))
        print(f"{count:,} copies: {done.seconds:.2f} s, {done.processor:.2f} s of processor")


def write_copies(folder: Path, count: int) -> Path:
    """Write files of the same bytes under names that share no number."""
    folder.mkdir()
    for number in range(count):
        (folder / f"copy-{number}.txt").write_text("The same text is in all of these files.")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    tasks = ("vector", "demo", "ingest", "pages", "question", "unchanged", "copies")
    parser.add_argument("task", choices=tasks)
    parser.add_argument("folder", type=Path, nargs="?", help="of the PDF files to ingest")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bar", type=float, default=4.0, help="for the ingestion of a folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="quoth-start-") as scratch:
        start = Start(Path(scratch), given.rounds)
        rows: list[Row] = []
        match given.task:
            case "ingest":
                files = sorted(given.folder.glob("*.pdf"))
                rows += ingest(start, files, f"{len(files)} PDF files", given.bar)
            case "pages":
                files = corpus.write_pdfs(start.scratch / "pdfs", DOCUMENTS, PAGES)
                rows += ingest(start, files, f"{DOCUMENTS * PAGES} made pages", given.bar)
            case "vector":
                rows += vector(start)
            case "question":
                rows += question(start)
            case task:
                {"demo": demo, "unchanged": unchanged, "copies": copies}[task](start)
    if rows:
        say(measure.machine())
        print(measure.markdown(rows))


if __name__ == "__main__":
    main()
