"""Conditions on metadata in the syntax of Chroma's `where`, which LangChain calls `filter`.

The source is Chroma's documentation on metadata filtering: `{"key": value}`,
`{"key": {"$operator": value}}`, and `$and` or `$or` over a list of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Any

from quoth.errors import UsageError

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {"$gt": gt, "$gte": ge, "$lt": lt, "$lte": le}
OPERATORS = ("$eq", "$in", "$gt", "$gte", "$lt", "$lte")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that the value of a key has to meet; only `$in` has several values."""

    key: str
    operator: str
    values: tuple[object, ...]

    def holds(self, metadata: Mapping[str, Any]) -> bool:
        """Whether metadata have a value that meets the condition."""
        if self.key not in metadata:
            return False
        had = metadata[self.key]
        if self.operator in ("$eq", "$in"):
            return had in self.values
        (wanted,) = self.values
        try:
            return _COMPARISONS[self.operator](had, wanted)
        except TypeError:  # a text and a number
            return False


def read_conditions(where: Mapping[str, Any]) -> Iterator[Condition]:
    """Yield the conditions of a `where` that must all hold.

    Raises `UsageError` for an operator other than `$and` and those of `OPERATORS`.
    """
    for key, wanted in where.items():
        if key == "$and" and isinstance(wanted, Sequence):
            for part in wanted:
                yield from read_conditions(part)
        elif key.startswith("$"):
            raise _unknown_error(key)
        elif not isinstance(wanted, Mapping):
            yield Condition(key, "$eq", (wanted,))
        else:
            for operator, value in wanted.items():
                if operator not in OPERATORS:
                    raise _unknown_error(operator)
                values = tuple(value) if operator == "$in" else (value,)
                yield Condition(key, operator, values)


def write_where(conditions: Sequence[Condition]) -> dict[str, Any] | None:
    """Return the `where` of conditions that must all hold, or `None` for no condition."""
    return _join("$and", [_alternatives(condition) for condition in conditions])


def _alternatives(condition: Condition) -> dict[str, Any]:
    """Return a condition whose lists hold values of one type, as Chroma asks."""
    if condition.operator != "$in":
        (value,) = condition.values
        return {condition.key: {condition.operator: value}}
    of_type: dict[type, list[object]] = {}
    for value in condition.values:
        of_type.setdefault(type(value), []).append(value)
    found = _join("$or", [{condition.key: {"$in": values}} for values in of_type.values()])
    assert found is not None
    return found


def _join(operator: str, parts: list[dict[str, Any]]) -> dict[str, Any] | None:
    if len(parts) > 1:
        return {operator: parts}
    return parts[0] if parts else None


def _unknown_error(operator: str) -> UsageError:
    return UsageError(
        f"A scope cannot be made from a filter with {operator!r}.",
        hint=f"It may have $and, {', '.join(OPERATORS)}.",
    )
