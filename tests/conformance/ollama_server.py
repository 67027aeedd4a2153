"""A small server that answers as Ollama 0.33 does, over a real llama.cpp server.

No Ollama is part of the test environment. `test_ollama_recorded.py` holds this one against recorded
answers of a real one, field by field. Its embedder is the embedded one.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from typing import Any

import httpx2
from conformance.ollama_http import Answer, Body, Routes, handler_of
from conformance.ollama_pull import pull_lines
from conformance.ollama_shown import MODIFIED, Shown
from conformance.ollama_v1 import V1
from conformance.refusals import OVERFLOW, RefusalError, check_schema, too_long
from quoth.config.settings import Embedding
from quoth.embed.embedder import FolderEmbedder

VERSION = "0.33.0"
"""The version of Ollama that this server follows."""
NAME = "smollm2:135m"
EMBEDDER = "all-minilm:l6"
EMBEDDER_WINDOW = 256
"""The window of the embedder of the tests; the one that Ollama has reads 512."""
CHATML = (
    "{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}"
    "<|im_start|>assistant\n"
)
USUAL_WINDOW = 4096


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # the usual 5 turns calls away when many come at once


class OllamaServer:
    """Has two models, a language model and an embedder.

    `counts_cached` and `forbids_cutting` are false in versions of old. `most_window` is the largest
    window that fits into the memory. `pulled` are the lines of an answer to `/api/pull`.
    """

    def __init__(self, llama: str, models: dict[str, Shown], digests: dict[str, str]) -> None:
        self.counts_cached = True
        self.forbids_cutting = True
        self.real_window = 0
        self.most_window = 0
        self.embedder_window = EMBEDDER_WINDOW
        self.template = CHATML
        self.capabilities: tuple[str, ...] = ("completion",)
        self.shows_tokenizer = True
        self.remote_host = ""
        self.share_on_gpu = 0.0
        self.seconds_a_part = 0.0
        self.version = VERSION
        self.pulled: list[dict[str, Any]] | None = None
        self.forgets = False
        self.bodies: list[Body] = []
        self.removed: list[str] = []
        self.digests = dict(digests)
        self.loaded: dict[str, int] = {}
        self._models = models
        self._embedder = FolderEmbedder.open(Embedding(threads=1))
        self._embedding = threading.Lock()
        self._answering = threading.Lock()  # one call at a time, as where OLLAMA_NUM_PARALLEL is 1
        fresh = httpx2.Limits(max_keepalive_connections=0)  # the server may close an idle one
        self._llama = httpx2.Client(base_url=llama, timeout=120, trust_env=False, limits=fresh)
        routes: Routes = {
            ("POST", "/api/chat"): self._chat,
            ("POST", "/api/generate"): self._generate,
            ("POST", "/api/embed"): self._embed,
            ("POST", "/api/show"): self._show,
            ("GET", "/api/tags"): self._tags,
            ("GET", "/api/ps"): self._ps,
            ("POST", "/api/pull"): self._pull,
            ("DELETE", "/api/delete"): self._delete,
            ("GET", "/api/version"): lambda _: iter([{"version": self.version}]),
            **V1(self).routes,
        }
        self._server = _Server(("127.0.0.1", 0), handler_of(routes, self.bodies))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._llama.close()

    def sent(self, path: str) -> list[Body]:
        """The bodies that were sent to a path."""
        return [body for body in self.bodies if body["path"] == path]

    def name_of(self, body: Body) -> str:
        """Return the known name, whatever its case. Raises `RefusalError` for an unknown one."""
        asked = str(body.get("model"))
        for name in self.digests:
            if asked.lower() in {name.lower(), name.lower().removesuffix(":latest")}:
                return name
        raise RefusalError(404, f"model '{asked}' not found")

    def shown(self, name: str) -> Shown:
        """Return what is known of a model."""
        return self._models[EMBEDDER if name == EMBEDDER else NAME]

    def _is_embedder(self, name: str) -> bool:
        return "embedding" in self.shown(name).capabilities

    # -- generation ------------------------------------------------------------------------

    def _chat(self, body: Body) -> Answer:
        name = self.name_of(body)
        if not body.get("messages"):
            yield self._load(name, body, {"message": {"role": "assistant", "content": ""}})
            return
        self._check_capabilities(name, body)
        yield from self.answers(name, body, lambda text, thinking: {"message": _message(text)})

    def answers(
        self, name: str, body: Body, part: Callable[[str, str], dict[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        """Yield the lines of an answer to messages."""
        messages = body["messages"]
        prompt = "".join(f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in messages)
        prompt = f"{prompt}<|im_start|>assistant\n"
        yield from self._lines(name, self._completion(name, prompt, body), body, part)

    def _generate(self, body: Body) -> Answer:
        name = self.name_of(body)
        if not body.get("prompt"):
            yield self._load(name, body, {"response": ""})
            return
        if body.get("suffix"):
            raise RefusalError(400, f"registry.ollama.ai/library/{name} does not support insert")
        assert body["raw"], "an unrendered prompt is for /api/chat"
        parts = self._completion(name, body["prompt"], body)
        yield from self._lines(name, parts, body, lambda text, thinking: {"response": text})

    def _lines(
        self,
        name: str,
        parts: Iterator[tuple[str, dict[str, Any]]],
        body: Body,
        part: Callable[[str, str], dict[str, Any]],
    ) -> Answer:
        if body.get("stream", True):
            for text, rest in parts:
                yield {"model": name, "created_at": _now(), **part(text, ""), **rest}
            return
        texts, logprobs, rest = "", [], dict[str, Any]()
        for text, rest in parts:
            texts += text
            logprobs += rest.pop("logprobs", [])
        if logprobs:
            rest["logprobs"] = logprobs
        yield {"model": name, "created_at": _now(), **part(texts, ""), **rest}

    def _check_capabilities(self, name: str, body: Body) -> None:
        if self._is_embedder(name):
            raise RefusalError(400, f'"{name}" does not support chat')
        if body.get("think") and "thinking" not in self.capabilities:
            raise RefusalError(400, f'"{name}" does not support thinking')
        if body.get("tools") and "tools" not in self.capabilities:
            raise RefusalError(400, f"registry.ollama.ai/library/{name} does not support tools")

    def _load(self, name: str, body: Body, part: dict[str, Any]) -> dict[str, Any]:
        if body.get("keep_alive") == 0:
            self.loaded.pop(name, None)
            return {**_stamp(name), **part, "done": True, "done_reason": "unload"}
        self._hold(name, body)
        return {**_stamp(name), **part, "done": True, "done_reason": "load"}

    def _hold(self, name: str, body: Body) -> int:
        """Load a model with the window that is asked for, and return the window."""
        window = int((body.get("options") or {}).get("num_ctx") or USUAL_WINDOW)
        if self.most_window and window > self.most_window:
            raise RefusalError(
                500, "model requires more system memory (9.1 GiB) than is available (3.2 GiB)"
            )
        self.loaded[name] = self.real_window or window
        return self.loaded[name]

    def _completion(
        self, name: str, prompt: str, body: Body
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        options = body.get("options") or {}
        window = self._hold(name, body)
        answer = self._llama.post("/tokenize", json={"content": prompt, "parse_special": True})
        tokens = answer.json()["tokens"]
        if len(tokens) > window:
            if self.forbids_cutting and body.get("truncate") is False:
                raise RefusalError(400, too_long(len(tokens), window))
            if self.forbids_cutting and body.get("shift") is False:
                raise RefusalError(400, OVERFLOW)
            tokens = tokens[-(window // 2 + 2) :]
        check_schema(body.get("format"))
        ask = {
            "prompt": tokens[-self._room(options) :],
            "n_predict": options.get("num_predict", -1),
            "temperature": options.get("temperature", 0.8),
            "top_k": options.get("top_k", 40),
            "seed": options.get("seed", 0),
            "repeat_penalty": options.get("repeat_penalty", 1.0),
            "repeat_last_n": options.get("repeat_last_n", 64),
            "stop": options.get("stop") or [],
            "n_probs": body.get("top_logprobs", 1) if body.get("logprobs") else 0,
            "stream": True,
        }
        if body.get("format"):
            ask["json_schema"] = body["format"]
        with self._answering, self._llama.stream("POST", "/completion", json=ask) as stream:
            if stream.status_code == httpx2.codes.BAD_REQUEST:
                raise RefusalError(400, stream.read().decode())
            for row in stream.iter_lines():
                if row.startswith("data: "):
                    time.sleep(self.seconds_a_part)
                    yield self._part(json.loads(row.removeprefix("data: ")), len(tokens))

    def _room(self, options: dict[str, Any]) -> int:
        """Return the tokens that fit the llama.cpp server behind this one."""
        facts = self._llama.get("/props").json()["default_generation_settings"]
        return int(facts["n_ctx"]) - max(1, int(options.get("num_predict", 1))) - 1

    def _part(self, event: dict[str, Any], prompt_tokens: int) -> tuple[str, dict[str, Any]]:
        if "error" in event:
            raise RefusalError(500, str(event["error"]))
        rest: dict[str, Any] = {"done": bool(event.get("stop"))}
        if said := event.get("completion_probabilities"):
            rest["logprobs"] = [_logprob(token) for token in said]
        if not event.get("stop"):
            return event["content"], rest
        said = event["timings"]
        cached = 0 if self.counts_cached else said["cache_n"]
        return event["content"], {
            **rest,
            "done_reason": "length" if event["stop_type"] == "limit" else "stop",
            "total_duration": 1_000_000 + int((said["prompt_ms"] + said["predicted_ms"]) * 1e6),
            "load_duration": 1_000_000,
            "prompt_eval_count": prompt_tokens - cached,
            "prompt_eval_duration": int(said["prompt_ms"] * 1e6),
            "eval_count": said["predicted_n"],
            "eval_duration": int(said["predicted_ms"] * 1e6),
        }

    # -- embedding -------------------------------------------------------------------------

    def _embed(self, body: Body) -> Answer:
        name = self.name_of(body)
        if not self._is_embedder(name):
            raise RefusalError(
                501, "This server does not support embeddings. Start it with `--embeddings`"
            )
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        if not texts:
            yield {"model": name, "embeddings": []}
            return
        rows, read = self.vectors(texts, body)
        yield {
            "model": name,
            "embeddings": rows,
            "total_duration": 2_000_000,
            "load_duration": 1_000_000,
            "prompt_eval_count": read,
        }

    def vectors(self, texts: list[str], body: Body) -> tuple[list[list[float]], int]:
        """Return the vectors, and the number of tokens that were read."""
        window = min(self.embedder_window, (body.get("options") or {}).get("num_ctx", 2048))
        self.loaded[EMBEDDER] = window
        whole, read = [], 0
        for text in texts:
            starts = self._embedder.token_starts(text)
            forbidden = self.forbids_cutting and body.get("truncate") is False
            if forbidden and len(starts) > window - 2:
                raise RefusalError(400, "the input length exceeds the context length")
            limit = self._embedder.limit
            whole.append(text[: starts[limit]] if len(starts) > limit else text)
            read += min(len(starts), window - 2) + 2
        with self._embedding:
            rows = self._embedder.embed(whole)
        if size := body.get("dimensions"):
            rows = rows[:, :size] / (rows[:, :size] ** 2).sum(axis=1, keepdims=True) ** 0.5
        return rows.tolist(), read

    # -- models ----------------------------------------------------------------------------

    def _show(self, body: Body) -> Answer:
        name = self.name_of(body)
        embeds = self._is_embedder(name)
        answer = self.shown(name).answer(
            name,
            verbose=bool(body.get("verbose")) and self.shows_tokenizer,
            template="{{ .Prompt }}" if embeds else self.template,
        )
        if embeds:
            answer["model_info"]["bert.context_length"] = self.embedder_window
        else:
            answer["capabilities"] = list(self.capabilities)
        yield {**answer, **({"remote_host": self.remote_host} if self.remote_host else {})}

    def _tags(self, _: Body) -> Answer:
        names = sorted(self.digests, key=lambda name: name != EMBEDDER)  # the newest first
        yield {"models": [self._listed(name) for name in names]}

    def _listed(self, name: str) -> dict[str, Any]:
        shown = self.shown(name)
        return {
            "name": name,
            "model": name,
            "modified_at": MODIFIED,
            "size": shown.bytes,
            "digest": self.digests[name],
            "details": shown.listed_details | self._limits(name),
            "capabilities": list(shown.capabilities),
        }

    def _limits(self, name: str) -> dict[str, int]:
        return {"context_length": self.embedder_window} if name == EMBEDDER else {}

    def _ps(self, _: Body) -> Answer:
        entries = []
        for name, window in self.loaded.items():
            shown = self.shown(name)
            entries.append(
                {
                    "name": name,
                    "model": name,
                    "size": shown.bytes,
                    "digest": self.digests.get(name, ""),
                    "details": shown.details,
                    "expires_at": _now(),
                    "size_vram": int(shown.bytes * self.share_on_gpu),
                    "context_length": window,
                }
            )
        yield {"models": entries}

    def _pull(self, body: Body) -> Answer:
        for line in self.pulled if self.pulled is not None else pull_lines(body):
            if line.get("status") == "success" and not self.forgets:
                self.digests.setdefault(str(body["model"]), "c" * 64)
            yield line

    def _delete(self, body: Body) -> Answer:
        self.removed.append(self.name_of(body))
        yield from ()


def _message(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def _logprob(said: dict[str, Any]) -> dict[str, Any]:
    top = [{key: one[key] for key in ("token", "logprob", "bytes")} for one in said["top_logprobs"]]
    return {**{key: said[key] for key in ("token", "logprob", "bytes")}, "top_logprobs": top}


def _stamp(name: str) -> dict[str, Any]:
    return {"model": name, "created_at": _now()}


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


@contextmanager
def ollama_over(
    llama: str, models: dict[str, Shown], digests: dict[str, str]
) -> Iterator[OllamaServer]:
    """Open a server over a llama.cpp server."""
    server = OllamaServer(llama, models, digests)
    try:
        yield server
    finally:
        server.close()
