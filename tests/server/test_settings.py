"""The address that the server tells of itself is one that it answers to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from quoth.server import ServerSettings


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({}, "http://127.0.0.1:8765"),
        ({"host": "::1"}, "http://[::1]:8765"),
        ({"host": "0.0.0.0"}, "http://localhost:8765"),
        ({"host": "::", "allow_hosts": ("quoth.lan",)}, "http://quoth.lan:8765"),
        ({"host": "0.0.0.0", "allow_hosts": ("quoth.lan:80",)}, "http://quoth.lan:80"),
        ({"host": "192.0.2.7", "tls_cert": "c", "tls_key": "k"}, "https://192.0.2.7:8765"),
        ({"socket": "/run/quoth"}, "http://localhost"),
        ({"socket": "/run/quoth", "allow_hosts": ("quoth.lan",)}, "http://quoth.lan"),
        ({"socket": "/run/quoth", "behind_proxy": "quoth.example"}, "https://quoth.example"),
        ({"behind_proxy": "quoth.example:8443"}, "https://quoth.example:8443"),
    ],
)
def test_the_address_passes_the_own_check_of_hosts(changes: dict[str, Any], address: str) -> None:
    settings = ServerSettings(**changes)
    assert settings.base_url == address
    assert urlsplit(address).hostname in settings.host_names
