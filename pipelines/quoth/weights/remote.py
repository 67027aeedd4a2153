"""Where a file of a model comes from: `hf:OWNER/REPOSITORY/FILE`, or an address."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from quoth.errors import ConfigurationError, UsageError
from quoth.system import is_loopback
from quoth.weights.gguf_parts import split_part

HUB = "https://huggingface.co"
HUB_PREFIX = "hf:"
_SUFFIX = ".gguf"
_SEGMENT = re.compile(r"[\w.-]+")
_HASH = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file to fetch: its address, and the name under which it is kept.

    `sha256` is the hash that it must have, in hexadecimal; empty where the caller knows none.
    """

    url: str
    name: str
    sha256: str = ""

    @property
    def host(self) -> str:
        """The host of the address."""
        return urlsplit(self.url).hostname or ""


def is_remote(name: str) -> bool:
    """Whether a name is `hf:…` or an address, and not a model of a backend."""
    return name.startswith((HUB_PREFIX, "https://", "http://"))


def remote_files(name: str, *, sha256: str = "") -> list[RemoteFile]:
    """Return the files behind `hf:OWNER/REPOSITORY/FILE.gguf` or an address: one for each part.

    `HF_ENDPOINT` names a mirror of the hub. Raises `UsageError` for a name that is no such thing.
    """
    if sha256 and not _HASH.fullmatch(sha256):
        raise UsageError("--sha256 takes the 64 hexadecimal digits of a hash.")
    url = _hub_url(name) if name.startswith(HUB_PREFIX) else name
    check_url(url)
    folder, _, last = urlsplit(url).path.rpartition("/")
    parts = split_part(unquote(last))
    if len(parts) > 1 and sha256:
        raise UsageError("--sha256 is of one file, and this model has several.")
    for part in parts:
        if not part.endswith(_SUFFIX) or part == _SUFFIX:
            raise UsageError(
                f"{name} does not end in the name of a .gguf file.",
                hint="As in: quoth models pull hf:OWNER/REPOSITORY/FILE.gguf",
            )
    base = urlsplit(url)
    return [
        RemoteFile(base._replace(path=f"{folder}/{quote(part)}").geturl(), part, sha256.lower())
        for part in parts
    ]


def hub_file(name: str) -> RemoteFile:
    """Return the file behind `hf:OWNER/REPOSITORY/FILE`. Raises `UsageError` for another name."""
    url = _hub_url(name)
    check_url(url)
    return RemoteFile(url, name.rpartition("/")[2])


def check_url(url: str) -> None:
    """Raise `ConfigurationError` for an address without TLS, except on this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host or parts.scheme not in ("https", "http"):
        raise ConfigurationError(f"{url} is not an address of a file.")
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(
            f"{url} has no TLS, so anyone on the way could change the file.",
            hint="Use https://, or fetch the file yourself and name its path.",
        )


def _hub_url(name: str) -> str:
    owner, _, rest = name.removeprefix(HUB_PREFIX).partition("/")
    repository, _, path = rest.partition("/")
    segments = [owner, repository, *PurePosixPath(path).parts]
    plain = all(_SEGMENT.fullmatch(part) and part.strip(".") for part in segments)
    if not path or not plain:
        raise UsageError(
            f"{name} does not name a file of a repository.",
            hint="As in: quoth models pull hf:OWNER/REPOSITORY/FILE.gguf",
        )
    endpoint = os.environ.get("HF_ENDPOINT", "").rstrip("/") or HUB
    return f"{endpoint}/{owner}/{repository}/resolve/main/{quote(path)}"
