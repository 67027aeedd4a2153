"""OCR: with the program tesseract where it is installed, else with rapidocr."""

from __future__ import annotations

import importlib.util
import math
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pypdfium2

from quoth.config import Limits
from quoth.errors import LimitExceededError
from quoth.load.clean import one_line
from quoth.system import encode_png, import_quietly, missing_extra
from quoth.types import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Picture: TypeAlias = "NDArray[np.uint8]"
"""Shades of grey, a row for each row of pixels."""
_Edges = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels."""
_Line = tuple[str, _Edges]

_DOTS_PER_INCH = 300
_WORD_LEVEL = "5"
_MAX_PIXELS = 40_000_000  # A3 at 300 dots per inch has 17 million
_LONGER_SIDE = 1750  # pixels for rapidocr, A4 at 150 dots per inch; it loses lines above 2,000


@dataclass(frozen=True, slots=True)
class Recognised:
    """The text of a picture, and the place of each of its lines."""

    text: str
    boxes: tuple[Box, ...] = ()


def ocr_engine() -> Literal["tesseract", "rapidocr", ""]:
    """Return the OCR engine that is installed here, an empty string if none is.

    tesseract comes first: it reads every language that it has data for, rapidocr English and
    Chinese.
    """
    if shutil.which("tesseract"):
        return "tesseract"
    return "rapidocr" if importlib.util.find_spec("rapidocr") else ""


def require_ocr() -> None:
    """Raise `MissingExtraError` if no engine is installed."""
    if not ocr_engine():
        raise missing_extra("Reading scanned pages without the program tesseract", "ocr")


def draw_page(document: pypdfium2.PdfDocument, index: int) -> Picture:
    """Return a page of a PDF as OCR should see it.

    Huge pages are drawn at less than 300 dots per inch, to keep the picture within bounds.
    """
    page = document[index]
    try:
        width, height = page.get_size()
        scale = min(_DOTS_PER_INCH / 72, math.sqrt(_MAX_PIXELS / max(width * height, 1.0)))
        if ocr_engine() == "rapidocr":
            scale = _LONGER_SIDE / max(width, height)
        bitmap = page.render(scale=scale, grayscale=True)
        try:
            pixels: Picture = bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width].copy()
            return pixels
        finally:
            bitmap.close()
    finally:
        page.close()


def recognise(picture: Picture, limits: Limits, *, name: str) -> Recognised:
    """Return the text that OCR reads on a picture; `name` is that of the page, for errors."""
    require_ocr()
    if ocr_engine() == "tesseract":
        lines = _read_with_tesseract(picture, limits, name)
    else:
        lines = _read_with_rapidocr(picture)
    height, width = picture.shape
    texts: list[str] = []
    boxes: list[Box] = []
    start = 0
    for text, (left, top, right, bottom) in lines:
        if not (text := one_line(text)):
            continue
        edges = (left / width, top / height, right / width, bottom / height)
        boxes.append(Box(start, start + len(text), *edges))
        texts.append(text)
        start += len(text) + 1
    return Recognised("\n".join(texts), tuple(boxes))


def _read_with_tesseract(picture: Picture, limits: Limits, name: str) -> list[_Line]:
    """Return the lines in all languages that tesseract has data for."""
    image = encode_png([row.tobytes() for row in picture], effort=1)
    try:
        completed = subprocess.run(
            ["tesseract", "stdin", "stdout", "-l", _languages(), "--psm", "1", "tsv"],
            input=image,
            capture_output=True,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LimitExceededError(
            f"Recognising {name} took more than {limits.seconds:g} seconds.",
            hint="Raise ingestion.max_seconds if the file is worth it.",
        ) from error
    return _parse_words(completed.stdout.decode("utf-8", "replace"))


def _parse_words(table: str) -> list[_Line]:
    """Return the lines of tesseract's table, which has a row for each word.

    Its columns are level, page, block, paragraph, line, word, left, top, width, height, confidence
    and text.
    """
    lines: dict[tuple[str, ...], _Line] = {}
    for row in table.splitlines():
        fields = row.split("\t")
        if len(fields) < 12 or fields[0] != _WORD_LEVEL or not fields[11].strip():
            continue
        left, top, width, height = map(int, fields[6:10])
        box = (left, top, left + width, top + height)
        key = tuple(fields[1:5])
        if key in lines:
            text, before = lines[key]
            lines[key] = f"{text} {fields[11]}", _join_boxes(before, box)
        else:
            lines[key] = fields[11], box
    return list(lines.values())


def _join_boxes(one: _Edges, other: _Edges) -> _Edges:
    (a, b, c, d), (e, f, g, h) = one, other
    return min(a, e), min(b, f), max(c, g), max(d, h)


def _languages() -> str:
    """Return all languages of tesseract, English first, in the form `eng+deu`."""
    listed = subprocess.run(
        ["tesseract", "--list-langs"], capture_output=True, timeout=30, check=False
    )
    names = [name.strip() for name in listed.stdout.decode("utf-8", "replace").splitlines()[1:]]
    languages = sorted(name for name in names if name and name not in ("osd", "equ"))
    return "+".join(sorted(languages, key=lambda name: name != "eng")) or "eng"


def _read_with_rapidocr(picture: Picture) -> list[_Line]:
    step = math.ceil(max(picture.shape) / _LONGER_SIDE)
    small = picture[::step, ::step] if step > 1 else picture
    result = _rapidocr()(small)
    if result.txts is None:
        return []
    lines: list[_Line] = []
    for box, text in zip(result.boxes, result.txts, strict=True):
        xs, ys = box[:, 0] * step, box[:, 1] * step
        edges = (float(min(xs)), float(min(ys)), float(max(xs)), float(max(ys)))
        if lines and (edges[1] + edges[3]) / 2 < lines[-1][1][3]:  # level with the one before
            lines[-1] = f"{lines[-1][0]} {text}", _join_boxes(lines[-1][1], edges)
        else:
            lines.append((text, edges))
    return lines


@cache
def _rapidocr() -> Any:
    """Return the engine, which runs on one thread: the loaders have a process for each core."""
    import_quietly("onnxruntime")  # before rapidocr imports it
    from rapidocr import RapidOCR

    engine = "EngineConfig.onnxruntime"
    threads = {f"{engine}.intra_op_num_threads": 1, f"{engine}.inter_op_num_threads": 1}
    return RapidOCR(params={"Global.log_level": "critical", **threads})
