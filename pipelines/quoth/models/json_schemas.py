"""JSON schemas: whether one is valid, and whether a value fits it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quoth.errors import UsageError

_SHOWN = 200
"""The most characters of what is said of a violation."""


def check_schema(schema: Mapping[str, Any]) -> None:
    """Raise `UsageError` when a JSON schema itself is not valid (draft 2020-12)."""
    import jsonschema  # type: ignore[import-untyped]

    try:
        jsonschema.Draft202012Validator.check_schema(dict(schema))
    except jsonschema.SchemaError as error:
        raise UsageError(
            f"The JSON schema is not valid at {error.json_path}: {error.message}.",
            hint="json-schema.org describes the language, draft 2020-12.",
        ) from error


def find_violation(value: object, schema: Mapping[str, Any]) -> str:
    """Return the first place at which a value does not fit a schema, and why; empty if it fits."""
    import jsonschema

    violations = jsonschema.Draft202012Validator(dict(schema)).iter_errors(value)
    found = next(violations, None)
    return f"{found.json_path}: {found.message[:_SHOWN]}" if found else ""
