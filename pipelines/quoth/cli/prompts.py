"""`quoth prompts list | show | render`: what a model is asked, to the byte."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from quoth.cli import show
from quoth.cli.options import AsJson, ConfigFile, Debug, Model, Preset, Settings, effective
from quoth.errors import UsageError

prompts_app = typer.Typer(help="What a model is asked, to the byte.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(prompts_app, name="prompts")


@prompts_app.command("list")
def list_all(
    json: AsJson = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """List the prompts, and the families of templates."""
    from quoth.prompts import families, list_prompts

    folders = _folders(config, set, preset)
    prompts = list_prompts(folders=folders)
    names = [family.name for family in families(folders)]
    if json:
        show.print_json(
            {
                "prompts": [
                    {
                        "name": prompt.name,
                        "version": prompt.version,
                        "variables": list(prompt.variables),
                        "description": prompt.description,
                        "path": str(prompt.path),
                    }
                    for prompt in prompts
                ],
                "families": names,
            }
        )
        return
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for column in ("prompt", "version", "variables", "what it asks"):
        table.add_column(column)
    for prompt in prompts:
        table.add_row(
            prompt.name, str(prompt.version), ", ".join(prompt.variables), prompt.description
        )
    show.console().print(table, soft_wrap=False)
    show.console().print(f"\nFamilies: {', '.join(names)}", soft_wrap=False)


@prompts_app.command("show")
def show_prompt(
    task: Annotated[str, typer.Argument(help="A prompt, as `quoth prompts list` names it.")],
    model: Model = "",
    var: Annotated[
        list[str] | None, typer.Option(metavar="NAME=TEXT", help="Fill in a variable.")
    ] = None,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """Print exactly what the model sees; variables that are not filled in stand as {name}."""
    from quoth.models import open_model
    from quoth.prompts import select_prompt

    settings = effective(config, set, model, preset=preset).config
    chosen = open_model(
        settings.backend, prompt_folders=settings.prompt_folders, guard=settings.guard
    )
    prompt = select_prompt(task, chosen)
    values = {name: f"{{{name}}}" for name in prompt.variables}
    for pair in var or ():
        name, equals, text = pair.partition("=")
        if not equals:
            raise UsageError(f"--var takes NAME=TEXT, not {pair!r}.")
        values[name] = text
    messages = prompt.messages(**values)
    if rendered := chosen.render(messages):
        sys.stdout.write(rendered)
        return
    for message in messages:
        print(f"[{message.type}]\n{message.text}\n")


@prompts_app.command("render")
def render(
    messages: Annotated[Path, typer.Option(metavar="FILE", help="A JSON list of messages.")],
    family: Annotated[
        str | None, typer.Option(help="A family, as `prompts list` names it.")
    ] = None,
    template: Annotated[Path | None, typer.Option(metavar="FILE", help="A Jinja template.")] = None,
    bos: Annotated[str | None, typer.Option(metavar="TOKEN", help="Beginning of sequence.")] = None,
    eos: Annotated[str | None, typer.Option(metavar="TOKEN", help="End of sequence.")] = None,
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The date that templates see.")
    ] = None,
    generation_prompt: Annotated[
        bool, typer.Option("--generation-prompt/--no-generation-prompt", help="Open the answer.")
    ] = True,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """Print what a template makes of messages, and nothing else."""
    from quoth.prompts import render_file

    text = render_file(
        messages,
        family=family,
        template=template,
        bos_token=bos,
        eos_token=eos,
        now=date,
        add_generation_prompt=None if generation_prompt else False,
        folders=_folders(config, set, preset),
    )
    sys.stdout.buffer.write(text.encode("utf-8", "surrogatepass"))


def _folders(config: Path | None, settings: list[str] | None, preset: str) -> tuple[Path, ...]:
    return effective(config, settings, preset=preset).config.prompt_folders
