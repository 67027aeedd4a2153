"""The engines of one embedder: one that opens quickly, and the fastest one for many texts."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

from quoth.config import Embedding, state_folder
from quoth.embed import openvino, torch
from quoth.embed.choice import Engine, choose_engine
from quoth.embed.folder import ModelFolder
from quoth.embed.graph import UnsupportedError
from quoth.embed.onnx import OnnxEngine
from quoth.errors import ConfigurationError
from quoth.system import missing_extra


class Engines:
    """Opens engines when they are first needed; safe to use from many threads.

    Raises `ConfigurationError` for an engine that cannot be opened.
    """

    def __init__(self, folder: ModelFolder, settings: Embedding) -> None:
        self._folder = folder
        self._settings = settings
        self._opening = threading.RLock()
        self._first: Engine | None = None
        self._fastest: Engine | None = None

    @property
    def quick(self) -> Engine:
        """The engine that opens soonest. A question on it stands in no line behind many texts."""
        if self._settings.engine != "auto":
            return self.fastest
        return self._first or self._open_first()

    @property
    def fastest_open(self) -> Engine:
        """The fastest engine; while another thread opens it, the one that is open already."""
        if self._opening.acquire(blocking=False):
            try:
                return self.fastest
            finally:
                self._opening.release()
        return self._fastest or self._first or self.fastest

    @property
    def fastest(self) -> Engine:
        """The engine that the settings name, or the one that is fastest here."""
        with self._opening:
            if self._fastest is None:
                self._fastest = self._open_fastest()
            return self._fastest

    def _open_first(self) -> Engine:
        with self._opening:
            if self._first is None:
                try:
                    self._first = OnnxEngine(self._graph(), threads=self._threads)
                except UnsupportedError as error:
                    if not torch.is_installed():
                        raise missing_extra(f"An embedder with {error}", "torch") from error
                    self._first = self._open_torch()
            return self._first

    def _open_fastest(self) -> Engine:
        name = self._settings.engine
        if name.startswith("torch"):
            return self._open_torch(bf16=name == "torch-bf16")
        if name != "auto":
            return self._open_named(name)
        first = self._open_first()
        if first.name != OnnxEngine.name or not openvino.is_installed():
            return first
        return choose_engine(
            {"onnx": lambda: first, "openvino": lambda: self._open_named("openvino")},
            state_folder() / "models" / "engines.json",
            model=self._folder.weights_fingerprint(),
            threads=self._threads,
        )

    def _open_named(self, name: str) -> Engine:
        kind = openvino.OpenVinoEngine if name == "openvino" else OnnxEngine
        try:
            return kind(self._graph(), threads=self._threads)
        except UnsupportedError as error:
            raise ConfigurationError(
                f"{self._folder.path} cannot run on {name}: no graph can be made of {error}.",
                hint="Set embedding.engine to torch.",
            ) from error

    def _open_torch(self, *, bf16: bool = False) -> Engine:
        return torch.TorchEngine(self._folder.path, threads=self._threads, bf16=bf16)

    def _graph(self) -> Path:
        """Return the embedder's graph, written now if it is missing."""
        from quoth.embed.graph.write import VERSION, write_graph

        weights = self._folder.weights_fingerprint()
        parts = f"{VERSION}|{weights}|{self._folder.digest()}"
        key = hashlib.blake2b(parts.encode(), digest_size=12).hexdigest()
        graph = state_folder() / "models" / f"embedder-{key}.onnx"
        if not graph.is_file():
            write_graph(self._folder, graph)
        return graph

    @property
    def _threads(self) -> int:
        return self._settings.threads or os.cpu_count() or 1
