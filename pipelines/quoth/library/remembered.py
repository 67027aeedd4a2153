"""What was read of collections, until one of them changes."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from quoth.collection import Store

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """A value for each collection, read again once the collection has changed.

    Any thread may use it.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, Value]] = {}
        self._lock = Lock()

    def get(self, collection: str, store: Store, read: Callable[[], Value]) -> Value:
        """Return the value of a collection, which `read` reads where it is not known."""
        generation = store.generation
        with self._lock:
            known = self._known.get(collection)
        if known is None or known[0] != generation:
            known = (generation, read())
            with self._lock:
                self._known[collection] = known
        return known[1]

    def forget(self, collection: str) -> None:
        """Forget a collection, whose name may be that of another."""
        with self._lock:
            self._known.pop(collection, None)
