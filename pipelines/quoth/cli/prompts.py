"""`quoth prompts list | show | render`: the prompts, to the byte."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from quoth.cli import show
from quoth.cli.options import SETTINGS, SharedOptions, add_command, add_group
from quoth.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = add_group(app, "prompts", help="Show the prompts, to the byte.", section="Models")
    add_command(group, list_all, "json", *SETTINGS, name="list")
    add_command(group, show_prompt, "model", *SETTINGS, name="show")
    add_command(group, render, *SETTINGS)


def list_all(
    shared: SharedOptions,
) -> None:
    """List the prompts and the families of templates."""
    from quoth.prompts import list_families, list_prompts

    folders = shared.configure().prompt_folders
    prompts = list_prompts(folders=folders)
    names = [family.name for family in list_families(folders)]
    if shared.json:
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
    show.print_table(
        ("prompt", "version", "variables", "description"),
        [
            (prompt.name, str(prompt.version), ", ".join(prompt.variables), prompt.description)
            for prompt in prompts
        ],
    )
    show.print_line(f"\nFamilies: {', '.join(names)}")


def show_prompt(
    shared: SharedOptions,
    task: Annotated[str, typer.Argument(help="A prompt, as `quoth prompts list` names it.")],
    var: Annotated[
        list[str] | None, typer.Option(metavar="NAME=TEXT", help="Fill in a variable.")
    ] = None,
    language: Annotated[
        str, typer.Option(metavar="LANGUAGE", help="Show the wording in this language.")
    ] = "",
) -> None:
    """Print a prompt exactly as the model reads it.

    A variable without a value is shown as {name}.
    """
    from quoth.models import open_model
    from quoth.prompts import select_prompt
    from quoth.text import find_language

    settings = shared.configure()
    chosen = open_model(
        settings.backend, prompt_folders=settings.prompt_folders, guard=settings.guard
    )
    code = find_language(language).code if language else ""
    prompt = select_prompt(task, chosen, language=code)
    values = {name: f"{{{name}}}" for name in prompt.variables}
    for pair in var or ():
        name, equals, text = pair.partition("=")
        if not equals:
            raise UsageError(f"--var takes NAME=TEXT, not {pair!r}.")
        values[name] = text
    messages = prompt.messages(**values)
    if rendered := chosen.render(messages):
        show.print_exactly(rendered)
        return
    for message in messages:
        print(f"[{message.type}]\n{message.text}\n")


def render(
    shared: SharedOptions,
    messages: Annotated[Path, typer.Option(metavar="FILE", help="A JSON list of messages.")],
    family: Annotated[
        str | None, typer.Option(metavar="NAME", help="A family, as `prompts list` names it.")
    ] = None,
    template: Annotated[Path | None, typer.Option(metavar="FILE", help="A Jinja template.")] = None,
    bos: Annotated[str | None, typer.Option(metavar="TOKEN", help="Beginning of sequence.")] = None,
    eos: Annotated[str | None, typer.Option(metavar="TOKEN", help="End of sequence.")] = None,
    date: Annotated[
        datetime | None,
        typer.Option(metavar="DAY", formats=["%Y-%m-%d"], help="The date that templates see."),
    ] = None,
    generation_prompt: Annotated[
        bool, typer.Option("--generation-prompt/--no-generation-prompt", help="Open the answer.")
    ] = True,
) -> None:
    """Render messages by a template, and print nothing else."""
    from quoth.prompts import render_file

    text = render_file(
        messages,
        family=family,
        template=template,
        bos_token=bos,
        eos_token=eos,
        now=date,
        add_generation_prompt=None if generation_prompt else False,
        folders=shared.configure().prompt_folders,
    )
    show.print_exactly(text)
