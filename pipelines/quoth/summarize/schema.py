"""A summary as the JSON object that a user's schema describes: whole and valid, or an error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from quoth.errors import BackendError, GenerationError, UsageError
from quoth.summarize.run import SummaryRun

_ATTEMPTS = 3
_TOKENS = 512
_MOST_TOKENS = 4096


def check_schema(schema: Mapping[str, Any]) -> None:
    """Raise `UsageError` when this is not a JSON schema."""
    import jsonschema  # type: ignore[import-untyped]

    try:
        jsonschema.Draft202012Validator.check_schema(dict(schema))
    except jsonschema.SchemaError as error:
        raise UsageError(
            f"The JSON schema is not valid at {error.json_path}: {error.message}.",
            hint="The language is described at json-schema.org, draft 2020-12.",
        ) from error


def fill_schema(run: SummaryRun, schema: Mapping[str, Any], summary: str) -> Any:
    """Return the object that the model makes of a summary, valid against the schema.

    The backend lets it write nothing else where it can; the reply is checked in any case, and
    requested again with more tokens and another seed. Raises `GenerationError` when no attempt
    gives a valid object.
    """
    import jsonschema

    validator = jsonschema.Draft202012Validator(dict(schema))
    messages = run.messages("summarize-schema", {"summary": summary})
    why = ""
    for attempt in range(_ATTEMPTS):
        tokens = min(_TOKENS * 2**attempt, _MOST_TOKENS, run.model.answer_budget(messages))
        run.monitor.planned(1)
        try:
            request = replace(
                run.request(messages, max(1, tokens)),
                json_schema=schema,
                temperature=None if attempt == 0 else 0.4,
                seed=run.model.seed + attempt,
            )
            call = run.ask(request)
        except BackendError as error:
            if error.retryable:
                raise
            raise GenerationError(
                f"{run.model.model} cannot write to this JSON schema: {error}",
                hint="Simplify the schema; not every keyword can be turned into a grammar.",
            ) from error
        try:
            value = json.loads(call.text)
        except json.JSONDecodeError:
            why = "it ended in the middle" if call.finish == "length" else "it is not JSON"
            continue
        fault = next(validator.iter_errors(value), None)
        if fault is None:
            return value
        why = f"{fault.json_path}: {fault.message[:200]}"
    raise GenerationError(
        f"{run.model.model} wrote nothing in {_ATTEMPTS} attempts that meets the JSON schema: "
        f"{why}.",
        hint="Can any object meet it? Simplify it, or take a larger model.",
    )
