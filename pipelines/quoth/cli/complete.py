"""What completes a word on the command line: collections, documents, models, jobs, settings.

A shell calls this while a person types, so that it is quick, silent, and never an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from quoth.errors import QuothError

DEFAULT = "default"


def complete_collection(incomplete: str) -> list[str]:
    """Return the collections whose name begins so."""
    from quoth.config import state_folder
    from quoth.library import list_collections

    return _begin(incomplete, lambda: list_collections(state_folder()))


def complete_document(context: typer.Context, incomplete: str) -> list[str]:
    """Return the names of documents in the collection that was named before."""
    return _begin(
        incomplete,
        lambda: _document_names(
            context.params.get("collection") or context.params.get("collections")
        ),
    )


def complete_model(incomplete: str) -> list[str]:
    """Return the models that are on this machine, and the names of the backends."""
    from quoth.models import backend_names

    return _begin(incomplete, lambda: [*installed_models(), *(f"{b}:" for b in backend_names())])


def complete_setting(incomplete: str) -> list[str]:
    """Return the settings, each with the sign that its value follows."""
    from quoth.config import setting_names

    return _begin(incomplete, lambda: [f"{name}=" for name in setting_names()])


def complete_key(incomplete: str) -> list[str]:
    """Return the names of settings."""
    from quoth.config import setting_names

    return _begin(incomplete, setting_names)


def complete_value(context: typer.Context, incomplete: str) -> list[str]:
    """Return the values of the setting that was named before, where they can be listed."""
    from quoth.config import describe_setting, preset_names

    key = str(context.params.get("key"))
    if key == "backend.model":
        return complete_model(incomplete)
    if key == "preset":
        return _begin(incomplete, preset_names)
    return _begin(incomplete, lambda: describe_setting(key).choices)


def complete_preset(incomplete: str) -> list[str]:
    """Return the names of presets."""
    from quoth.config import preset_names

    return _begin(incomplete, preset_names)


def complete_job(incomplete: str) -> list[str]:
    """Return the example jobs, and the YAML files that begin so."""
    from quoth.jobs import example_jobs

    folder = Path(incomplete).parent
    files = (str(file) for file in sorted(folder.glob("*.y*ml")))
    return _begin(incomplete, lambda: [*example_jobs(), *files])


def complete_language(incomplete: str) -> list[str]:
    """Return the codes of languages that have rules."""
    from quoth.text import languages

    return _begin(incomplete, languages)


def installed_models() -> Sequence[str]:
    """Return the models that can be listed without asking a server."""
    from quoth.weights import list_kept_models, list_stored_models

    return [
        "llamacpp:embedded",
        *(f"llamacpp:{model.name}" for model in list_kept_models()),
        *(f"ollama:{model.name}" for model in list_stored_models()),
    ]


def _document_names(collections: Any) -> Sequence[str]:
    from quoth.collection import Store
    from quoth.config import state_folder
    from quoth.library import check_collection

    named = [collections] if isinstance(collections, str) else [*(collections or ())]
    names: list[str] = []
    for collection in named or [DEFAULT]:
        store = Store(check_collection(state_folder(), collection) / "library.sqlite")
        names += [Path(source.path).name for source in store.sources()]
        store.close()
    return names


def _begin(incomplete: str, names: Callable[[], Sequence[str]]) -> list[str]:
    with _silent():
        return [name for name in dict.fromkeys(names()) if name.startswith(incomplete)]
    return []


@contextmanager
def _silent() -> Iterator[None]:
    try:
        yield
    except (QuothError, OSError, LookupError, ValueError):
        return
