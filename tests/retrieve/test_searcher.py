from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import numpy as np
import pytest
from bag_embedder import BagEmbedder
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda
from quoth.collection import Scope, read_pages
from quoth.collection.documents import Copy
from quoth.collection.index import DenseIndex
from quoth.collection.separation import Separation
from quoth.collection.store import Store
from quoth.config.settings import Retrieval
from quoth.errors import FingerprintError, UsageError
from quoth.retrieve.expand import Expansion
from quoth.retrieve.langchain import CollectionRetriever, as_langchain
from quoth.retrieve.names import fit_names
from quoth.retrieve.searcher import CollectionSearcher
from quoth.system.lock import WriteLock
from quoth.text import guess_name_words
from quoth.types import Chunk, Document, Heading, Page, Vectors

MODES = ("dense", "keyword", "hybrid")


def put(
    store: Store,
    path: str,
    *texts: str,
    form: str = "text",
    day: str = "2024-05-01",
    embedder: BagEmbedder | None = None,
) -> None:
    """Store a document with a page for each text and a chunk for each of its lines."""
    pages = tuple(Page(n, text, f"p{n}") for n, text in enumerate(texts, start=1))
    chunks: list[Chunk] = []
    for page in pages:
        at = 0
        for line in page.text.split("\n"):
            chunks.append(
                Chunk(
                    path,
                    "",
                    page.number,
                    page.label,
                    at,
                    at + len(line),
                    line,
                    ("Part",),
                    len(chunks),
                    len(line.split()),
                )
            )
            at += len(line) + 1
    stamp = np.datetime64(day).astype("datetime64[ns]").astype(int)
    embedder = embedder or BagEmbedder()
    store.put(
        Document(path, "", form, pages),
        chunks,
        np.stack([embedder.query_vector(chunk.text) for chunk in chunks]),
        hash=path,
        size=1,
        mtime_ns=int(stamp),
        embedded_hashes=[f"{path}{n}" for n in range(len(chunks))],
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "library.sqlite")
    put(
        store,
        "/d/lease.md",
        "the rent is due on the first day\nrent is paid late at a cost",
        "the deposit is two rents",
    )
    put(store, "/d/tax.md", "income tax is due in july", form="pdf", day="2021-01-01")
    put(store, "/d/wing.md", "lift and drag of a wing")
    store.set_meta("embedder", "bag")
    return store


def searcher(
    store: Store, embedder: BagEmbedder | None = None, **settings: Any
) -> CollectionSearcher:
    folder = store.path.parent
    index = DenseIndex(store, folder / "chroma", WriteLock(folder / "lock"))
    return CollectionSearcher(store, index, embedder or BagEmbedder(), Retrieval(**settings))


def texts(found: CollectionSearcher, question: str, **options: Any) -> list[str]:
    return [hit.chunk.text for hit in found.search(question, **options)]


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_finds_the_right_chunk_and_says_what_each_side_thought(
    store: Store, mode: str
) -> None:
    best = searcher(store, mode=mode).search("when is income tax due?")[0]
    assert best.chunk.source == "/d/tax.md"
    assert (best.dense_score is not None) == (mode != "keyword")
    assert (best.keyword_score is not None) == (mode != "dense")


def test_hits_come_best_first_and_are_the_same_each_time(store: Store) -> None:
    found = searcher(store, k=3)
    hits = found.search("rent due")
    assert len(hits) == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert found.search("rent due") == hits
    assert len(found.search("rent due", k=1)) == 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("scope", "sources"),
    [
        (Scope(documents=("*.md",)), {"/d/lease.md", "/d/tax.md", "/d/wing.md"}),
        (Scope(documents=("/d/w*",)), {"/d/wing.md"}),
        (Scope(formats=("pdf",)), {"/d/tax.md"}),
        (Scope(pages=(2, 9)), {"/d/lease.md"}),
        (Scope(since=date(2024, 1, 1)), {"/d/lease.md", "/d/wing.md"}),
        (Scope(until=date(2023, 12, 31)), {"/d/tax.md"}),
        (Scope(documents=("nothing",)), set()),
    ],
)
def test_a_scope_holds_in_every_mode(
    store: Store, mode: str, scope: Scope, sources: set[str]
) -> None:
    hits = searcher(store, mode=mode).search("rent tax wing deposit", scope=scope)
    assert {hit.chunk.source for hit in hits} == sources
    if scope.pages:
        assert {hit.chunk.page for hit in hits} == {2}


def test_a_scope_is_read_from_texts() -> None:
    assert Scope.read() == Scope()
    assert not Scope.read()
    assert Scope.read(since="2024-01-01") == Scope(since=date(2024, 1, 1))
    assert Scope.read(tags=["project=bridge"]) == Scope(tags=(("project", "bridge"),))
    for wrong in ({"until": "yesterday"}, {"pages": "x"}, {"tags": ["project"]}):
        with pytest.raises(UsageError):
            Scope.read(**wrong)


def test_a_copy_is_shown_under_the_path_that_the_scope_holds(store: Store) -> None:
    store.link([Copy("/e/copy.md", "/d/tax.md", 1, 1)])
    (hit,) = searcher(store).search("income tax", scope=Scope(documents=("/e/*",)))
    assert (hit.chunk.source, hit.chunk.also_at) == ("/e/copy.md", ())


def test_what_lies_at_two_paths_is_found_once_and_names_both(store: Store) -> None:
    store.link([Copy("/e/copy.md", "/d/tax.md", 1, 1)])
    found = searcher(store)
    hits = [hit for hit in found.search("income tax") if "income" in hit.chunk.text]
    assert [(hit.chunk.source, hit.chunk.also_at) for hit in hits] == [
        ("/d/tax.md", ("/e/copy.md",))
    ]
    assert as_langchain(hits)[0].metadata["also_at"] == ["/e/copy.md"]
    store.remove(["/d/tax.md"])
    hit = found.search("income tax")[0]
    assert (hit.chunk.source, hit.chunk.also_at) == ("/e/copy.md", ())


def test_a_search_sees_one_moment_while_another_process_writes(store: Store) -> None:
    class Meanwhile(BagEmbedder):
        def query_vector(self, text: str) -> Vectors:
            writer = Thread(target=change)
            writer.start()
            writer.join()
            return super().query_vector(text)

    def change() -> None:
        theirs = Store(store.path)
        theirs.remove(["/d/tax.md"])
        put(theirs, "/d/duty.md", "income tax is due in august")
        theirs.set_meta("embedder", "another")
        theirs.close()

    found = searcher(store)
    found.embedder = Meanwhile()
    assert found.search("when is income tax due?")[0].chunk.source == "/d/tax.md"
    with pytest.raises(FingerprintError):
        found.search("when is income tax due?")


@pytest.mark.parametrize(
    ("text", "pages"), [("7", (7, 7)), ("3-10", (3, 10)), ("3-", (3, 2**31)), ("-4", (1, 4))]
)
def test_ranges_of_pages(text: str, pages: tuple[int, int]) -> None:
    assert read_pages(text) == pages


@pytest.mark.parametrize("text", ["-", "x", "9-3", "0", "1-2-3", ""])
def test_what_is_no_range_of_pages_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a range of pages"):
        read_pages(text)


def test_a_file_that_the_question_names_comes_first(store: Store) -> None:
    line = "net sales were up"
    for name in ("3M_2018_10K.pdf", "BESTBUY_2019_10K.pdf", "3M_2021_10K.pdf"):
        put(store, f"/f/{name}", line)
    best = searcher(store).search("What were the net sales of Best Buy in FY2019?")[0]
    assert best.chunk.source == "/f/BESTBUY_2019_10K.pdf"
    assert (
        searcher(store)
        .search("net sales of 3M in FY21")[0]
        .chunk.source.endswith("3M_2021_10K.pdf")
    )


def test_a_number_alone_names_nothing(store: Store) -> None:
    put(store, "/f/1184.txt", "one")
    put(store, "/f/report-2019.txt", "two")
    assert fit_names(store, guess_name_words("1184 patients in 2019")) == {}
    assert len(fit_names(store, guess_name_words("the report of 2019"))) == 1


def test_a_section_comes_with_its_hit_while_there_is_room(store: Store) -> None:
    whole = "the rent is due on the first day\nrent is paid late at a cost"
    grown = texts(searcher(store, section_tokens=100), "rent paid late")
    assert grown[0] == whole
    assert grown.count(whole) == 1
    assert not any(text in whole and text != whole for text in grown)
    assert texts(searcher(store, section_tokens=8), "rent paid late")[0] == whole.split("\n")[1]


def test_a_grown_hit_still_stands_on_its_page(store: Store) -> None:
    for hit in searcher(store, section_tokens=100).search("rent"):
        page = store.page_text(hit.chunk.source, hit.chunk.page) or ""
        assert page[hit.chunk.start : hit.chunk.end] == hit.chunk.text


def test_diversity_puts_another_subject_before_the_same_again(store: Store) -> None:
    for n in range(4):
        put(store, f"/g/{n}.md", "the wing of a glider")
    put(store, "/g/other.md", "a wing of the house was built in brick")
    alike, apart = (
        texts(searcher(store, k=2, diversity=d), "wing of a glider") for d in (0.0, 0.7)
    )
    assert alike == ["the wing of a glider"] * 2
    assert apart[0] == "the wing of a glider"
    assert apart[1] != apart[0]


def test_diversity_is_the_same_where_all_cosines_are_high(store: Store) -> None:
    class Crowded(BagEmbedder):
        """An embedder whose cosines lie between .9 and 1, in the order of the bag's."""

        def vector_of(self, text: str) -> Vectors:
            plain = super().vector_of(text)
            return np.append(plain * np.sqrt(0.1), np.sqrt(0.9)).astype(np.float32)

    def search(path: Path, embedder: BagEmbedder) -> list[str]:
        store = Store(path / "library.sqlite")
        for n in range(4):
            put(store, f"/g/{n}.md", "the wing of a glider", embedder=embedder)
        for n, text in enumerate(("wing of a house", "glider without a wing nut", "brick")):
            put(store, f"/h/{n}.md", text, embedder=embedder)
        found = searcher(store, embedder, mode="dense", k=4, diversity=0.6)
        return texts(found, "the wing of which house?")

    folder = store.path.parent
    assert search(folder / "a", Crowded()) == search(folder / "b", BagEmbedder())


def test_an_expander_adds_to_what_is_searched_with(store: Store) -> None:
    found = searcher(store, mode="keyword")
    assert not found.search("remuneration")
    found.expander = RunnableLambda(lambda _: Expansion(questions=("income tax",)))
    assert found.search("remuneration")[0].chunk.source == "/d/tax.md"
    found.expander = RunnableLambda(lambda _: Expansion(passages=("income tax",)))
    assert not found.search("remuneration"), "the words of a made-up passage were searched for"
    dense = searcher(store, mode="dense")
    dense.expander = found.expander
    assert dense.search("remuneration")[0].chunk.source == "/d/tax.md"


def test_a_reranker_has_the_last_word_on_the_best_hits(store: Store) -> None:
    class Longest:
        seen = 0

        def scores(self, question: str, texts: Sequence[str]) -> list[float]:
            self.seen = len(texts)
            return [float(len(text)) for text in texts]

    found = searcher(store, k=2, rerank=3)
    found.reranker = reranker = Longest()
    hits = found.search("rent")
    assert reranker.seen == 3
    assert [hit.score for hit in hits] == [float(len(hit.chunk.text)) for hit in hits]
    assert hits[0].score >= hits[1].score


def test_a_retriever_of_langchain_gives_text_and_place(store: Store) -> None:
    retriever = CollectionRetriever(searcher=searcher(store), k=1, scope=Scope(formats=("pdf",)))
    assert isinstance(retriever, BaseRetriever)
    (found,) = retriever.invoke("income tax")
    assert found.page_content == "income tax is due in july"
    assert found.metadata["source"] == "/d/tax.md"
    assert (found.metadata["page"], found.metadata["page_label"]) == (1, "p1")


def test_another_embedder_is_refused(store: Store) -> None:
    store.set_meta("embedder", "other")
    with pytest.raises(FingerprintError):
        searcher(store).search("rent")


@pytest.mark.parametrize("question", ["", "  \n", "x" * 20_001])
def test_an_empty_or_endless_question_is_refused(store: Store, question: str) -> None:
    with pytest.raises(UsageError):
        searcher(store).search(question)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "question",
    ["?!", "the of and", '"; DROP TABLE chunks; --', "NEAR(a b)", "word " * 3999, "東京都"],
)
def test_any_question_can_be_asked(store: Store, mode: str, question: str) -> None:
    hits = searcher(store, mode=mode).search(question)
    assert len({hit.chunk.id for hit in hits}) == len(hits) <= store.chunk_count()
    assert bool(hits) == (mode != "keyword"), "no chunk holds a word of these questions"


@pytest.mark.parametrize("mode", MODES)
def test_nothing_is_found_in_nothing(tmp_path: Path, mode: str) -> None:
    assert searcher(Store(tmp_path / "e" / "library.sqlite"), mode=mode).search("rent") == []


def test_headings_are_searched(tmp_path: Path) -> None:
    store = Store(tmp_path / "h" / "library.sqlite")
    page = Page(1, "It is paid monthly.", headings=(Heading(0, 1, "Alimony"),))
    chunk = Chunk("/a", "", 1, None, 0, 19, page.text, ("Alimony",), 0, 4)
    store.put(
        Document("/a", "", "text", (page,)),
        [chunk],
        BagEmbedder().embed(["x"]),
        hash="a",
        size=1,
        mtime_ns=1,
        embedded_hashes=["a"],
    )
    assert texts(searcher(store, mode="keyword"), "alimony") == ["It is paid monthly."]


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("Wie hoch ist der Damm?", "de"),
        ("大坝有多高？", "zh"),
        ("How high is the dam?", "en"),
        ("ISO 9001?", "de"),
    ],
)
def test_a_question_has_a_language_of_its_own_or_that_of_most_chunks(
    tmp_path: Path, question: str, code: str
) -> None:
    store = Store(tmp_path / "library.sqlite")
    put(store, "a.md", "Der Damm ist 120 Meter hoch und wurde von der Stadt gebaut.")
    put(store, "b.md", "Die Mühle steht am Fluss und gehört der Gemeinde.")
    put(store, "c.md", "The mill stands by the river and belongs to the parish.")
    hits = searcher(store).search(question)
    assert hits.question.language.code == code


def test_in_an_empty_collection_a_question_without_a_language_is_english(tmp_path: Path) -> None:
    store = Store(tmp_path / "library.sqlite")
    assert searcher(store).search("ISO 9001?").question.language.code == "en"


def test_a_compound_is_found_by_one_of_its_words(tmp_path: Path) -> None:
    store = Store(tmp_path / "library.sqlite")
    put(store, "a.md", "Die Staumauerprüfung findet jedes Jahr im Herbst statt.")
    put(store, "b.md", "Die Gemeinde verkauft jedes Jahr im Herbst das Heu.")
    put(store, "c.md", "Der Müller mahlt das Korn der Bauern aus dem Tal.")
    store.set_meta("embedder", "bag")
    found = searcher(store).search("Wann ist die Prüfung?")
    assert found[0].chunk.source == "a.md"


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("Wer mahlt das Korn?", "mühle.md"),
        ("Who grinds the corn?", "mill.md"),
        ("Qui moud le grain ?", "moulin.md"),
    ],
)
def test_a_collection_of_several_languages_answers_in_each(
    tmp_path: Path, question: str, source: str
) -> None:
    store = Store(tmp_path / "library.sqlite")
    put(store, "mühle.md", "Der Müller mahlt das Korn der Bauern aus dem ganzen Tal.")
    put(store, "wiese.md", "Die Bauern verkaufen das Heu von der Wiese hinter dem Dorf.")
    put(store, "mill.md", "The miller grinds the corn of all the farmers in the valley.")
    put(store, "hay.md", "The farmers sell the hay from the meadow behind the village.")
    put(store, "moulin.md", "Le meunier moud le grain des paysans de toute la vallée.")
    put(store, "foin.md", "Les paysans vendent le foin du pré derrière le village.")
    store.set_meta("embedder", "bag")
    assert list(store.languages()) == ["de", "en", "fr"]
    assert searcher(store).search(question)[0].chunk.source == source


def test_an_embedder_that_is_blind_for_a_language_leaves_it_to_the_words(store: Store) -> None:
    class Blind(BagEmbedder):
        def vector_of(self, text: str) -> Vectors:
            return super().vector_of("lift drag wing")

    blind = CollectionSearcher(
        store,
        DenseIndex(store, store.path.parent / "chroma", WriteLock(store.path.parent / "lock")),
        Blind(),
        Retrieval(),
    )
    store.set_separations({"en": Separation(dense=0.01, keyword=0.8, probes=16, chunks=5)})
    assert blind.search("when is the income tax due")[0].chunk.source == "/d/tax.md"
    assert blind.search("deposit")[0].chunk.text == "the deposit is two rents"


class SynonymEmbedder(BagEmbedder):
    """An embedder that knows the words of two languages as one."""

    same: ClassVar = {
        "dam": "staudamm",
        "height": "höhe",
        "high": "höhe",
        "mill": "mühle",
        "hay": "heu",
    }

    def vector_of(self, text: str) -> Vectors:
        words = re.findall(r"\w+", text.lower())
        return super().vector_of(" ".join(self.same.get(word, word) for word in words))


@pytest.mark.parametrize(
    ("question", "source"),
    [("How high is the dam?", "damm.md"), ("Who owns the mill?", "b.md"), ("hay?", "c.md")],
)
def test_a_question_in_another_language_is_answered_by_an_embedder_that_reaches_it(
    tmp_path: Path, question: str, source: str
) -> None:
    store, embedder = Store(tmp_path / "library.sqlite"), SynonymEmbedder()
    put(store, "damm.md", "Die Höhe: der Staudamm misst 120 Meter.", embedder=embedder)
    put(store, "b.md", "Die Mühle am Fluss gehört der Gemeinde.", embedder=embedder)
    put(store, "c.md", "Das Heu liegt im Who-Is-Who der Scheunen.", embedder=embedder)
    put(store, "d.md", "Der Müller mahlt das Korn der Bauern im Tal.", embedder=embedder)
    store.set_meta("embedder", "bag")
    store.set_separations({"de": Separation(dense=0.9, keyword=0.9, probes=16, chunks=4)})
    assert searcher(store, embedder).search(question)[0].chunk.source == source


@pytest.mark.parametrize("mode", ["keyword", "hybrid"])
@pytest.mark.parametrize("question", ["Where was Jane Doe born?", "jane doe's school"])
def test_a_subject_that_stands_only_in_the_name_of_the_file_is_found(
    tmp_path: Path, mode: str, question: str
) -> None:
    store = Store(tmp_path / "library.sqlite")
    for name, town in (("John Roe", "York"), ("Jane Doe", "Bath"), ("Mary Poe", "Leeds")):
        put(store, f"/people/{name}.md", f"She was born in {town} and went to school there.")
    store.set_meta("embedder", "bag")
    assert searcher(store, mode=mode).search(question)[0].chunk.source == "/people/Jane Doe.md"


@pytest.mark.parametrize(
    ("question", "folder"),
    [
        ("What does the first report say of the lock?", "a"),
        ("What does the second report say of the mill?", "b"),
        ("How many gates has the lock?", "a"),
        ("wheels of the mill", "b"),
    ],
)
def test_files_of_one_name_are_told_apart_by_their_text(
    tmp_path: Path, question: str, folder: str
) -> None:
    store = Store(tmp_path / "library.sqlite")
    put(store, "/d/a/report.txt", "The first report is on the lock, which has two gates.")
    put(store, "/d/b/report.txt", "The second report is on the mill, which has one wheel.")
    store.set_meta("embedder", "bag")
    assert searcher(store).search(question)[0].chunk.source == f"/d/{folder}/report.txt"


@pytest.mark.parametrize("mode", ["keyword", "hybrid"])
def test_a_word_is_found_by_its_stems_in_every_language_of_the_collection(
    tmp_path: Path, mode: str
) -> None:
    store = Store(tmp_path / "library.sqlite")
    put(store, "a.md", "Die Mühlen der Gemeinde mahlen das Korn der Bauern aus dem Tal.")
    put(store, "b.md", "The farmers of the valley sell their hay behind the village.")
    put(store, "c.md", "Die Bauern verkaufen ihr Heu hinter dem Dorf.")
    store.set_meta("embedder", "bag")
    found = searcher(store, mode=mode)
    assert list(store.languages()) == ["de", "en"]
    assert found.search("Mühle")[0].chunk.source == "a.md"
    assert found.search("selling hay")[0].chunk.source == "b.md"


@pytest.mark.parametrize(
    ("question", "source"),
    [("Wann ist die Prüfung?", "dam.md"), ("Wer bezahlt den Lagermeistr?", "store.md")],
)
def test_letters_find_candidates_where_not_all_chunks_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, question: str, source: str
) -> None:
    class Random(BagEmbedder):
        def vector_of(self, text: str) -> Vectors:
            row = np.random.default_rng(len(text)).normal(size=64)
            return (row / np.linalg.norm(row)).astype(np.float32)

    monkeypatch.setattr("quoth.retrieve.candidates._FEW", 10)
    store, embedder = Store(tmp_path / "library.sqlite"), Random()
    lines = [f"Die Gemeinde verkauft im Jahr {n} das Heu von der Wiese." for n in range(40)]
    put(store, "hay.md", "\n".join(lines), embedder=embedder)
    put(store, "dam.md", "Die Staumauerprüfung findet im Herbst statt.", embedder=embedder)
    put(store, "store.md", "Der Lagermeister bekommt den Lohn vom Amt.", embedder=embedder)
    store.set_meta("embedder", "bag")
    store.set_separations({"de": Separation(dense=0.01, keyword=0.9, probes=16, chunks=42)})
    found = searcher(store, embedder, candidates=5)
    assert found.search(question)[0].chunk.source == source
