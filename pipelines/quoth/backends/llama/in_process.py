"""llama.cpp inside this process, through xllamacpp. There is nothing to start."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from quoth.backends.hardware import HARDWARE, Hardware, cached_as, find_draft
from quoth.backends.llama.gguf_model import GgufModel
from quoth.backends.llama.http import LlamaHttpClient
from quoth.backends.llama.offload import count_offloaded_layers, explain_offload, to_llama_layers
from quoth.backends.llama.served import ServedModel, Server, reach_server
from quoth.config import ModelSettings
from quoth.models import Description
from quoth.prompts import ChatTemplate
from quoth.system import import_quietly
from quoth.weights import (
    XLLAMACPP,
    check_tokens,
    choose_threads,
    fingerprint_of,
    list_gpus,
    read_free_gpu_memory,
)

_EXPERTS = r"blk\.{layer}\.ffn_(up|down|gate|gate_up)_(ch|)exps=CPU"
"""The tensors of a layer's experts, in the words of llama.cpp's `--n-cpu-moe`."""


class LlamaCpp(ServedModel, GgufModel):
    """A GGUF file on the llama.cpp of xllamacpp. It is loaded once, for all threads."""

    engine: ClassVar[str] = XLLAMACPP
    spells: ClassVar[bool] = True
    takes: ClassVar[tuple[Hardware, ...]] = HARDWARE

    @property
    def parallel(self) -> int:
        """The number of calls that are decoded in parallel.

        It is 1 where calls are deterministic: sequences that are decoded in one step take other
        kernels than one alone, which round differently.
        """
        settings = self.settings
        if settings.deterministic == "auto":
            on_gpu = settings.gpu_layers != 0 and bool(list_gpus())
            serial = not on_gpu and "parallel" not in settings.model_fields_set
        else:
            serial = settings.deterministic == "on"
        return 1 if serial else settings.parallel

    def describe(self) -> Description:
        """Return the description from the header; from the server, once it is loaded."""
        if self.loaded or "tokenizer.ggml.add_bos_token" not in self.header.values:
            return ServedModel.describe(self)
        return GgufModel.describe(self)

    def template(self) -> ChatTemplate:
        """Return the template in the file, else that of its family."""
        return ServedModel.template(self) if self.loaded else GgufModel.template(self)

    def preload(self) -> None:
        """Load the weights now."""
        self.server()

    def start(self) -> Server:
        """Load the weights into this process, behind a loopback port and a secret key."""
        xllamacpp = import_quietly("xllamacpp")

        check_tokens(self.header)
        settings = self.settings
        key = secrets.token_urlsafe(24)
        gpu_free = read_free_gpu_memory()
        parameters = self._parameters(key, gpu_here=bool(gpu_free))
        try:
            # The server stops when nothing refers to it any more.
            engine: list[Any] = [xllamacpp.Server(parameters)]
        except RuntimeError as error:
            raise self.load_error(error) from error
        layers = count_offloaded_layers(gpu_free, self.header)
        client = LlamaHttpClient(engine[0].listening_address, api_key=key, timeout=settings.timeout)
        server = reach_server(
            client,
            self.model,
            settings,
            fingerprint=cached_as(fingerprint_of(self.path), settings),
            engine=self.engine,
            gpu_layers=layers,
            offload_note=explain_offload(settings.gpu_layers, layers, gpu_here=bool(gpu_free)),
            note=" ".join(self.notes),
            folders=self.prompt_folders,
        )
        server.stop = engine.clear
        server.share_window()
        return server

    def _parameters(self, key: str, *, gpu_here: bool) -> Any:
        """Return xllamacpp's parameters for these settings."""
        xllamacpp = import_quietly("xllamacpp")

        settings = self.settings
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(self.path)
        parameters.n_ctx = settings.context_window
        parameters.n_parallel = self.parallel
        parameters.n_batch = max(parameters.n_batch, settings.batch_tokens)
        parameters.n_ubatch = settings.batch_tokens
        parameters.kv_unified = True  # a sequence may take the whole window when it is alone
        threads = choose_threads(settings.threads, most=self.max_threads)
        for share in (parameters.cpuparams, parameters.cpuparams_batch):
            share.n_threads = threads
            share.poll = 0  # waiting threads sleep, and leave their core to others
        kinds = xllamacpp.llama_flash_attn_type
        parameters.flash_attn_type = {
            "auto": kinds.LLAMA_FLASH_ATTN_TYPE_AUTO,
            "on": kinds.LLAMA_FLASH_ATTN_TYPE_ENABLED,
            "off": kinds.LLAMA_FLASH_ATTN_TYPE_DISABLED,
        }[settings.flash_attention]
        parameters.n_gpu_layers = to_llama_layers(settings.gpu_layers)
        _place(parameters, settings)
        parameters.api_keys = [key]
        parameters.ui = False
        parameters.warmup = False
        parameters.offline = True
        parameters.ctx_shift = False
        parameters.cache_ram_mib = 0  # else old prompts pile up to 8 GiB over a long job
        parameters.sse_ping_interval = 10  # so that reading a long prompt does not look like a hang
        parameters.verbosity = -1
        # Finding how many layers fit a GPU reads the file twice, half of the loading time.
        parameters.fit_params = gpu_here and not (
            settings.tensor_split or settings.cpu_expert_layers
        )
        return parameters


def _place(parameters: Any, settings: ModelSettings) -> None:
    """Set what goes where: GPUs, experts, the KV cache, and a draft model."""
    xllamacpp = import_quietly("xllamacpp")

    kept = xllamacpp.ggml_type[f"GGML_TYPE_{settings.kv_cache_type.upper()}"]
    parameters.cache_type_k = parameters.cache_type_v = kept
    parameters.main_gpu = settings.main_gpu
    shares = settings.tensor_split
    parameters.tensor_split = [*shares, *([0.0] * (len(parameters.tensor_split) - len(shares)))]
    parameters.tensor_buft_overrides = ",".join(
        _EXPERTS.format(layer=layer) for layer in range(settings.cpu_expert_layers)
    )
    if (draft := find_draft(settings)) is not None:
        kinds = xllamacpp.common_speculative_type
        parameters.speculative.types = [kinds.COMMON_SPECULATIVE_TYPE_DRAFT_SIMPLE]
        parameters.speculative.draft.mparams.path = str(draft)
        parameters.speculative.draft.n_gpu_layers = to_llama_layers(settings.gpu_layers)
