"""Reading images of text with tesseract, a program of its own, where it is installed."""

from __future__ import annotations

import math
import shutil
import subprocess

import pypdfium2

from quoth.config import Limits
from quoth.errors import ConfigurationError, LimitExceededError
from quoth.load.clean import tidy
from quoth.system import encode_png

_DOTS_PER_INCH = 300
_MOST_PIXELS = 40_000_000  # A3 at 300 dots per inch has 17 million


def require_tesseract() -> str:
    """Return the path of tesseract; raise `ConfigurationError` if it is not installed."""
    found = shutil.which("tesseract")
    if found is None:
        raise ConfigurationError(
            "Reading scanned pages (OCR) needs the program tesseract, which is not installed.",
            hint="Install it with: apt install tesseract-ocr, or: brew install tesseract",
        )
    return found


def recognise(document: pypdfium2.PdfDocument, index: int, limits: Limits) -> str:
    """Return the text that tesseract reads on a page of a PDF, in all languages it has data for.

    Huge pages are drawn at less than 300 dots per inch, to keep the image within bounds.
    """
    program = require_tesseract()
    try:
        answer = subprocess.run(
            [program, "stdin", "stdout", "-l", _languages(program), "--psm", "1"],
            input=_draw(document, index),
            capture_output=True,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LimitExceededError(
            f"Recognising page {index + 1} took more than {limits.seconds:g} seconds."
        ) from error
    return tidy(answer.stdout.decode("utf-8", "replace"))


def _languages(program: str) -> str:
    """Return all installed languages, English first, in the form `eng+deu`."""
    listed = subprocess.run([program, "--list-langs"], capture_output=True, timeout=30, check=False)
    names = [name.strip() for name in listed.stdout.decode("utf-8", "replace").splitlines()[1:]]
    languages = sorted(name for name in names if name and name not in ("osd", "equ"))
    return "+".join(sorted(languages, key=lambda name: name != "eng")) or "eng"


def _draw(document: pypdfium2.PdfDocument, index: int) -> bytes:
    """Return a page as a grey PNG image."""
    page = document[index]
    try:
        width, height = page.get_size()
        scale = min(_DOTS_PER_INCH / 72, math.sqrt(_MOST_PIXELS / max(width * height, 1.0)))
        bitmap = page.render(scale=scale, grayscale=True)
        try:
            pixels, stride = bytes(bitmap.buffer), bitmap.stride
            rows = [
                pixels[start : start + bitmap.width]
                for start in range(0, bitmap.height * stride, stride)
            ]
            return encode_png(rows, effort=1)
        finally:
            bitmap.close()
    finally:
        page.close()
