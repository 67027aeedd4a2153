"""What an agent may see and do: the bounds of one server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quoth.collection import Scope

_FOLDERS = re.compile(r"""(?<![\w/:.])(?:[A-Za-z]:[\\/]|/)(?:[^\s'"`/\\:;,<>|]+[\\/])+""")
MAX_TOKENS = 3_000
"""The most tokens that a tool returns unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """The bounds of a server for agents.

    `collections` are all that it serves, the first of them unless a call names another. `scope` is
    the part of each that it serves, `None` for everything. `paths` also tells where documents lie,
    not only their names. `roots` are the folders from which an agent may ingest files; without any
    it may not.
    """

    collections: tuple[str, ...]
    scope: Scope | None = None
    max_tokens: int = MAX_TOKENS
    paths: bool = False
    roots: tuple[Path, ...] = ()
    patience_seconds: float = 40.0

    def tell(self, text: str) -> str:
        """Return a sentence as an agent is told it.

        The last part alone is left of each absolute path, unless paths are shown.
        """
        return text if self.paths else _FOLDERS.sub("", text)
