"""Models behind llama.cpp's own HTTP server: inside this process, started, or running already.

The prompt is rendered here, in a sandbox, with the template that the model carries, so that the
exact bytes are known and counted before they are sent.
"""

from __future__ import annotations

import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import PrivateAttr

from quoth.backends.http import is_crowded
from quoth.backends.llama.admission import Admission, admit_at_once
from quoth.backends.llama.http import LlamaHttpClient
from quoth.backends.stated import mapping_of, whole_number
from quoth.backends.template import find_template
from quoth.config import ModelSettings
from quoth.errors import BackendError
from quoth.models import Description, LocalModel, Piece, Request
from quoth.prompts import ChatTemplate, ModelMetadata


@dataclass(slots=True)
class Server:
    """A llama.cpp server that answers, and its facts about its model.

    `stop` ends a server that was started here, `running` returns whether it still runs. A server of
    the user's is not stopped.
    """

    client: LlamaHttpClient
    description: Description
    template: ChatTemplate
    admission: Admission | None = None
    load_seconds: float = 0.0
    stop: Callable[[], None] = lambda: None
    running: Callable[[], bool] = lambda: True
    _charge: threading.Lock = field(default_factory=threading.Lock)

    def charge_load(self, piece: Piece) -> Piece:
        """Return the piece; the first one with timings gets the seconds that loading took."""
        if piece.timings is None or not self.load_seconds:
            return piece
        with self._charge:
            seconds, self.load_seconds = self.load_seconds, 0.0
        return replace(piece, timings=replace(piece.timings, load_seconds=seconds))

    def share_window(self) -> None:
        """Admit calls only while their tokens fit the window of the server together."""
        self.admission = Admission(self.description.context_window, self.description.parallel)


class ServedModel(LocalModel):
    """A model behind llama.cpp's HTTP interface. Reached at the first call, for all threads."""

    _server: Server | None = PrivateAttr(default=None)
    _reaching: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @abstractmethod
    def start(self) -> Server:
        """Load the model, or connect to its server."""

    def describe(self) -> Description:
        """Return the description from the server."""
        return self.server().description

    def template(self) -> ChatTemplate:
        """Return the template that the model carries, else that of its family."""
        return self.server().template

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens, counted by the model's own tokenizer."""
        return len(self.server().client.tokenize(text))

    def spell(self, text: str) -> str:
        """Return a grammar by which the model writes exactly this text, in its own tokens."""
        return self.server().client.spell(text)

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        """Generate token by token. The time of loading is charged to the first call."""
        server = self.server()
        admit = server.admission.admit if server.admission else admit_at_once
        try:
            with admit(request.prompt_tokens + request.max_tokens):
                yield from map(server.charge_load, server.client.completion(request))
        except BackendError as error:
            if is_crowded(error) and server.admission is None:
                # The slots of this server share one window, which it does not report: from the next
                # attempt on, calls from here wait for each other.
                server.share_window()
            raise

    def unload(self) -> None:
        """Stop a server that was started here, and free its memory."""
        with self._reaching:
            server, self._server = self._server, None
        if server is not None:
            server.client.close()
            server.stop()

    def server(self) -> Server:
        """Return the server. The first caller starts it, the others wait.

        A server that was started here is started again if it has died.
        """
        server = self._server
        if server is not None and not server.running():
            self.unload()
            server = None
        if server is None:
            with self._reaching:
                if self._server is None:
                    begin = time.perf_counter()
                    started = self.start()
                    started.load_seconds = time.perf_counter() - begin
                    self._server = started
                server = self._server
        return server

    @property
    def loaded(self) -> bool:
        """Whether the model has been loaded, or its server reached."""
        return self._server is not None

    def _block_starts(self, text: str) -> list[int]:
        return self.server().client.token_starts(text)


def reach_server(
    client: LlamaHttpClient,
    name: str,
    settings: ModelSettings,
    *,
    fingerprint: str = "",
    engine: str = "",
    gpu_layers: int | None = None,
    offload_note: str = "",
    note: str = "",
    folders: Sequence[Path] = (),
) -> Server:
    """Return a server that answers, with its facts about its model."""
    properties = client.properties()
    facts = client.models()
    path = str(properties.get("model_path") or properties.get("model_alias") or name)
    metadata = ModelMetadata(
        name=path.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".gguf"),
        chat_template=properties.get("chat_template") or None,
        kind="text",
    )
    template = find_template(
        metadata,
        settings,
        bos=str(properties.get("bos_token", "")),
        eos=str(properties.get("eos_token", "")),
        folders=folders,
    )
    generation = mapping_of(properties.get("default_generation_settings"))
    stated = whole_number(generation.get("n_ctx")) or whole_number(facts.get("n_ctx"))
    window = stated or settings.context_window
    size, parameters = whole_number(facts.get("size")), whole_number(facts.get("n_params"))
    description = Description(
        name=name,
        family=template.family,
        kind="text",
        context_window=window,
        parallel=whole_number(properties.get("total_slots")) or 1,
        fingerprint=fingerprint or f"{metadata.name}:{parameters}:{size}:{facts.get('ftype', '')}",
        engine=engine,
        parameters=parameters,
        bytes=size,
        adds_bos=client.adds_bos(),
        gpu_layers=gpu_layers,
        offload_note=offload_note,
        note=" ".join(filter(None, (note, template.warning))),
        constraints=("json_schema", "grammar"),
        spells=True,
    )
    return Server(client=client, description=description, template=template)
