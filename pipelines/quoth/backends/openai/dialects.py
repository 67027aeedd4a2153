"""What a `/v1` server tells of itself on routes of its own: its window, its tokenizer, its grammar.

A server is one of these dialects, or the plain one. Another dialect needs a class here, and its
place in `DIALECTS`. Sources: tools/server/README.md of llama.cpp; vLLM's "OpenAI-compatible
server"; KoboldCpp's API reference; docs/api.md of Ollama; LM Studio's "REST API v0".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from quoth.backends.http import LocalHttp
from quoth.backends.ollama.facts import Facts, look_up
from quoth.backends.ollama.placement import read_placement
from quoth.backends.openai.wire import stated_windows
from quoth.backends.stated import whole_number
from quoth.config import ModelSettings
from quoth.errors import BackendError
from quoth.models import Constraint

Turns = Sequence[Mapping[str, str]]


class Dialect:
    """A server that tells nothing but its list of models; subclasses know further routes.

    `entry` is what `/v1/models` lists of the model.
    """

    name: str = ""
    counts: bool = False
    """Whether the server counts the tokens of a text."""
    constraints: tuple[Constraint, ...] = ("json_schema",)
    takes_variables: bool = False
    """Whether a call may give variables to the chat template."""

    def __init__(self, http: LocalHttp, entry: Mapping[str, Any]) -> None:
        self.http = http
        self.model = str(entry.get("id"))
        self.entry = entry
        self.variables: Mapping[str, Any] = {}

    def template_fields(self) -> dict[str, Any]:
        """Return the fields of a call that give `variables` to the chat template."""
        if not (self.takes_variables and self.variables):
            return {}
        return {"chat_template_kwargs": dict(self.variables)}

    @classmethod
    def recognize(cls, http: LocalHttp, entry: Mapping[str, Any]) -> Self | None:
        """Return the dialect if the server answers as this kind does, else `None`."""
        dialect = cls(http, entry)
        try:
            return dialect if dialect.answers() else None
        except BackendError as error:
            if error.retryable:
                raise
            return None

    def answers(self) -> bool:
        """Return whether the server answers on the routes of this dialect."""
        return True

    def count_text(self, text: str) -> int:
        """Return the number of tokens in a text; 0 where the server does not count."""
        return 0

    def count_prompt(self, turns: Turns) -> int:
        """Return the number of tokens of a prompt with its template; 0 where it is not told."""
        return 0

    def close(self) -> None:
        """Free what counting takes."""

    def window(self) -> int:
        """Return the number of tokens of the window; 0 where the server does not state it."""
        return next(iter(stated_windows(self.entry)), 0)


class LlamaCppServer(Dialect):
    """llama.cpp's own server, and llamafile."""

    name = "llama.cpp"
    counts = True
    takes_variables = True
    constraints = ("grammar", "json_schema")

    def answers(self) -> bool:
        """Return whether it counts, as this kind of server does."""
        return self.count_text("a b c d") > 0

    def count_text(self, text: str) -> int:
        """Return the number of tokens, by the tokenizer of the model."""
        body = {"content": text, "add_special": False, "parse_special": True}
        return _length(self.http.json("POST", "/tokenize", body).get("tokens"))

    def count_prompt(self, turns: Turns) -> int:
        """Return the number of tokens of the rendered prompt."""
        body = {"messages": list(turns), **self.template_fields()}
        answer = self.http.json("POST", "/apply-template", body)
        prompt = answer.get("prompt")
        return self.count_text(prompt) + 1 if isinstance(prompt, str) else 0  # BOS

    def window(self) -> int:
        """Return the window that the server gives to a call."""
        settings = self.http.json("GET", "/props").get("default_generation_settings")
        slot = whole_number(settings.get("n_ctx")) if isinstance(settings, dict) else 0
        return slot or super().window()


class Vllm(Dialect):
    """vLLM and SGLang."""

    name = "vLLM"
    counts = True
    takes_variables = True

    def answers(self) -> bool:
        """Return whether it counts, as this kind of server does."""
        return self.count_text("a b c d") > 0

    def count_text(self, text: str) -> int:
        """Return the number of tokens, by the tokenizer of the model."""
        return self._count({"prompt": text, "add_special_tokens": False})

    def count_prompt(self, turns: Turns) -> int:
        """Return the number of tokens of the rendered prompt."""
        return self._count({"messages": list(turns), **self.template_fields()})

    def window(self) -> int:
        """Return the window that the server gives to a call."""
        body = {"model": self.model, "prompt": "a"}
        stated = self.http.json("POST", "/tokenize", body).get("max_model_len")
        return whole_number(stated) or super().window()

    def _count(self, body: dict[str, Any]) -> int:
        answer = self.http.json("POST", "/tokenize", {"model": self.model, **body})
        return whole_number(answer.get("count")) or _length(answer.get("tokens"))


class KoboldCpp(Dialect):
    """KoboldCpp."""

    name = "KoboldCpp"
    counts = True
    constraints = ("grammar",)

    def answers(self) -> bool:
        """Return whether the server calls itself KoboldCpp."""
        return self.http.json("GET", "/api/extra/version").get("result") == "KoboldCpp"

    def count_text(self, text: str) -> int:
        """Return the number of tokens, by the tokenizer of the model."""
        body = {"prompt": text, "special": False}
        return whole_number(self.http.json("POST", "/api/extra/tokencount", body).get("value"))

    def window(self) -> int:
        """Return the window that the server gives to a call."""
        answer = self.http.json("GET", "/api/extra/true_max_context_length")
        return whole_number(answer.get("value")) or super().window()


class Ollama(Dialect):
    """Ollama, whose `/v1` has the window that the server chose and cuts a longer prompt.

    Its own routes show the tokenizer, and the window once the model is loaded.
    """

    name = "Ollama"

    def __init__(self, http: LocalHttp, entry: Mapping[str, Any]) -> None:
        super().__init__(http, entry)
        self._facts: Facts | None = None

    def answers(self) -> bool:
        """Return whether the server tells a version, and whether it shows the tokenizer."""
        if "version" not in self.http.json("GET", "/api/version"):
            return False
        self._facts = look_up(self.http, self.model, ModelSettings())
        self.counts = self._facts.vocabulary is not None
        return True

    def count_text(self, text: str) -> int:
        """Return the number of tokens, by the tokenizer that the server shows."""
        return self._facts.count_tokens(text) if self._facts else 0

    def window(self) -> int:
        """Return the window with which the server has loaded the model, or loads it now."""
        placement = read_placement(self.http, self.model)
        if placement is None:
            self.http.json("POST", "/api/generate", {"model": self.model}, quick=False)
            placement = read_placement(self.http, self.model)
        return placement.context_window if placement else 0

    def close(self) -> None:
        """Free the tokenizer."""
        if self._facts and self._facts.vocabulary:
            self._facts.vocabulary.close()


class LmStudio(Dialect):
    """LM Studio, which tells its window and does not count."""

    name = "LM Studio"

    def answers(self) -> bool:
        """Return whether the server lists the model on its own route."""
        return bool(self._own_entry())

    def window(self) -> int:
        """Return the window with which the model is loaded."""
        entry = self._own_entry()
        return whole_number(entry.get("loaded_context_length")) or super().window()

    def _own_entry(self) -> Mapping[str, Any]:
        listed = self.http.json("GET", "/api/v0/models").get("data")
        entries = listed if isinstance(listed, list) else []
        mine = (e for e in entries if isinstance(e, dict) and e.get("id") == self.model)
        return next(mine, {})


DIALECTS: tuple[type[Dialect], ...] = (LlamaCppServer, Vllm, KoboldCpp, Ollama, LmStudio)


def find_dialect(http: LocalHttp, entry: Mapping[str, Any]) -> Dialect:
    """Return the dialect that a server answers in."""
    for dialect in DIALECTS:
        if recognized := dialect.recognize(http, entry):
            return recognized
    return Dialect(http, entry)


def _length(tokens: object) -> int:
    return len(tokens) if isinstance(tokens, list) else 0
