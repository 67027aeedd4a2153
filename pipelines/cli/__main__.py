"""`python -m pipelines.cli` is `carrel`."""

from pipelines.cli import script

script()
