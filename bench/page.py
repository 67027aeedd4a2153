"""Measures the page: its weight, its first paint, when one can type, and ten thousand documents.

    python -m bench.page

The server and the browser start afresh; each figure is the median of the rounds.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import quoth
from playwright.sync_api import Browser, sync_playwright

ROUNDS = 7
DOCUMENTS = 10_000
FOLDER = Path(quoth.__file__).parent / "server" / "page"
_ADDRESS = re.compile(r"\S+/#code=\S+")
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
_SCROLL = """
async () => {
  const list = document.querySelector(".list");
  const frame = () => new Promise(requestAnimationFrame);
  const frames = [];
  for (let step = 1; step <= 120; step += 1) {
    const begin = performance.now();
    list.scrollTop = (list.scrollHeight * step) / 120;
    await frame();
    await frame();
    frames.push((performance.now() - begin) / 2);
  }
  return frames;
}
"""
"""Scrolls a list through in 120 steps; returns the milliseconds of a frame in each step."""


def weigh() -> tuple[int, int]:
    """Return the bytes of the page, as they are and packed by gzip."""
    files = [file.read_bytes() for file in FOLDER.iterdir()]
    return sum(map(len, files)), sum(len(gzip.compress(file)) for file in files)


def visit(browser: Browser, address: str, state: str) -> tuple[float, float]:
    """Return the milliseconds to the first paint, and until the field has the focus."""
    context = browser.new_context(storage_state=state)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("textarea.question:focus")
    usable = page.evaluate("performance.now()")
    paint = page.evaluate(_PAINT)
    context.close()
    return float(paint), float(usable)


def multiply(file: Path, count: int) -> None:
    """Let the sources of a collection stand at further paths, `count` in all."""
    with closing(sqlite3.connect(file)) as connection, connection:
        (known,) = connection.execute("SELECT count(*) FROM sources").fetchone()
        connection.executemany(
            """INSERT INTO sources (path, content_id, size, mtime_ns)
               SELECT ?, content_id, size, mtime_ns FROM sources LIMIT 1""",
            [(f"/nowhere/note-{number:05}.txt",) for number in range(count - known)],
        )


def scroll(browser: Browser, address: str, state: str) -> list[float]:
    """Return the milliseconds of the frames while all documents of a collection pass by."""
    context = browser.new_context(storage_state=state)
    page = context.new_page()
    page.goto(f"{address}#/documents/many")
    page.wait_for_selector(f".count:has-text('{DOCUMENTS:,}')")
    frames: list[float] = page.evaluate(_SCROLL)
    context.close()
    return frames


@contextmanager
def serving(home: str) -> Iterator[str]:
    """Serve the sample library, and a collection of many documents; yields the address."""
    environment = {**os.environ, "QUOTH_HOME": home}
    library = Path(__file__).parents[1] / "data" / "library"
    program = [sys.executable, "-m", "quoth.cli"]
    for name in ("default", "many"):
        command = [*program, "ingest", library, "--collection", name, "--quiet"]
        subprocess.run(command, check=True, env=environment)
    multiply(Path(home) / "collections" / "many" / "library.sqlite", DOCUMENTS)
    server = subprocess.Popen(
        [*program, "serve", "--port", "0"], env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        assert server.stderr is not None
        yield next(found[0] for line in server.stderr if (found := _ADDRESS.search(line)))
    finally:
        server.terminate()
        server.wait()


def sign_in(browser: Browser, address: str, state: str) -> None:
    """Sign a browser in, and keep its cookie in a file."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("textarea.question")
    context.storage_state(path=state)
    context.close()


def main() -> None:
    """Print the figures."""
    plain, packed = weigh()
    print(f"weight: {plain:,} bytes, {packed:,} by gzip")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("The times need Chromium: apt-get install chromium")
    with (
        tempfile.TemporaryDirectory() as home,
        serving(home) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        state, page = f"{home}/state.json", address.split("#")[0]
        sign_in(browser, address, state)
        visits = [visit(browser, f"{page}#/ask/default", state) for _ in range(ROUNDS)]
        frames = scroll(browser, page, state)
        browser.close()
    paints, usable = zip(*visits, strict=True)
    print(f"first paint: {statistics.median(paints):.0f} ms")
    print(f"question field usable: {statistics.median(usable):.0f} ms")
    print(
        f"{DOCUMENTS:,} documents scroll: a frame takes {statistics.median(frames):.0f} ms, "
        f"the longest {max(frames):.0f} ms"
    )


if __name__ == "__main__":
    main()
