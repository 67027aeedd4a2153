"""A client for llama.cpp's own HTTP server, whoever started it.

Source: tools/server/README.md of llama.cpp (`/completion`, `/tokenize`, `/props`, `/v1/models`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from quoth.backends.http import LocalHttp
from quoth.errors import GenerationError
from quoth.models import KEPT_TOKENS, Piece, Request
from quoth.text import locate_tokens
from quoth.types import Timings


class LlamaHttpClient(LocalHttp):
    """A client for one llama.cpp server. Safe to call from many threads."""

    def properties(self) -> dict[str, Any]:
        """Return `/props`: slots, window, chat template, path of the model."""
        return self.json("GET", "/props")

    def models(self) -> dict[str, Any]:
        """Return the metadata of the model served: `n_params`, `size`, `n_ctx_train`."""
        entries = self.json("GET", "/v1/models").get("data") or [{}]
        return entries[0].get("meta") or {}

    def tokenize(self, text: str, *, bos: bool = False) -> list[int]:
        """Return the token ids of `text`; with `bos`, also those of added special tokens."""
        body = {"content": text, "add_special": bos, "parse_special": True}
        return list(self._tokens(body))

    def adds_bos(self) -> bool:
        """Return whether the tokenizer itself puts BOS before a text."""
        return self.tokenize("a", bos=True)[:1] != self.tokenize("a")[:1]

    def token_starts(self, text: str) -> list[int]:
        """Return the offset in `text` of each of its tokens, ascending."""
        body = {"content": text, "add_special": False, "with_pieces": True}
        pieces = [token["piece"] for token in self._tokens(body)]
        sizes = [len(p.encode()) if isinstance(p, str) else len(p) for p in pieces]
        return locate_tokens(text, sizes)

    def completion(self, request: Request) -> Iterator[Piece]:
        """Generate from `request.prompt`, token by token."""
        body: dict[str, Any] = {
            "prompt": request.prompt,
            "n_predict": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
            "stop": list(request.stop),
            "stream": True,
            "cache_prompt": not request.benchmark,
            "preserved_tokens": list(KEPT_TOKENS),
        }
        if request.benchmark:
            body["ignore_eos"] = True
        if request.temperature == 0:
            body["top_k"] = 1
        if request.grammar:
            body["grammar"] = request.grammar
        elif request.json_schema is not None:
            body["json_schema"] = dict(request.json_schema)
        for event in self.events("/completion", body):
            if event.get("stop"):
                if event.get("truncated"):
                    raise GenerationError(
                        f"The server at {self.url} dropped a part of the prompt.",
                        hint="It shifts its context; start it without --context-shift.",
                    )
                yield Piece(
                    text=str(event.get("content", "")),
                    timings=read_timings(event),
                    finish="length" if _reached_limit(event) else "stop",
                )
            elif text := event.get("content"):
                yield Piece(text=str(text))

    def _tokens(self, body: dict[str, Any]) -> list[Any]:
        tokens = self.json("POST", "/tokenize", body).get("tokens")
        if not isinstance(tokens, list):
            raise GenerationError(f"The server at {self.url} does not tokenize.", retryable=True)
        return tokens


def read_timings(event: Mapping[str, Any]) -> Timings:
    """Return the timings that llama.cpp reports for a call."""
    timings = event.get("timings") or {}
    cached = int(timings.get("cache_n", 0))
    evaluated = int(event.get("tokens_evaluated", 0))  # all of the prompt, in every version
    return Timings(
        prompt_tokens=max(evaluated, int(timings.get("prompt_n", 0)) + cached),
        cached_prompt_tokens=cached,
        prompt_seconds=float(timings.get("prompt_ms", 0.0)) / 1000,
        generated_tokens=int(timings.get("predicted_n", event.get("tokens_predicted", 0))),
        generation_seconds=float(timings.get("predicted_ms", 0.0)) / 1000,
    )


def _reached_limit(event: dict[str, Any]) -> bool:
    return event.get("stop_type") == "limit" or bool(event.get("stopped_limit"))
