"""llama.cpp's own server and nothing else, with its defaults, run by the peers' Python."""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def serve(weights: str) -> Iterator[str]:
    """Serve a model inside this process; return the address."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = weights
    parameters.n_ctx = 8192 * 4
    parameters.n_parallel = 4
    parameters.verbosity = -1
    parameters.ui = False
    server = xllamacpp.Server(parameters)
    yield server.listening_address
    del server


def complete(url: str, prompt: str, tokens: int) -> dict[str, Any]:
    """Return the reply of the server, without streaming."""
    body = {"prompt": prompt, "n_predict": tokens, "temperature": 0, "cache_prompt": False}
    request = urllib.request.Request(
        f"{url}/completion", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def generate(weights: str, prompts: str, tokens: str, calls: str) -> None:
    """Answer the prompts of a JSON file, several at once; report the tokens a second."""
    texts = json.loads(Path(prompts).read_text())
    with serve(weights) as url, ThreadPoolExecutor(int(calls)) as pool:
        complete(url, "Once", 2)
        begin = time.perf_counter()
        done = list(pool.map(lambda text: complete(url, text, int(tokens)), texts))
        seconds = time.perf_counter() - begin
    read = sum(one["timings"]["prompt_n"] for one in done)
    written = sum(one["timings"]["predicted_n"] for one in done)
    print(json.dumps({"seconds": seconds, "read": read, "written": written}))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
