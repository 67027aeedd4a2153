"""A client for llama.cpp's own HTTP server, whoever started it.

Source: tools/server/README.md of llama.cpp (`/completion`, `/tokenize`, `/props`, `/v1/models`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from quoth.backends.http import LocalHttp
from quoth.backends.stated import is_number, mapping_of, whole_number
from quoth.backends.steps import read_steps
from quoth.errors import ConfigurationError, GenerationError, ModelNotFoundError
from quoth.models import KEPT_TOKENS, Piece, Request
from quoth.text import locate_tokens
from quoth.types import Timings

_AGAINST_LOOPS = {"dry_multiplier": 0.8, "dry_penalty_last_n": 128}
"""Makes a text that was just written less likely (DRY): a schema keeps small models in circles."""
_LIKELIEST = 200
"""The tokens that are asked for with each step; one that small models rank low is among them."""


class LlamaHttpClient(LocalHttp):
    """A client for one llama.cpp server. Safe to call from many threads."""

    def properties(self) -> Mapping[str, Any]:
        """Return `/props`: slots, window, chat template, path of the model.

        Raises `ConfigurationError` for a server that is not llama.cpp's, or that serves no model
        by itself.
        """
        try:
            properties = self.json("GET", "/props")
        except ModelNotFoundError as error:
            raise ConfigurationError(
                f"The server at {self.url} is not llama.cpp's: it has no /props.",
                hint="A server of another kind: --model openai-compatible:NAME --set "
                f"backend.url={self.url}",
            ) from error
        if properties.get("role") == "router":
            raise ConfigurationError(
                f"The server at {self.url} serves several models, and was asked for none.",
                hint=f"Name one: --model openai-compatible:NAME --set backend.url={self.url}",
            )
        return properties

    def models(self) -> Mapping[str, Any]:
        """Return the metadata of the model served: `n_params`, `size`, `n_ctx_train`.

        They are empty where the server, as older ones, does not list its model.
        """
        try:
            listed = self.json("GET", "/v1/models").get("data")
        except ModelNotFoundError:
            return {}
        first = listed[0] if isinstance(listed, list) and listed else None
        return mapping_of(first.get("meta")) if isinstance(first, dict) else {}

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
        return locate_tokens(text, [_size(token) for token in self._tokens(body)])

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
        if request.end_loops and request.json_schema is not None:
            body |= _AGAINST_LOOPS
        if request.likelihoods:
            body["n_probs"] = _LIKELIEST if len(request.choices) > 1 else 1
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
                    steps=read_steps(event.get("completion_probabilities")),
                )
            elif text := event.get("content"):
                steps = read_steps(event.get("completion_probabilities"))
                yield Piece(text=str(text), steps=steps)
            else:
                yield Piece()

    def spell(self, text: str) -> str:
        """Return a grammar that allows only the tokens of `text`, none of them a special one.

        A character that is made of several tokens is named as such, since llama.cpp ends the
        process at a rule for a token that is a part of a character. Source: grammars/README.md of
        llama.cpp, "Tokens".
        """
        rules, parts = [], b""
        body = {"content": text, "parse_special": False, "with_pieces": True}
        for token in self._tokens(body):
            if isinstance(piece := token.get("piece"), list):
                parts += bytes(piece)
                continue
            rules += [_literal(parts), f"<[{token['id']}]>"]
            parts = b""
        return " ".join(["root ::=", *filter(None, [*rules, _literal(parts)])])

    def _tokens(self, body: dict[str, Any]) -> list[Any]:
        tokens = self.json("POST", "/tokenize", body).get("tokens")
        if not isinstance(tokens, list):
            raise GenerationError(f"The server at {self.url} does not tokenize.", retryable=True)
        return tokens


def read_timings(event: Mapping[str, Any]) -> Timings:
    """Return the timings that llama.cpp reports for a call."""
    timings = mapping_of(event.get("timings"))
    cached = whole_number(timings.get("cache_n"))
    evaluated = whole_number(event.get("tokens_evaluated"))  # all of the prompt, in every version
    return Timings(
        prompt_tokens=max(evaluated, whole_number(timings.get("prompt_n")) + cached),
        cached_prompt_tokens=cached,
        prompt_seconds=_seconds(timings.get("prompt_ms")),
        generated_tokens=whole_number(timings.get("predicted_n", event.get("tokens_predicted"))),
        generation_seconds=_seconds(timings.get("predicted_ms")),
    )


def _literal(encoded: bytes) -> str:
    """Return a text as a grammar writes it."""
    return json.dumps(encoded.decode(), ensure_ascii=False) if encoded else ""


def _seconds(milliseconds: object) -> float:
    return max(0.0, milliseconds / 1000) if is_number(milliseconds) else 0.0


def _size(token: object) -> int:
    """Return the bytes of a token, which llama.cpp lists one by one where they are no text.

    Servers that return no pieces of text return numbers, whose bytes are unknown: 0.
    """
    piece = token.get("piece") if isinstance(token, dict) else None
    if isinstance(piece, str):
        return len(piece.encode())
    return len(piece) if isinstance(piece, list) else 0


def _reached_limit(event: Mapping[str, Any]) -> bool:
    return event.get("stop_type") == "limit" or bool(event.get("stopped_limit"))
