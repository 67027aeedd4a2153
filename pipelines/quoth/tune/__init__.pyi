__all__ = [
    "JOBS",
    "tune",
    "undo",
    "weights_to_tune",
]

from .trial import JOBS
from .tuner import tune, undo, weights_to_tune
