"""The backends under test, and real servers for them to speak to."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import ollama
import pytest
from conformance.ollama_server import NAME
from quoth.backends.ollama.wire import server_address
from quoth.config.settings import ModelSettings
from quoth.errors import BackendUnavailableError
from quoth.models import LocalModel, open_model, open_provider

PROGRAM = Path(__file__).with_name("llama_program.py")
WINDOW = 1024
BACKENDS = (
    "llamacpp",
    "llama-server",
    "llamafile",
    "ollama",
    "openai-compatible",
    "llama-cpp-python",
    "gpt4all",
)
LIVE = "ollama-live"
"""A real Ollama, at OLLAMA_HOST or its usual address: `pytest tests/conformance -m live`."""
OVER_HTTP = ("llama-server", "llamafile", "ollama", "openai-compatible")


@dataclass
class Subject:
    """A backend under test. `open` gives a new model; every one is unloaded at the end."""

    backend: str
    open: Callable[..., LocalModel]
    slots: Callable[[], list[dict[str, Any]]] | None = None
    embedded: bool = True  # of a real Ollama nobody knows which model it has
    opened: list[LocalModel] = field(default_factory=list)

    @property
    def model(self) -> LocalModel:
        """The model that most checks share."""
        if not self.opened:
            self.opened.append(self.open())
        return self.opened[0]


@contextmanager
def llama_server(*arguments: str) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        for line in process.stdout:
            if found := re.match(r"listening on (\S+)", line):
                yield found.group(1)
                break
        else:
            pytest.fail("the llama.cpp server of the tests did not start")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def settings(**changes: Any) -> ModelSettings:
    return ModelSettings(**{"context_window": WINDOW, "threads": 1, "parallel": 2, **changes})


def open_behind(backend: str, url: str, **changes: Any) -> LocalModel:
    """Open the model of a backend whose server is at `url`."""
    name = NAME if backend == "ollama" else "small"
    if backend == "openai-compatible":
        models = httpx2.get(f"{url}/v1/models", trust_env=False).json()
        name = models["data"][0]["id"]
    return open_model(settings(model=f"{backend}:{name}", url=url, **changes))


def live_model() -> str:
    """Return the smallest language model of the real Ollama that answers here; else skip."""
    return _live("completion", "LIVE_MODEL", "smollm2:135m")


def live_embedder() -> str:
    """Return the smallest embedding model of the real Ollama that answers here; else skip."""
    return _live("embedding", "LIVE_EMBEDDER", "all-minilm")


def _live(capability: str, variable: str, example: str) -> str:
    if chosen := os.environ.get(variable):
        return f"ollama:{chosen}"
    try:
        found = open_provider("ollama", settings(model="ollama:any", timeout=5.0)).installed()
    except BackendUnavailableError as error:
        pytest.skip(f"no Ollama answers: {str(error).rstrip(chr(46))}")
    with ollama.Client(host=server_address(settings()), trust_env=False) as server:
        for _, name in sorted((model.bytes, model.name) for model in found):
            if capability in (server.show(name).capabilities or ()):
                return f"ollama:{name}"
    pytest.skip(f"the Ollama that answers here has no model for it; run: ollama pull {example}")
