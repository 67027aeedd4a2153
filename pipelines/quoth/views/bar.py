"""A progress bar in a notebook: the element of the browser, which needs no package."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

from quoth.views.notebook import in_notebook

MOVES_EVERY_SECONDS = 0.2


@contextmanager
def notebook_bar(label: str) -> Iterator[Callable[[int, int, str], None] | None]:
    """Show a progress bar below the cell while in the block; yield `None` outside a notebook."""
    if not in_notebook():
        yield None
        return
    display: Any = import_module("IPython.display")
    handle = display.display(display.HTML(""), display_id=True)
    moved = 0.0

    def move(finished: int, total: int, name: str) -> None:
        nonlocal moved
        if time.monotonic() - moved < MOVES_EVERY_SECONDS and finished < total:
            return
        moved = time.monotonic()
        handle.update(
            display.HTML(
                f"{escape(label)} <progress max={total} value={finished}></progress> "
                f"{finished} of {total} <small>{escape(Path(name).name)}</small>"
            )
        )

    try:
        yield move
    finally:
        handle.update(display.HTML(""))
