"""Documents in the browser: added, with what failed, searched, and removed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bag_embedder import BagEmbedder
from scripted_model import Scripted
from served import serving


def test_a_folder_with_a_broken_file_is_read_but_for_that_file(
    tmp_path: Path, open_window: Any
) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    for number in range(9):
        (folder / f"note-{number}.txt").write_text(f"The gate {number} opens at {number}.\n")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing of a PDF follows\n")
    with (
        serving(tmp_path / "home", model=Scripted(), embedder=BagEmbedder()) as server,
        open_window(server) as window,
    ):
        page = window.page
        page.fill("input[name=name]", "papers")
        page.click("button.primary")
        page.set_input_files("input[webkitdirectory]", folder)
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
