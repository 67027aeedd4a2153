"""The page for everybody: axe finds nothing in light, in dark, and at twice the size."""

from __future__ import annotations

from typing import Any

import pytest
from served import Served
from web.marks import distance_of_marks

VIEWS = ("/#/ask/sample", "/#/documents/sample", "/#/summaries/sample", "/#/settings/sample")
QUESTION = "How long can the emergency generator run on a full tank?"
SLOW = pytest.mark.slow


def test_a_language_from_right_to_left_mirrors_the_page(served: Served, open_window: Any) -> None:
    with open_window(served, VIEWS[0], locale="ar") as window:
        page = window.page
        window.ask(QUESTION)
        page.wait_for_selector(".proof.proved")
        page.wait_for_selector(".words span")
        answer, proof = (page.locator(part).bounding_box() for part in (".talk", ".reader"))
        assert answer
        assert proof
        assert answer["x"] >= proof["x"] + proof["width"]
        quote = " ".join(page.inner_text("blockquote").rsplit("1", 1)[0].split())
        assert distance_of_marks(page, quote) <= 3.0
        window.check()


@pytest.mark.parametrize("language", ["en", pytest.param("ar", marks=SLOW)])
def test_nothing_is_wider_than_a_telephone(served: Served, open_window: Any, language: str) -> None:
    narrow = {"width": 360, "height": 720}
    with open_window(served, VIEWS[0], locale=language, viewport=narrow) as window:
        page = window.page
        window.ask(QUESTION)
        page.wait_for_selector(".actions")
        views = [page.url.removeprefix(served.url), *VIEWS]
        for view in views:
            page.goto(f"{served.url}{view}")
            page.wait_for_selector("main :is(h1, .actions)")
            page.wait_for_timeout(200)
            wide = page.evaluate(
                "[...document.querySelectorAll('html, body, .stage, main')]"
                ".filter((part) => part.scrollWidth > part.clientWidth).map((part) => part.tagName)"
            )
            assert wide == [], view
        window.check()


@SLOW
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 640), ("light", 360)])
def test_axe_finds_nothing_on_a_summary_and_the_page_of_a_sentence(
    served: Served, open_window: Any, scheme: str, width: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    options = {
        "color_scheme": scheme,
        "viewport": {"width": width, "height": 720},
        "bypass_csp": True,
        "reduced_motion": "reduce",
    }
    with open_window(served, "/#/summaries/sample", **options) as window:
        page = window.page
        page.wait_for_selector(".jobs > li")
        jobs = page.locator(".job").count()
        page.click("button.primary")
        page.wait_for_selector(f".job >> nth={jobs}")  # beside those of other tests
        page.wait_for_selector(".job:first-child .report")
        page.click(".summary summary >> nth=0")
        assert axe.run(page).response["violations"] == []
        page.click(".summary .footnote >> nth=0")
        page.wait_for_selector(".proof.proved")
        assert axe.run(page).response["violations"] == []


@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        ("light", 1280),
        pytest.param("dark", 1280, marks=SLOW),
        pytest.param("light", 640, marks=SLOW),
        pytest.param("dark", 640, marks=SLOW),
        pytest.param("light", 360, marks=SLOW),
        pytest.param("dark", 360, marks=SLOW),
    ],
)
def test_axe_finds_nothing(served: Served, open_window: Any, scheme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    options = {
        "color_scheme": scheme,
        "viewport": {"width": width, "height": 720},
        "bypass_csp": True,
        "reduced_motion": "reduce",
    }
    with open_window(served, **options) as window:
        for view in VIEWS:
            window.page.goto(f"{served.url}{view}")
            window.page.wait_for_selector("main")
            window.page.wait_for_timeout(300)
            assert axe.run(window.page).response["violations"] == [], view
        window.page.goto(f"{served.url}{VIEWS[0]}")
        window.ask(QUESTION)
        window.page.wait_for_selector(".places .place")
        if width < 1000:
            window.page.click(".places .place")
        window.page.wait_for_selector(".proof.proved")
        window.page.wait_for_selector(".words span")
        assert axe.run(window.page).response["violations"] == []
