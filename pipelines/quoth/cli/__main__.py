"""`python -m quoth.cli` is `quoth`."""

from quoth.cli import script

script()
