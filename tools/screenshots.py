"""Takes the pictures of the page, with the sample library, in the Chromium of the system."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
QUESTION = "How long can the emergency generator run on a full tank?"
UNANSWERED = "What does the cafeteria on Jupiter serve on Sundays?"
WIDE: ViewportSize = {"width": 1280, "height": 800}
NARROW: ViewportSize = {"width": 360, "height": 720}
_COLOURS = 128
_ADDRESS = re.compile(r"\S+/#code=\S+")


@contextmanager
def serving(home: str) -> Iterator[str]:
    """Serve the sample library from a home of its own; yields the address that signs in."""
    environment = {**os.environ, "QUOTH_HOME": home}
    quoth = [sys.executable, "-m", "quoth.cli"]
    subprocess.run(
        [*quoth, "ingest", ROOT / "data" / "library", "--collection", "library", "--quiet"],
        check=True,
        env=environment,
    )
    server = subprocess.Popen(
        [*quoth, "serve", "--port", "0"], env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        assert server.stderr is not None
        found = next(match for line in server.stderr if (match := _ADDRESS.search(line)))
        yield found[0]
    finally:
        server.terminate()
        server.wait()


def ask(page: Page, question: str) -> None:
    """Ask a question, and wait for its answer."""
    turns = page.locator(".turn").count()
    page.fill("textarea.question", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(f".turn >> nth={turns} >> .actions")


def take(page: Page, name: str) -> None:
    """Save what the window shows."""
    page.wait_for_timeout(600)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    shot.quantize(_COLOURS).save(IMAGES / f"page-{name}.png", optimize=True)


def take_all(browser: Browser, address: str) -> None:
    """Take every view: wide and light, dark, narrow, and in Chinese."""
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("textarea.question")
    take(page, "start")
    ask(page, QUESTION)
    page.wait_for_selector(".proof.proved")
    page.wait_for_selector(".words span")
    take(page, "answer")
    ask(page, UNANSWERED)
    take(page, "declined")
    page.goto(address.split("#")[0] + "#/documents/library")
    page.wait_for_selector(".document")
    broken: FilePayload = {
        "name": "water-bills.pdf",
        "mimeType": "application/pdf",
        "buffer": b"%PDF-1.7\n",
    }
    page.set_input_files("input[type=file]:not([webkitdirectory])", [broken])
    page.wait_for_selector(".incoming .failed")
    take(page, "documents")
    page.goto(address.split("#")[0] + "#/summaries/library")
    page.click("button.primary")
    page.wait_for_selector(".report", timeout=120_000)
    page.click(".summary summary")
    page.click(".summary .footnote")
    page.wait_for_selector(".proof.proved")
    take(page, "summaries")
    page.goto(address.split("#")[0] + "#/settings/library")
    page.wait_for_selector(".advised", timeout=120_000)
    take(page, "model")
    state = context.storage_state()
    for name, viewport, scheme, locale in (
        ("dark", WIDE, "dark", "en"),
        ("narrow", NARROW, "light", "en"),
        ("chinese", WIDE, "light", "zh-CN"),
        ("arabic", WIDE, "light", "ar"),
    ):
        other = browser.new_context(
            storage_state=state,
            viewport=viewport,
            color_scheme="dark" if scheme == "dark" else "light",
            locale=locale,
        )
        page = other.new_page()
        page.goto(address.split("#")[0])
        page.wait_for_selector("textarea.question")
        ask(page, QUESTION)
        take(page, name)
        if name == "narrow":
            page.click(".places .place")
            page.wait_for_selector(".proof.proved")
            take(page, "narrow-proof")
        other.close()
    context.close()


def main() -> None:
    """Take the pictures."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        sys.exit("The pictures need Chromium: apt-get install chromium")
    with (
        tempfile.TemporaryDirectory() as home,
        serving(home) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        take_all(browser, address)
        browser.close()


if __name__ == "__main__":
    main()
