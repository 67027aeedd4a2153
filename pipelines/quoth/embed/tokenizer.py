"""The tokenizer of an embedder's folder, as sentence-transformers sets it up."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from quoth.embed.folder import ModelFolder
from quoth.errors import ConfigurationError
from quoth.system import missing_extra

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def load_tokenizer(folder: ModelFolder) -> Tokenizer:
    """Return the tokenizer of a folder, which neither cuts nor pads.

    Raises `ConfigurationError` when it cannot be read, and `MissingExtraError` for a folder of old
    without `tokenizer.json` where transformers, which can make one, is not installed.
    """
    file = folder.tokenizer
    assert file is not None  # checked when the folder was opened
    try:
        tokenizer = _read(folder) if file.name == "tokenizer.json" else _convert(folder)
    except Exception as error:  # the library raises nothing more exact
        if isinstance(error, ConfigurationError):
            raise
        raise ConfigurationError(
            f"The tokenizer {file} cannot be read: {error}.", hint="Copy the model's folder again."
        ) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    if folder.lowers_case:
        _lower_case(tokenizer)
    return tokenizer


def _read(folder: ModelFolder) -> Tokenizer:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(folder.tokenizer))


def _convert(folder: ModelFolder) -> Tokenizer:
    """Return the tokenizer that transformers makes from a vocabulary."""
    if importlib.util.find_spec("transformers") is None:
        raise missing_extra("An embedder without tokenizer.json", "torch")
    from transformers import AutoTokenizer

    made = AutoTokenizer.from_pretrained(str(folder.transformer), local_files_only=True)
    tokenizer: Tokenizer = made.backend_tokenizer
    return tokenizer


def _lower_case(tokenizer: Tokenizer) -> None:
    from tokenizers import normalizers

    steps = [normalizers.Lowercase()]
    if tokenizer.normalizer is not None:
        steps.append(tokenizer.normalizer)
    tokenizer.normalizer = normalizers.Sequence(steps)
