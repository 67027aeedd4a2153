"""A real llama.cpp server as a program of its own, with the arguments of `llama-server`.

It is what the tests put on the PATH as `llama-server`, and what they run as a llamafile.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys


def main() -> None:
    parser = argparse.ArgumentParser(prefix_chars="-")
    parser.add_argument("-m", default=os.environ.get("TEST_MODEL"))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("-c", type=int, default=2048)
    parser.add_argument("-np", type=int, default=4)
    parser.add_argument("-t", type=int, default=1)
    parser.add_argument("-b", type=int, default=512)
    parser.add_argument("-ub", type=int, default=512)
    parser.add_argument("-ngl", type=int, default=0)
    parser.add_argument("--cache-type-k", default="f16")
    parser.add_argument("--cache-type-v", default="f16")
    parser.add_argument("--model-draft", default="")
    arguments, _ = parser.parse_known_args()

    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = arguments.m
    parameters.hostnames = [arguments.host]
    parameters.port = arguments.port
    parameters.n_ctx = arguments.c
    parameters.n_parallel = arguments.np
    parameters.n_batch = arguments.b
    parameters.n_ubatch = arguments.ub
    parameters.kv_unified = True
    parameters.cache_type_k = xllamacpp.ggml_type[f"GGML_TYPE_{arguments.cache_type_k.upper()}"]
    parameters.cache_type_v = xllamacpp.ggml_type[f"GGML_TYPE_{arguments.cache_type_v.upper()}"]
    if arguments.model_draft:
        kinds = xllamacpp.common_speculative_type
        parameters.speculative.types = [kinds.COMMON_SPECULATIVE_TYPE_DRAFT_SIMPLE]
        parameters.speculative.draft.mparams.path = arguments.model_draft
    parameters.n_gpu_layers = arguments.ngl
    for share in (parameters.cpuparams, parameters.cpuparams_batch):
        share.n_threads = arguments.t
        share.poll = 0
    if key := os.environ.get("LLAMA_API_KEY"):
        parameters.api_keys = [key]
    parameters.ui = False
    parameters.warmup = False
    parameters.offline = True
    parameters.ctx_shift = False
    parameters.verbosity = -1
    try:
        server = xllamacpp.Server(parameters)
    except RuntimeError as error:
        sys.exit(f"error: {error}")
    print(f"load_tensors: offloaded {arguments.ngl}/31 layers to GPU", file=sys.stderr)
    print(f"listening on {server.listening_address}", flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    os._exit(0)


if __name__ == "__main__":
    main()
