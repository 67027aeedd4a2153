"""Packages that add to Quoth: each is built, installed and found by its entry point."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from quoth import Answer, Library
from quoth.config import ModelSettings, load_config
from quoth.errors import ConfigurationError
from quoth.models import LocalModel, backend_names, open_model
from quoth.prompts import selector
from quoth.testing import LoaderConformance, ModelConformance

PACKAGES = (
    "echo_backend",
    "calendar_loader",
    "letter_embedder",
    "terse_prompts",
    "one_each_retriever",
)
CALENDAR = (
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Chimney sweep\nLOCATION:Back yard\nEND:VEVENT\n"
    "BEGIN:VEVENT\nSUMMARY:Choir practice\nLOCATION:Chapel\nEND:VEVENT\nEND:VCALENDAR\n"
)
QUESTION = "How long can the emergency generator run on a full tank?"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which all of them are installed, without the network."""
    folder = tmp_path_factory.mktemp("site")
    here = Path(__file__).parent
    uv = Path(sys.executable).with_name("uv")
    subprocess.run(
        [
            uv,
            "pip",
            "install",
            "--quiet",
            "--offline",
            "--no-deps",
            "--no-build-isolation",
            "--python",
            sys.executable,
            "--target",
            folder,
            *(here / name for name in PACKAGES),
        ],
        check=True,
    )
    return folder


@pytest.fixture(autouse=True)
def installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(site))


def opened(collection: str, home: Path, **settings: object) -> Library:
    overrides = {key.replace("__", "."): value for key, value in settings.items()}
    return Library(collection, home=home, config=load_config(overrides=overrides).config)


def test_a_backend(sample: str, session_home: Path) -> None:
    assert "echo" in backend_names()
    with opened(sample, session_home, backend__model="echo:loud") as library:
        *words, answer = library.stream(QUESTION)
    assert len(words) > 1
    assert isinstance(answer, Answer)
    assert answer.model == "echo:loud"
    assert answer.timings.generated_tokens > 0


def test_an_embedder(tmp_path: Path, session_home: Path) -> None:
    (tmp_path / "zoo.txt").write_text("Zebras and lizards graze.")
    (tmp_path / "sea.txt").write_text("Eels see keen seals.")
    with opened("letters", session_home, embedding__model="letters:aez") as library:
        assert len(library.ingest(tmp_path).done) == 2
        vectors = library.store.vectors()[1]
        assert vectors.shape == (2, 3)
        assert library.search("zzz", k=1)[0].chunk.source.endswith("zoo.txt")


def test_a_loader(tmp_path: Path, session_home: Path) -> None:
    (tmp_path / "year.ics").write_text(CALENDAR)
    (tmp_path / "broken.ics").write_text("nothing of the kind")
    with opened("calendar", session_home) as library:
        report = library.ingest(tmp_path)
        hit = library.search("Where does the choir practise?")[0]
    assert [line.pages for line in report.done] == [2]
    assert [line.reason for line in report.failed] == ["broken.ics is not a calendar."]
    assert (hit.chunk.page, hit.chunk.text) == (2, "Choir practice\nChapel")


def test_a_prompt_condition(session_home: Path) -> None:
    for name, told in (("echo:terse", True), ("echo:loud", False)):
        with opened("none", session_home, backend__model=name) as library:
            prompt = selector.select_prompt("answer", library.model)
        assert ("five words" in prompt.system) is told


def test_a_retriever(sample: str, session_home: Path) -> None:
    with opened(sample, session_home, retrieval__retriever="one-each") as library:
        hits = library.search(QUESTION)
        answer = library.ask(QUESTION)
    sources = [hit.chunk.source for hit in hits]
    assert len(set(sources)) == len(sources) > 2
    assert answer.hits == tuple(hits)
    assert {citation.source for citation in answer.citations} <= set(sources)


class TestTheBackendKeepsTheContract(ModelConformance):
    has_seed = False

    def open_model(self, **settings: object) -> LocalModel:
        fields = {"model": "echo:loud", "context_window": self.window, **settings}
        return open_model(ModelSettings.model_validate(fields))


class TestTheLoaderKeepsTheContract(LoaderConformance):
    pages = 2

    def write_sample(self, folder: Path) -> Path:
        path = folder / "year.ics"
        path.write_text(CALENDAR)
        return path

    def write_broken(self, folder: Path) -> Path:
        path = folder / "year.ics"
        path.write_text("nothing of the kind")
        return path


def test_an_entry_point_that_names_no_provider_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "old_backend-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: old-backend\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[quoth.backends]\nold = echo_backend:Echo\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ConfigurationError, match="not a Provider") as caught:
        open_model(ModelSettings(model="old:x"))
    assert "Update or remove" in caught.value.hint
