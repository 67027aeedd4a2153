"""OCR: with the program tesseract where it is installed, else with rapidocr."""

from __future__ import annotations

import importlib.util
import math
import shutil
import subprocess
from functools import cache
from typing import Any, Literal

import pypdfium2

from quoth.config import Limits
from quoth.errors import LimitExceededError
from quoth.load.clean import tidy
from quoth.system import encode_png, import_quietly, missing_extra

_DOTS_PER_INCH = 300
_MAX_PIXELS = 40_000_000  # A3 at 300 dots per inch has 17 million
_LONGER_SIDE = 1750  # pixels for rapidocr, A4 at 150 dots per inch; it loses lines above 2,000


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


def recognise(document: pypdfium2.PdfDocument, index: int, limits: Limits) -> str:
    """Return the text that OCR reads on a page of a PDF."""
    require_ocr()
    page = document[index]
    try:
        if ocr_engine() == "tesseract":
            return _read_with_tesseract(page, index, limits)
        return _read_with_rapidocr(page)
    finally:
        page.close()


def _read_with_tesseract(page: pypdfium2.PdfPage, index: int, limits: Limits) -> str:
    """Return the text in all languages that tesseract has data for.

    Huge pages are drawn at less than 300 dots per inch, to keep the image within bounds.
    """
    width, height = page.get_size()
    scale = min(_DOTS_PER_INCH / 72, math.sqrt(_MAX_PIXELS / max(width * height, 1.0)))
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        image = encode_png([row.tobytes() for row in bitmap.to_numpy()], effort=1)
    finally:
        bitmap.close()
    try:
        completed = subprocess.run(
            ["tesseract", "stdin", "stdout", "-l", _languages(), "--psm", "1"],
            input=image,
            capture_output=True,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LimitExceededError(
            f"Recognising page {index + 1} took more than {limits.seconds:g} seconds.",
            hint="Raise ingestion.max_seconds if the file is worth it.",
        ) from error
    return tidy(completed.stdout.decode("utf-8", "replace"))


def _languages() -> str:
    """Return all languages of tesseract, English first, in the form `eng+deu`."""
    listed = subprocess.run(
        ["tesseract", "--list-langs"], capture_output=True, timeout=30, check=False
    )
    names = [name.strip() for name in listed.stdout.decode("utf-8", "replace").splitlines()[1:]]
    languages = sorted(name for name in names if name and name not in ("osd", "equ"))
    return "+".join(sorted(languages, key=lambda name: name != "eng")) or "eng"


def _read_with_rapidocr(page: pypdfium2.PdfPage) -> str:
    bitmap = page.render(scale=_LONGER_SIDE / max(page.get_size()), grayscale=True)
    try:
        result = _rapidocr()(bitmap.to_numpy())
    finally:
        bitmap.close()
    if result.txts is None:
        return ""
    lines: list[str] = []
    bottom = -1.0
    for box, text in zip(result.boxes, result.txts, strict=True):
        top, low = float(min(box[:, 1])), float(max(box[:, 1]))
        if lines and (top + low) / 2 < bottom:  # the box is level with the one before
            lines[-1] += f" {text}"
        else:
            lines.append(text)
            bottom = low
    return tidy("\n".join(lines))


@cache
def _rapidocr() -> Any:
    """Return the engine, which runs on one thread: the loaders have a process for each core."""
    import_quietly("onnxruntime")  # before rapidocr imports it
    from rapidocr import RapidOCR

    engine = "EngineConfig.onnxruntime"
    threads = {f"{engine}.intra_op_num_threads": 1, f"{engine}.inter_op_num_threads": 1}
    return RapidOCR(params={"Global.log_level": "critical", **threads})
