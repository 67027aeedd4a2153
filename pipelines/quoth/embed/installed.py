"""The embedders that lie on this machine in folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from quoth.config import state_folder
from quoth.embed.embedder import EMBEDDED, embedded_folder
from quoth.embed.folder import ModelFolder
from quoth.errors import ConfigurationError, ModelNotFoundError
from quoth.weights import Installed


def find_embedders(folder: Path | None = None) -> list[Installed]:
    """Return the embedded embedder and those below `folder`, as `embedding.model` names them.

    Without a folder, it is `models` in the state folder. A folder whose files are not whole is
    left out.
    """
    kept = folder or state_folder() / "models"
    places = sorted(path.parent for path in kept.glob("*/modules.json"))
    return [*_embedded(), *(found for place in places for found in _read(place, place.name))]


def _embedded() -> Iterator[Installed]:
    try:
        yield from _read(embedded_folder(), EMBEDDED)
    except ModelNotFoundError:
        return


def _read(folder: Path, name: str) -> Iterator[Installed]:
    try:
        model = ModelFolder(folder)
    except ConfigurationError:
        return
    size = sum(file.stat().st_size for file in model.weights)
    yield Installed(name=name, bytes=size, path=str(folder), kind="embedder")
