"""`quoth mcp`: the documents for agents, over the Model Context Protocol."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from quoth.cli import show
from quoth.cli.interrupt import ended_by_interrupts
from quoth.cli.options import DEFAULT_COLLECTION, SETTINGS, SharedOptions, add_command
from quoth.cli.scope import SCOPE
from quoth.errors import UsageError
from quoth.mcp import MAX_TOKENS
from quoth.system import real_path
from quoth.views import make_printable


def register(app: typer.Typer) -> None:
    """Add this command."""
    shared = ("collections", "model", *SCOPE, "json", *SETTINGS)
    add_command(app, serve, *shared, name="mcp", section="Questions and summaries")


def serve(
    shared: SharedOptions,
    action: Annotated[str, typer.Argument(help="log: show what agents asked for.")] = "",
    write: Annotated[
        list[Path] | None,
        typer.Option(metavar="FOLDER", help="Agents may ingest from here; may be repeated."),
    ] = None,
    paths: Annotated[bool, typer.Option("--paths", help="Tell agents where files lie.")] = False,
    max_tokens: Annotated[
        int, typer.Option(metavar="NUMBER", min=100, help="The most tokens that a tool returns.")
    ] = MAX_TOKENS,
    print_config: Annotated[
        str,
        typer.Option(metavar="CLIENT", help="Show what to paste into claude, vscode, zed, json."),
    ] = "",
) -> None:
    """Serve the documents to agents, over standard input and output.

    A client such as Claude Desktop starts this command itself. An agent sees what the options
    allow, and nothing else.
    """
    if action not in ("", "log"):
        raise UsageError(f"There is no action {action!r}.", hint="`quoth mcp log` shows the calls.")
    if action == "log":
        _print_log(json=shared.json)
    elif print_config:
        _print_configuration(print_config, _arguments(shared, write, paths, max_tokens))
    else:
        with ended_by_interrupts():
            _serve(shared, [real_path(folder) for folder in write or ()], paths, max_tokens)


def _serve(shared: SharedOptions, roots: list[Path], paths: bool, max_tokens: int) -> None:
    """Serve until the client closes standard input, through a running server where there is one."""
    asked = {"max_tokens": max_tokens, "paths": paths, "roots": list(map(str, roots))}
    if attachment := shared.attach("mcp", **asked):
        with attachment:
            attachment.relay(sys.stdin.fileno(), sys.stdout.fileno())
        return
    from quoth.mcp import AgentSettings, serve_stdio

    settings = AgentSettings(
        (shared.collection, *shared.beside),
        scope=shared.scope,
        max_tokens=max_tokens,
        paths=paths,
        roots=tuple(roots),
    )
    serve_stdio(settings, shared.configure())


def _arguments(
    shared: SharedOptions,
    write: list[Path] | None,
    paths: bool,
    max_tokens: int,
) -> list[str]:
    """Return the options of this call as a client passes them; folders are absolute."""
    names = (shared.collection, *shared.beside)
    named = names if names != (DEFAULT_COLLECTION,) else ()
    found = [part for name in named for part in ("--collection", name)]
    found += [part for folder in write or () for part in ("--write", str(real_path(folder)))]
    found += ["--paths"] if paths else []
    found += ["--max-tokens", str(max_tokens)] if max_tokens != MAX_TOKENS else []
    found += ["--model", shared.model] if shared.model else []
    found += ["--config", str(real_path(shared.config))] if shared.config else []
    found += ["--preset", shared.preset] if shared.preset else []
    found += [part for setting in shared.set for part in ("--set", setting)]
    for name in SCOPE:
        value = getattr(shared.within, name)
        values = value if isinstance(value, tuple) else (value,) if value else ()
        found += [part for each in values for part in (f"--{name.replace('_', '-')}", each)]
    return found


def _print_configuration(client: str, arguments: list[str]) -> None:
    from quoth.mcp import client_configuration

    place, value = client_configuration(client, arguments)
    show.console(stderr=True).print(f"{place}\n", style="dim")
    print(value)


def _print_log(*, json: bool) -> None:
    from quoth.config import state_folder
    from quoth.mcp import read_log

    calls = [*read_log(state_folder())]
    if json:
        show.print_json(calls)
        return
    if not calls:
        print("No agent has asked for anything.")
    for call in calls:
        print(_call_line(call))


def _call_line(call: dict[str, Any]) -> str:
    arguments = json.dumps(call.get("arguments", {}), ensure_ascii=False)
    line = f"{call.get('time', '')}  {call.get('tool', '')}  {arguments}  {call.get('outcome', '')}"
    return make_printable(line)
