"""Parts that are made on first use, once."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import RLock
from typing import Any, Generic, Protocol, Self, TypeVar, overload

from quoth.errors import UsageError

Made = TypeVar("Made")


class HasParts(Protocol):
    """An object with lazy parts."""

    making: RLock
    """The lock that is taken while a part is made."""
    made: dict[str, Any]
    """The parts that are made, by name."""
    process: int
    """The number of the process that made them, else 0: a fork has not their threads."""


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
        if parts.process not in (0, os.getpid()):
            raise UsageError(
                "A library that was used cannot be used in a fork of its process.",
                hint="Open another one in the new process, or start it by spawn or forkserver.",
            )
        with parts.making:
            if self._name not in parts.made:
                parts.process = os.getpid()
                parts.made[self._name] = self._make(parts)
            made: Made = parts.made[self._name]
        return made
