"""The options of a call, which LangChain passes on by keyword."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from quoth.errors import UsageError

OPTIONS = (
    "max_tokens",
    "temperature",
    "seed",
    "json_schema",
    "grammar",
    "choices",
    "likelihoods",
    "reply",
    "tools",
    "tool_choice",
)
"""What a caller may say of one call; `stop` is LangChain's own."""
_INNER = ("explain_schema", "end_loops")
_WITHOUT_EFFECT = ("parallel_tool_calls", "strict", "stream", "stream_usage")
"""What programs pass to every model, and what changes no reply of ours."""


def check_options(options: Mapping[str, object], *, model: str) -> None:
    """Raise `UsageError` for an option that a model does not have: nothing is ignored unseen."""
    for name, value in options.items():
        if value is None or name in (*OPTIONS, *_INNER, *_WITHOUT_EFFECT):
            continue
        if name == "model":
            if value != model:
                raise _other_model_error(model, value)
            continue
        near = get_close_matches(name, OPTIONS, n=1)
        raise UsageError(
            f"A call of {model} has no option `{name}`."
            + (f" The nearest one is `{near[0]}`." if near else ""),
            hint=f"Options: {', '.join(OPTIONS)}, stop.",
        )


def _other_model_error(model: str, wanted: object) -> UsageError:
    return UsageError(
        f"This object is the model {model}, and cannot answer as {wanted!r}.",
        hint="`open_model` opens another model, and LangChain's `configurable_alternatives` "
        "chooses between models for each call.",
    )
