"""What another storage of the weights does to a model: how well it foresees a fixed text.

Each token of the text is asked for on its own, and the model's probability of it is read off; the
tokens before it are in the cache, so that one costs what one generated token costs.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from quoth.backends import LlamaHttpClient
from quoth.errors import GenerationError
from quoth.tune.trial import fixed_text

_TOKENS = 160
_GIVEN = 8  # tokens that nothing is asked about
_CERTAIN = 1000.0  # added to the score of the token that is wanted, so that it is what is reported


def log_probabilities(client: LlamaHttpClient) -> list[float]:
    """Return the logarithm of the probability that the model gives each token of the text."""
    tokens = client.tokenize(fixed_text()[: 8 * _TOKENS])[:_TOKENS]
    found = []
    for number in range(_GIVEN, len(tokens)):
        wanted = tokens[number]
        body = {
            "prompt": tokens[:number],
            "n_predict": 1,
            "n_probs": 1,
            "temperature": 0,
            "cache_prompt": True,
            "logit_bias": [[wanted, _CERTAIN]],
        }
        (said,) = client.json("POST", "/completion", body)["completion_probabilities"]
        if said["id"] != wanted:
            raise GenerationError("llama.cpp did not tell the probability of a token.")
        found.append(float(said["logprob"]))
    return found


def change(before: Sequence[float], after: Sequence[float]) -> tuple[float, float]:
    """Return the ratio of two perplexities of the same text, and its standard error."""
    differences = [one - other for one, other in zip(before, after, strict=True)]
    ratio = math.exp(statistics.fmean(differences))
    return ratio, ratio * statistics.stdev(differences) / math.sqrt(len(differences))
