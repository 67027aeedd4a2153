"""The facts in the files of an embedder's folder: its architecture, its modules, its limits.

The layout is that of sentence-transformers: `modules.json` lists the modules in their order, each
with its folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quoth.errors import ConfigurationError

_LEGACY_MODES = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
"""The flags of older folders, in the order in which several of them are joined."""
_UNLIMITED = 1_000_000
"""A tokenizer's limit from this number on means that none was set."""


@dataclass(frozen=True)
class Pooling:
    """Vectors of tokens → one vector; several modes are joined end to end."""

    modes: tuple[str, ...]


@dataclass(frozen=True)
class Dense:
    """A linear layer with an activation, named as in torch."""

    weights: Path
    activation: str


@dataclass(frozen=True)
class Normalize:
    """Scaling to unit length."""


@dataclass(frozen=True)
class Unknown:
    """A module that only sentence-transformers itself runs."""

    kind: str


Module = Pooling | Dense | Normalize | Unknown


class ModelFolder:
    """A folder with an embedder as sentence-transformers saves it.

    Raises `ConfigurationError` when files are missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        for name in ("modules.json", "tokenizer.json", "config.json"):
            if not (path / name).is_file():
                raise _incomplete(path, name)
        self.weights = next(
            (file for file in (self.safetensors, self.own_graph) if file.is_file()),
            self.safetensors,
        )
        if not self.weights.is_file():
            raise _incomplete(path, "model.safetensors")

    @property
    def safetensors(self) -> Path:
        """The weights, where the folder has them in this format."""
        return self.path / "model.safetensors"

    @property
    def own_graph(self) -> Path:
        """The ONNX graph that many folders carry."""
        return self.path / "onnx" / "model.onnx"

    @property
    def config(self) -> Mapping[str, Any]:
        """The configuration of the transformer, as in `config.json`."""
        return self._json("config.json")

    @property
    def architecture(self) -> str:
        """The name of the transformer's architecture."""
        return str(self.config.get("model_type", "unknown"))

    @property
    def modules(self) -> tuple[Module, ...]:
        """The modules after the transformer, in order."""
        listed = json.loads((self.path / "modules.json").read_text())
        return tuple(self._module(entry["type"], entry["path"]) for entry in listed[1:])

    @property
    def longest(self) -> int:
        """The number of tokens that the model reads, special ones included.

        Raises `ConfigurationError` if no file states it.
        """
        limits = (
            self._json("sentence_bert_config.json").get("max_seq_length"),
            self._json("tokenizer_config.json").get("model_max_length"),
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
    def padding_token(self) -> int:
        """The id of the token that pads a batch."""
        return int(self.config.get("pad_token_id") or 0)

    def digest(self) -> str:
        """Return a hash of the files that configure how the weights are run."""
        digest = hashlib.blake2b(digest_size=8)
        files = (self.path / "config.json", self.path / "modules.json")
        for file in (*files, *sorted(self.path.glob("*/config.json"))):
            digest.update(file.read_bytes())
        return digest.hexdigest()

    def _module(self, kind: str, path: str) -> Module:
        name = kind.rpartition(".")[2]
        match name:
            case "Pooling":
                return _pooling(self._json(f"{path}/config.json"))
            case "Dense":
                return self._dense(path)
            case "Normalize":
                return Normalize()
        return Unknown(name)

    def _dense(self, path: str) -> Module:
        config, weights = self._json(f"{path}/config.json"), self.path / path / "model.safetensors"
        plain = (
            weights.is_file()
            and not config.get("use_residual")
            and config.get("module_input_name", "sentence_embedding") == "sentence_embedding"
            and config.get("module_output_name") in {None, "sentence_embedding"}
        )
        if not plain:
            return Unknown("Dense")
        return Dense(weights, str(config.get("activation_function", "Tanh")).rpartition(".")[2])

    def _json(self, name: str) -> Mapping[str, Any]:
        file = self.path / name
        try:
            content = json.loads(file.read_text()) if file.is_file() else {}
        except ValueError as error:
            raise ConfigurationError(
                f"{file} is not JSON: {error}.", hint="Copy the model's folder again."
            ) from error
        return content if isinstance(content, dict) else {}


def first_position(config: Mapping[str, Any]) -> int:
    """Return the row of the table of positions that belongs to the first token.

    In RoBERTa and its descendants it comes after that of the padding token.
    """
    if config.get("model_type") not in {"camembert", "mpnet", "roberta", "xlm-roberta"}:
        return 0
    padding = config.get("pad_token_id")
    return (1 if padding is None else int(padding)) + 1


def _pooling(config: Mapping[str, Any]) -> Pooling:
    modes = config.get("pooling_mode")
    if isinstance(modes, str):
        return Pooling((modes,))
    if modes:
        return Pooling(tuple(modes))
    return Pooling(
        tuple(mode for key, mode in _LEGACY_MODES.items() if config.get(key)) or ("mean",)
    )


def _incomplete(path: Path, name: str) -> ConfigurationError:
    return ConfigurationError(
        f"{path} is not a folder with a sentence-transformers model: {name} is missing.",
        hint="Save one there with SentenceTransformer(...).save(folder).",
    )
