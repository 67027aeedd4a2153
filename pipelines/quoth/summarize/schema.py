"""A summary as a JSON object, valid against the user's schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from quoth.errors import BackendError, GenerationError
from quoth.models import find_violation, read_json_value
from quoth.summarize.run import SummaryRun

_ATTEMPTS = 3
_TOKENS = 512
_MOST_TOKENS = 4096


def fill_schema(run: SummaryRun, schema: Mapping[str, Any], summary: str) -> Any:
    """Return an object that the model fills from a summary, valid against the schema.

    Backends that can do so constrain the model to the schema. Every reply is validated; an invalid
    one is asked for again, with a larger token limit and another seed. Raises `GenerationError`
    when no attempt gives a valid object.
    """
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
            value = read_json_value(call.text)
        except ValueError:
            fault = "the reply was cut off" if call.finish == "length" else "the reply is not JSON"
            continue
        fault = find_violation(value, schema)
        if not fault:
            return value
    raise GenerationError(
        f"{run.model.model} wrote no object that meets the JSON schema in {_ATTEMPTS} attempts: "
        f"{fault}.",
        hint="Check that an object can meet the schema; simplify it, or use a larger model.",
    )
