"""What the tests of the server share: one that serves the sample library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from served import Served, serving


@pytest.fixture(scope="session")
def served(sample: str, session_home: Path) -> Iterator[Served]:
    """A server with the embedded model over the sample library, whose home is shared."""
    with serving(session_home) as server:
        yield server
