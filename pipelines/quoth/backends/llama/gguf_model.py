"""A GGUF file that this process runs: described from its header before anything is loaded."""

from __future__ import annotations

import threading
import time
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import PrivateAttr, model_validator

from quoth.backends.hardware import Hardware, cached_as, explain_ignored
from quoth.backends.llama.offload import explain_offload
from quoth.backends.template import find_template
from quoth.errors import BackendError, ModelNotFoundError
from quoth.models import Constraint, Description, LocalModel
from quoth.prompts import ChatTemplate, ModelMetadata
from quoth.weights import EMBEDDED, FROM_OLLAMA, Gguf, fingerprint_of, read_gguf

EMBEDDED_NOTE = (
    "SmolLM2-135M is too small to write answers: you see text of your documents, word for word. "
    "A larger model writes; this names some for this machine, and how to get them: "
    "quoth models advise"
)


class GgufModel(LocalModel):
    """A model in a GGUF file. Raises `ModelNotFoundError` when there is no such file.

    `max_threads` is the highest number of threads that decode; 0 means as many as there are cores.
    """

    engine: ClassVar[str]
    """The package that runs the file."""
    constraints: ClassVar[tuple[Constraint, ...]] = ("json_schema", "grammar")
    """The ways in which the engine can constrain an answer."""
    spells: ClassVar[bool] = False
    """Whether the engine can be made to write a given text, and tells how likely it was."""
    takes: ClassVar[tuple[Hardware, ...]] = ()
    """The settings for GPUs and memory that the engine takes."""

    path: Path
    max_threads: int = 0

    _header: Gguf = PrivateAttr()

    @model_validator(mode="after")
    def _read_header(self) -> Self:
        self._header = read_gguf(self.path)
        if lacking := self._header.lacking:
            raise ModelNotFoundError(
                f"{self.path} is only a part of a model: {lacking} bytes are missing.",
                hint="Fetch it again, as `quoth models pull` does.",
            )
        return self

    @property
    def header(self) -> Gguf:
        """The header of the file."""
        return self._header

    def load_error(self, reason: Exception) -> BackendError:
        """Return the error for weights that the engine does not load."""
        return BackendError(
            f"{self.engine} cannot load {self.path.name}: {reason}.",
            hint="Check that this version of it supports the architecture of the model.",
        )

    @property
    def parallel(self) -> int:
        """The number of calls that are decoded in parallel."""
        return 1

    @property
    def gpu_layers(self) -> int | None:
        """The number of layers on the GPU; `None` while nothing is loaded."""
        return None

    @property
    def sees_gpu(self) -> bool:
        """Whether the engine could use a GPU of this machine."""
        return False

    @property
    def notes(self) -> Sequence[str]:
        """Sentences for the user about this model on this engine."""
        own = (EMBEDDED_NOTE,) if self.short_name == EMBEDDED else ()
        ignored = explain_ignored(self.settings, takes=self.takes)
        return (*own, *((ignored,) if ignored else ()))

    def weights_file(self) -> Path:
        """Return the GGUF file."""
        return self.path

    def describe(self) -> Description:
        """Return the description from the header, with the layers on the GPU once it is loaded."""
        header, template, layers = self.header, self.template(), self.gpu_layers
        sees_gpu = layers is not None and self.sees_gpu
        trained = header.context_length or self.settings.context_window
        return Description(
            name=self.model,
            family=template.family,
            kind="text",
            context_window=min(self.settings.context_window, trained),
            parallel=self.parallel,
            fingerprint=self._fingerprint(),
            engine=self.engine,
            parameters=header.parameters,
            bytes=header.bytes,
            adds_bos=header.adds_bos,
            gpu_layers=layers,
            offload_note=explain_offload(self.settings.gpu_layers, layers, gpu_here=sees_gpu),
            constraints=self.constraints,
            spells=self.spells,
            note=" ".join(note for note in (template.warning, *self.notes) if note),
        )

    def _fingerprint(self) -> str:
        weights = fingerprint_of(self.path)
        return cached_as(weights, self.settings) if "kv_cache_type" in self.takes else weights

    def template(self) -> ChatTemplate:
        """Return the template in the file, else that of its family."""
        header = self.header
        name = self.path.stem
        if self.short_name.startswith(FROM_OLLAMA):  # a blob is called by its hash
            name = self.short_name.removeprefix(FROM_OLLAMA)
        metadata = ModelMetadata(
            name=name,
            architecture=header.architecture,
            chat_template=header.chat_template,
            kind="text",
        )
        return find_template(
            metadata,
            self.settings,
            bos=header.token("bos"),
            eos=header.token("eos"),
            folders=self.prompt_folders,
        )


class OneCallModel(GgufModel):
    """A GGUF file on an engine that answers one call at a time. Loaded at the first call."""

    _client: Any = PrivateAttr(default=None)
    _load_seconds: float = PrivateAttr(default=0.0)
    # Held while text is generated; the generator may be resumed and ended by another thread.
    _turn: threading.Lock = PrivateAttr(default_factory=threading.Lock)
    # Held while the model is loaded, counts, or is freed.
    _lock: threading.RLock = PrivateAttr(default_factory=threading.RLock)

    @abstractmethod
    def load(self) -> Any:
        """Return the engine's own client, with the weights loaded. Raises `BackendError`."""

    @abstractmethod
    def free(self, client: Any) -> None:
        """Free the memory of a client."""

    @property
    def loaded(self) -> bool:
        """Whether the weights are in memory."""
        return self._client is not None

    def preload(self) -> None:
        """Load the weights now."""
        self.client()

    def client(self) -> Any:
        """Return the engine's client. The first caller loads the weights, the others wait."""
        with self._lock:
            if self._client is None:
                start = time.perf_counter()
                self._client = self.load()
                self._load_seconds = time.perf_counter() - start
            return self._client

    def unload(self) -> None:
        """Free the context and the weights."""
        with self._turn, self._lock:
            client, self._client = self._client, None
            if client is not None:
                self.free(client)

    @contextmanager
    def take_turn(self) -> Iterator[tuple[Any, float]]:
        """Wait for earlier calls; give the client, and the seconds that loading it took.

        Later calls than the first get 0 seconds.
        """
        with self._turn:
            client = self.client()
            seconds, self._load_seconds = self._load_seconds, 0.0
            yield client, seconds
