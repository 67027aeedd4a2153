"""The server on standard input and output, as a client starts it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from quoth.config import Config, state_folder
from quoth.library import Shelf, WorkQueue
from quoth.mcp.settings import AgentSettings
from quoth.system import missing_extra

_LONGEST_QUEUE = 32


def serve_stdio(settings: AgentSettings, config: Config) -> None:
    """Serve an agent over standard input and output until it closes them.

    Nothing but the protocol is written to standard output: what a library prints goes to standard
    error. Raises `MissingExtraError` without the extra `mcp`.
    """
    try:
        from quoth.mcp.server import AgentServer
    except ModuleNotFoundError as error:
        raise missing_extra("`quoth mcp`", "mcp") from error
    shelf = Shelf(config, state_folder(), served=settings.collections)
    server = AgentServer(settings, shelf=shelf, queue=WorkQueue(slots=1, length=_LONGEST_QUEUE))
    try:
        server.protocol.run("stdio")
    except (BrokenPipeError, KeyboardInterrupt):
        pass
    finally:
        # A reader that went away must not turn the end into an error of the interpreter.
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115
        server.close()
        shelf.close()
