from __future__ import annotations

from pathlib import Path

import pytest
from quoth.config import ModelSettings
from quoth.jobs import SummaryJob
from quoth.journal import Journal
from quoth.models import open_model
from quoth.summarize import Summarizer, SummaryOptions
from quoth.types import Document, Page

TEXT = (
    "The council of Ahlby met in hall {n} on {n} May. Ada Lindqvist asked for {n},200 crowns to "
    "mend the bridge of {n} arches, since the ice had moved its piers. The council gave {n},900 "
    "crowns. The work begins in June and is to end before the market opens in autumn."
)


def load(path: Path) -> Document:
    return Document(str(path), path.stem, "text", (Page(1, path.read_text()),))


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    files = [tmp_path / f"{name}.md" for name in "ab"]
    for number, file in enumerate(files, start=1):
        parts = (TEXT.format(n=10 * number + part) for part in range(2))
        file.write_text("\n\n".join(parts))
    return files


def run(paths: list[Path], home: Path) -> dict[str, bytes]:
    """Run a job with a newly loaded model, in a home that may have a journal."""
    home.mkdir(exist_ok=True)
    model = open_model(ModelSettings(threads=1, context_window=2048))
    assert model.describe().parallel == 1
    options = SummaryOptions(length="24", map_tokens=100, strategy="map-reduce")
    summarizer = Summarizer(model, journal=Journal(home / "journal.sqlite"), options=options)
    try:
        job = SummaryJob(summarizer, load, home / "out", form="json", workers=3)
        assert job.run(paths).exit_code == 0
    finally:
        model.unload()
    return {file.name: file.read_bytes() for file in (home / "out").glob("*.md.json")}


def test_a_job_in_a_new_home_in_another_order_and_resumed_gives_the_same_bytes(
    tmp_path: Path, paths: list[Path]
) -> None:
    first = run(paths, tmp_path / "first")
    assert len(first) == 2
    run(paths[1:], tmp_path / "second")  # as far as a killed run came
    assert run(paths[::-1], tmp_path / "second") == first


def test_what_the_user_sets_takes_precedence() -> None:
    def parallel(**settings: object) -> int:
        return open_model(ModelSettings(**settings)).describe().parallel

    assert parallel(parallel=3) == 3
    assert parallel(parallel=3, deterministic="on") == 1
    assert parallel(deterministic="off") == 4
