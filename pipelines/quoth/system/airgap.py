"""No way out at all: a program in a network namespace that has only loopback (Linux).

The kernel holds it, for native code and child processes alike, and without any privilege.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from quoth.errors import ConfigurationError

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_SET_FLAGS = 0x8914
_UP, _RUNNING = 0x1, 0x40
_LOOPBACK = "lo"


def run_airgapped(program: Sequence[str]) -> NoReturn:
    """Replace this process by a program that reaches nothing but this machine.

    A fresh interpreter enters the namespace, since a process with threads cannot. Raises
    `ConfigurationError` where the system has no network namespaces.
    """
    if sys.platform != "linux":
        raise ConfigurationError(
            f"{sys.platform} has no network namespaces, so a command cannot be cut off.",
            hint="Turn the network of the machine off, or use a container without one.",
        )
    os.execv(sys.executable, [sys.executable, "-m", __name__, *program])  # noqa: S606


def is_airgapped() -> bool:
    """Whether this process has no network interface but loopback."""
    return {name for _, name in socket.if_nameindex()} <= {_LOOPBACK}


def _enter() -> None:
    """Move this process into a namespace of its own, as the same user, with loopback up."""
    user, group = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_USER | _NEW_NETWORK):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    own = Path("/proc/self")
    (own / "setgroups").write_text("deny")
    (own / "uid_map").write_text(f"{user} {user} 1")
    (own / "gid_map").write_text(f"{group} {group} 1")
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        flags = struct.pack("16sH14x", _LOOPBACK.encode(), _UP | _RUNNING)
        fcntl.ioctl(control, _SET_FLAGS, flags)


def _main(program: Sequence[str]) -> NoReturn:
    try:
        _enter()
    except OSError as error:
        print(
            f"quoth: This system does not let a command be cut off: {error.strerror}.\n"
            "  hint: User namespaces are switched off here; a container without a network, "
            "or a firewall, does the same.",
            file=sys.stderr,
        )
        sys.exit(2)
    os.execv(program[0], list(program))  # noqa: S606


if __name__ == "__main__":
    _main(sys.argv[1:])
