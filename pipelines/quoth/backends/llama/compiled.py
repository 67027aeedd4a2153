"""`llama-cpp-python`: LangChain's `LlamaCpp`, for a llama.cpp compiled for this very machine.

The package is compiled when it is installed, for the CPU that is there, Metal or CUDA. One context
answers one call at a time: two threads in it would end the process, so there is a lock.
`LlamaCpp` loads the model and holds it; text is generated through the client it holds, since its
own stream does not tell why an answer ended. `ChatLlamaCpp` would load the weights a second time
and apply the file's chat template outside our sandbox (or Llama 2's, where the file has none), so
that nobody knew the prompt before the call: messages are rendered here.
"""

from __future__ import annotations

import ctypes
import importlib.util
import json
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from pydantic import PrivateAttr
from quoth.backends.llama.engine import resolve
from quoth.backends.llama.offload import layers_in, offload_note
from quoth.config import ModelSettings
from quoth.errors import BackendError
from quoth.models import Description, LocalModel, Piece, Request
from quoth.prompts import ChatTemplate, ModelMetadata
from quoth.system import missing_extra
from quoth.types import Timings
from quoth.weights import (
    LLAMA_CPP_PYTHON,
    Gguf,
    decode_threads,
    fingerprint_of,
    read_gguf,
    weights_of,
)

NAME = LLAMA_CPP_PYTHON
_NEVER = -1000.0


class LlamaCppPython(LocalModel):
    """A GGUF file on the llama.cpp that llama-cpp-python brings. Loaded at the first call."""

    settings: ModelSettings
    path: Path

    _header: Gguf = PrivateAttr()
    _llm: Any = PrivateAttr(default=None)
    _layers: int = PrivateAttr(default=0)
    _most_threads: int = PrivateAttr(default=0)
    _load_seconds: float = PrivateAttr(default=0.0)
    # Held while text is generated, which another thread may go on with and end.
    _turn: threading.Lock = PrivateAttr(default_factory=threading.Lock)
    # Held while the model is loaded, counts, or is freed.
    _lock: threading.RLock = PrivateAttr(default_factory=threading.RLock)

    @classmethod
    def open(cls, name: str, settings: ModelSettings) -> Self:
        """Return the model in a GGUF file, `embedded`, or `ollama/NAME:TAG`."""
        if importlib.util.find_spec("llama_cpp") is None:
            raise missing_extra(f"The backend {NAME}", NAME)
        return cls.at(weights_of(name), settings, model=f"{NAME}:{name}")

    @classmethod
    def at(cls, path: Path, settings: ModelSettings, *, model: str = "", threads: int = 0) -> Self:
        """Return the model in a file with exactly these settings; `threads` is the most of them."""
        found = cls(
            model=model or f"{NAME}:{path}",
            path=path,
            settings=settings,
            temperature=settings.temperature,
            seed=settings.seed,
        )
        found._header = read_gguf(path)
        found._most_threads = threads
        return found

    def weights_file(self) -> Path:
        """Return the GGUF file."""
        return self.path

    def describe(self) -> Description:
        """Return what the file says, and how much is on the GPU once it is loaded."""
        header = self._header
        template = self.template()
        layers = self._layers if self._llm is not None else None
        gpu_here = layers is not None and self._gpu_possible()
        return Description(
            name=self.model,
            family=template.family,
            kind="text",
            context_window=min(
                self.settings.context_window, header.context_length or self.settings.context_window
            ),
            parallel=1,
            fingerprint=fingerprint_of(self.path),
            parameters=header.parameters,
            bytes=header.bytes,
            adds_bos=header.adds_bos,
            gpu_layers=layers,
            offload_note=offload_note(self.settings.gpu_layers, layers, gpu_here=gpu_here),
            note=template.warning,
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
        """Return the number of tokens, counted by the model's own tokenizer."""
        with self._lock:
            return len(self._loaded().client.tokenize(text.encode(), add_bos=False, special=True))

    def pieces(self, request: Request) -> Iterator[Piece]:
        """Generate token by token, one call after the other."""
        yield from self._pieces(request)

    def timed(self, prompt: str, tokens: int) -> Timings:
        """Return what it takes to read a prompt and write so many tokens, not one fewer."""
        request = Request((), prompt, max_tokens=tokens, temperature=0.0, seed=0)
        *_, last = self._pieces(request, ends=False)
        assert last.timings is not None
        return last.timings

    def _pieces(self, request: Request, *, ends: bool = True) -> Iterator[Piece]:
        with self._turn:
            llm = self._loaded()
            load, self._load_seconds = self._load_seconds, 0.0
            llm.client.set_seed(request.seed)
            start = time.perf_counter()
            first, finish = 0.0, ""
            tokens = llm.client.tokenize(request.prompt.encode(), add_bos=True, special=True)
            for chunk in self._stream_from(llm, tokens, request, ends=ends):
                choice = chunk["choices"][0]
                finish = choice.get("finish_reason") or finish
                if text := choice.get("text"):
                    first = first or time.perf_counter() - start
                    yield Piece(text=text)
            spent = time.perf_counter() - start
            first = first or spent
            yield Piece(
                timings=Timings(
                    load_seconds=load,
                    prompt_tokens=len(tokens),
                    prompt_seconds=first,
                    # The last token is generated and never read.
                    generated_tokens=llm.client.n_tokens - len(tokens) + 1,
                    generation_seconds=spent - first,
                ),
                finish="length" if finish == "length" else "stop",
            )

    def preload(self) -> None:
        """Load the weights now."""
        self._loaded()

    def unload(self) -> None:
        """Free the context and the weights."""
        with self._turn, self._lock:
            if self._llm is not None:
                self._llm.client.close()
                self._llm = None

    def _stream_from(
        self, llm: Any, tokens: Sequence[int], request: Request, *, ends: bool
    ) -> Iterator[Any]:
        grammars = import_module("llama_cpp").LlamaGrammar
        grammar = None
        if request.grammar:
            grammar = grammars.from_string(request.grammar, verbose=False)
        elif request.json_schema is not None:
            schema = json.dumps(dict(request.json_schema))
            grammar = grammars.from_json_schema(schema, verbose=False)
        try:
            yield from llm.client.create_completion(
                tokens,
                max_tokens=request.max_tokens,
                temperature=request.temperature,
                top_k=1 if request.temperature == 0 else llm.top_k,
                repeat_penalty=1.0,
                seed=request.seed,
                stop=list(request.stop),
                grammar=grammar,
                logit_bias=None if ends else {llm.client.token_eos(): _NEVER},
                stream=True,
            )
        except (ValueError, RuntimeError) as error:
            raise BackendError(f"llama-cpp-python refused the call: {error}.") from error

    def _loaded(self) -> Any:
        with self._lock:
            if self._llm is None:
                self._load()
            return self._llm

    def _load(self) -> None:
        settings = self.settings
        start = time.perf_counter()
        with warnings.catch_warnings():  # langchain-community announces its own end
            warnings.simplefilter("ignore", DeprecationWarning)
            from langchain_community.llms import LlamaCpp
        threads = decode_threads(settings.threads, most=self._most_threads)
        layers = {"auto": -1, "all": -1}.get(str(settings.gpu_layers), settings.gpu_layers)
        try:
            with _log() as log:
                self._llm = LlamaCpp(
                    model_path=str(self.path),
                    n_ctx=self.describe().context_window,
                    n_batch=settings.batch_tokens,
                    n_gpu_layers=layers,
                    n_threads=threads,
                    model_kwargs={"n_threads_batch": threads},
                    f16_kv=True,
                    verbose=False,
                )
            self._layers = layers_in("".join(log)) or 0
        except ValueError as error:
            raise BackendError(
                f"llama-cpp-python cannot load {self.path.name}: {error}.",
                hint="Is it a GGUF model of a kind that this version knows?",
            ) from error
        self._load_seconds = time.perf_counter() - start

    def _gpu_possible(self) -> bool:
        return bool(import_module("llama_cpp").llama_supports_gpu_offload())

    def _metadata(self) -> ModelMetadata:
        return ModelMetadata(
            name=self.path.stem,
            architecture=self._header.architecture,
            chat_template=self._header.chat_template,
            kind="text",
        )


@contextmanager
def _log() -> Iterator[list[str]]:
    """Collect what llama.cpp says meanwhile; nothing else tells how many layers it offloaded."""
    package = import_module("llama_cpp")
    said: list[str] = []
    usual = import_module("llama_cpp._logger").llama_log_callback
    ours = package.llama_log_callback(
        lambda _, text, __: said.append(text.decode("utf-8", "replace"))
    )
    package.llama_log_set(ours, ctypes.c_void_p(0))
    try:
        yield said
    finally:
        package.llama_log_set(usual, ctypes.c_void_p(0))
