"""The table of the documentation says what is kept of each format, and what of it is left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from load.kept import KEPT, where_it_went
from load.samples_office import SAMPLES as OFFICE
from load.samples_pdf import SAMPLES as PDF
from load.samples_plain import SAMPLES as PLAIN
from places import ROOT
from quoth.load.registry import load_document

SAMPLES: dict[str, Callable[[Path], Path]] = {**PDF, **OFFICE, **PLAIN}
TABLE = yaml.safe_load((ROOT / "tools" / "formats.yaml").read_text("utf-8"))


def test_every_format_of_the_table_has_a_sample() -> None:
    assert TABLE["columns"] == list(KEPT)
    assert set(TABLE["formats"]) == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_read_as_the_table_says(name: str, tmp_path: Path) -> None:
    document = load_document(SAMPLES[name](tmp_path))
    declared = dict(zip(TABLE["columns"], TABLE["formats"][name], strict=True))
    found = {thing: where_it_went(document, thing) for thing in KEPT}
    assert found == {
        thing: "unread" if state == "–" else state for thing, state in declared.items()
    }
