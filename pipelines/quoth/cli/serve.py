"""`quoth serve`."""

from __future__ import annotations

import sys
import webbrowser
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quoth.cli.options import SETTINGS, Address, Port, SharedOptions, add_command, tell_new_home
from quoth.errors import UsageError
from quoth.system import expand_home, real_path

if TYPE_CHECKING:
    from quoth.config import Config

SECTION = "Questions and summaries"

OpenPage = Annotated[bool, typer.Option("--open", help="Open the page in the browser.")]
Uploaded = Annotated[
    int, typer.Option(min=1, metavar="MEGABYTES", help="The largest file to upload.")
]
Fleet = Annotated[
    str, typer.Option(metavar="tls://HEAD:PORT", help="The fleet that does the work of jobs.")
]
FleetToken = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The token file of the fleet.")
]


def register(app: typer.Typer) -> None:
    """Add this command."""
    add_command(app, serve, "model", *SETTINGS, section=SECTION)


def serve(
    shared: SharedOptions,
    host: Address = "127.0.0.1",
    port: Port = 8765,
    socket: Annotated[
        str, typer.Option(metavar="FILE", help="A Unix socket, in place of host and port.")
    ] = "",
    collection: Annotated[
        list[str] | None,
        typer.Option(
            "--collection", "-c", metavar="NAME", help="A collection to serve; all without."
        ),
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file with the token of the server.")
    ] = None,
    no_token: Annotated[
        bool, typer.Option("--no-token", help="Let every program of this machine in.")
    ] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A host name to answer to; may be repeated."),
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(metavar="ORIGIN", help="The exact origin of a page that may read answers."),
    ] = None,
    behind_proxy: Annotated[
        str, typer.Option(metavar="NAME", help="The host name of a proxy with TLS in front.")
    ] = "",
    tls_cert: Annotated[str, typer.Option(metavar="FILE", help="A certificate, for TLS.")] = "",
    tls_key: Annotated[str, typer.Option(metavar="FILE", help="Its key.")] = "",
    root: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=DIR", help="A folder that a job may ingest, by this name."),
    ] = None,
    max_upload: Uploaded = 512,
    fleet: Fleet = "",
    fleet_token: FleetToken = None,
    open_page: OpenPage = False,
) -> None:
    """Serve the page in the browser, OpenAI clients, and the native API."""
    from quoth.config import state_folder
    from quoth.server import ServerSettings, serve

    config, home = shared.configure(), state_folder()
    tell_new_home(home)
    _check_fleet(config, fleet)
    settings = ServerSettings(
        host=host,
        port=port,
        socket=socket,
        collections=tuple(collection or ()),
        token_file=token_file,
        needs_token=not no_token,
        allow_hosts=tuple(allow_host or ()),
        origins=tuple(origin or ()),
        behind_proxy=behind_proxy,
        tls_cert=tls_cert,
        tls_key=tls_key,
        roots=tuple(map(_read_root, root or ())),
        upload_bytes=max_upload << 20,
        attachable=True,
        fleet=fleet,
        fleet_token=fleet_token,
    )
    tell, browse = partial(print, file=sys.stderr), webbrowser.open if open_page else None
    serve(settings, config, home=home, announce=tell, open_page=browse)


def _check_fleet(config: Config, address: str) -> None:
    """Raise `EgressError` for a head that the configuration does not permit, `UsageError`."""
    if address:
        from quoth.fleet import check_fleet_address

        config.guard.check_address(check_fleet_address(address))


def _read_root(text: str) -> tuple[str, Path]:
    """Return the name and the folder of `NAME=DIR`. Raises `UsageError`."""
    name, equals, folder = text.partition("=")
    path = real_path(expand_home(folder))
    if not equals or not name or not path.is_dir():
        raise UsageError(
            f"--root takes NAME=DIR with a folder, not {text!r}.",
            hint="As in: --root contracts=/home/me/contracts",
        )
    return name, path
