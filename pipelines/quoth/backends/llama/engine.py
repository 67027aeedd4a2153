"""What all models on a llama.cpp server have in common: in this process, started, or running.

The prompt is rendered here, in a sandbox, with the template that the model carries, so that the
exact bytes are known and counted before they are sent.
"""

from __future__ import annotations

import threading
import time
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import PrivateAttr
from quoth.backends.http import is_crowded
from quoth.backends.llama.admission import Admission, no_limit
from quoth.backends.llama.http import LlamaHttpClient
from quoth.config import ModelSettings
from quoth.errors import BackendError
from quoth.models import Description, LocalModel, Piece, Request
from quoth.prompts import ChatTemplate, ModelMetadata, resolve_template


@dataclass(slots=True)
class Engine:
    """A llama.cpp server that answers. `stop` ends it, where it is ours to end."""

    client: LlamaHttpClient
    description: Description
    template: ChatTemplate
    admission: Admission | None = None
    load_seconds: float = 0.0
    handle: Any = None
    _charge: threading.Lock = field(default_factory=threading.Lock)

    def charge_load(self, piece: Piece) -> Piece:
        """Return the piece, with the seconds that loading took if no piece had them before."""
        if piece.timings is None or not self.load_seconds:
            return piece
        with self._charge:
            seconds, self.load_seconds = self.load_seconds, 0.0
        return replace(piece, timings=replace(piece.timings, load_seconds=seconds))


class LlamaTextModel(LocalModel):
    """A model behind llama.cpp's HTTP interface. Reached at the first call, for all threads."""

    settings: ModelSettings

    _engine: Engine | None = PrivateAttr(default=None)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @abstractmethod
    def start(self) -> Engine:
        """Load the model, or reach its server."""

    @abstractmethod
    def stop(self, engine: Engine) -> None:
        """Free what `start` took."""

    def describe(self) -> Description:
        """Return what the model is."""
        return self.engine().description

    def template(self) -> ChatTemplate:
        """Return the template that the model carries, else that of its family."""
        return self.engine().template

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens, counted by the model's own tokenizer."""
        return len(self.engine().client.tokenize(text))

    def pieces(self, request: Request) -> Iterator[Piece]:
        """Generate token by token; the load is charged to the first call."""
        engine = self.engine()
        room = engine.admission.admitted if engine.admission else no_limit
        try:
            with room(request.prompt_tokens + request.max_tokens):
                yield from map(engine.charge_load, engine.client.completion(request))
        except BackendError as error:
            if is_crowded(error) and engine.admission is None:
                # The slots of this server share one window, which it did not tell: from now on,
                # and for the next attempt, our calls wait for each other.
                found = engine.description
                engine.admission = Admission(found.context_window, found.parallel)
            raise

    def unload(self) -> None:
        """Stop what was started here, and free its memory."""
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.client.close()
            self.stop(engine)

    def engine(self) -> Engine:
        """Return the server; the first caller starts it, the others wait."""
        engine = self._engine
        if engine is None:
            with self._lock:
                if self._engine is None:
                    start = time.perf_counter()
                    started = self.start()
                    started.load_seconds = time.perf_counter() - start
                    self._engine = started
                engine = self._engine
        return engine

    @property
    def loaded(self) -> bool:
        """Tell whether the model has been loaded, or its server reached."""
        return self._engine is not None

    def _block_starts(self, text: str) -> list[int]:
        return self.engine().client.token_starts(text)


def resolve(
    metadata: ModelMetadata,
    settings: ModelSettings,
    *,
    bos: str,
    eos: str,
    folders: Sequence[Path] = (),
) -> ChatTemplate:
    """Return the template that a model's messages are written with, and its special tokens."""
    found = resolve_template(metadata, override=settings.template or None, folders=folders)
    return replace(found, bos_token=bos or found.bos_token, eos_token=eos or found.eos_token)


def engine_at(
    client: LlamaHttpClient,
    name: str,
    settings: ModelSettings,
    *,
    fingerprint: str = "",
    gpu_layers: int | None = None,
    offload_note: str = "",
    note: str = "",
    folders: Sequence[Path] = (),
) -> Engine:
    """Return the engine for a server that answers, with what it says of its model."""
    properties = client.properties()
    facts = client.models()
    path = str(properties.get("model_path") or properties.get("model_alias") or name)
    metadata = ModelMetadata(
        name=path.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".gguf"),
        chat_template=properties.get("chat_template") or None,
        kind="text",
    )
    template = resolve(
        metadata,
        settings,
        bos=str(properties.get("bos_token", "")),
        eos=str(properties.get("eos_token", "")),
        folders=folders,
    )
    generation = properties.get("default_generation_settings") or {}
    window = int(generation.get("n_ctx") or facts.get("n_ctx") or settings.context_window)
    size, parameters = int(facts.get("size") or 0), int(facts.get("n_params") or 0)
    description = Description(
        name=name,
        family=template.family,
        kind="text",
        context_window=window,
        parallel=int(properties.get("total_slots") or 1),
        fingerprint=fingerprint or f"{metadata.name}:{parameters}:{size}:{facts.get('ftype', '')}",
        parameters=parameters,
        bytes=size,
        adds_bos=client.adds_bos(),
        gpu_layers=gpu_layers,
        offload_note=offload_note,
        note=note or template.warning,
    )
    return Engine(client=client, description=description, template=template)
