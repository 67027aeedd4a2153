"""Fetches the folder of an embedder from a hub: `hf:OWNER/REPOSITORY`.

The layout is that of sentence-transformers: `modules.json` lists the modules, each with its folder.
The files arrive in `.NAME.part`, which takes the name of the repository when all are whole.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from quoth.errors import ModelNotFoundError, OutputError
from quoth.system import parse_json
from quoth.weights.download import Download
from quoth.weights.installed import Transfer
from quoth.weights.remote import HUB_PREFIX, hub_file

_MODULES = "modules.json"
_OPTIONAL = (
    "config_sentence_transformers.json",
    "sentence_bert_config.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
)
_SETTINGS, _TOKENIZER, _WEIGHTS = "config.json", "tokenizer.json", "model.safetensors"


def is_embedder_source(name: str) -> bool:
    """Whether a name is `hf:OWNER/REPOSITORY`, without a file."""
    return name.startswith(HUB_PREFIX) and name.count("/") == 1


@dataclass(frozen=True, slots=True)
class EmbedderDownload:
    """The fetch of an embedder into its folder below `models`.

    `permit` is called with each host before it is contacted, and raises where it may not be.
    """

    source: str
    models: Path
    permit: Callable[[str], None]

    @property
    def name(self) -> str:
        """The name of the repository, which is that of the folder."""
        return self.source.rpartition("/")[2]

    @property
    def path(self) -> Path:
        """The folder when it is whole."""
        return self.models / self.name

    def run(self) -> Iterator[Transfer]:
        """Fetch what is missing, and yield the progress.

        Raises the errors of `Download.run`, `ModelNotFoundError` also for a repository that holds
        no embedder in this layout.
        """
        if any(self.path.rglob(_WEIGHTS)):
            yield Transfer("is here already", 0, 0)
            return
        if self.path.exists():
            raise OutputError(
                f"{self.path} is there already, and no embedder that was fetched.",
                hint="Rename it, and run the same command again.",
            )
        for name in (_MODULES, *_OPTIONAL):
            yield from self._fetch_optional(name)
        top, others = self._read_modules()
        for name in (*others, f"{top}{_SETTINGS}", f"{top}{_TOKENIZER}", f"{top}{_WEIGHTS}"):
            yield from self._fetch(name)
        self._finish()
        yield Transfer("is whole", 0, 0)

    def _fetch(self, name: str) -> Iterator[Transfer]:
        file = hub_file(f"{self.source}/{name}")  # which refuses a name that leads elsewhere
        folder = (self._part / name).parent
        folder.mkdir(parents=True, exist_ok=True)
        yield from Download(file, folder, self.permit).run()

    def _fetch_optional(self, name: str) -> Iterator[Transfer]:
        try:
            yield from self._fetch(name)
        except ModelNotFoundError:
            return

    def _read_modules(self) -> tuple[str, list[str]]:
        """Return where the transformer lies, and the files of the other modules."""
        try:
            modules = parse_json((self._part / _MODULES).read_text("utf-8"))
            listed = [(f"{module['path']}/".lstrip("/"), str(module["type"])) for module in modules]
        except FileNotFoundError:
            return "", []
        except (ValueError, TypeError, KeyError) as error:
            raise ModelNotFoundError(
                f"{self.source} has a {_MODULES} that lists no modules.",
                hint="quoth models known names embedders that work.",
            ) from error
        top = next((path for path, kind in listed if kind.endswith("Transformer")), "")
        files = []
        for path, kind in listed:
            if path and kind.endswith(("Pooling", "Dense")):
                files.append(f"{path}{_SETTINGS}")
            if path and kind.endswith("Dense"):
                files.append(f"{path}{_WEIGHTS}")
        return top, files

    def _finish(self) -> None:
        for lock in self._part.rglob("fetch.lock"):
            lock.unlink()
        shutil.move(self._part, self.path)

    @property
    def _part(self) -> Path:
        return self.models / f".{self.name}.part"
