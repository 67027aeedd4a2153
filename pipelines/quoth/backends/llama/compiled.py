"""llama-cpp-python: LangChain's `LlamaCpp`, for a llama.cpp compiled for this very machine.

The package is compiled when it is installed, for this machine's CPU, Metal or CUDA. One context
answers one call at a time: two threads in it would end the process. `LlamaCpp` loads the model and
holds it; text is generated through the client it holds, since its own stream does not report why an
answer ended. `ChatLlamaCpp` would load the weights a second time and apply the file's chat template
outside our sandbox (or Llama 2's, where the file has none), so that the prompt would be unknown
before the call; messages are rendered here instead.
"""

from __future__ import annotations

import ctypes
import json
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any, ClassVar

from pydantic import PrivateAttr

from quoth.backends.hardware import Hardware
from quoth.backends.llama.gguf_model import OneCallModel
from quoth.backends.llama.offload import read_offloaded_layers
from quoth.config import ModelSettings
from quoth.errors import BackendError
from quoth.models import Piece, Request
from quoth.types import Timings
from quoth.weights import LLAMA_CPP_PYTHON, check_tokens, choose_threads

_NEVER = -1000.0


class LlamaCppPython(OneCallModel):
    """A GGUF file on the llama.cpp of llama-cpp-python."""

    engine: ClassVar[str] = LLAMA_CPP_PYTHON
    takes: ClassVar[tuple[Hardware, ...]] = (
        "flash_attention",
        "kv_cache_type",
        "tensor_split",
        "main_gpu",
    )

    _layers: int = PrivateAttr(default=0)

    @property
    def gpu_layers(self) -> int | None:
        """The number of layers on the GPU; `None` while nothing is loaded."""
        return self._layers if self.loaded else None

    @property
    def sees_gpu(self) -> bool:
        """Whether the package was compiled for a GPU."""
        return bool(import_module("llama_cpp").llama_supports_gpu_offload())

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens, counted by the model's own tokenizer."""
        with self._lock:
            return len(self.client().client.tokenize(text.encode(), add_bos=False, special=True))

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        """Generate token by token, one call after the other."""
        with self.take_turn() as (llm, load_seconds):
            llm.client.set_seed(request.seed)
            if request.benchmark:
                llm.client.reset()  # forgets the previous prompt
            start = time.perf_counter()
            first, finish = 0.0, ""
            tokens = llm.client.tokenize(request.prompt.encode(), add_bos=True, special=True)
            for chunk in _complete(llm, tokens, request):
                choice = chunk["choices"][0]
                finish = choice.get("finish_reason") or finish
                if text := choice.get("text"):
                    first = first or time.perf_counter() - start
                    yield Piece(text=text)
            spent = time.perf_counter() - start
            first = first or spent
            yield Piece(
                timings=Timings.measured(
                    load_seconds=load_seconds,
                    prompt_tokens=len(tokens),
                    # The last token is generated and never read.
                    generated_tokens=llm.client.n_tokens - len(tokens) + 1,
                    first=first,
                    spent=spent,
                ),
                finish="length" if finish == "length" else "stop",
            )

    def load(self) -> Any:
        """Return LangChain's `LlamaCpp` with the weights loaded."""
        check_tokens(self.header)
        settings = self.settings
        with warnings.catch_warnings():  # langchain-community announces its own end
            warnings.simplefilter("ignore", DeprecationWarning)
            from langchain_community.llms import LlamaCpp
        threads = choose_threads(settings.threads, most=self.max_threads)
        layers = {"auto": -1, "all": -1}.get(str(settings.gpu_layers), settings.gpu_layers)
        try:
            with _capture_log() as log:
                llm = LlamaCpp(
                    model_path=str(self.path),
                    n_ctx=self.describe().context_window,
                    n_batch=settings.batch_tokens,
                    n_gpu_layers=layers,
                    n_threads=threads,
                    model_kwargs={"n_threads_batch": threads, **_placement(settings)},
                    f16_kv=True,
                    verbose=False,
                )
        except ValueError as error:
            raise self.load_error(error) from error
        self._layers = read_offloaded_layers("".join(log)) or 0
        return llm

    def free(self, client: Any) -> None:
        """Free the context and the weights."""
        client.client.close()


def _placement(settings: ModelSettings) -> dict[str, Any]:
    """Return what goes where, in the package's words."""
    package = import_module("llama_cpp")
    kept = getattr(package, f"GGML_TYPE_{settings.kv_cache_type.upper()}")
    rounded = settings.kv_cache_type not in ("f16", "f32", "bf16")
    return {
        "type_k": kept,
        "type_v": kept,
        "flash_attn": settings.flash_attention == "on" or rounded,
        "main_gpu": settings.main_gpu,
        "tensor_split": list(settings.tensor_split) or None,
    }


def _complete(llm: Any, tokens: Sequence[int], request: Request) -> Iterator[Any]:
    """Yield the chunks of a completion. Raises `BackendError`."""
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
            logit_bias={llm.client.token_eos(): _NEVER} if request.benchmark else None,
            stream=True,
        )
    except (ValueError, RuntimeError) as error:
        raise BackendError(f"llama-cpp-python refused the call: {error}.") from error


@contextmanager
def _capture_log() -> Iterator[list[str]]:
    """Collect the log of llama.cpp: nothing else says how many layers were offloaded."""
    package = import_module("llama_cpp")
    lines: list[str] = []
    usual = import_module("llama_cpp._logger").llama_log_callback
    ours = package.llama_log_callback(
        lambda _, text, __: lines.append(text.decode("utf-8", "replace"))
    )
    package.llama_log_set(ours, ctypes.c_void_p(0))
    try:
        yield lines
    finally:
        package.llama_log_set(usual, ctypes.c_void_p(0))
