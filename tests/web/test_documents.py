"""Documents in the browser: added, with what failed, searched, and removed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from bag_embedder import BagEmbedder
from quoth.types import Vectors
from scripted_model import Scripted
from served import serving
from web.dragging import drag_onto


def test_a_folder_that_is_dropped_is_read_but_for_its_broken_file(
    tmp_path: Path, open_window: Any
) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "older").mkdir()
    for number in range(9):
        place = folder / "older" if number > 6 else folder
        (place / f"note-{number}.txt").write_text(f"The gate {number} opens at {number}.\n")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing of a PDF follows\n")
    with (
        serving(tmp_path / "home", model=Scripted(), embedder=BagEmbedder()) as server,
        open_window(server) as window,
    ):
        page = window.page
        page.fill("input[name=name]", "papers")
        page.click("button.primary")
        page.wait_for_selector(".drop")
        drag_onto(page, ".drop", [folder])
        page.wait_for_selector(".incoming li:nth-child(10)")
        page.wait_for_selector(".incoming .done >> nth=8")
        failed = page.wait_for_selector(".incoming .failed")
        assert failed.inner_text().startswith("broken.pdf")
        assert len(failed.inner_text()) > len("broken.pdf") + 10
        page.wait_for_selector(".count:has-text('9 documents')")
        page.reload()
        assert page.wait_for_selector(".incoming .failed").inner_text().startswith("broken.pdf")
        page.fill("input.search", "note-7")
        page.wait_for_selector(".count:has-text('1 document')")
        page.click("[aria-label='Remove note-7.txt']")
        page.click("button.danger")
        page.fill("input.search", "")
        page.wait_for_selector(".count:has-text('8 documents')")
        window.check()


class SlowEmbedder(BagEmbedder):
    """Embeds a few texts at a time, and rests between them."""

    def embed(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        for at in range(0, len(texts), 50):
            time.sleep(0.4)
            if progress:
                progress(len(texts[at : at + 50]))
        return super().embed(texts)


@pytest.mark.slow
def test_a_long_document_tells_how_many_of_its_pages_are_read(
    tmp_path: Path, open_window: Any
) -> None:
    page_text = "\n\n".join(f"Row {row} of the book of the heron gate. " * 20 for row in range(10))
    book = tmp_path / "book.txt"
    book.write_text("\f".join(f"Page {number}. {page_text}" for number in range(40)))
    with (
        serving(tmp_path / "home", model=Scripted(), embedder=SlowEmbedder()) as server,
        open_window(server) as window,
    ):
        page = window.page
        page.fill("input[name=name]", "books")
        page.click("button.primary")
        page.set_input_files("input[type=file]:not([webkitdirectory])", book)
        part = page.wait_for_selector(".incoming .facts:has-text('of 40 pages')")
        assert re.search(r"reading · \d+ of 40 pages", part.inner_text())
        width = page.evaluate("parseFloat(document.querySelector('.known div').style.width)")
        assert 0 < width < 100
        page.wait_for_selector(".incoming .done:has-text('40 pages')")
        window.check()
