"""Reads the models that Ollama has pulled: its manifests, and the GGUF files among its blobs.

Source: server/modelpath.go and server/manifest.go of Ollama.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from quoth.errors import ModelNotFoundError
from quoth.system import expand_home, parse_json
from quoth.weights.installed import Installed

REGISTRY = "registry.ollama.ai"
_USUAL_FOLDERS = (
    "~/.ollama/models",
    "~ollama/.ollama/models",
    "/usr/share/ollama/.ollama/models",
    "/var/lib/ollama/models",
)
_UNITS = Path("/etc/systemd/system")
_SET = re.compile(r"^Environment=.*?OLLAMA_MODELS=([^\"'\s]+)", re.MULTILINE)
_WEIGHTS = "application/vnd.ollama.image.model"
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_HOST = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_DIGEST = re.compile(r"sha256[:-]([0-9a-f]{64})")


def split_model_name(name: str) -> tuple[str, str, str, str]:
    """Return (host, namespace, model, tag) of a name as Ollama writes it, with its defaults.

    The host may have a port, as in `registry.example:5000/team/model:tag`. Raises
    `ModelNotFoundError` for anything that cannot be a name.
    """
    front, _, last = name.removeprefix("https://").removeprefix("http://").rpartition("/")
    model, colon, tag = last.partition(":")
    host, slash, namespace = front.rpartition("/")
    parts = (host or REGISTRY, namespace or "library", model, tag if colon else "latest")
    if (slash and not host) or not (
        _HOST.fullmatch(parts[0]) and all(_PART.fullmatch(part) for part in parts[1:])
    ):
        raise ModelNotFoundError(
            f"{name!r} is not the name of a model.", hint="Write it as in llama3.1:8b."
        )
    return parts


def canonical_name(name: str) -> str:
    """Return a name with its defaults and in lower case; Ollama does not mind the case of one."""
    try:
        host, namespace, model, tag = split_model_name(name)
    except ModelNotFoundError:
        return name.lower()
    return f"{host}/{namespace}/{model}:{tag}".lower()


def list_model_folders() -> list[Path]:
    """Return the folders in which Ollama's models may be; nothing is written there.

    OLLAMA_MODELS names the only one. Without it, they are the folder that the service of this
    machine is told to use, and the usual ones of a user and of the service.
    """
    if chosen := os.environ.get("OLLAMA_MODELS"):
        return [expand_home(chosen)]
    usual = [os.path.expanduser(folder) for folder in _USUAL_FOLDERS]  # noqa: PTH111
    known = [Path(folder) for folder in usual if not folder.startswith("~")]  # users who exist
    return list(dict.fromkeys([*read_service_folders(_UNITS), *known]))


def read_service_folders(units: Path) -> list[Path]:
    """Return the folders that systemd's units of the service `ollama` set as OLLAMA_MODELS."""
    folders: list[Path] = []
    for pattern in ("ollama.service", "ollama.service.d/*.conf"):
        for unit in sorted(units.glob(pattern)):
            with suppress(OSError, UnicodeDecodeError):
                folders += [Path(found) for found in _SET.findall(unit.read_text("utf-8"))]
    return folders[::-1]  # the last one counts


def find_weights(name: str) -> Path:
    """Return the GGUF file of a model that Ollama has pulled.

    Raises `ModelNotFoundError`, which names the nearest model or the reason.
    """
    manifest = find_manifest(name)
    try:
        blob = _weights_in(manifest, manifest.parents[4])
    except PermissionError as error:
        raise ModelNotFoundError(
            f"{manifest} cannot be read: permission is denied.",
            hint="Add yourself to the group ollama, or use the backend ollama.",
        ) from error
    if blob is None:
        raise ModelNotFoundError(f"The weights of {name} are missing or cannot be read.")
    return blob


def find_manifest(name: str) -> Path:
    """Return the manifest of a model that Ollama has pulled. Raises `ModelNotFoundError`."""
    for folder in list_model_folders():
        manifest = folder.joinpath("manifests", *split_model_name(name))
        try:
            if manifest.is_file():
                return manifest
        except PermissionError:
            continue
    nearest = difflib.get_close_matches(name, [model.name for model in list_stored_models()], n=1)
    raise ModelNotFoundError(
        f"Ollama has no {name} here." + "".join(f" The nearest is {other}." for other in nearest),
        hint=f"Get it with: ollama pull {name}. OLLAMA_MODELS names another folder of models.",
    )


def list_stored_models() -> list[Installed]:
    """Return the models whose weights can be read here, sorted by name."""
    models = {model.name: model for folder in list_model_folders() for model in _models_in(folder)}
    return [models[name] for name in sorted(models)]


def _models_in(folder: Path) -> Iterator[Installed]:
    root = folder / "manifests"
    try:
        manifests = sorted(root.glob("*/*/*/*"))
    except OSError:
        return
    for manifest in manifests:
        host, namespace, model, tag = manifest.relative_to(root).parts
        name = f"{model}:{tag}"
        if (host, namespace) != (REGISTRY, "library"):
            name = f"{namespace}/{name}" if host == REGISTRY else f"{host}/{namespace}/{name}"
        try:
            blob = _weights_in(manifest, folder)
        except PermissionError:
            continue
        if blob is not None:
            yield Installed(name=name, bytes=blob.stat().st_size, path=str(blob))


def _weights_in(manifest: Path, folder: Path) -> Path | None:
    try:
        layers = parse_json(manifest.read_text(encoding="utf-8"))["layers"]
        digests = [str(layer["digest"]) for layer in layers if layer["mediaType"] == _WEIGHTS]
    except (ValueError, KeyError, TypeError):
        return None
    match = _DIGEST.fullmatch(digests[0]) if digests else None
    if match is None:
        return None
    blob = folder / "blobs" / f"sha256-{match.group(1)}"
    return blob if blob.is_file() and os.access(blob, os.R_OK) else None
