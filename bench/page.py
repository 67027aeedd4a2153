"""Measures the page in the browser: its weight, its first paint, and when a question can be typed.

    python -m bench.page

The server and the browser start afresh; each figure is the median of the rounds.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import quoth
from playwright.sync_api import Browser, sync_playwright

ROUNDS = 7
FOLDER = Path(quoth.__file__).parent / "server" / "page"
_ADDRESS = re.compile(r"\S+/#code=\S+")
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


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


def main() -> None:
    """Print the figures."""
    plain, packed = weigh()
    print(f"weight: {plain:,} bytes, {packed:,} by gzip")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("The times need Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        environment = {**os.environ, "QUOTH_HOME": home}
        library = Path(__file__).parents[1] / "data" / "library"
        program = [sys.executable, "-m", "quoth.cli"]
        subprocess.run([*program, "ingest", library, "--quiet"], check=True, env=environment)
        server = subprocess.Popen(
            [*program, "serve", "--port", "0"], env=environment, stderr=subprocess.PIPE, text=True
        )
        assert server.stderr is not None
        address = next(found[0] for line in server.stderr if (found := _ADDRESS.search(line)))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        first = browser.new_context()
        first.new_page().goto(address)
        first.pages[0].wait_for_selector("textarea.question")
        state = f"{home}/state.json"
        first.storage_state(path=state)
        visits = [visit(browser, address.split("#")[0], state) for _ in range(ROUNDS)]
        browser.close()
        server.terminate()
        server.wait()
    paints, usable = zip(*visits, strict=True)
    print(f"first paint: {statistics.median(paints):.0f} ms")
    print(f"question field usable: {statistics.median(usable):.0f} ms")


if __name__ == "__main__":
    main()
