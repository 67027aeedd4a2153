"""`ollama`: the models of the user's own Ollama server."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from quoth.backends.ollama.model import Ollama
from quoth.backends.ollama.wire import (
    client_options,
    connect,
    model_missing_error,
    official_client,
    server_address,
    translate_errors,
)
from quoth.backends.stated import mapping_of, mappings_of, texts_of, whole_number
from quoth.errors import BackendError, ModelNotFoundError
from quoth.models import Provider
from quoth.weights import Installed, Transfer, canonical_name, split_model_name

if TYPE_CHECKING:
    from ollama import Client

    from quoth.config import Embedding
    from quoth.embed import Embedder


_AGAIN = "Run the same command again: what is whole already is not fetched again."
_PULL_HINTS = {
    "HTTP response to HTTPS client": "Allow a registry without TLS: quoth models pull --insecure",
    "digest mismatch": "The file was damaged on its way and is dropped; run the command again.",
    "no such host": "The machine of the server does not reach the registry.",
    "connection refused": "The machine of the server does not reach the registry.",
}


class OllamaProvider(Provider):
    """The models of the server at `backend.url`, OLLAMA_HOST, or the usual address."""

    def open(self, name: str) -> Ollama:
        """Return a model of the server."""
        return Ollama(
            model=f"ollama:{name}", settings=self.settings, prompt_folders=self.prompt_folders
        )

    def open_embedder(self, name: str, *, embedding: Embedding) -> Embedder:
        """Return an embedder of the server."""
        from quoth.backends.ollama.embedder import OllamaEmbedder

        return OllamaEmbedder(name, self.settings, embedding)

    def installed(self) -> Sequence[Installed]:
        """Return the models that the server has, except those that run elsewhere."""
        http = connect(self.settings)
        try:
            entries = mappings_of(http.json("GET", "/api/tags").get("models"))
        finally:
            http.close()
        return [
            Installed(
                name=str(entry["name"]),
                bytes=whole_number(entry.get("size")),
                quantization=str(mapping_of(entry.get("details")).get("quantization_level") or ""),
                kind=_kind_of(texts_of(entry.get("capabilities"))),
            )
            for entry in entries
            if entry.get("name") and not entry.get("remote_host")
        ]

    def pull(self, name: str, *, insecure: bool = False) -> Iterator[Transfer]:
        """Have the server fetch a model, and yield the progress.

        Raises `ModelNotFoundError` for a name that no registry has, and `BackendError` for a fetch
        that fails, breaks off, or leaves a model that the server does not list.
        """
        split_model_name(name)
        status = ""
        with self._client(name) as client, explain_pull(name):
            for step in client.pull(name, insecure=insecure, stream=True):
                status = step.status or ""
                yield Transfer(status, step.completed or 0, step.total or 0)
        if status != "success":
            raise BackendError(
                f"The fetch of {name} broke off after {status or 'nothing'!r}.", hint=_AGAIN
            )
        self.find(name)

    def origin(self, name: str) -> str:
        """Return the host of the registry in a name, without its port."""
        host = split_model_name(name)[0]
        return urlsplit(f"//{host}").hostname or host

    def find(self, name: str) -> Installed:
        """Return the model of this name that the server has, in any case of letters."""
        wanted, models = canonical_name(name), self.installed()
        for model in models:
            if canonical_name(model.name) == wanted:
                return model
        nearest = get_close_matches(name, [model.name for model in models], n=1)
        error = model_missing_error(name)
        error.hint = f"The nearest is {nearest[0]}." if nearest else error.hint
        raise error

    def remove(self, name: str) -> None:
        """Have the server delete a model."""
        with self._client(name) as client:
            client.delete(name)

    @contextmanager
    def _client(self, name: str) -> Iterator[Client]:
        """Give the official client for one call, whose errors become ours."""
        url = server_address(self.settings)
        with (
            translate_errors(url, name),
            official_client().Client(host=url, **client_options(self.settings)) as client,
        ):
            yield client


@contextmanager
def explain_pull(name: str) -> Iterator[None]:
    """Add the next step to the error that a server reports in the middle of a fetch."""
    try:
        yield
    except official_client().ResponseError as error:
        reason = str(error.error).strip()
        failure = f"Ollama cannot fetch {name}: {reason[:300]}."
        if "file does not exist" in reason:
            raise ModelNotFoundError(failure, hint="Check the name and the tag.") from error
        hint = next((hint for sign, hint in _PULL_HINTS.items() if sign in reason), _AGAIN)
        raise BackendError(failure, hint=hint) from error


def _kind_of(capabilities: Collection[str]) -> Literal["language model", "embedder"]:
    embeds_only = "embedding" in capabilities and "completion" not in capabilities
    return "embedder" if embeds_only else "language model"
