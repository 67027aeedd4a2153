"""The page for everybody: axe finds nothing in light, in dark, and at twice the size."""

from __future__ import annotations

from typing import Any

import pytest
from served import Served

VIEWS = ("/#/ask/sample", "/#/documents/sample", "/#/summaries/sample", "/#/settings/sample")


SLOW = pytest.mark.slow


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
        window.ask("How long can the emergency generator run on a full tank?")
        window.page.wait_for_selector(".places .place")
        if width < 1000:
            window.page.click(".places .place")
        window.page.wait_for_selector(".proof.proved")
        window.page.wait_for_selector(".words span")
        assert axe.run(window.page).response["violations"] == []
