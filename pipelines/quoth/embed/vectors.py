"""What an engine or a server returned → rows of unit length that can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from quoth.errors import BackendError, ConfigurationError
from quoth.types import Vectors


def to_unit_length(
    rows: Sequence[Sequence[float]] | Vectors, *, texts: int, dimensions: int = 0, model: str
) -> Vectors:
    """Return a row of unit length for each of `texts` texts, cut to `dimensions` if given.

    Cutting is for models that were trained for it (Matryoshka representation learning, Kusupati et
    al. 2022): the first numbers are a vector of their own once they are scaled again. Raises
    `BackendError` where the number of rows is another, rows differ in length, or a number is not
    finite, and `ConfigurationError` for more dimensions than the model has.
    """
    if len(rows) != texts:
        raise BackendError(f"{model} returned {len(rows)} vectors for {texts} texts.")
    try:
        vectors = np.asarray(rows, np.float32)
    except (TypeError, ValueError) as error:
        told = "vectors of different lengths, or of something else than numbers"
        raise BackendError(f"{model} returned {told}.") from error
    if vectors.ndim != 2 or vectors.shape[1] == 0:
        raise BackendError(f"{model} returned no vectors.")
    if dimensions > vectors.shape[1]:
        raise ConfigurationError(
            f"embedding.dimensions is {dimensions}, but vectors of {model} have only "
            f"{vectors.shape[1]}.",
            hint="Set it to one of the dimensions that the model was trained for; 0 takes all.",
        )
    if dimensions:
        vectors = vectors[:, :dimensions]
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all():
        raise BackendError(
            f"{model} returned a vector that is not a number (NaN or infinite).",
            hint="Its weights may be damaged, or too small a precision overflows on this machine.",
        )
    vectors /= np.where(lengths > 0, lengths, 1)
    return np.ascontiguousarray(vectors)


def gather(parts: Iterable[Vectors], rows: int) -> Vectors:
    """Return the rows of all parts as one array of `rows` rows, with one part in memory beside it.

    Without parts the array is empty.
    """
    vectors = np.zeros((0, 0), np.float32)
    begin = 0
    for part in parts:
        if not begin:
            vectors = np.empty((rows, part.shape[1]), np.float32)
        vectors[begin : begin + len(part)] = part
        begin += len(part)
    return vectors
