"""Asking in the browser: the answer, its footnotes, and the words marked on the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bag_embedder import BagEmbedder
from scripted_model import Scripted
from served import Served, serving
from web.marks import distance_of_marks

QUESTION = "How long can the emergency generator run on a full tank?"
GATE = "The heron gate opens at seven in the morning, and its keeper is Ida Brandt.\n"


def fill(server: Served, name: str, text: str, collection: str = "gate") -> None:
    if not server.get(f"/api/v1/collections/{collection}").is_success:
        server.post("/api/v1/collections", {"name": collection})
    upload = server.client.put(
        f"/api/v1/collections/{collection}/inbox/{name}", content=text.encode()
    )
    assert server.wait_for(upload.json()["job"])["state"] == "done"


def slow(prompt: str) -> str:
    return "The heron gate opens at seven in the morning [1]. " * 3


def test_an_answer_shows_its_quote_marked_on_the_page(served: Served, open_window: Any) -> None:
    with open_window(served, "/#/ask/sample") as window:
        window.ask(QUESTION)
        window.page.wait_for_selector(".proof.proved")
        assert "32 hours" in window.page.inner_text("blockquote")
        assert window.page.inner_text(".proof").startswith("The quote stands here, word for word")
        window.page.wait_for_selector(".words span")
        quote = " ".join(window.page.inner_text("blockquote").rsplit("1", 1)[0].split())
        assert distance_of_marks(window.page, quote) <= 3.0
        window.check()


def test_a_place_with_the_same_letters_elsewhere_is_not_marked(
    tmp_path: Path, open_window: Any
) -> None:
    with serving(tmp_path, model=Scripted(), embedder=BagEmbedder()) as server:
        fill(server, "twice.txt", f"Yes.\n\n{GATE}\nYes.\n")
        document = server.get("/api/v1/collections/gate/documents").json()["documents"][0]["id"]
        text = server.get(f"/api/v1/collections/gate/documents/{document}/pages/1").json()["text"]
        start = text.rindex("Yes.")
        with open_window(server, f"/c/gate/d/{document}/p/1#{start}-{start + 4}") as window:
            window.page.wait_for_selector(".proof.proved")
            before = window.page.evaluate(
                "document.querySelector('mark').previousSibling.textContent"
            )
            assert before.count("Yes.") == 1
            window.check()


def test_numbers_that_stand_on_no_cited_page_are_underlined(
    tmp_path: Path, open_window: Any
) -> None:
    proved, other = "The heron gate opens at seven in the morning", "It is 417 years old, or 4170"
    reply = f"{proved} [1]. {other}."
    model = Scripted(answer=lambda prompt: reply)
    with serving(tmp_path, model=model, embedder=BagEmbedder()) as server:
        fill(server, "gate.txt", GATE)
        with open_window(server, "/#/ask/gate") as window:
            window.ask("When does the heron gate open?")
            window.page.wait_for_selector(".places")
            assert window.page.locator(".unproved").all_inner_texts() == [f"{other}."]
            numbers = window.page.locator(".unproved-number")
            assert numbers.all_inner_texts() == ["417", "4170"]
            line = numbers.first.evaluate("part => getComputedStyle(part).textDecorationLine")
            assert line == "underline"
            assert "417" in window.page.inner_text(".answer .warning")
            window.check()


@pytest.mark.slow
def test_an_answer_is_there_after_a_reload_in_its_middle(tmp_path: Path, open_window: Any) -> None:
    model = Scripted(answer=slow, seconds=1.5)
    with serving(tmp_path, model=model, embedder=BagEmbedder()) as server:
        fill(server, "gate.txt", GATE)
        with open_window(server, "/#/ask/gate") as window:
            window.ask("When does the heron gate open?")
            window.page.wait_for_selector(".state:has-text('Reading')")
            window.page.reload()
            window.page.wait_for_selector(".places")
            assert window.page.locator(".turn").count() == 1
            assert "seven in the morning" in window.page.inner_text(".prose")
            window.check()


@pytest.mark.slow
def test_an_answer_is_stopped_and_asked_again(tmp_path: Path, open_window: Any) -> None:
    model = Scripted(answer=slow, seconds=2.0)
    with serving(tmp_path, model=model, embedder=BagEmbedder()) as server:
        fill(server, "gate.txt", GATE)
        with open_window(server, "/#/ask/gate") as window:
            window.ask("When does the heron gate open?")
            window.page.click("button.stop")
            assert window.page.wait_for_selector("[role=alert]").inner_text() == "Stopped."
            model.seconds = 0.0
            window.page.click("text=Ask again")
            window.page.wait_for_selector(".places")
            window.check()


def test_the_keyboard_alone_asks_opens_the_page_and_comes_back(
    served: Served, open_window: Any
) -> None:
    with open_window(served, "/#/ask/sample") as window:
        window.page.wait_for_selector("textarea.question:focus")
        window.page.keyboard.type(QUESTION)
        window.page.keyboard.press("Enter")
        window.page.wait_for_selector(".proof.proved")
        window.page.keyboard.press("Escape")
        for _ in range(30):
            window.page.keyboard.press("Shift+Tab")
            if window.page.evaluate("document.activeElement.matches('.footnote')"):
                break
        window.page.keyboard.press("Enter")
        window.page.wait_for_selector(".proof.proved")
        assert window.page.evaluate("document.activeElement.matches('.reader .title')")
        window.page.keyboard.press("Escape")
        assert window.page.evaluate("document.activeElement.matches('.footnote')")
        window.page.keyboard.press("/")
        assert window.page.evaluate("document.activeElement.matches('.question')")
        window.check()


@pytest.mark.parametrize(
    ("language", "text", "question", "said"),
    [
        ("de", "Das Reihertor öffnet um sieben Uhr früh.\n", "Wann öffnet das Reihertor?", "Ask"),
        ("zh-CN", "苍鹭门早上七点打开，看守人是李明。\n", "苍鹭门什么时候打开？", "提问"),
    ],
)
def test_a_conversation_in_another_language_is_named_and_resumed(
    tmp_path: Path, open_window: Any, language: str, text: str, question: str, said: str
) -> None:
    model = Scripted(answer=lambda prompt: f"{text.strip()} [1]")
    with serving(tmp_path, model=model, embedder=BagEmbedder()) as server:
        fill(server, "gate.txt", text)
        with open_window(server, "/#/ask/gate", locale=language) as window:
            assert window.page.inner_text("button.primary") == said
            window.ask(question)
            window.page.wait_for_selector(".places")
            window.page.click(".talk-head a")
            window.page.click(f".talks a:has-text('{question}')")
            window.page.wait_for_selector(".places")
            assert window.page.inner_text(".turn h2") == question
            window.check()
