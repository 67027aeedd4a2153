"""`quoth models list | show | fit | pull | rm`: which models are here, and what they need."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quoth.cli import EXIT_FAILED, show
from quoth.cli.options import AsJson, ConfigFile, Debug, Preset, Settings, effective
from quoth.errors import EgressError, QuothError, UsageError

if TYPE_CHECKING:
    from quoth.config import Config, ModelSettings
    from quoth.weights import Fit, Installed

_LIST_SECONDS = 5.0
"""How long a server may take to say what it has."""

models_app = typer.Typer(help="Which models are here, and what they need.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="BACKEND:NAME", help="As `models list` names it.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(models_app, name="models")


@models_app.command("list")
def list_models(
    json: AsJson = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """List what each backend has here."""
    from quoth.models import backend_names

    chosen = _config(config, set, preset=preset).backend
    rows: list[dict[str, Any]] = []
    silent: dict[str, str] = {}
    for backend in backend_names():
        try:
            found = _installed(backend, chosen)
        except QuothError as error:
            silent[backend] = str(error)
            continue
        rows += [{**asdict(entry), "name": f"{backend}:{entry.name}"} for entry in found]
        if not found:
            silent[backend] = "has nothing of its own; name a file or a server"
    if json:
        show.print_json({"models": rows, "without": silent})
        return
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for column in ("model", "size", "stored as"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(show.clean(row["name"]), _size(row["bytes"]), row["quantization"])
    show.console().print(table, soft_wrap=False)
    for backend, reason in silent.items():
        show.console().print(f"· {backend}: {show.clean(reason)}", style="dim")


@models_app.command("show")
def show_model(
    name: Name,
    json: AsJson = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """Show what a model is: family, window, size, template."""
    from quoth.models import open_model

    chosen = _config(config, set, name, preset=preset)
    model = open_model(chosen.backend, guard=chosen.guard)
    try:
        found = model.describe()
        template = model.template()
        facts = {
            **asdict(found),
            "template": template.origin if template else "server",
            "file": str(model.weights_file() or ""),
        }
    finally:
        model.close()
    if json:
        show.print_json(facts)
        return
    for key, value in facts.items():
        if value not in ("", None):
            shown = _size(value) if key == "bytes" and value else str(value)
            show.console().print(f"{key.replace('_', ' '):<15} {show.clean(shown)}")


@models_app.command("fit")
def fit(
    name: Name,
    json: AsJson = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> int:
    """Say whether a model fits this machine, before it is loaded. Exit 1 when it does not."""
    from quoth.models import open_model
    from quoth.weights import fit_of, read_gguf

    chosen = _config(config, set, name, preset=preset)
    settings = chosen.backend
    model = open_model(settings, guard=chosen.guard)
    try:
        file = model.weights_file()
        if file is None:
            raise UsageError(
                f"The weights of {name} cannot be read here.",
                hint="Name its GGUF file: llamacpp:FILE.gguf",
            )
    finally:
        model.close()
    with show.waiting("Measuring"):
        found = fit_of(read_gguf(file), settings)
    if json:
        show.print_json({**asdict(found), "total": found.total})
    else:
        _print_fit(name, found)
    return EXIT_FAILED if found.place == "nowhere" else 0


@models_app.command("pull")
def pull(
    name: Name,
    json: AsJson = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """Have a backend fetch a model from the network, where privacy.allow names its registry."""
    from quoth.models import open_provider, split_model

    chosen = _config(config, set, name, preset=preset)
    backend, short = split_model(name)
    provider = open_provider(backend, chosen.backend)
    _check_network(provider.origin(short), name, chosen)
    last = ""
    with show.progress("Fetching") as move:
        for step in provider.pull(short):
            last = step.status
            if step.total:
                move(step.completed, step.total, step.status)
    if json:
        show.print_json({"model": name, "status": last})
    else:
        show.console().print(f"{name}: {show.clean(last)}")


@models_app.command("rm")
def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """Delete a model that a backend keeps."""
    from quoth.models import open_provider, split_model

    settings = _config(config, set, name, preset=preset).backend
    backend, short = split_model(name)
    provider = open_provider(backend, settings)
    if not yes:
        typer.confirm(f"Delete {name}?", abort=True, err=True)
    provider.remove(short)
    show.console().print(f"{name} was deleted.")


def _check_network(host: str, name: str, config: Config) -> None:
    """Refuse a fetch that the configuration does not allow, whoever opens the connection.

    The backend's own server fetches, out of reach of the guard, so the rule is kept here: the host
    of the registry must stand in `privacy.allow`, as for every connection of ours.
    """
    if not host or config.guard.permits(host):
        return
    raise EgressError(
        f"Fetching {name} would reach {host}, which the configuration does not allow.",
        hint=f"Allow it for this once: --set 'privacy.allow=[{host}]'",
    )


def _config(
    file: Path | None, settings: list[str] | None, model: str = "", *, preset: str
) -> Config:
    return effective(file, settings, model, preset=preset).config


def _installed(backend: str, chosen: ModelSettings) -> list[Installed]:
    from quoth.models import open_provider

    quick = chosen.model_copy(update={"timeout": _LIST_SECONDS})
    return list(open_provider(backend, quick).installed())


def _print_fit(name: str, found: Fit) -> None:
    out = show.console()
    memory = found.memory
    out.print(f"{name}: {found.parameters / 1e6:,.0f} million parameters, {found.quantization}")
    out.print(
        f"  needs   {_size(found.total)}: weights {_size(found.weights)}, KV cache "
        f"{_size(found.cache)} at a window of {found.window}, work {_size(found.work)}"
    )
    out.print(f"  memory  {_size(memory.available)} free of {_size(memory.total)}")
    for gpu in memory.gpus:
        out.print(f"  GPU     {gpu.name}: {_size(gpu.free)} free of {_size(gpu.total)}")
    if not memory.gpus:
        out.print("  GPU     none that this build of llama.cpp can use")
    out.print(f"  place   {found.where}")
    if found.tokens_per_second:
        out.print(
            f"  speed   at most {found.tokens_per_second:,.0f} tokens a second, by the measured "
            "bandwidth of the memory"
        )
    out.print(f"  advice  {found.advice}", style="bold" if found.better else "")


def _size(size: int) -> str:
    if size >= 2**30:
        return f"{size / 2**30:.1f} GiB"
    return f"{size / 2**20:.0f} MiB" if size else ""
