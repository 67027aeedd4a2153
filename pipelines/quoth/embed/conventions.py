"""How an embedder is used: its prompts, pooling, dimensions and token limit, and their signature.

Vectors of the same weights that were made by other conventions cannot be compared.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from quoth.embed.prompts import Prompts


@dataclass(frozen=True)
class Conventions:
    """How the weights of an embedder are used.

    `pooling` names the modules after the transformer, `dimensions` is 0 for whole vectors, and
    `tokens` is the longest text with its special tokens. Empty and 0 stand for what only the
    weights, or a server, know.
    """

    prompts: Prompts = field(default_factory=Prompts)
    pooling: str = ""
    dimensions: int = 0
    tokens: int = 0

    def sign(self, weights: str) -> str:
        """Return the fingerprint of weights, given theirs, when they are used in this way.

        The conventions of all-MiniLM-L6-v2 add nothing: collections from before conventions
        counted were made by them.
        """
        if self in _UNSIGNED:
            return weights
        parts = (
            weights,
            self.prompts.query,
            self.prompts.passage,
            self.pooling,
            str(self.dimensions),
            str(self.tokens),
        )
        return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


_UNSIGNED = (Conventions(), Conventions(pooling="mean, normalize", tokens=256))
