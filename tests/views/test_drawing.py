"""Everything that a person gets from the library shows itself: one line, and a card."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bag_embedder import BagEmbedder
from quoth import AsyncLibrary, Expander, JournalCache, Library, Scope, SummaryJob
from quoth.evaluate import build_evaluation, compare
from quoth.library import describe_collection
from quoth.summarize import SummaryOptions
from scripted_model import Scripted

EVIL = "<script>alert('x')</script>"
BOILER = "# The boiler\n\nThe boiler was inspected in May. It holds 300 litres."
ROOF = f"The roof was mended in June. Nobody runs {EVIL} here & there."


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("drawn")
    (folder / "boiler.md").write_text(BOILER)
    (folder / "roof.txt").write_text(ROOF)
    library = Library(
        "house",
        home=folder / "home",
        model=Scripted(answer=lambda _: "“The boiler was inspected in May.”"),
        embedder=BagEmbedder(),
    )
    with library:
        library.ingest(folder / "boiler.md", folder / "roof.txt", tags={"by": EVIL})
        yield library


@pytest.fixture(scope="module")
def shown(library: Library) -> dict[str, Any]:
    """One of each thing that is shown, by the words that its card must have."""
    source = library.documents()[1]
    document = library.loader()(source.path)
    hits = library.search("When was the roof mended?")
    summarizer = library.summarizer(SummaryOptions(length="brief"))
    job = SummaryJob(summarizer, library.loader(), library.home / "out")
    paths = [Path(one.path) for one in library.documents()]
    items = {"found": {"a": 1.0, "b": 0.0}}
    first = build_evaluation("pages", items, about={"file": EVIL})
    second = build_evaluation("pages", {"found": {"a": 1.0, "b": 1.0}}, about={})
    return {
        "boiler.md": library,
        "roof.txt": AsyncLibrary(library),
        "by: ": library.documents(),
        "text": source,
        "characters": document,
        "When was the roof mended?": hits,
        "cosine": hits[0],
        "roof.txt, page 1": hits[0].chunk,
        "page 1": library.ask("When was the boiler inspected?"),
        "0 documents done": library.ingest(*paths),
        "2 documents": describe_collection(library.home, "house"),
        "of the text read": library.summarize(source.path)[0],
        "written, at most": job.plan(paths),
        "from the journal": job.run(paths),
        "Summaries in": job,
        "0.500": first,
        "+0.500": compare(first, second),
    }


def test_everything_draws_itself_and_nothing_of_a_document_is_markup(
    shown: dict[str, Any],
) -> None:
    for words, value in shown.items():
        html = value._repr_html_()
        assert html, words
        assert words in html, f"{value!r} does not show {words!r}"
        assert "<script" not in html.lower(), words


def test_everything_is_one_line_that_names_it(shown: dict[str, Any]) -> None:
    for value in shown.values():
        line = repr(value)
        assert type(value).__name__.lower() in line.lower(), line
        assert "\n" not in line
        assert len(line) < 300, line


def test_a_part_is_one_line_that_names_it(library: Library) -> None:
    parts: list[object] = [
        library.answerer,
        library.as_vector_store(),
        library.chat(),
        library.embedder,
        library.journal,
        library.loader(),
        library.model,
        library.retriever(),
        library.splitter,
        library.summarizer(),
        JournalCache(library.journal),
        Expander(library.model, "hyde"),
        Scope.read(pages="3-10"),
    ]
    for part in parts:
        line = repr(part)
        assert type(part).__name__ in line
        assert " object at 0x" not in line
        assert len(line) < 200


def test_a_library_that_was_never_filled_is_drawn_and_not_made(tmp_path: Path) -> None:
    library = Library("nothing", home=tmp_path / "home")
    assert "0 documents" in library._repr_html_()
    assert repr(library) == f"<Library 'nothing' in {str(tmp_path / 'home')!r}>"
    assert not (tmp_path / "home").exists()


def test_collections_asked_together_are_drawn_together(library: Library) -> None:
    both = Library("other", home=library.home, beside=["house"], embedder=BagEmbedder())
    html = both._repr_html_()
    assert "other and house" in html
    assert html.count("<details") == 1
    both.close()


def test_progress_in_a_notebook_is_the_bar_of_tqdm(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ipywidgets", reason="a part of the extra `notebooks`")
    import tqdm.notebook
    from quoth.views import bar

    made: list[Any] = []

    class Bar(tqdm.notebook.tqdm_notebook):  # type: ignore[misc]
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            made.append(self)

    monkeypatch.setattr(bar, "in_notebook", lambda: True)
    monkeypatch.setattr(tqdm.notebook, "tqdm", Bar)
    library.summarize(library.documents()[0].path, library.documents()[1].path)
    (one,) = made
    assert (one.desc, one.n, one.total) == ("Summarizing", 2, 2)
