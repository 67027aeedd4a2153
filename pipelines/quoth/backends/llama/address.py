"""The address of a running server, from the name of a model or from the settings."""

from __future__ import annotations

from quoth.config import ModelSettings

_SCHEMES = ("http://", "https://")


def settings_at(name: str, settings: ModelSettings) -> ModelSettings:
    """Return the settings with the address that stands in place of a name, if one does.

    The key of `backend.api_key_file` is for the server at `backend.url`, and goes to no other.
    """
    if not name.lower().startswith(_SCHEMES):
        return settings
    url = trim_address(name)
    key = settings.api_key_file if trim_address(settings.url) in ("", url) else ""
    return settings.model_copy(update={"url": url, "api_key_file": key})


def trim_address(url: str) -> str:
    """Return an address without a slash or `/v1` at its end."""
    return url.rstrip("/").removesuffix("/v1").rstrip("/")
