"""`llama-server`: llama.cpp's server, running already, or started here and stopped again.

With `backend.url` it is the server there. Without, `llama-server:FILE.gguf` (or `embedded`, or
`ollama/NAME:TAG`) starts the program `llama-server` from the PATH on a free loopback port.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Self

from quoth.backends.http import read_key
from quoth.backends.llama.admission import Admission
from quoth.backends.llama.engine import Engine, LlamaTextModel, engine_at
from quoth.backends.llama.http import LlamaHttpClient
from quoth.backends.llama.offload import gpu_layers_for_llama, offload_note
from quoth.backends.llama.process import ServerProcess
from quoth.config import ModelSettings
from quoth.errors import ConfigurationError
from quoth.weights import decode_threads, fingerprint_of, gpu_entries, read_gguf, weights_of

PROGRAM = "llama-server"


class LlamaServer(LlamaTextModel):
    """A model that a llama.cpp server serves. What was started is stopped by `unload`."""

    path: Path | None = None

    @classmethod
    def open(cls, name: str, settings: ModelSettings) -> Self:
        """Return the model of a server at `backend.url`, or of one to be started for a file."""
        path = None if settings.url else weights_of(name)
        if path is not None:
            read_gguf(path)
            find_program(PROGRAM)
        return cls(
            model=f"{PROGRAM}:{name}",
            path=path,
            settings=settings,
            temperature=settings.temperature,
            seed=settings.seed,
        )

    @property
    def address(self) -> str:
        """The address of a server that somebody else started."""
        return "" if self.path else self.settings.url

    def weights_file(self) -> Path | None:
        """Return the GGUF file, where we start the server for it."""
        return self.path

    def command(self, port: int) -> list[str]:
        """Return the program and its arguments."""
        return [find_program(PROGRAM), "-m", str(self.path), *server_arguments(self.settings, port),
                "--kv-unified", "--no-webui"]  # fmt: skip

    def start(self) -> Engine:
        """Reach the server, or start it."""
        if self.path is None:
            return running_engine(self)
        return started_engine(self, self.path)

    def stop(self, engine: Engine) -> None:
        """End the server, if we started it."""
        if engine.handle is not None:
            engine.handle.stop()

    def engine(self) -> Engine:
        """Return the server; one that we started and that has died is started again."""
        engine = self._engine
        if engine is not None and engine.handle is not None and not engine.handle.running:
            self.unload()
        return super().engine()


def running_engine(model: LlamaServer) -> Engine:
    """Return the engine for a server that somebody else runs."""
    settings = model.settings
    key = read_key(settings.api_key_file)
    client = LlamaHttpClient(settings.url, api_key=key, timeout=settings.timeout)
    try:
        return engine_at(client, model.model, settings, folders=model.prompt_folders)
    except BaseException:
        client.close()
        raise


def started_engine(model: LlamaServer, file: Path) -> Engine:
    """Return the engine for a server that is started here, with its real offload."""
    settings = model.settings
    process = ServerProcess(model.model, model.command, settings.timeout)
    try:
        client = LlamaHttpClient(process.url, api_key=process.api_key, timeout=settings.timeout)
        layers = process.gpu_layers
        engine = engine_at(
            client,
            model.model,
            settings,
            fingerprint=fingerprint_of(file),
            gpu_layers=layers,
            offload_note=offload_note(settings.gpu_layers, layers, gpu_here=bool(gpu_entries())),
            folders=model.prompt_folders,
        )
    except BaseException:
        process.stop()
        raise
    engine.handle = process
    description = engine.description
    engine.admission = Admission(description.context_window, description.parallel)
    return engine


def server_arguments(settings: ModelSettings, port: int) -> list[str]:
    """Return the arguments that every llama.cpp server understands."""
    pairs = {
        "--host": "127.0.0.1",
        "--port": port,
        "-c": settings.context_window,
        "-np": settings.parallel,
        "-t": decode_threads(settings.threads),
        "-b": max(2048, settings.batch_tokens),
        "-ub": settings.batch_tokens,
    }
    if settings.gpu_layers != "auto":
        pairs["-ngl"] = gpu_layers_for_llama(settings.gpu_layers)
    return [str(part) for pair in pairs.items() for part in pair]


def find_program(name: str) -> str:
    """Return the path of a program on the PATH. Raises `ConfigurationError`."""
    found = shutil.which(name)
    if found is None:
        raise ConfigurationError(
            f"There is no program {name} on the PATH.",
            hint="Install llama.cpp, name a running server in backend.url, or use the backend "
            "llamacpp, which needs neither.",
        )
    return found
