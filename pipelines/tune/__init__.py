"""How a model runs best on this machine: measured once, remembered, and undone when wanted."""

from pipelines.tune.trial import JOBS
from pipelines.tune.tuner import tune, undo, weights_to_tune

__all__ = ["JOBS", "tune", "undo", "weights_to_tune"]
