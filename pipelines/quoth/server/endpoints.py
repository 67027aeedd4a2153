"""A route as data: its method, its path, and the function that answers it.

A function is imported when its first request comes. Its signature says everything: `body` and
`query` are the models that validate, other parameters are parts of the path, and the annotation of
what it returns is the schema of the answer.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import Any, Literal

Guise = Literal["native", "compatible"]


@dataclass(frozen=True)
class Endpoint:
    """A route: `address` is `module:function`, `status` that of its success.

    `takes` is the kind of its body: `json`, the bytes of a file (`bytes`), or a form with a file
    (`form`).
    """

    method: str
    path: str
    address: str
    status: int = 200
    takes: Literal["json", "bytes", "form"] = "json"

    @cached_property
    def function(self) -> Callable[..., Any]:
        """The function that answers."""
        module, _, name = self.address.partition(":")
        function: Callable[..., Any] = getattr(import_module(module), name)
        return function

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The annotations of what the function takes from the request, by name."""
        signature = inspect.signature(self.function, eval_str=True)
        return {
            name: parameter.annotation for name, parameter in list(signature.parameters.items())[1:]
        }

    @cached_property
    def returned(self) -> Any:
        """The annotation of what the function returns."""
        return inspect.signature(self.function, eval_str=True).return_annotation

    @property
    def summary(self) -> str:
        """The first sentence about the route."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @property
    def is_compatible(self) -> bool:
        """Whether the route is one of OpenAI's."""
        return self.path.startswith("/v1/")

    @property
    def is_of_page(self) -> bool:
        """Whether the route gives the page of the browser, which is no part of the API."""
        return is_page_path(self.path)


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a function may ask of a request beside its validated parts.

    `headers` are those of the request, by lower-case name. `gone` tells whether the client left.
    """

    headers: dict[str, str]
    gone: Callable[[], bool]
    received: Any = None


@dataclass(frozen=True, slots=True)
class Content:
    """An answer that is no JSON: bytes of a media type, with further headers."""

    body: bytes
    media_type: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200


def is_page_path(path: str) -> bool:
    """Whether a path is that of the page of the browser, or of one of its files."""
    return path == "/" or path.startswith("/page/")
