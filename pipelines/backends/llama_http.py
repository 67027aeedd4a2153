"""A client for llama.cpp's own HTTP server, whoever started it.

Source: tools/server/README.md of llama.cpp (`/completion`, `/tokenize`, `/props`, `/v1/models`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx

from pipelines.backends.model import Piece, Request, offsets_of_tokens
from pipelines.errors import (
    BackendError,
    BackendUnavailableError,
    ContextOverflowError,
    GenerationError,
)
from pipelines.types import Timings


class LlamaHttpClient:
    """Speaks to one llama.cpp server. Safe to call from many threads."""

    def __init__(self, url: str, *, api_key: str = "", timeout: float = 300.0) -> None:
        self.url = url.rstrip("/")
        self._client = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            timeout=httpx.Timeout(timeout, connect=5.0),
            limits=httpx.Limits(max_connections=None),
            trust_env=False,  # a proxy in the environment would carry the text off this machine
        )

    def close(self) -> None:
        """Close all connections, which cancels what is being generated over them."""
        self._client.close()

    def properties(self) -> dict[str, Any]:
        """Return `/props`: slots, window, chat template, path of the model."""
        properties: dict[str, Any] = self._json("GET", "/props")
        return properties

    def models(self) -> dict[str, Any]:
        """Return the metadata of the model served: `n_params`, `size`, `n_ctx_train`."""
        data: dict[str, Any] = self._json("GET", "/v1/models")
        entries = data.get("data") or [{}]
        return entries[0].get("meta") or {}

    def tokenize(self, text: str, *, bos: bool = False) -> list[int]:
        """Return the token ids of `text`; `bos` adds what the tokenizer puts around it."""
        body = {"content": text, "add_special": bos, "parse_special": True}
        tokens: list[int] = self._json("POST", "/tokenize", body)["tokens"]
        return tokens

    def token_starts(self, text: str) -> list[int]:
        """Return the offset in `text` of each of its tokens, ascending."""
        body = {"content": text, "add_special": False, "with_pieces": True}
        pieces = [token["piece"] for token in self._json("POST", "/tokenize", body)["tokens"]]
        sizes = [len(p.encode()) if isinstance(p, str) else len(p) for p in pieces]
        return offsets_of_tokens(text, sizes)

    def completion(self, request: Request) -> Iterator[Piece]:
        """Generate from `request.prompt`, token by token."""
        body: dict[str, Any] = {
            "prompt": request.prompt,
            "n_predict": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
            "stop": list(request.stop),
            "stream": True,
            "cache_prompt": True,
        }
        if request.temperature == 0:
            body["top_k"] = 1
        if request.grammar:
            body["grammar"] = request.grammar
        elif request.json_schema is not None:
            body["json_schema"] = dict(request.json_schema)
        finished = False
        for event in self._events("/completion", body):
            if event.get("stop"):
                finished = True
                yield Piece(
                    text=str(event.get("content", "")),
                    timings=_timings(event),
                    finish="length" if event.get("stop_type") == "limit" else "stop",
                )
            elif text := event.get("content"):
                yield Piece(text=str(text))
        if not finished:
            raise GenerationError(
                f"The server at {self.url} broke off in the middle of an answer.",
                hint="It may have stopped; `carrel doctor` looks whether it is there.",
                retryable=True,
            )

    def _events(self, path: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        try:
            with self._client.stream("POST", path, json=body) as response:
                if response.status_code != httpx.codes.OK:
                    response.read()
                    raise self._refusal(response)
                for line in response.iter_lines():
                    if line.startswith("data: ") and line != "data: [DONE]":
                        event = self._parse(line.removeprefix("data: "))
                        if "error" in event:
                            raise self._error(event["error"], 500)
                        yield event
                    elif line.startswith("error: "):
                        raise self._error(self._parse(line.removeprefix("error: ")), 500)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    def _json(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        try:
            response = self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        if response.status_code != httpx.codes.OK:
            raise self._refusal(response)
        return self._parse(response.text)

    def _parse(self, text: str) -> dict[str, Any]:
        try:
            value = json.loads(text)
        except json.JSONDecodeError as error:
            raise GenerationError(
                f"The server at {self.url} answered with something that is not JSON: "
                f"{text[:60]!r}.",
                hint="Is it a llama.cpp server? `carrel doctor` looks what answers there.",
            ) from error
        if not isinstance(value, dict):
            raise GenerationError(
                f"The server at {self.url} answered {text[:60]!r}, not an object."
            )
        return value

    def _refusal(self, response: httpx.Response) -> Exception:
        try:
            error = response.json().get("error", {})
        except (json.JSONDecodeError, AttributeError):
            error = {"message": response.text[:200]}
        return self._error(error, response.status_code)

    def _error(self, error: Any, status: int) -> Exception:
        details = error if isinstance(error, dict) else {"message": str(error)}
        if details.get("type") == "exceed_context_size_error":
            return ContextOverflowError(
                prompt_tokens=int(details.get("n_prompt_tokens", 0)),
                answer_tokens=0,
                window=int(details.get("n_ctx", 0)),
                what="The prompt",
            )
        message = str(details.get("message") or f"status {status}")
        if status in {429, 502, 503, 504}:
            return BackendUnavailableError(
                f"The server at {self.url} is not ready: {message}.",
                hint="It may still be loading the model; try again in a moment.",
            )
        return BackendError(f"The server at {self.url} refused the call: {message}.")

    def _unreachable(self, error: httpx.HTTPError) -> BackendUnavailableError:
        hanging = isinstance(error, httpx.TimeoutException) and not isinstance(
            error, httpx.ConnectTimeout
        )
        return BackendUnavailableError(
            f"The server at {self.url} "
            + ("does not answer in time." if hanging else f"cannot be reached: {error}."),
            hint="Start it, or name its address in backend.url.",
            retryable=not hanging,
        )


def _timings(event: dict[str, Any]) -> Timings:
    timings = event.get("timings") or {}
    cached = int(timings.get("cache_n", 0))
    return Timings(
        prompt_tokens=int(timings.get("prompt_n", event.get("tokens_evaluated", 0))) + cached,
        cached_prompt_tokens=cached,
        prompt_seconds=float(timings.get("prompt_ms", 0.0)) / 1000,
        generated_tokens=int(timings.get("predicted_n", event.get("tokens_predicted", 0))),
        generation_seconds=float(timings.get("predicted_ms", 0.0)) / 1000,
    )
