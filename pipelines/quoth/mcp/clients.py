"""What to paste where, so that a client starts the server."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from typing import Any

from quoth.errors import UsageError

_PLACES = {
    "claude": (
        "Claude Desktop: Settings → Developer → Edit Config (claude_desktop_config.json)."
        " Claude Code: .mcp.json in a project."
    ),
    "vscode": (
        "Visual Studio Code: .vscode/mcp.json in a project,"
        " or the command `MCP: Open User Configuration`."
    ),
    "zed": "Zed: settings.json.",
    "json": "Any client: the command and its arguments.",
}


def client_configuration(client: str, arguments: Sequence[str]) -> tuple[str, str]:
    """Return where a client keeps its servers, and the JSON to paste there.

    `arguments` are those of `quoth mcp`. Raises `UsageError` for a client that is not known.
    """
    if client not in _PLACES:
        raise UsageError(f"There is no client {client!r}.", hint=f"Take one of {(*_PLACES,)}.")
    program = shutil.which("quoth")
    command = [program] if program else [sys.executable, "-m", "quoth.cli"]
    entry = {"command": command[0], "args": [*command[1:], "mcp", *arguments]}
    values: dict[str, dict[str, Any]] = {
        "claude": {"mcpServers": {"quoth": entry}},
        "vscode": {"servers": {"quoth": {"type": "stdio", **entry}}},
        "zed": {"context_servers": {"quoth": {"source": "custom", **entry}}},
        "json": entry,
    }
    return _PLACES[client], json.dumps(values[client], indent=2, ensure_ascii=False)
