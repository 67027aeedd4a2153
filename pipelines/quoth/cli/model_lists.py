"""`quoth models list` and `quoth models known`: what is here, and what is worth fetching."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from quoth.cli import show
from quoth.cli.options import SharedOptions
from quoth.errors import QuothError
from quoth.views import make_printable

if TYPE_CHECKING:
    from quoth.embed import KnownModel


def list_models(
    shared: SharedOptions,
) -> None:
    """List the models of each backend, and the embedders that are here."""
    from quoth.embed import find_embedders
    from quoth.models import backend_names, list_installed

    chosen = shared.configure().backend
    rows: list[dict[str, Any]] = []
    silent: dict[str, str] = {}
    for backend in backend_names():
        try:
            models = list_installed(backend, chosen)
        except QuothError as error:
            silent[backend] = str(error)
            continue
        rows += [{**asdict(entry), "name": f"{backend}:{entry.name}"} for entry in models]
        if not models:
            silent[backend] = "lists no models; name a file or a server"
    embedders = [asdict(entry) for entry in find_embedders()]
    embedders += [row for row in rows if row["kind"] == "embedder"]
    models_here = [row for row in rows if row["kind"] != "embedder"]
    if shared.json:
        show.print_json({"models": models_here, "embedders": embedders, "without": silent})
        return
    _print_table("model", models_here)
    _print_table("embedder", embedders)
    for backend, reason in silent.items():
        show.console().print(f"· {backend}: {make_printable(reason)}", style="dim")


def list_known(
    shared: SharedOptions,
    language: Annotated[
        str,
        typer.Option(
            "--language", metavar="CODE", help="Only embedders that know this language: de, zh, …."
        ),
    ] = "",
    rerankers: Annotated[
        bool, typer.Option("--rerankers", help="List rerankers instead of embedders.")
    ] = False,
) -> None:
    """List published embedders that work here, the smallest first.

    `quoth models pull hf:OWNER/REPOSITORY` fetches the folder of one.
    """
    from quoth.embed import known_models

    kind: Literal["reranker", "embedder"] = "reranker" if rerankers else "embedder"
    models = known_models(kind=kind, language=language.lower())
    if shared.json:
        show.print_json([asdict(model) for model in models])
        return
    show.print_table(
        (kind, "parameters", "dimensions", "tokens", "languages", "licence", "Ollama"),
        [_row(model) for model in models],
    )
    show.console().print(
        "(?) stands at facts that were not compared with the model's card.", style="dim"
    )


def _row(model: KnownModel) -> Sequence[str]:
    return (
        model.repository + ("" if model.checked else " (?)"),
        f"{model.parameters} M",
        " … ".join(map(str, dict.fromkeys((*model.dimensions[:1], *model.dimensions[-1:])))),
        str(model.tokens),
        " ".join(model.languages),
        model.licence,
        model.ollama,
    )


def _print_table(title: str, rows: Sequence[dict[str, Any]]) -> None:
    show.print_table(
        (title, "size", "stored as"),
        [
            (make_printable(row["name"]), format_size(row["bytes"]), row["quantization"])
            for row in rows
        ],
        numbers={"size"},
    )


def format_size(size: int) -> str:
    """Return a number of bytes as people read it; empty for none."""
    if size >= 2**30:
        return f"{size / 2**30:.1f} GiB"
    if size >= 2**20:
        return f"{size / 2**20:.0f} MiB"
    return f"{size / 2**10:.0f} KiB" if size else ""
