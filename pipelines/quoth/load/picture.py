"""Pictures (PNG, JPEG, TIFF, WebP, GIF, BMP): a page for each, with the text that OCR reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from quoth.errors import (
    CorruptDocumentError,
    LimitExceededError,
    NoTextError,
    UnsupportedFormatError,
)
from quoth.load.boxes import with_boxes
from quoth.load.contract import LoadOptions
from quoth.load.ocr import Picture, ocr_engine, recognise
from quoth.system import missing_extra
from quoth.types import Document, Page

_MAX_PIXELS = 150_000_000


def load_picture(path: Path, options: LoadOptions) -> Document:
    """Return the text of a picture; a TIFF of many pages has as many.

    Raises `UnsupportedFormatError` unless OCR is asked for, `MissingExtraError` without the package
    that opens pictures, and `NoTextError` where no page has text.
    """
    if not options.ocr:
        raise UnsupportedFormatError(
            f"{path.name} is a picture; its text is read only with OCR.",
            hint="Read pictures and scans with OCR: --set ingestion.ocr=true",
        )
    engine = ocr_engine()
    pages = []
    for number, picture in enumerate(_read_frames(path, options), 1):
        found = recognise(picture, options.limits, name=path.name)
        metadata = with_boxes({"ocr": engine}, found.boxes) if found.text else {}
        pages.append(Page(number, found.text, metadata=metadata))
    unreadable = tuple(page.number for page in pages if not page.text)
    if len(unreadable) == len(pages):
        raise NoTextError(f"No text was recognised in the picture {path.name}.")
    return Document(str(path), path.stem, "picture", tuple(pages), unreadable)


def _read_frames(path: Path, options: LoadOptions) -> list[Picture]:
    """Return the pages of a picture in shades of grey, upright and on white."""
    try:
        from PIL import Image, ImageOps, ImageSequence
    except ImportError as error:
        raise missing_extra("Reading pictures", "ocr") from error
    frames: list[Picture] = []
    try:
        with Image.open(path) as image:
            count = getattr(image, "n_frames", 1) if image.format in ("TIFF", "WEBP") else 1
            if count > options.limits.pages or image.width * image.height > _MAX_PIXELS:
                raise LimitExceededError(
                    f"{path.name} is larger than allowed: {count:,} page(s) of {image.width:,} by "
                    f"{image.height:,} pixels."
                )
            wanted = options.limits.first_pages or count
            for frame in ImageSequence.Iterator(image):
                upright = ImageOps.exif_transpose(frame).convert("RGBA")
                paper = Image.new("RGBA", upright.size, "white")
                paper.alpha_composite(upright)
                frames.append(np.asarray(paper.convert("L")))
                if len(frames) == min(count, wanted):
                    break
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise CorruptDocumentError(f"{path.name} is a damaged picture: {error}.") from error
    return frames
