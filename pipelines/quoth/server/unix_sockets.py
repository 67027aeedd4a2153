"""Unix sockets that only their owner can open."""

from __future__ import annotations

import socket
from pathlib import Path

from quoth.errors import UsageError


def listen_privately(path: Path) -> socket.socket:
    """Return a socket that listens at a path. Raises `UsageError` when it is taken.

    What a server left that was killed is removed.
    """
    if path.exists():
        if not path.is_socket():
            raise UsageError(f"{path} is there already, and is no socket.")
        with socket.socket(socket.AF_UNIX) as other:
            if other.connect_ex(str(path)) == 0:
                raise UsageError(
                    f"Another program listens at {path}.", hint="Stop it, or name another socket."
                )
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise UsageError(f"{path} cannot be a socket: {error}.") from error
    return listener
