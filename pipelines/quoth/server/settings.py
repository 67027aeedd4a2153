"""How the server listens, whom it answers, and what it accepts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from quoth.errors import ConfigurationError
from quoth.system import check_port, listens_on_loopback

MEGABYTE = 1 << 20
HEADER_BYTES = 64 * 1024
"""The most bytes of all headers of a request."""

_ALL = ("0.0.0.0", "::")  # noqa: S104  # the addresses of no machine


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """How the server listens, whom it answers, and what it accepts.

    `socket` is the path of a Unix socket, in place of `host` and `port`. `collections` are the
    collections that are served, all when empty. `allow_hosts` are names beside those of this
    machine under which clients reach the server, with a port where it is another one;
    `behind_proxy` is that of a proxy with TLS.
    `origins` are those of web pages that may read answers, compared letter by letter. `roots` are
    folders of this machine that a job may ingest, by name. `queue_length` is the number of
    questions, and of jobs, that may wait. An `attachable` server serves other programs of the same
    user and home, too, in place of a model of their own. With a `fleet`, the address of its head,
    the machines of that fleet read and summarize for the jobs; `fleet_token` is its token file,
    that of the home without. Raises `UsageError` for what is no port.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    socket: str = ""
    collections: tuple[str, ...] = ()
    token_file: Path | None = None
    needs_token: bool = True
    allow_hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    behind_proxy: str = ""
    tls_cert: str = ""
    tls_key: str = ""
    roots: tuple[tuple[str, Path], ...] = ()
    body_bytes: int = 4 * MEGABYTE
    upload_bytes: int = 512 * MEGABYTE
    body_seconds: float = 30.0
    queue_length: int = 16
    attachable: bool = False
    fleet: str = ""
    fleet_token: Path | None = None

    def __post_init__(self) -> None:
        check_port(self.port)

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return bool(self.socket) or listens_on_loopback(self.host)

    @property
    def base_url(self) -> str:
        """The address at which clients reach the server; its host is one of `host_names`.

        A Unix socket and all addresses of a machine (`0.0.0.0`) are no address: the first of
        `allow_hosts` stands for them, or `localhost`.
        """
        if self.behind_proxy:
            return f"https://{self.behind_proxy}"
        scheme = "https" if self.tls_cert else "http"
        name = self.host
        if self.socket or self.host in _ALL:
            name = next(iter(self.allow_hosts), "localhost")
        if ":" in name and not _port_of(name):
            name = f"[{name}]"
        has_port = bool(_port_of(name) or self.socket)
        return f"{scheme}://{name}" if has_port else f"{scheme}://{name}:{self.port}"

    @property
    def host_names(self) -> frozenset[str]:
        """The names that the `Host` of a request may have."""
        own = {"localhost", "127.0.0.1", "::1", self.behind_proxy, *self.allow_hosts}
        if self.host not in _ALL:
            own.add(self.host)
        return frozenset(_without_port(name).lower() for name in own if name)

    @property
    def cookie(self) -> str:
        """The name of the cookie; cookies do not tell ports apart, so the name does."""
        return f"quoth-{self.port}"

    def check(self) -> None:
        """Raise `ConfigurationError` for a server that would be open to others."""
        if bool(self.tls_cert) != bool(self.tls_key):
            raise ConfigurationError("TLS needs both --tls-cert and --tls-key.")
        if self.on_loopback and not self.behind_proxy:
            return
        if not self.needs_token:
            raise ConfigurationError(
                f"--no-token is only for this machine alone, and {self.host} is open to others.",
                hint="Leave out --no-token, or listen on 127.0.0.1.",
            )
        if not (self.token_file and (self.tls_cert or self.behind_proxy)):
            raise ConfigurationError(
                f"{self.host} is open to other machines, without TLS or a token of your own.",
                hint="Give --token-file, and --tls-cert with --tls-key or --behind-proxy NAME.",
            )


def _port_of(name: str) -> str:
    """Return the port behind the name of a host, empty without one; IPv6 stands in brackets."""
    host, colon, port = name.rpartition(":")
    return port if colon and port.isdecimal() and (":" not in host or host[-1] == "]") else ""


def _without_port(name: str) -> str:
    return name.removesuffix(f":{_port_of(name)}").strip("[]")
