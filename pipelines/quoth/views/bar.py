"""A progress bar in a notebook: the browser's own, so that nothing more need be installed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

MOVES_EVERY_SECONDS = 0.2


def in_notebook() -> bool:
    """Tell whether this is a notebook's kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")


@contextmanager
def notebook_bar(label: str) -> Iterator[Callable[[int, int, str], None] | None]:
    """Give a callable that moves a bar below the cell; `None` outside a notebook."""
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
