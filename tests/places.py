"""Where things lie that the tests use."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "data" / "library"
TESTDATA = ROOT.parent / "shared" / "testdata"
"""Files that are not ours to ship: a clone does without, and says so."""
