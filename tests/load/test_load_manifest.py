"""The files of `../shared/testdata/ingest`, with what its manifest expects of each."""

from __future__ import annotations

import json
import re
from typing import Any
from unicodedata import normalize

import pytest
from places import TESTDATA
from quoth.config import Limits
from quoth.errors import DocumentError, NeedsPasswordError
from quoth.load.isolate import LoaderPool
from quoth.load.registry import load_document
from quoth.types import Document, Page

FOLDER = TESTDATA / "ingest"

pytestmark = [pytest.mark.testdata("ingest"), pytest.mark.timeout(300)]

# What a file of each kind may turn out as. A damaged file may give an error or some of its text.
ALLOWED = {
    "text": {"text"},
    "needs_password": {"needs_password"},
    "no_text": {"no_text"},
    "empty": {"empty"},
    "corrupt": {"corrupt", "text", "no_text", "limit", "failed"},
}


@pytest.fixture(scope="module")
def manifest() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
    return entries


@pytest.fixture(scope="module")
def outcomes(manifest: list[dict[str, Any]]) -> dict[str, Document | DocumentError]:
    paths = {FOLDER / entry["file"]: entry["file"] for entry in manifest}
    with LoaderPool(workers=2, limits=Limits(seconds=60)) as pool:
        return {paths[path]: outcome for path, outcome in pool.load_all(paths)}


_COLUMN_NAME = re.compile(r"\| [^|\n]*?: ")  # repeated in each row of a table


def words(text: str) -> str:
    """Return the words with spaces around them; raised figures are figures."""
    return " " + " ".join(re.findall(r"\w+", normalize("NFKC", text).lower())) + " "


def test_every_file_ends_as_the_manifest_expects(
    manifest: list[dict[str, Any]], outcomes: dict[str, Document | DocumentError]
) -> None:
    wrong = {}
    for entry in manifest:
        outcome = outcomes[entry["file"]]
        status = outcome.status if isinstance(outcome, DocumentError) else "text"
        if entry["expect"] != "any" and status not in ALLOWED[entry["expect"]]:
            wrong[entry["file"]] = f"{status} instead of {entry['expect']}: {outcome}"
    assert not wrong


def test_files_open_with_their_password(manifest: list[dict[str, Any]]) -> None:
    checked = 0
    for entry in manifest:
        if entry["expect"] == "needs_password":
            path = FOLDER / entry["file"]
            with pytest.raises(NeedsPasswordError):
                load_document(path, passwords=("certainly wrong",))
            if "password" in entry:
                assert load_document(path, passwords=("wrong", entry["password"])).characters
                checked += 1
    assert checked >= 5


def _may_hold(entry: dict[str, Any], page: Page, number: int | None) -> bool:
    """Whether a snippet may be on a page: its own, or one before, where a header is read once."""
    if number is None or page.number == number:
        return True
    return bool(entry["file"].endswith(".pdf") and page.number < number)


def test_snippets_stand_on_their_pages(
    manifest: list[dict[str, Any]],
    outcomes: dict[str, Document | DocumentError],
    capsys: pytest.CaptureFixture[str],
) -> None:
    missing, total = [], 0
    for entry in manifest:
        outcome = outcomes[entry["file"]]
        if entry["expect"] == "needs_password" and "password" in entry:
            outcome = load_document(FOLDER / entry["file"], passwords=(entry["password"],))
        if entry["expect"] == "no_text":
            continue  # its snippets are for OCR
        for snippet in entry.get("snippets", []):
            total += 1
            pages = outcome.pages if isinstance(outcome, Document) else ()
            number = snippet.get("page")
            text = "\n".join(page.text for page in pages if _may_hold(entry, page, number))
            unnamed = _COLUMN_NAME.sub("| ", text)
            sought = words(" ".join(snippet["words"]))
            if sought not in words(text) and sought not in words(unnamed):
                missing.append(f"{entry['file']} {number}: {' '.join(snippet['words'])}")
    with capsys.disabled():
        print(f"\nsnippets found: {total - len(missing)} of {total}")
        print("\n".join(missing))
    assert len(missing) <= 0.05 * total
