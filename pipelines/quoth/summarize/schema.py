"""A summary as a JSON object, valid against the user's schema."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from quoth.errors import BackendError, GenerationError, UsageError
from quoth.summarize.run import SummaryRun

_OPENED = re.compile(r"[{\[]")
_ATTEMPTS = 3
_TOKENS = 512
_MOST_TOKENS = 4096


def check_schema(schema: Mapping[str, Any]) -> None:
    """Raise `UsageError` when the JSON schema itself is not valid."""
    import jsonschema  # type: ignore[import-untyped]

    try:
        jsonschema.Draft202012Validator.check_schema(dict(schema))
    except jsonschema.SchemaError as error:
        raise UsageError(
            f"The JSON schema is not valid at {error.json_path}: {error.message}.",
            hint="json-schema.org describes the language, draft 2020-12.",
        ) from error


def fill_schema(run: SummaryRun, schema: Mapping[str, Any], summary: str) -> Any:
    """Return an object that the model fills from a summary, valid against the schema.

    Backends that can do so constrain the model to the schema. Every reply is validated; an invalid
    one is asked for again, with a larger token limit and another seed. Raises `GenerationError`
    when no attempt gives a valid object.
    """
    import jsonschema

    validator = jsonschema.Draft202012Validator(dict(schema))
    messages = run.messages("summarize-schema", {"summary": summary})
    fault = ""
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
                f"{run.model.model} cannot follow this JSON schema: {error}",
                hint="Simplify the schema: some keywords have no grammar.",
            ) from error
        try:
            value = _read_value(call.text)
        except ValueError:
            fault = "the reply was cut off" if call.finish == "length" else "the reply is not JSON"
            continue
        violation = next(validator.iter_errors(value), None)
        if violation is None:
            return value
        fault = f"{violation.json_path}: {violation.message[:200]}"
    raise GenerationError(
        f"{run.model.model} wrote no object that meets the JSON schema in {_ATTEMPTS} attempts: "
        f"{fault}.",
        hint="Check that an object can meet the schema; simplify it, or use a larger model.",
    )


def _read_value(reply: str) -> Any:
    """Return the JSON value of a reply; also behind a sentence, or between the marks of code.

    Raises `ValueError`.
    """
    opened = _OPENED.search(reply)
    try:
        value, _ = json.JSONDecoder().raw_decode(reply, opened.start() if opened else 0)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return value
