"""`quoth models list | known | advise | show | fit | pull | remove`."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quoth.cli import EXIT_FAILED, show
from quoth.cli.advise import advise
from quoth.cli.complete import complete_model
from quoth.cli.confirm import Yes, confirm
from quoth.cli.model_lists import format_size, list_known, list_models
from quoth.cli.options import SETTINGS, SharedOptions, add_command, add_group
from quoth.cli.pull import pull
from quoth.errors import UsageError
from quoth.views import make_printable

if TYPE_CHECKING:
    from quoth.models import Placement
    from quoth.weights import Fit

Name = Annotated[
    str,
    typer.Argument(
        metavar="BACKEND:NAME",
        help="As `models list` names it.",
        autocompletion=complete_model,
    ),
]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = add_group(app, "models", help="List, check, fetch and delete models.", section="Models")
    for name, command in (
        ("list", list_models),
        ("known", list_known),
        ("show", show_model),
        ("fit", fit),
        ("pull", pull),
    ):
        add_command(group, command, "json", *SETTINGS, name=name)
    add_command(group, advise, "collection", "json", *SETTINGS, name="advise")
    add_command(group, remove, *SETTINGS, name="remove")
    add_command(group, remove, *SETTINGS, name="rm", hidden=True)


def show_model(
    shared: SharedOptions,
    name: Name,
) -> None:
    """Show family, window, size and template of a model."""
    from quoth.models import open_model

    chosen = replace(shared, model=name).configure()
    model = open_model(chosen.backend, guard=chosen.guard)
    try:
        description = model.describe()
        template = model.template()
        placed = model.placement()
        facts = {
            **asdict(description),
            **_placed(placed),
            "template": template.origin if template else "server",
            "file": str(model.weights_file() or ""),
        }
    finally:
        model.close()
    if shared.json:
        show.print_json(facts)
        return
    for key, value in facts.items():
        if value not in ("", None, ()):
            shown = (format_size(value) or "0") if key.endswith("bytes") else str(value)
            shown = ", ".join(value) if isinstance(value, tuple) else shown
            show.console().print(f"{key.replace('_', ' '):<15} {make_printable(shown)}")


def fit(
    shared: SharedOptions,
    name: Name,
) -> int:
    """Check whether a model fits this machine.

    Nothing is loaded. The exit code is 1 when the model does not fit.
    """
    from quoth.models import open_model
    from quoth.weights import fit_of

    chosen = replace(shared, model=name).configure()
    settings = chosen.backend
    model = open_model(settings, guard=chosen.guard)
    try:
        header = model.weights_header()
        if header is None:
            raise UsageError(
                f"The weights of {name} cannot be read here.",
                hint="Name its GGUF file: llamacpp:FILE.gguf",
            )
    finally:
        model.close()
    with show.waiting("Measuring"):
        estimate = fit_of(header, settings)
    if shared.json:
        show.print_json({**asdict(estimate), "total": estimate.total})
    else:
        _print_fit(name, estimate)
    return EXIT_FAILED if estimate.place == "nowhere" else 0


def remove(
    shared: SharedOptions,
    name: Name,
    yes: Yes = False,
) -> None:
    """Delete a model that a backend keeps."""
    from quoth.models import open_provider, split_model

    settings = replace(shared, model=name).configure().backend
    backend, short = split_model(name)
    provider = open_provider(backend, settings)
    found = provider.find(short)
    size = f" ({format_size(found.bytes)})" if found.bytes else ""
    confirm(f"Delete {backend}:{found.name}{size}?", yes=yes)
    provider.remove(found.name)
    show.console().print(f"{backend}:{found.name} was deleted.")


def _placed(placement: Placement | None) -> dict[str, Any]:
    """Return what a server did with a model that it has loaded."""
    if placement is None:
        return {}
    return {
        "loaded_window": placement.context_window,
        "loaded_bytes": placement.bytes,
        "gpu_bytes": placement.gpu_bytes,
        "gpu_share": round(placement.gpu_share, 3),
    }


def _print_fit(name: str, fit: Fit) -> None:
    out = show.console()
    memory = fit.memory
    out.print(f"{name}: {fit.parameters / 1e6:,.0f} million parameters, {fit.quantization}")
    out.print(
        f"  needs   {format_size(fit.total)}: weights {format_size(fit.weights)}, KV cache "
        f"{format_size(fit.cache)} at a window of {fit.window}, work {format_size(fit.work)}"
    )
    out.print(f"  memory  {format_size(memory.available)} free of {format_size(memory.total)}")
    for gpu in memory.gpus:
        out.print(f"  GPU     {gpu.name}: {format_size(gpu.free)} free of {format_size(gpu.total)}")
    if not memory.gpus:
        out.print("  GPU     none that this build of llama.cpp can use")
    out.print(f"  place   {fit.where}")
    if fit.tokens_per_second:
        out.print(
            f"  speed   at most {fit.tokens_per_second:,.0f} tokens a second, by the measured "
            "bandwidth of the memory"
        )
    out.print(f"  advice  {fit.advice}", style="bold" if fit.better else "")
