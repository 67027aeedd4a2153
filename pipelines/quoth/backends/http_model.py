"""A model that a user's own server runs, and that is reached over HTTP."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from pydantic import PrivateAttr

from quoth.backends.http import LocalHttp
from quoth.models import LocalModel


class HttpModel(LocalModel):
    """A model of a server. Nothing is sent before the model is described or called."""

    _http: LocalHttp = PrivateAttr()

    @abstractmethod
    def connect(self) -> LocalHttp:
        """Return a client for the server; it opens no connection yet."""

    def model_post_init(self, context: Any, /) -> None:
        """Make the client of a new model."""
        super().model_post_init(context)
        self._http = self.connect()

    @property
    def address(self) -> str:
        """The address of the server."""
        return self._http.url

    def disconnect(self) -> None:
        """Close all connections, and make a client for the calls to come."""
        self._http.close()
        self._http = self.connect()
