"""`gpt4all`: the package gpt4all, for who has its models.

LangChain's `GPT4All` is built over the same client and is not in between, since it loses what the
contract needs: it sets neither the window (gpt4all's own is 2048) nor the layers on the GPU, it
gives whole answers only, cuts at stop strings after they were generated, does not say what a call
took, and calls a method that has the marks of chat templates read as plain text. gpt4all has no
seed: with a temperature above 0, answers differ from call to call.
"""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from pydantic import PrivateAttr

from quoth.backends.llama.engine import resolve
from quoth.backends.llama.offload import offload_note
from quoth.backends.llama.vocabulary import Vocabulary
from quoth.backends.stops import until_stop
from quoth.config import ModelSettings
from quoth.errors import BackendError, ConfigurationError
from quoth.models import Description, LocalModel, Piece, Request
from quoth.prompts import ChatTemplate, ModelMetadata
from quoth.system import missing_extra
from quoth.types import Timings
from quoth.weights import Gguf, Installed, decode_threads, fingerprint_of, read_gguf, weights_of

_FOLDER = Path("~/.cache/gpt4all")


class Gpt4All(LocalModel):
    """A GGUF file on gpt4all. It answers one call at a time. Loaded at the first call."""

    settings: ModelSettings
    path: Path

    _header: Gguf = PrivateAttr()
    _client: Any = PrivateAttr(default=None)
    _vocabulary: Vocabulary | None = PrivateAttr(default=None)
    _load_seconds: float = PrivateAttr(default=0.0)
    # Held while text is generated, which another thread may go on with and end.
    _turn: threading.Lock = PrivateAttr(default_factory=threading.Lock)
    # Held while the model is loaded, counts, or is freed.
    _lock: threading.RLock = PrivateAttr(default_factory=threading.RLock)

    @classmethod
    def open(cls, name: str, settings: ModelSettings) -> Self:
        """Return the model in a GGUF file: a path, or a name in gpt4all's own folder."""
        if importlib.util.find_spec("gpt4all") is None:
            raise missing_extra("The backend gpt4all", "gpt4all")
        own = (_FOLDER / name).expanduser()
        model = cls(
            model=f"gpt4all:{name}",
            path=own if own.is_file() else weights_of(name),
            settings=settings,
            temperature=settings.temperature,
            seed=settings.seed,
        )
        model._header = read_gguf(model.path)
        return model

    @classmethod
    def installed(cls, settings: ModelSettings) -> Sequence[Installed]:
        """Return the models in gpt4all's own folder."""
        files = sorted(_FOLDER.expanduser().glob("*.gguf"))
        return [Installed(file.name, file.stat().st_size, path=str(file)) for file in files]

    def weights_file(self) -> Path:
        """Return the GGUF file."""
        return self.path

    def describe(self) -> Description:
        """Return what the file says, and whether it is on a GPU once it is loaded."""
        header = self._header
        trained = header.context_length or self.settings.context_window
        on_gpu = self._client is not None and self._client.device is not None
        layers = None if self._client is None else (header.layers + 1) * on_gpu
        template = self.template()
        notes = [
            template.warning,
            "gpt4all has no seed; answers differ from call to call." * (self.temperature > 0),
        ]
        return Description(
            name=self.model,
            family=template.family,
            kind="text",
            context_window=min(self.settings.context_window, trained),
            parallel=1,
            fingerprint=fingerprint_of(self.path),
            parameters=header.parameters,
            bytes=header.bytes,
            adds_bos=header.adds_bos,
            gpu_layers=layers,
            offload_note=offload_note(self.settings.gpu_layers, layers, gpu_here=False),
            note=" ".join(note for note in notes if note),
        )

    def template(self) -> ChatTemplate:
        """Return the template that the GGUF carries, else that of its family."""
        header = self._header
        return resolve(
            self._metadata(),
            self.settings,
            bos=header.token("bos"),
            eos=header.token("eos"),
            folders=self.prompt_folders,
        )

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens, counted by the model's own vocabulary."""
        with self._lock:
            if self._vocabulary is None:
                self._vocabulary = Vocabulary(self._header)
        return self._vocabulary.count(text)

    def pieces(self, request: Request) -> Iterator[Piece]:
        """Generate token by token, one call after the other."""
        if request.grammar or request.json_schema is not None:
            raise ConfigurationError(
                f"{self.model} cannot be held to a grammar or a schema.",
                hint="Use the backend llamacpp with the same file.",
            )
        with self._turn:
            client = self._loaded()
            load, self._load_seconds = self._load_seconds, 0.0
            start = time.perf_counter()
            first, seen = 0.0, _Counter()
            tokens = client.model.prompt_model_streaming(
                request.prompt,
                "%1%2",  # the prompt as it is
                seen,
                n_predict=request.max_tokens,
                temp=request.temperature,
                top_k=1 if request.temperature == 0 else 40,
                top_p=1.0,
                repeat_penalty=1.0,
                n_batch=self.settings.batch_tokens,
                reset_context=True,
                special=True,
            )
            try:
                for text in until_stop(tokens, request.stop):
                    first = first or time.perf_counter() - start
                    yield Piece(text=text)
            finally:  # its thread must have ended before the next call
                seen.wanted = False
                for _ in tokens:
                    pass
            spent = time.perf_counter() - start
            first = first or spent
            yield Piece(
                timings=Timings(
                    load_seconds=load,
                    prompt_tokens=request.prompt_tokens,
                    prompt_seconds=first,
                    generated_tokens=seen.count,
                    generation_seconds=spent - first,
                ),
                finish="length" if seen.count >= request.max_tokens else "stop",
            )

    def preload(self) -> None:
        """Load the weights now."""
        self._loaded()

    def unload(self) -> None:
        """Free the context and the weights."""
        with self._turn, self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None
            if self._vocabulary is not None:
                self._vocabulary.close()
                self._vocabulary = None

    def _loaded(self) -> Any:
        with self._lock:
            if self._client is None:
                self._load()
            return self._client

    def _load(self) -> None:
        start = time.perf_counter()
        for device in (None,) if self.settings.gpu_layers == 0 else ("gpu", None):
            try:
                self._client = self._construct(device)
                break
            except (RuntimeError, ValueError, OSError) as error:
                if device is None:
                    raise BackendError(
                        f"gpt4all cannot load {self.path.name}: {error}.",
                        hint="Its llama.cpp is of 2024; the backend llamacpp knows newer ones.",
                    ) from error
        self._load_seconds = time.perf_counter() - start

    def _construct(self, device: str | None) -> Any:
        asked = self.settings.gpu_layers
        return import_module("gpt4all").GPT4All(
            self.path.name,
            model_path=self.path.parent,
            allow_download=False,
            n_threads=decode_threads(self.settings.threads),
            device=device,
            n_ctx=self.describe().context_window,
            ngl=asked if isinstance(asked, int) else 100,
        )

    def _metadata(self) -> ModelMetadata:
        return ModelMetadata(
            name=self.path.stem,
            architecture=self._header.architecture,
            chat_template=self._header.chat_template,
            kind="text",
        )


class _Counter:
    """Counts the tokens that are generated, and ends the generation when none is wanted."""

    def __init__(self) -> None:
        self.count = 0
        self.wanted = True

    def __call__(self, token_id: int, response: str) -> bool:
        self.count += 1
        return self.wanted
