"""The model in the browser: what it is, and another one that a click lets answer."""

from __future__ import annotations

from pathlib import Path

from bag_embedder import BagEmbedder
from scripted_model import Scripted
from served import serving
from web.conftest import Opens


def test_a_click_lets_another_model_of_this_machine_answer(
    tmp_path: Path, open_window: Opens
) -> None:
    with (
        serving(tmp_path, model=Scripted(), embedder=BagEmbedder()) as server,
        open_window(server, "/#/settings") as window,
    ):
        page = window.page
        page.wait_for_selector(".model-card:has-text('scripted:test')")
        page.click("[aria-label='Let llamacpp:embedded answer']")
        page.wait_for_selector(".model-card:has-text('llamacpp:embedded')")
        page.wait_for_selector("code:has-text('quoth config set backend.model llamacpp:embedded')")
        assert server.services.shelf.model.model == "llamacpp:embedded"
        window.check()
