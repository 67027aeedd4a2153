"""How another storage of the weights changes a model: how well it predicts a fixed text.

Each token of the text is predicted in a separate call, which returns the model's probability of
that token. The tokens before it are in the cache, so a call costs as much as one generated token.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from quoth.backends import LlamaCpp
from quoth.errors import GenerationError
from quoth.tune.trial import Candidate, fixed_text

_TOKENS = 160
_CONTEXT_TOKENS = 8  # the first tokens, which are only read
_BIAS = 1000.0  # added to the score of the wanted token, so that this token is reported


def read_log_probabilities(candidate: Candidate) -> list[float]:
    """Return the logarithm of the model's probability of each token of the text, on xllamacpp."""
    model = LlamaCpp(
        model=f"llamacpp:{candidate.path}", path=candidate.path, settings=candidate.settings
    )
    try:
        client = model.server().client
        tokens = client.tokenize(fixed_text()[: 8 * _TOKENS])[:_TOKENS]
        logarithms = []
        for number in range(_CONTEXT_TOKENS, len(tokens)):
            wanted = tokens[number]
            body = {
                "prompt": tokens[:number],
                "n_predict": 1,
                "n_probs": 1,
                "temperature": 0,
                "cache_prompt": True,
                "logit_bias": [[wanted, _BIAS]],
            }
            (reply,) = client.json("POST", "/completion", body)["completion_probabilities"]
            if reply["id"] != wanted:
                raise GenerationError("llama.cpp did not report the probability of a token.")
            logarithms.append(float(reply["logprob"]))
        return logarithms
    finally:
        model.unload()


def compare_perplexities(before: Sequence[float], after: Sequence[float]) -> tuple[float, float]:
    """Return the ratio of two perplexities of the same text, and its standard error."""
    differences = [old - new for old, new in zip(before, after, strict=True)]
    ratio = math.exp(statistics.fmean(differences))
    return ratio, ratio * statistics.stdev(differences) / math.sqrt(len(differences))
