"""A progress bar in a notebook: that of tqdm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from quoth.views.notebook import in_notebook

_NEEDED = ("ipywidgets", "tqdm")
_WIDTH = "46rem"


@contextmanager
def notebook_bar(label: str) -> Iterator[Callable[[int, int, str], None] | None]:
    """Show a progress bar below the cell while in the block.

    Yields `None` outside a notebook, and where the packages of the extra `notebooks` are absent.
    """
    if not in_notebook() or not all(map(find_spec, _NEEDED)):
        yield None
        return
    tqdm: Any = import_module("tqdm.notebook").tqdm
    with tqdm(desc=label, leave=False, ncols=_WIDTH) as bar:

        def move(finished: int, total: int, name: str) -> None:
            bar.total = total
            bar.set_postfix_str(Path(name).name, refresh=False)
            bar.n = finished
            bar.refresh()

        yield move
