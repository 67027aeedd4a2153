"""The facts in the files of an embedder's folder: its architecture, its modules, its limits.

The layout is that of sentence-transformers: `modules.json` lists the modules in their order, each
with its folder. The transformer lies at the top, or in a folder of its own, as in older ones.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from quoth.embed.families import family_of
from quoth.embed.modules import Module, Normalize, Pooling, Unknown, read_dense, read_pooling
from quoth.errors import ConfigurationError
from quoth.system import parse_json
from quoth.weights import fingerprint_of

_UNLIMITED = 1_000_000
"""A tokenizer's limit from this number on means that none was set."""
_SETTINGS = (
    "sentence_bert_config.json",
    "sentence_roberta_config.json",
    "sentence_distilbert_config.json",
    "sentence_xlm-roberta_config.json",
    "sentence_mpnet_config.json",
)
"""The file with a transformer's settings, whose name followed the architecture in older folders."""
_SHARDS = "model.safetensors.index.json"
_TORCH, _TORCH_SHARDS = "pytorch_model.bin", "pytorch_model.bin.index.json"
_HEADING = re.compile(r"^#+\s*(.+)$", re.MULTILINE)


class ModelFolder:
    """A folder with an embedder as sentence-transformers saves it.

    Raises `ConfigurationError` when files are missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_dir():
            raise ConfigurationError(
                f"There is no folder {path} with an embedder.",
                hint="embedding.model is `embedded`, a folder, or `backend:name`.",
            )
        self.transformer = self._find_transformer()
        if not (self.transformer / "config.json").is_file():
            raise _incomplete(path, "config.json")
        if not self.weights:
            raise _incomplete(path, "model.safetensors")
        if self.tokenizer is None:
            raise _incomplete(path, "tokenizer.json")

    @cached_property
    def weights(self) -> tuple[Path, ...]:
        """The files with the weights: safetensors, else those of torch, else an ONNX graph.

        Raises `ConfigurationError` when a shard is missing.
        """
        folder = self.transformer
        if (single := folder / "model.safetensors").is_file():
            return (single,)
        if (index := folder / _SHARDS).is_file():
            return self._shards(index)
        if self.own_graph.is_file():
            return (self.own_graph,)
        if (single := folder / _TORCH).is_file():
            return (single,)
        if (index := folder / _TORCH_SHARDS).is_file():
            return self._shards(index)
        return ()

    @property
    def own_graph(self) -> Path:
        """The ONNX graph that many folders carry."""
        places = (self.transformer / "onnx" / "model.onnx", self.path / "onnx" / "model.onnx")
        return next((file for file in places if file.is_file()), places[0])

    @property
    def tokenizer(self) -> Path | None:
        """The file of the tokenizer, or a file that one can be made from; `None` without one."""
        names = ("tokenizer.json", "vocab.txt", "sentencepiece.bpe.model", "vocab.json")
        places = (folder / name for name in names for folder in (self.transformer, self.path))
        return next((file for file in places if file.is_file()), None)

    @property
    def config(self) -> Mapping[str, Any]:
        """The configuration of the transformer, as in `config.json`."""
        return self._json(self.transformer / "config.json")

    @property
    def conventions(self) -> Mapping[str, Any]:
        """The content of `config_sentence_transformers.json`, where prompts stand."""
        return self._json(self.path / "config_sentence_transformers.json")

    @property
    def architecture(self) -> str:
        """The name of the transformer's architecture."""
        return str(self.config.get("model_type", "unknown"))

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """The modules after the transformer, in order."""
        if (listed := self._listed()) is None:
            family = family_of(self.names)
            assert family is not None  # checked when the folder was opened
            return (Pooling((family.pooling,)), Normalize())
        return tuple(self._module(entry["type"], entry["path"]) for entry in listed[1:])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names under which the model's family may be known.

        They are the name of the folder, that of its snapshot's repository, the one in its
        configuration, and the heading of its card.
        """
        folder = self.path.resolve()
        snapshot = folder.parents[1].name if folder.parent.name == "snapshots" else ""
        card = folder / "README.md"
        text = card.read_text(encoding="utf-8", errors="replace") if card.is_file() else ""
        heading = _HEADING.search(text)
        configured = str(self._json(folder / "config.json").get("_name_or_path") or "")
        found = (folder.name, snapshot, configured, heading[1] if heading else "")
        return tuple(name for name in found if name)

    @property
    def longest(self) -> int:
        """The number of tokens that the model reads, special ones included.

        Raises `ConfigurationError` if no file states it.
        """
        limits = (
            self._transformer_settings().get("max_seq_length"),
            self._json(self.transformer / "tokenizer_config.json").get("model_max_length"),
            self.positions,
        )
        for limit in limits:
            if limit is not None and limit < _UNLIMITED:
                return min(int(limit), self.positions or int(limit))
        raise ConfigurationError(
            f"No file in {self.path} states the token limit of the embedder.",
            hint="Set max_seq_length in its sentence_bert_config.json.",
        )

    @property
    def positions(self) -> int | None:
        """The number of positions that the transformer has, `None` without a limit."""
        config = self.config
        positions = config.get("max_position_embeddings")
        return None if positions is None else int(positions) - first_position(config)

    @property
    def lowers_case(self) -> bool:
        """Whether a text is brought to small letters before the tokenizer sees it."""
        return bool(self._transformer_settings().get("do_lower_case"))

    @property
    def padding_token(self) -> int:
        """The id of the token that pads a batch."""
        return int(self.config.get("pad_token_id") or 0)

    def weights_fingerprint(self) -> str:
        """Return the fingerprint of the weights, of all files together."""
        prints = [fingerprint_of(file) for file in self.weights]
        if len(prints) == 1:
            return prints[0]
        return hashlib.blake2b("|".join(prints).encode(), digest_size=16).hexdigest()

    def digest(self) -> str:
        """Return a hash of the files that configure how the weights are run."""
        digest = hashlib.blake2b(digest_size=8)
        files = (self.transformer / "config.json", self.path / "modules.json")
        for file in (*files, *sorted(self.path.glob("*/config.json"))):
            digest.update(file.read_bytes() if file.is_file() else b"")
        return digest.hexdigest()

    def _find_transformer(self) -> Path:
        """Return the folder of the transformer: this one, or one within it."""
        listed = self._listed()
        if listed is None:
            family = family_of(self.names)
            if family is None or not family.pooling:
                raise _incomplete(self.path, "modules.json")
            return self.path
        try:
            kind, inner = str(listed[0]["type"]).rpartition(".")[2], self.path / listed[0]["path"]
        except (IndexError, KeyError, TypeError) as error:
            raise _incomplete(self.path, "modules.json with a transformer") from error
        if kind != "Transformer":
            raise ConfigurationError(
                f"The embedder in {self.path} begins with a {kind}, and only transformers are run.",
                hint="`quoth models known` names embedders that work.",
            )
        return inner if (inner / "config.json").is_file() else self.path

    def _listed(self) -> list[Any] | None:
        """Return the entries of `modules.json`, or `None` without one."""
        file = self.path / "modules.json"
        if not file.is_file():
            return None
        content = _read_json(file)
        if not isinstance(content, list):
            raise ConfigurationError(
                f"{file} holds no list of modules.", hint="Copy the model's folder again."
            )
        return content

    def _transformer_settings(self) -> Mapping[str, Any]:
        for name in _SETTINGS:
            if content := self._json(self.transformer / name):
                return content
        return {}

    def _shards(self, index: Path) -> tuple[Path, ...]:
        names = sorted(set((self._json(index).get("weight_map") or {}).values()))
        files = tuple(index.parent / str(name) for name in names)
        for file in files:
            if not file.is_file():
                raise _incomplete(self.path, file.name)
        return files

    def _module(self, kind: str, path: str) -> Module:
        name = kind.rpartition(".")[2]
        match name:
            case "Pooling":
                return read_pooling(self._json(self.path / path / "config.json"))
            case "Dense":
                folder = self.path / path
                return read_dense(self._json(folder / "config.json"), folder / "model.safetensors")
            case "Normalize":
                return Normalize()
        return Unknown(name)

    def _json(self, file: Path) -> Mapping[str, Any]:
        content = _read_json(file) if file.is_file() else {}
        return content if isinstance(content, dict) else {}


def first_position(config: Mapping[str, Any]) -> int:
    """Return the row of the table of positions that belongs to the first token.

    In RoBERTa and its descendants it comes after that of the padding token.
    """
    if config.get("model_type") not in {"camembert", "mpnet", "roberta", "xlm-roberta"}:
        return 0
    padding = config.get("pad_token_id")
    return (1 if padding is None else int(padding)) + 1


def _read_json(file: Path) -> Any:
    try:
        return parse_json(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigurationError(
            f"{file} is not JSON: {error}.", hint="Copy the model's folder again."
        ) from error


def _incomplete(path: Path, name: str) -> ConfigurationError:
    return ConfigurationError(
        f"{path} is not a folder with a sentence-transformers model: {name} is missing.",
        hint="Save one there with SentenceTransformer(...).save(folder).",
    )
