"""What Ollama 0.33 streams while it pulls a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from quoth.weights.ollama_store import REGISTRY, split_model_name

LAYERS = {"941f309b54ca": 98_362_432, "e3b2721cec51": 102, "f02dd72bb242": 59, "4157c46799c1": 152}


def pull_lines(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the steps of a pull. A registry without TLS needs `insecure`; `nosuch` is not there."""
    host, namespace, model, tag = split_model_name(str(body["model"]))
    yield {"status": "pulling manifest"}
    url = f"https://{host}/v2/{namespace}/{model}/manifests/{tag}"
    if model in {"nosuch", "none-of-this-name"}:
        yield _failure(url, f"dial tcp: lookup {REGISTRY} on 127.0.0.53:53: no such host")
        return
    if host.startswith("127.0.0.1") and not body.get("insecure"):
        yield _failure(url, "http: server gave HTTP response to HTTPS client")
        return
    for digest, size in LAYERS.items():
        whole = f"sha256:{digest.ljust(64, '0')}"
        yield {"status": f"pulling {digest}", "digest": whole, "total": size, "completed": size}
    for status in ("verifying sha256 digest", "writing manifest", "success"):
        yield {"status": status}


def _failure(url: str, reason: str) -> dict[str, Any]:
    return {"error": f'pull model manifest: Get "{url}": {reason}'}
