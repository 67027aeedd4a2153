"""What Ollama shows of a GGUF file (`/api/show`), field by field as its version 0.33 does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gguf import GGUFReader, ReaderTensor

_LEFT_OUT = {"general.name", "tokenizer.chat_template"}
MODIFIED = "2026-11-26T22:15:32.771965731Z"


@dataclass(frozen=True)
class Shown:
    """A model of the imitation, as read from its file."""

    info: dict[str, Any]
    tensors: list[dict[str, Any]]
    parameters: dict[str, list[str]]
    capabilities: tuple[str, ...]
    parameter_count: int
    bytes: int

    @property
    def architecture(self) -> str:
        return str(self.info["general.architecture"])

    @property
    def details(self) -> dict[str, Any]:
        millions = self.parameter_count / 1e6
        return {
            "parent_model": "",
            "format": "gguf",
            "family": self.architecture,
            "families": [self.architecture],
            "parameter_size": f"{millions:.2f}M",
            "quantization_level": _file_type(int(self.info.get("general.file_type", 1))),
        }

    @property
    def listed_details(self) -> dict[str, Any]:
        """The details in the list of models, which say more."""
        info, kind = self.info, self.architecture
        return {
            **self.details,
            "context_length": info[f"{kind}.context_length"],
            "embedding_length": info.get(f"{kind}.embedding_length", 384),
        }

    def answer(self, name: str, *, verbose: bool, template: str) -> dict[str, Any]:
        """Return the answer of `/api/show`."""
        written = "".join(
            f"PARAMETER {key} {value}\n"
            for key, values in self.parameters.items()
            for value in values
        )
        answer = {
            "modelfile": f"FROM {name}\nTEMPLATE {template}\n{written}",
            "template": template,
            "details": self.details,
            "model_info": {
                key: None if isinstance(value, list) and not verbose else value
                for key, value in self.info.items()
            },
            "tensors": self.tensors,
            "capabilities": list(self.capabilities),
            "modified_at": MODIFIED,
        }
        if self.parameters:
            answer["parameters"] = "\n".join(
                f'{key:<30} "{value}"'
                for key, values in self.parameters.items()
                for value in values
            )
        return answer


def read_shown(
    file: Path,
    *,
    capabilities: tuple[str, ...],
    parameters: dict[str, list[str]] | None = None,
) -> Shown:
    """Return what Ollama shows of a GGUF file."""
    reader = GGUFReader(file)
    info = {
        name: field.contents()
        for name, field in reader.fields.items()
        if not name.startswith("GGUF.") and name not in _LEFT_OUT
    }
    tensors = [
        {"name": t.name, "type": t.tensor_type.name, "shape": [int(n) for n in t.shape]}
        for t in sorted(reader.tensors, key=_place_of)
    ]
    count = sum(int(t.n_elements) for t in reader.tensors)
    info["general.parameter_count"] = count
    return Shown(info, tensors, parameters or {}, capabilities, count, file.stat().st_size)


def _place_of(tensor: ReaderTensor) -> tuple[int, str]:
    """Return the place of a tensor in the list: those of no block first, then block by block."""
    block = re.match(r"blk\.(\d+)\.", tensor.name)
    return (int(block[1]) if block else -1, tensor.name)


def _file_type(number: int) -> str:
    return {0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0"}.get(number, "unknown")
