__all__ = [
    "WORKLOADS",
    "tune",
    "undo",
    "weights_to_tune",
]

from .trial import WORKLOADS
from .tuning import tune, undo, weights_to_tune
