"""`quoth tune`: find the fastest settings for a model on this machine, and keep them."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from quoth.cli import show
from quoth.cli.options import SETTINGS, SharedOptions, add_command

if TYPE_CHECKING:
    from quoth.weights import Profile, Trial


def register(app: typer.Typer) -> None:
    """Add these commands."""
    add_command(app, tune, "json", *SETTINGS, section="Models")


def tune(
    shared: SharedOptions,
    model: Annotated[str, typer.Argument(metavar="BACKEND:NAME", help="The model.")] = "",
    workload: Annotated[
        str, typer.Option("--for", metavar="WORKLOAD", help="`summarize`, `ask` or `chat`.")
    ] = "summarize",
    lossy: Annotated[
        bool, typer.Option("--lossy", help="Also try storage that changes the weights noticeably.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Go back to the defaults.")] = False,
) -> None:
    """Find the fastest settings for a model on this machine.

    It takes two minutes. The model is opened with these settings from then on.
    """
    import quoth.tune as tuning

    chosen = replace(shared, model=model).configure()
    if undo:
        was_tuned = tuning.undo(chosen.backend)
        if shared.json:
            show.print_json({"model": chosen.backend.model, "undone": was_tuned})
        else:
            state = "runs with the defaults again" if was_tuned else "was not tuned"
            show.console().print(f"{chosen.backend.model} {state}.")
        return
    with show.progress("Measuring") as move:
        profile = tuning.tune(chosen.backend, workload=workload, lossy=lossy, progress=move)
    if shared.json:
        show.print_json({**asdict(profile), "gain": round(profile.gain, 3)})
    else:
        _print_profile(profile)


def describe_profile(profile: Profile) -> str:
    """Return the chosen settings and the cost of the defaults as one sentence."""
    from quoth.weights import XLLAMACPP

    settings = {"batch_tokens": "tokens a step", "parallel": "at once"}
    parts = [profile.stored]
    if profile.engine != XLLAMACPP:
        parts.append(f"on {profile.engine}")
    if profile.threads:
        parts.append(f"{profile.threads} threads")
    parts += [f"{value} {settings[k]}" for k, value in profile.settings.items() if k in settings]
    if attention := profile.settings.get("flash_attention"):
        parts.append(f"flash attention {attention}")
    return (
        f"{', '.join(parts)}: reads {profile.chosen.prompt_speed:.0f} and writes "
        f"{profile.chosen.generation_speed:.0f} tokens/s; the defaults, at "
        f"{profile.default.prompt_speed:.0f} and {profile.default.generation_speed:.0f}, "
        f"would take {profile.gain:.2f} times as long to {profile.workload}"
    )


def _print_profile(profile: Profile) -> None:
    out = show.console()
    call = f"a call to {profile.workload}"
    show.print_table(
        ("measured", "value", "reads", "writes", call, "off"),
        [
            (
                trial.what,
                trial.value,
                f"{trial.prompt_speed:.0f} tokens/s",
                f"{trial.generation_speed:.0f} tokens/s",
                f"{trial.seconds:.2f} s",
                _off(trial),
            )
            for trial in (*profile.trials, profile.default, profile.chosen)
        ],
        numbers={"reads", "writes", call},
    )
    for note in profile.notes:
        out.print(f"· {note}", style="yellow")
    out.print(f"\n{describe_profile(profile)}.", style="bold")
    out.print(
        f"Measured in {profile.seconds:.0f} s and kept; `quoth tune --undo` goes back.",
        style="dim",
    )


def _off(trial: Trial) -> str:
    """Return the change that the storage makes to the weights and to the perplexity."""
    if trial.rounding is None:
        return ""
    if not trial.rounding:
        return "nothing"
    said = f"weights by {100 * trial.rounding:.2g} %"
    if trial.perplexity is not None and trial.uncertainty is not None:
        change, error = 100 * (trial.perplexity - 1), 100 * trial.uncertainty
        said += f", perplexity by {change:+.1f} % (± {error:.1f})"
    return said
