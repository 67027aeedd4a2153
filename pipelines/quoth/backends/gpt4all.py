"""`gpt4all`: the package gpt4all, for users who have its models.

LangChain's `GPT4All` is a wrapper of the same client and is not used, because it lacks parts of the
contract: it sets neither the window (gpt4all's own is 2048) nor the layers on the GPU, returns
whole answers only, cuts at stop strings after the whole text was generated, reports no timings, and
calls a method that reads the marks of chat templates as plain text. gpt4all has no seed: with a
temperature above 0, answers differ from call to call.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from pydantic import PrivateAttr

from quoth.backends.llama.gguf_model import OneCallModel
from quoth.backends.llama.vocabulary import Vocabulary
from quoth.errors import BackendError
from quoth.models import Constraint, Piece, Provider, Request, cut_at_stop
from quoth.system import expand_home, missing_extra
from quoth.types import Timings
from quoth.weights import Installed, check_tokens, choose_threads, weights_of

_FOLDER = Path("~/.cache/gpt4all")


class Gpt4AllProvider(Provider):
    """The models in gpt4all's own folder, and any other GGUF file."""

    def open(self, name: str) -> Gpt4All:
        """Return the model in a GGUF file: a path, or a name in gpt4all's own folder."""
        if importlib.util.find_spec("gpt4all") is None:
            raise missing_extra("The backend gpt4all", "gpt4all")
        own = expand_home(_FOLDER / name)
        return Gpt4All(
            model=f"gpt4all:{name}",
            path=own if own.is_file() else weights_of(name),
            settings=self.settings,
            prompt_folders=self.prompt_folders,
        )

    def installed(self) -> Sequence[Installed]:
        """Return the models in gpt4all's own folder."""
        files = sorted(expand_home(_FOLDER).glob("*.gguf"))
        return [Installed(file.name, file.stat().st_size, path=str(file)) for file in files]


class Gpt4All(OneCallModel):
    """A GGUF file on gpt4all."""

    engine: ClassVar[str] = "gpt4all"
    constraints: ClassVar[tuple[Constraint, ...]] = ()

    _vocabulary: Vocabulary | None = PrivateAttr(default=None)

    @property
    def gpu_layers(self) -> int | None:
        """The number of layers on the GPU, all or none; `None` while nothing is loaded."""
        client = self._client
        return None if client is None else (self.header.layers + 1) * (client.device is not None)

    @property
    def notes(self) -> Sequence[str]:
        """Sentences for the user; one is about the missing seed, where it matters."""
        seedless = "gpt4all has no seed; answers differ from call to call."
        return (*super().notes, *((seedless,) if self.temperature > 0 else ()))

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens, counted by the model's own vocabulary."""
        with self._lock:
            if self._vocabulary is None:
                self._vocabulary = Vocabulary(self.header)
            return self._vocabulary.count(text)

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        """Generate token by token, one call after the other."""
        with self.take_turn() as (client, load_seconds):
            start = time.perf_counter()
            first, counter = 0.0, _Counter()
            tokens = client.model.prompt_model_streaming(
                request.prompt,
                "%1%2",  # the prompt as it is
                counter,
                n_predict=request.max_tokens,
                temp=request.temperature,
                top_k=1 if request.temperature == 0 else 40,
                top_p=1.0,
                repeat_penalty=1.0,
                n_batch=self.settings.batch_tokens,
                reset_context=True,
                special=True,
            )
            try:
                for text in cut_at_stop(tokens, request.stop):
                    first = first or time.perf_counter() - start
                    yield Piece(text=text)
            finally:  # its thread must have ended before the next call
                counter.wanted = False
                for _ in tokens:
                    pass
            spent = time.perf_counter() - start
            first = first or spent
            yield Piece(
                timings=Timings.measured(
                    load_seconds=load_seconds,
                    prompt_tokens=request.prompt_tokens,
                    generated_tokens=counter.count,
                    first=first,
                    spent=spent,
                ),
                finish="length" if counter.count >= request.max_tokens else "stop",
            )

    def load(self) -> Any:
        """Return gpt4all's client with the weights loaded, on a GPU where there is one."""
        check_tokens(self.header)
        devices = (None,) if self.settings.gpu_layers == 0 else ("gpu", None)
        for device in devices:
            try:
                return self._construct(device)
            except (RuntimeError, ValueError, OSError) as error:
                failure = error
        raise BackendError(
            f"gpt4all cannot load {self.path.name}: {failure}.",
            hint="Its llama.cpp dates from 2024; the backend llamacpp supports newer models.",
        ) from failure

    def free(self, client: Any) -> None:
        """Free the context and the weights."""
        client.close()

    def unload(self) -> None:
        """Free the context, the weights and the vocabulary."""
        super().unload()
        with self._lock:
            vocabulary, self._vocabulary = self._vocabulary, None
        if vocabulary is not None:
            vocabulary.close()

    def _construct(self, device: str | None) -> Any:
        layers = self.settings.gpu_layers
        return import_module("gpt4all").GPT4All(
            self.path.name,
            model_path=self.path.parent,
            allow_download=False,
            n_threads=choose_threads(self.settings.threads),
            device=device,
            n_ctx=self.describe().context_window,
            ngl=layers if isinstance(layers, int) else 100,
        )


class _Counter:
    """Counts the generated tokens, and ends the generation when no more are wanted."""

    def __init__(self) -> None:
        self.count = 0
        self.wanted = True

    def __call__(self, token_id: int, response: str) -> bool:
        self.count += 1
        return self.wanted
