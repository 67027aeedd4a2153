"""The page in Debian's Chromium: each window tells of every request, error and report."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WATCH = """
window.reports = [];
document.addEventListener("securitypolicyviolation",
  (event) => window.reports.push(event.violatedDirective));
"""


@dataclass
class Window:
    """A window of the browser, and what went wrong in it."""

    page: Page
    problems: list[str] = field(default_factory=list)

    def ask(self, question: str) -> None:
        self.page.fill("textarea.question", question)
        self.page.keyboard.press("Enter")

    def check(self) -> None:
        """Nothing was asked for elsewhere, and neither the console nor the policy has a report."""
        assert self.page.evaluate("window.reports") == []
        assert self.problems == []


Opens = Callable[..., Any]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser of the system. It ends with this folder: its loop would hold up other tests."""
    api = pytest.importorskip(
        "playwright.sync_api", reason="needs playwright: pip install playwright"
    )
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_window(chromium: Browser) -> Iterator[Opens]:
    """Open a window that is signed in at a server; it is checked when the test ends."""
    opened: list[Window] = []

    @contextmanager
    def make(server: Served, path: str = "/", **options: Any) -> Iterator[Window]:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 820}} | options)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.set_default_timeout(20_000)
        window = Window(page)
        page.on("pageerror", lambda error: window.problems.append(str(error)))
        page.on(
            "console",
            lambda said: window.problems.append(said.text) if said.type == "error" else None,
        )

        def note(request: Any) -> None:
            address = urlsplit(request.url)
            if (
                address.scheme not in ("blob", "data")
                and f"{address.scheme}://{address.netloc}" != server.url
            ):
                window.problems.append(f"asked for {request.url}")

        page.on("request", note)
        assert server.services.credentials is not None
        page.goto(f"{server.url}/#code={server.services.credentials.make_code()}")
        page.wait_for_selector(".top nav")
        if path != "/":
            page.goto(f"{server.url}{path}")
            page.reload()
            page.wait_for_selector("main")
        yield window
        context.close()

    yield make
    del opened
