"""The GGUF files that `quoth models pull` keeps: a folder in the home, and what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from quoth.config import state_folder
from quoth.errors import ModelNotFoundError
from quoth.weights.gguf import read_gguf
from quoth.weights.gguf_parts import list_parts
from quoth.weights.installed import Installed


def kept_folder() -> Path:
    """Return the folder of the files that were fetched."""
    return state_folder() / "models" / "gguf"


def find_kept(name: str) -> Path | None:
    """Return the kept file of a name without folders, `None` where there is none."""
    path = kept_folder() / name
    return path if Path(name).name == name and path.is_file() else None


def list_kept_models() -> Sequence[Installed]:
    """Return the models among the kept files, sorted by name; a split one once."""
    models = []
    for path in sorted(kept_folder().glob("*.gguf")):
        if list_parts(path)[0] != path:
            continue
        try:
            header = read_gguf(path)
        except ModelNotFoundError:
            continue
        models.append(Installed(path.name, header.bytes, header.quantization, str(path)))
    return models


def find_kept_model(name: str) -> Installed:
    """Return a model among the kept files. Raises `ModelNotFoundError` with the nearest name."""
    models = {model.name: model for model in list_kept_models()}
    if name in models:
        return models[name]
    near = get_close_matches(name, models, n=1)
    raise ModelNotFoundError(
        f"Quoth keeps no file {name} in {kept_folder()}.",
        hint=f"The nearest is {near[0]}." if near else "A file elsewhere is yours to delete.",
    )


def remove_kept_model(name: str) -> None:
    """Delete a model among the kept files, with all its parts."""
    for part in list_parts(Path(find_kept_model(name).path)):
        part.unlink(missing_ok=True)
