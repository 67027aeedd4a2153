"""What the person sees of a server that dies, of two tabs, and of ten thousand documents."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from bag_embedder import BagEmbedder
from quoth.errors import CollectionError
from quoth.types import Vectors
from scripted_model import Scripted
from served import serving

_ADDRESS = re.compile(r"\S+/#code=\S+")


def start(home: Path, port: int) -> tuple[subprocess.Popen[str], str]:
    """Start the server as a program; return it, and the address that signs in."""
    program = subprocess.Popen(
        [sys.executable, "-m", "quoth.cli", "serve", "--port", str(port)],
        env={**os.environ, "QUOTH_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stderr is not None
    return program, next(found[0] for line in program.stderr if (found := _ADDRESS.search(line)))


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def share_models(session_home: Path, home: Path) -> None:
    """Let a home have the embedder of the session, which is made once."""
    (session_home / "models").mkdir(exist_ok=True)
    (home / "models").symlink_to(session_home / "models")


@pytest.mark.slow
@pytest.mark.parametrize("copied", [True, False])
def test_a_job_goes_on_after_the_server_was_killed(
    tmp_path: Path, chromium: Any, session_home: Path, copied: bool
) -> None:
    """With all files copied, the page is read again; before that, it stays and sends the rest."""
    port = free_port()
    papers = tmp_path / "papers"
    papers.mkdir()
    for number in range(60):
        (papers / f"note-{number}.txt").write_text(f"The gate {number} opens at {number}.\n" * 40)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    share_models(session_home, home)
    program, address = start(home, port)
    context = chromium.new_context()
    try:
        page = context.new_page()
        page.goto(address)
        page.fill("input[name=name]", "papers")
        page.click("button.primary")
        page.set_input_files("input[webkitdirectory]", papers)
        page.wait_for_selector(".incoming li >> nth=59")
        unsent = page.locator(".incoming .facts", has_text=re.compile("waiting|copying"))
        while copied and unsent.count():
            page.wait_for_timeout(100)
        os.kill(program.pid, signal.SIGKILL)
        program.communicate()
        program, _ = start(home, port)
        if copied:
            page.reload()
        page.wait_for_selector(".count:has-text('60 documents')", timeout=240_000)
    finally:
        program.kill()
        program.communicate()
        context.close()


@pytest.mark.slow
def test_a_summary_goes_on_after_the_server_was_killed_and_repeats_no_call(
    tmp_path: Path, chromium: Any, session_home: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    share_models(session_home, home)
    (home / "quoth.yaml").write_text("summarization:\n  strategy: map-reduce\n")
    for number in range(3):
        (tmp_path / f"note-{number}.txt").write_text(
            "\n\n".join(
                f"In the year {1800 + row} keeper {number} of the heron gate repaired {row} boards."
                for row in range(60)
            )
        )
    port = free_port()
    program, address = start(home, port)
    context = chromium.new_context()
    try:
        page = context.new_page()
        page.set_default_timeout(240_000)
        page.goto(address)
        page.fill("input[name=name]", "papers")
        page.click("button.primary")
        page.set_input_files("input[type=file]:not([webkitdirectory])", [*tmp_path.glob("*.txt")])
        page.wait_for_selector(".count:has-text('3 documents')")
        page.click("nav a:has-text('Summaries')")
        page.click("button.primary")
        bar = page.wait_for_selector(".job progress")
        while bar.evaluate("bar => bar.value") < 1:
            page.wait_for_timeout(20)
        os.kill(program.pid, signal.SIGKILL)
        program.communicate()
        page.wait_for_selector(".job-state:has-text('The server is away')")
        program, _ = start(home, port)
        page.wait_for_selector(".report")
        made, cached = map(int, re.findall(r"\d+", page.inner_text(".job .about")))
        assert made > 0
        assert cached > 0
        assert page.locator(".report tbody tr:not(.failed)").count() == 3
    finally:
        program.kill()
        program.communicate()
        context.close()


class OnceFull(BagEmbedder):
    """Has no room for the first texts that it is given."""

    texts = 0

    def embed(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        self.texts += len(texts)
        if self.texts == len(texts):
            raise CollectionError("The disk is full.", hint="Make room.")
        return super().embed(texts, progress=progress)


@pytest.mark.slow
def test_a_job_that_failed_is_shown_after_a_reload_and_goes_on_by_one_click(
    tmp_path: Path, open_window: Any
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("The heron gate opens at seven in the morning.\n")
    with (
        serving(tmp_path / "home", model=Scripted(), embedder=OnceFull()) as server,
        open_window(server) as window,
    ):
        page = window.page
        page.fill("input[name=name]", "papers")
        page.click("button.primary")
        page.set_input_files("input[type=file]:not([webkitdirectory])", note)
        page.wait_for_selector(".job-state:has-text('The disk is full')")
        assert "waiting" in page.inner_text(".incoming li")
        page.reload()
        page.wait_for_selector(".job-state:has-text('The disk is full')")
        page.click(".job-state button")
        page.wait_for_selector(".count:has-text('1 document')")
        assert page.inner_text(".job-state") == ""
        window.check()


@pytest.mark.slow
def test_a_summary_that_was_stopped_goes_on_by_one_click(tmp_path: Path, open_window: Any) -> None:
    model = Scripted(answer=lambda prompt: "The heron gate opens at seven.", seconds=2.0)
    with serving(tmp_path, model=model, embedder=BagEmbedder()) as server:
        server.post("/api/v1/collections", {"name": "gate"})
        text = b"The heron gate opens at seven in the morning, and its keeper is Ida Brandt.\n" * 20
        sent = server.client.put("/api/v1/collections/gate/inbox/gate.txt", content=text).json()
        server.wait_for(sent["job"])
        with open_window(server, "/#/summaries/gate") as window:
            page = window.page
            page.click("button.primary")
            page.click(".job .stop")
            page.click(".job .actions button:has-text('Go on')")
            page.wait_for_selector(".job:first-child .report")
            assert page.locator(".job").count() == 2
            window.check()


@pytest.mark.slow
def test_a_file_that_is_added_while_the_server_is_away_is_sent_when_it_is_back(
    tmp_path: Path, open_window: Any
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("The heron gate opens at seven in the morning.\n")
    with (
        serving(tmp_path / "home", model=Scripted(), embedder=BagEmbedder()) as server,
        open_window(server) as window,
    ):
        page = window.page
        page.fill("input[name=name]", "papers")
        page.click("button.primary")
        page.wait_for_selector(".drop")
        page.context.set_offline(True)
        page.set_input_files("input[type=file]:not([webkitdirectory])", note)
        page.wait_for_selector(".incoming .facts:has-text('waiting')")
        page.context.set_offline(False)
        page.wait_for_selector(".count:has-text('1 document')")
        page.context.set_offline(True)
        page.click("nav a:has-text('Summaries')")
        page.wait_for_selector("[role=alert]:has-text('The server is away')")
        page.context.set_offline(False)
        page.click("button:has-text('Try again')")
        page.wait_for_selector("h1:has-text('papers')")


@pytest.mark.slow
def test_two_tabs_follow_the_same_answer(tmp_path: Path, open_window: Any) -> None:
    reply = "The heron gate opens at seven in the morning [1]."
    model = Scripted(answer=lambda prompt: reply, seconds=2.0)
    with serving(tmp_path, model=model, embedder=BagEmbedder()) as server:
        server.post("/api/v1/collections", {"name": "gate"})
        text = b"The heron gate opens at seven in the morning, and its keeper is Ida Brandt.\n"
        sent = server.client.put("/api/v1/collections/gate/inbox/gate.txt", content=text).json()
        server.wait_for(sent["job"])
        with open_window(server, "/#/ask/gate") as first:
            first.ask("When does the heron gate open?")
            first.page.wait_for_url("**/#/ask/gate/*")
            path = "/" + first.page.url.split("/", 3)[3]
            with open_window(server, path) as second:
                for window in (first, second):
                    window.page.wait_for_selector(".places")
                    assert window.page.locator(".turn").count() == 1
                    window.check()


@pytest.mark.slow
def test_ten_thousand_documents_scroll(tmp_path: Path, open_window: Any) -> None:
    with serving(tmp_path, model=Scripted(), embedder=BagEmbedder()) as server:
        server.post("/api/v1/collections", {"name": "many"})
        sent = server.client.put("/api/v1/collections/many/inbox/first.txt", content=b"One.\n")
        server.wait_for(sent.json()["job"])
        multiply(tmp_path / "collections" / "many" / "library.sqlite", 9_999)
        with open_window(server, "/#/documents/many") as window:
            window.page.wait_for_selector(".count:has-text('10,000 documents')")
            window.page.evaluate("document.querySelector('.list').scrollTop = 9_000 * 56")
            window.page.wait_for_selector("li[aria-posinset='9001']")
            assert window.page.locator(".rows li").count() < 60
            window.check()


def multiply(file: Path, count: int) -> None:
    """Let the one source of a store stand at further paths."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executemany(
            """INSERT INTO sources (path, content_id, size, mtime_ns)
               SELECT ?, content_id, size, mtime_ns FROM sources LIMIT 1""",
            [(f"/nowhere/note-{number:05}.txt",) for number in range(count)],
        )
