"""Stores the same weights in another format, which llama.cpp may read faster.

Only the large matrices of the layers change; embeddings, the output layer and norms stay as they
are. None of these formats keeps every weight of a quantized model to the last bit, so the rounding
error of each is measured: a few ten-thousandths for F16 and BF16, about half a percent for Q8_0,
several percent for Q4_0, which is written only on request.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quoth.weights import read_gguf

CLOSE = ("Q8_0", "BF16", "F16")
LOSSY = ("Q4_0",)
BITS: Mapping[str, float] = {"Q4_0": 4.5, "Q8_0": 8.5, "BF16": 16.0, "F16": 16.0}
_FILE_TYPES: Mapping[str, int] = {"F16": 1, "Q4_0": 2, "Q8_0": 7, "BF16": 32}
_LAYER = re.compile(r"^blk\.\d+\..*\.weight$")
_CHECKED_ROWS = 8
"""One of this many rows is compared with the original."""


@dataclass(slots=True)
class Copy:
    """A copy of a model whose layers are stored in the format `name`."""

    name: str
    path: Path
    squares: float = 0.0
    differences: float = 0.0

    @property
    def rounding(self) -> float:
        """The root mean square of the rounding errors, as a share of that of the weights."""
        return float((self.differences / self.squares) ** 0.5) if self.squares else 0.0


def choose_formats(
    original: Path, names: Sequence[str], folder: Path
) -> tuple[list[str], list[str]]:
    """Return the formats in which a file can be stored here, and the reasons against the others.

    A copy must fit into the free memory, and all copies together onto the disk.
    """
    import psutil

    header = read_gguf(original)
    if "split.count" in header.values:
        return [], ["The weights are split over several files, so no copies are made."]
    formats, reasons = [], []
    free_memory = psutil.virtual_memory().available * 0.8
    free_disk = shutil.disk_usage(_existing(folder)).free * 0.8
    for name in names:
        size = header.parameters * BITS[name] / 8
        free_disk -= size
        if name == header.quantization:
            continue
        if size > free_memory:
            reasons.append(f"{name} needs {size / 2**30:.1f} GiB of memory, more than is free.")
        elif free_disk < 0:
            reasons.append(f"{name} needs {size / 2**30:.1f} GiB on the disk, more than is free.")
        else:
            formats.append(name)
    return formats, reasons


def write_copies(
    original: Path, names: Sequence[str], folder: Path, *, progress: Callable[[float], None]
) -> list[Copy]:
    """Write the weights of `original` in each format into `folder/FORMAT/`; return the copies.

    Every matrix is dequantized once for all copies. `progress` is called with the share
    that is done.
    """
    from gguf import GGUFReader

    reader: Any = GGUFReader(original)
    copies = []
    for name in names:
        path = folder / name / original.name
        path.parent.mkdir(parents=True)
        copies.append(Copy(name, path))
    writers = {copy.name: _writer(reader, copy) for copy in copies}
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for number, tensor in enumerate(reader.tensors, start=1):
            matrix = _dequantize(tensor)

            def store(copy: Copy, tensor: Any = tensor, matrix: Any = matrix) -> None:
                data = _quantize(tensor, matrix, copy)
                writers[copy.name].write_tensor_data(data)

            list(pool.map(store, copies))
            progress(number / len(reader.tensors))
    for writer in writers.values():
        writer.close()
    return copies


def _existing(folder: Path) -> Path:
    return next(parent for parent in (folder, *folder.parents) if parent.is_dir())


def _changes(tensor: Any, name: str) -> bool:
    """Return whether a copy stores a tensor in another format."""
    from gguf import GGML_QUANT_SIZES, GGMLQuantizationType

    kinds = GGMLQuantizationType
    block, _ = GGML_QUANT_SIZES[kinds[name]]
    return bool(
        _LAYER.match(tensor.name)
        and len(tensor.shape) > 1
        and tensor.tensor_type != kinds[name]
        and int(tensor.shape[0]) % block == 0
    )


def _writer(reader: Any, copy: Copy) -> Any:
    """Return a writer that has written the header of a copy; the data follows it."""
    from gguf import GGMLQuantizationType, GGUFValueType, GGUFWriter
    from gguf.quants import quant_shape_to_byte_shape

    architecture = str(reader.get_field("general.architecture").contents())
    writer = GGUFWriter(copy.path, architecture)
    for entry in reader.fields.values():
        if entry.name == "general.architecture" or entry.name.startswith("GGUF."):
            continue
        value = entry.contents()
        if entry.name == "general.file_type":
            value = _FILE_TYPES[copy.name]
        inner = entry.types[-1] if entry.types[0] == GGUFValueType.ARRAY else None
        writer.add_key_value(entry.name, value, entry.types[0], sub_type=inner)
    for tensor in reader.tensors:
        if not _changes(tensor, copy.name):
            kind, shape, data = tensor.tensor_type, tensor.data.shape, tensor.data
            writer.add_tensor_info(tensor.name, shape, data.dtype, data.nbytes, raw_dtype=kind)
            continue
        kind = GGMLQuantizationType[copy.name]
        sizes = [int(size) for size in reversed(tensor.shape)]
        shape = quant_shape_to_byte_shape(sizes, kind)
        size = int(np.prod(shape, dtype=np.int64))
        writer.add_tensor_info(tensor.name, shape, np.dtype(np.uint8), size, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    return writer


def _dequantize(tensor: Any) -> NDArray[np.float32] | None:
    """Return the weights of a matrix of a layer as numbers; `None` for any other tensor."""
    from gguf import dequantize

    if not _LAYER.match(tensor.name) or len(tensor.shape) < 2:
        return None
    matrix: NDArray[np.float32] = dequantize(tensor.data, tensor.tensor_type)
    return matrix


def _quantize(tensor: Any, matrix: NDArray[np.float32] | None, copy: Copy) -> NDArray[Any]:
    """Return the data of a tensor in a copy, and count its rounding errors."""
    from gguf import GGMLQuantizationType, dequantize, quantize

    if matrix is None or not _changes(tensor, copy.name):
        unchanged: NDArray[Any] = tensor.data
        return unchanged
    kind = GGMLQuantizationType[copy.name]
    data: NDArray[Any] = quantize(matrix, kind)
    rows = matrix[..., ::_CHECKED_ROWS, :]
    errors = rows - dequantize(data[..., ::_CHECKED_ROWS, :], kind)
    copy.squares += float(np.square(rows).sum())
    copy.differences += float(np.square(errors).sum())
    return data.view(np.uint8)
