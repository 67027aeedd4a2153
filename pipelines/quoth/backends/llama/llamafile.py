"""`llamafile`: a model and its server in one executable file, running already or started here.

`llamafile:http://127.0.0.1:8080` is the server at that address, and so is any name with
`backend.url`. Otherwise `llamafile:FILE.llamafile` starts the file on a free loopback port, and
stops it again.
"""

from __future__ import annotations

import os
from pathlib import Path

from quoth.backends.llama.address import settings_at
from quoth.backends.llama.server import LlamaServer, server_arguments
from quoth.errors import ModelNotFoundError
from quoth.models import Provider
from quoth.system import expand_home


class LlamafileProvider(Provider):
    """The model of a running llamafile, or of a file to start."""

    def open(self, name: str) -> Llamafile:
        """Return the model of the llamafile at `backend.url`, or of a file to start."""
        settings = settings_at(name, self.settings)
        return Llamafile(
            model=f"llamafile:{name}",
            path=None if settings.url else find_executable(name),
            settings=settings,
            prompt_folders=self.prompt_folders,
        )


class Llamafile(LlamaServer):
    """A llamafile. It speaks the same HTTP as llama.cpp's server."""

    def weights_file(self) -> Path | None:
        """Return `None`: the weights are inside an executable."""
        return None

    def command(self, port: int) -> list[str]:
        """Return the file and its arguments."""
        return [str(self.path), "--server", "--nobrowser", *server_arguments(self.settings, port)]


def find_executable(name: str) -> Path:
    """Return the path of an executable file. Raises `ModelNotFoundError`."""
    path = expand_home(name)
    if not path.is_file():
        raise ModelNotFoundError(
            f"There is no llamafile {name}.",
            hint="Give the path of the file, or the address of a running one (llamafile:http://127.0.0.1:8080).",
        )
    if not os.access(path, os.X_OK):
        raise ModelNotFoundError(
            f"{name} may not be executed.", hint=f"Allow it with: chmod +x {name}"
        )
    return path.resolve()
