"""`llama-server`: llama.cpp's server, running already, or started here and stopped again.

`llama-server:http://127.0.0.1:8080` is the server at that address, and so is any name with
`backend.url`. Otherwise `llama-server:FILE.gguf` (or `embedded`, or `ollama/NAME:TAG`) starts the
program `llama-server` from the PATH on a free loopback port.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from quoth.backends.hardware import (
    Hardware,
    cached_as,
    chosen_hardware,
    explain_ignored,
    find_draft,
)
from quoth.backends.http import read_key
from quoth.backends.llama.address import settings_at, trim_address
from quoth.backends.llama.http import LlamaHttpClient
from quoth.backends.llama.offload import explain_offload, to_llama_layers
from quoth.backends.llama.process import ServerProcess
from quoth.backends.llama.served import ServedModel, Server, reach_server
from quoth.config import ModelSettings
from quoth.errors import ConfigurationError
from quoth.models import Provider
from quoth.weights import choose_threads, fingerprint_of, list_gpus, read_gguf, weights_of

PROGRAM = "llama-server"


class LlamaServerProvider(Provider):
    """The model of a running server, or a GGUF file that the program serves."""

    def open(self, name: str) -> LlamaServer:
        """Return the model of the server at `backend.url`, or of a server started for a file."""
        settings = settings_at(name, self.settings)
        path = None if settings.url else weights_of(name)
        if path is not None:
            read_gguf(path)
            find_draft(settings)
            find_program(PROGRAM)
        return LlamaServer(
            model=f"{PROGRAM}:{name}",
            path=path,
            settings=settings,
            prompt_folders=self.prompt_folders,
        )


class LlamaServer(ServedModel):
    """A model that a llama.cpp server serves. A server that was started is stopped by `unload`.

    `path` is the file to start the server with; without one, the server is at `backend.url`.
    """

    path: Path | None = None

    @property
    def address(self) -> str:
        """The address of a server that was not started here."""
        return "" if self.path else self.settings.url

    def weights_file(self) -> Path | None:
        """Return the GGUF file, where we start the server for it."""
        return self.path

    def command(self, port: int) -> list[str]:
        """Return the program and its arguments."""
        return [
            find_program(PROGRAM),
            "-m",
            str(self.path),
            *server_arguments(self.settings, port),
            "--kv-unified",
            "--no-webui",
        ]

    def start(self) -> Server:
        """Reach the server, or start it."""
        return self._reach() if self.path is None else self._start(self.path)

    def _reach(self) -> Server:
        """Return the server at `backend.url`."""
        settings = self.settings
        key = read_key(settings.api_key_file)
        url = trim_address(settings.url)
        client = LlamaHttpClient(url, api_key=key, timeout=settings.timeout)
        try:
            return reach_server(
                client,
                self.model,
                settings,
                note=explain_ignored(settings),
                folders=self.prompt_folders,
            )
        except BaseException:
            client.close()
            raise

    def _start(self, file: Path) -> Server:
        """Return a server that is started here, with the layers that it really offloaded."""
        settings = self.settings
        process = ServerProcess(self.model, self.command, settings.timeout)
        try:
            client = LlamaHttpClient(process.url, api_key=process.api_key, timeout=settings.timeout)
            layers = process.gpu_layers
            note = explain_offload(settings.gpu_layers, layers, gpu_here=bool(list_gpus()))
            server = reach_server(
                client,
                self.model,
                settings,
                fingerprint=cached_as(fingerprint_of(file), settings),
                gpu_layers=layers,
                offload_note=note,
                folders=self.prompt_folders,
            )
        except BaseException:
            process.stop()
            raise
        server.stop, server.running = process.stop, lambda: process.running
        server.share_window()
        return server


def server_arguments(settings: ModelSettings, port: int) -> list[str]:
    """Return the arguments that every llama.cpp server understands."""
    pairs: dict[str, object] = {
        "--host": "127.0.0.1",
        "--port": port,
        "-c": settings.context_window,
        "-np": settings.parallel,
        "-t": choose_threads(settings.threads),
        "-b": max(2048, settings.batch_tokens),
        "-ub": settings.batch_tokens,
    }
    if settings.gpu_layers != "auto":
        pairs["-ngl"] = to_llama_layers(settings.gpu_layers)
    pairs |= _hardware_arguments(settings)
    return [str(part) for pair in pairs.items() for part in pair]


def _hardware_arguments(settings: ModelSettings) -> dict[str, object]:
    """Return the arguments for the settings that were chosen; a program may not know all."""
    kept = settings.kv_cache_type
    arguments: dict[Hardware, dict[str, object]] = {
        "flash_attention": {"--flash-attn": settings.flash_attention},
        "kv_cache_type": {"--cache-type-k": kept, "--cache-type-v": kept},
        "tensor_split": {"--tensor-split": ",".join(f"{x:g}" for x in settings.tensor_split)},
        "main_gpu": {"--main-gpu": settings.main_gpu},
        "cpu_expert_layers": {"--n-cpu-moe": settings.cpu_expert_layers},
        "draft_model": {"--model-draft": find_draft(settings)},
    }
    chosen: dict[str, object] = {}
    for name in chosen_hardware(settings):
        chosen |= arguments[name]
    return chosen


def find_program(name: str) -> str:
    """Return the path of a program on the PATH. Raises `ConfigurationError`."""
    program = shutil.which(name)
    if program is None:
        raise ConfigurationError(
            f"There is no program {name} on the PATH.",
            hint="Install llama.cpp, set backend.url to a running server, or use the backend "
            "llamacpp, which needs neither.",
        )
    return program
