"""Where the text of a LangChain document stands: its source and its page, as metadata say.

Most loaders count pages from 0 (`PyPDFLoader`, `PyMuPDFLoader`), ours and some others from 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def first_page_of(metadatas: Iterable[Mapping[str, Any]]) -> int:
    """Return the number, 0 or 1, from which the pages of one source are counted.

    They are counted from 0 where one of them is page 0, where a label is one more than its page, or
    where the number of all pages is stated, as the loaders do that count so.
    """
    return 0 if any(map(_counts_from_zero, metadatas)) else 1


def page_of(metadata: Mapping[str, Any], *, first: int) -> int:
    """Return the number of a page, counted from 1; 1 where metadata state none."""
    page = _whole(metadata.get("page"))
    return 1 if page is None else max(1, page + 1 - first)


def page_label_of(metadata: Mapping[str, Any]) -> str | None:
    """Return the printed number of a page, where metadata state one."""
    label = metadata.get("page_label")
    if label is None and _whole(metadata.get("page")) is None:
        label = metadata.get("page")
    return str(label) if label not in (None, "") else None


def _counts_from_zero(metadata: Mapping[str, Any]) -> bool:
    page = _whole(metadata.get("page"))
    if page is None:
        return False
    total = _whole(metadata.get("total_pages"))
    return page == 0 or metadata.get("page_label") == str(page + 1) or (total or 0) > page


def _whole(value: object) -> int | None:
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
