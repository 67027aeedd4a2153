"""Parts that are made on first use, once."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any, Generic, Protocol, Self, TypeVar, overload

Made = TypeVar("Made")


class HasParts(Protocol):
    """An object with lazy parts."""

    making: RLock
    """The lock that is taken while a part is made."""
    made: dict[str, Any]
    """The parts that are made, by name."""


class LazyPart(Generic[Made]):
    """A part that is made on first use, and only once when several threads ask for it together."""

    def __init__(self, make: Callable[[Any], Made]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, parts: None, owner: type) -> Self: ...
    @overload
    def __get__(self, parts: HasParts, owner: type) -> Made: ...

    def __get__(self, parts: HasParts | None, owner: type) -> Self | Made:
        if parts is None:
            return self
        with parts.making:
            if self._name not in parts.made:
                parts.made[self._name] = self._make(parts)
            made: Made = parts.made[self._name]
        return made
