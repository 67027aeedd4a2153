"""What a person saves of the page: conversations and summaries as files, with their pages."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from bag_embedder import BagEmbedder
from scripted_model import Scripted
from served import Served, serving
from web.conftest import Opens

if TYPE_CHECKING:
    from playwright.sync_api import Page

_PLACE = re.compile(
    r"^\[(\d+)\]: (?P<document>.+), p\. (?P<page>\S+): “(?P<quote>.+)” "
    r"<http\S+/c/sample/d/(?P<file>file-\w+)/p/(?P<number>\d+)#(?P<start>\d+)-(?P<end>\d+)>$",
    re.MULTILINE,
)
QUESTIONS = (
    "How long can the emergency generator run on a full tank?",
    "Is notice by e-mail valid?",
)
SENTENCE = "@all keepers: the heron gate opens at seven in the morning."
SCHEMA = '{"type": "object", "properties": {"opens": {"type": "integer"}}, "required": ["opens"]}'


def saved(page: Page, selector: str) -> str:
    """Return the text of the file that a button saves."""
    with page.expect_download() as download:
        page.click(selector)
    return download.value.path().read_text("utf-8")


def plain(text: str) -> str:
    """Return a text without the signs that keep Markdown from reading it as markup."""
    return " ".join(re.sub(r"\\(.)", r"\1", text).split())


def test_a_conversation_is_saved_with_places_that_hold_its_quotes(
    served: Served, open_window: Opens
) -> None:
    with open_window(served, "/#/ask/sample") as window:
        for number, question in enumerate(QUESTIONS):
            window.ask(question)
            window.page.wait_for_selector(f".turn >> nth={number} >> .places")
        text = saved(window.page, "text=Save as Markdown")
        window.check()
    assert [plain(line[3:]) for line in text.splitlines() if line.startswith("## ")] == [*QUESTIONS]
    places = list(_PLACE.finditer(text))
    assert len(places) >= len(QUESTIONS)
    for place in places:
        page = served.get(
            f"/api/v1/collections/sample/documents/{place['file']}/pages/{place['number']}"
        ).json()
        cited = page["text"][int(place["start"]) : int(place["end"])]
        assert plain(place["quote"]) == " ".join(cited.split())


def test_a_summary_fills_a_schema_and_is_saved_in_four_forms(
    tmp_path: Path, open_window: Opens
) -> None:
    model = Scripted(answer=lambda prompt: '{"opens": 7}' if "JSON" in prompt else SENTENCE)
    names = ("gate.txt", "<b>gate<b>.txt")
    with serving(tmp_path, model=model, embedder=BagEmbedder()) as server:
        server.post("/api/v1/collections", {"name": "gate"})
        for name in names:
            path = f"/api/v1/collections/gate/inbox/{quote(name)}"
            sent = server.client.put(path, content=f"{SENTENCE} {name}".encode())
            server.wait_for(sent.json()["job"])
        with open_window(server, "/#/summaries/gate") as window:
            page = window.page
            page.click("summary:has-text('JSON schema')")
            for schema in ("{", SCHEMA):
                page.fill("textarea[aria-label='JSON schema']", schema)
                page.click("button.primary")
                page.wait_for_selector(".job, .warning:has-text('The schema is no JSON.')")
            page.wait_for_selector(".report")
            for filled in page.locator(".summary pre").all_text_contents():
                assert json.loads(filled) == {"opens": 7}
            forms = {
                form: saved(page, f"button[aria-label='Save as {form}']")
                for form in ("Markdown", "JSON", "HTML", "CSV")
            }
            window.check()
    assert forms["Markdown"].count(SENTENCE) == len(names)
    documents = json.loads(forms["JSON"])
    assert [each["data"] for each in documents] == [{"opens": 7}] * len(names)
    assert all(each["sentences"][0]["links"][0]["page"] == 1 for each in documents)
    tags = Tags()
    tags.feed(forms["HTML"])
    assert {*tags.seen} <= {"meta", "title", "h2", "p"}
    assert tags.text.count(SENTENCE) == len(names)
    head, *rows = csv.reader(io.StringIO(forms["CSV"]))
    cells = [row[head.index("summary")] for row in rows]
    assert cells == [f"'{SENTENCE}"] * len(names)  # no spreadsheet takes it for a formula


class Tags(HTMLParser):
    """The elements of an HTML file, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data
