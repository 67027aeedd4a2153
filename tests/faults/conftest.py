from __future__ import annotations

from pathlib import Path

import pytest
from quoth import Library


@pytest.fixture
def home(tmp_path: Path, session_home: Path) -> Path:
    """A state folder with the session's exported embedder."""
    home = tmp_path / "home"
    home.mkdir()
    with Library("warm", home=session_home) as library:
        library.embedder.query_vector("The graph is exported by the first use.")
    for name in ("models", "fingerprints.json"):
        (home / name).symlink_to(session_home / name)
    return home
