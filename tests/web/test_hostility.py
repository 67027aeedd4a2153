"""Documents and models that attack the reader: all that they write stays text.

CVE-2026-26192, CVE-2026-44549 (Open WebUI), CVE-2026-32626 (AnythingLLM, while streaming),
CVE-2024-12870 (RAGFlow), CVE-2025-32711 (an image whose address tells secrets).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from bag_embedder import BagEmbedder
from scripted_model import Scripted
from served import serving

ATTACKS = (
    "<img src=x onerror=window.hit=1>",
    "<script>window.hit=1</script>",
    "<svg/onload=window.hit=1>",
    "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "![secret](http://evil.example/?q=1)",
    "[open](javascript:window.hit=1)",
    "<a href='http://evil.example/'>here</a>",
    "{{7*7}} ${window.hit=1}",
    "\u202egpj.exe",
    "</textarea><style>*{display:none}</style>",
)
FORBIDDEN = (
    "img[src^=x], script:not([src^='/page/']), svg, iframe, object, embed, style, "
    "link:not([href^='/page/']), a[href^='http://evil'], a[href^='javascript']"
)


@pytest.mark.parametrize("width", [1280, pytest.param(360, marks=pytest.mark.slow)])
def test_no_text_of_a_document_or_a_model_becomes_markup(
    tmp_path: Path, open_window: Any, width: int
) -> None:
    sentence = "The heron gate opens at seven in the morning."
    text = "\n\n".join(f"# {attack}\n\n{sentence} {attack}" for attack in ATTACKS)
    text += "\n\n| gate | keeper |\n|---|---|\n"
    text += "\n".join(f"| {attack} | {sentence} |" for attack in ATTACKS)
    reply = f"{sentence} [1] " + "\n\n".join(f"{sentence} {attack} [1]" for attack in ATTACKS)
    model = Scripted(answer=lambda prompt: reply, seconds=0.5)
    with serving(tmp_path, model=model, embedder=BagEmbedder()) as server:
        server.post("/api/v1/collections", {"name": "gate"})
        for name in ("<img src=x onerror=window.hit=1>.md", "plain.md"):
            path = f"/api/v1/collections/gate/inbox/{quote(name, safe='')}"
            job = server.client.put(path, content=f"{text}\n{name}".encode()).json()["job"]
            server.wait_for(job)
        with open_window(server, "/#/ask/gate", viewport={"width": width, "height": 800}) as window:
            page = window.page
            page.evaluate(
                "selector => new MutationObserver(() => {"
                " if (document.querySelector(selector)) window.found = true; })"
                ".observe(document, {subtree: true, childList: true, attributes: true})",
                FORBIDDEN,
            )
            window.ask(f"When does the heron gate open? {ATTACKS[0]}")
            page.wait_for_selector(".places .place")
            page.click(".places .place")
            page.wait_for_selector(".proof:not(.waiting)")
            page.keyboard.press("Escape")
            assert page.evaluate(
                "[...document.querySelectorAll('.stage, .talk')]"
                ".every((part) => part.scrollWidth <= part.clientWidth)"
            )
            page.click("nav a:has-text('Documents')")
            page.wait_for_selector(".document")
            page.click("nav a:has-text('Summaries')")
            page.click("button.primary")
            page.wait_for_selector(".report")
            assert page.locator(".summary").count() == 2
            assert page.evaluate("[window.hit, window.found]") == [None, None]
            assert page.locator(FORBIDDEN).count() == 0
            window.check()
