from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from embed.makers import MAKERS, make_model
from programs import Quoth
from quoth.config.settings import Config, Embedding
from quoth.embed.embedder import FolderEmbedder
from quoth.errors import MissingExtraError, UsageError
from quoth.evaluate.corpus import read_grades
from quoth.evaluate.questions import GoldPlace, read_questions
from quoth.evaluate.retrieval import document_scores, evaluate_retrieval
from quoth.types import Chunk, Hit

TEXTS = {
    "tea": "Tea is made from the dried leaves of a shrub, with hot water.",
    "iron": "Iron rusts when water and oxygen reach its surface.",
    "bees": "Bees dance to tell the other bees where flowers are.",
    "tide": "The tide rises because the moon pulls at the sea.",
}
QUERIES = {"q1": "why does iron rust", "q2": "what do bees dance for", "q3": "moon and sea"}
GRADES = {"q1": "iron", "q2": "bees", "q3": "tide"}


def write(folder: Path, *, grades: dict[str, str] = GRADES) -> Path:
    (folder / "qrels").mkdir(parents=True)
    rows = [{"_id": id, "title": id, "text": text} for id, text in TEXTS.items()]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    queries = [{"_id": id, "text": text} for id, text in QUERIES.items()]
    (folder / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in queries))
    lines = [f"{query}\t{document}\t1" for query, document in grades.items()]
    (folder / "qrels" / "test.tsv").write_text(
        "\n".join(["query-id\tcorpus-id\tscore", *lines]) + "\n"
    )
    return folder


def test_a_corpus_that_is_easy_is_found_whole(tmp_path: Path) -> None:
    calls: list[tuple[int, int, str]] = []
    result = evaluate_retrieval(
        write(tmp_path / "easy"),
        FolderEmbedder.open(Embedding()),
        Config(),
        progress=lambda *step: calls.append(step),
    )
    assert result.metrics["hybrid ndcg@10"].value == 1.0
    assert result.metrics["dense recall@100"].value == 1.0
    assert set(result.items["keyword mrr@10"]) == set(QUERIES)
    assert calls[-1][0] == calls[-1][1] == 9


def test_a_wrong_judgement_lowers_the_figures_as_it_should(tmp_path: Path) -> None:
    folder = write(tmp_path / "wrong", grades={"q1": "tide", "q2": "bees"})
    result = evaluate_retrieval(folder, FolderEmbedder.open(Embedding()), Config(), modes=["dense"])
    first, second = (result.items["dense mrr@10"][query] for query in ("q1", "q2"))
    assert first < second == 1.0


def test_a_document_is_as_good_as_its_best_chunk() -> None:
    hits = [Hit(Chunk(s, "", 1, None, 0, 1, "x"), 1.0) for s in ("a", "b", "a", "c")]
    scores = document_scores(hits, depth=2)
    assert list(scores) == ["a", "b"]
    assert scores["a"] > scores["b"]


def test_without_ir_measures_it_names_the_extra_before_it_embeds_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(MissingExtraError, match="extra 'eval'") as caught:
        evaluate_retrieval(
            write(tmp_path / "easy"),
            FolderEmbedder.open(Embedding()),
            Config(),
            cache=tmp_path / "c",
        )
    assert "ir-measures" in caught.value.hint
    assert not (tmp_path / "c").exists()


def test_what_is_not_in_the_layout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"corpus\.jsonl"):
        evaluate_retrieval(tmp_path, FolderEmbedder.open(Embedding()), Config())
    with pytest.raises(UsageError, match="no relevance judgements"):
        read_grades(tmp_path)
    folder = write(tmp_path / "none", grades={"other": "iron"})
    with pytest.raises(UsageError, match="No query"):
        evaluate_retrieval(folder, FolderEmbedder.open(Embedding()), Config())
    with pytest.raises(UsageError, match="no search mode"):
        evaluate_retrieval(folder, FolderEmbedder.open(Embedding()), Config(), modes=["magic"])


def test_the_command_prints_and_saves_and_compares(tmp_path: Path, quoth: Quoth) -> None:
    folder = write(tmp_path / "beir")
    shown = quoth("eval", "retrieval", str(folder), "--json", "--save", "a.json")
    assert shown.returncode == 0, shown.stderr
    figures = json.loads(shown.stdout)
    assert list(figures) == ["dense", "keyword", "hybrid"]
    assert set(figures["hybrid"]) == {"ndcg@10", "recall@100", "mrr@10"}

    saved = json.loads(Path("a.json").read_text())
    saved["items"]["hybrid ndcg@10"] = dict.fromkeys(QUERIES, 0.0)
    Path("b.json").write_text(json.dumps(saved))
    assert quoth("eval", "compare", "a.json", "a.json").returncode == 0
    worse = quoth("eval", "compare", "a.json", "b.json", "--json")
    assert worse.returncode == 1
    assert json.loads(worse.stdout)["regression"] is True


def test_several_sets_are_one_table_with_the_gain_of_each(tmp_path: Path, quoth: Quoth) -> None:
    folders = [str(write(tmp_path / name)) for name in ("first", "second")]
    table = quoth("eval", "retrieval", *folders)
    assert table.returncode == 0, table.stderr
    lines = table.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["set", "first", "second", "mean"]
    told = json.loads(quoth("eval", "retrieval", *folders, "--json").stdout)
    assert [row["data"] for row in told["sets"]] == ["first", "second"]
    for row in told["sets"]:
        sides = [row["modes"][mode]["value"] for mode in ("dense", "keyword")]
        assert row["gain"]["value"] == pytest.approx(row["modes"]["hybrid"]["value"] - max(sides))
        assert row["gain"]["low"] <= row["gain"]["value"] <= row["gain"]["high"]


def test_both_halves_of_the_queries_are_the_whole(tmp_path: Path) -> None:
    folder, embedder = write(tmp_path / "halves"), FolderEmbedder.open(Embedding())
    halves: list[set[str]] = []
    for half in (0, 1):
        try:
            result = evaluate_retrieval(folder, embedder, Config(), modes=["keyword"], half=half)
        except UsageError:  # all queries are in the other half
            continue
        halves.append(set(result.items["keyword ndcg@10"]))
    assert sum(map(len, halves)) == len(QUERIES)
    assert set().union(*halves) == set(QUERIES)


def test_one_command_compares_two_embedders(tmp_path: Path, quoth: Quoth) -> None:
    pytest.importorskip("sentence_transformers", reason="makes the second embedder")
    folder = write(tmp_path / "beir")
    other = str(make_model(tmp_path, MAKERS[0]))
    two = ("--embedder", "embedded", "--embedder", other, "--set", "ingestion.chunk_tokens=120")
    shown = quoth("eval", "retrieval", str(folder), *two, "--save", "a.json")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.splitlines()[0].split() == ["embedded", other]
    assert f"\nembedded → {other}\n" in shown.stdout
    assert "hybrid ndcg@10" in shown.stdout.partition("→")[2]
    assert Path("a-1.json").is_file()
    assert Path("a-2.json").is_file()
    figures = json.loads(quoth("eval", "retrieval", str(folder), *two, "--json").stdout)
    assert list(figures) == ["embedded", other]
    assert figures["embedded"]["dense"] != figures[other]["dense"]
    assert figures["embedded"]["keyword"] == figures[other]["keyword"]


@pytest.mark.testdata("retrieval_adi")
def test_hybrid_is_not_worse_than_its_parts_on_real_abstracts(testdata: Path) -> None:
    result = evaluate_retrieval(
        testdata / "retrieval_adi", FolderEmbedder.open(Embedding()), Config(), limit=None
    )
    value = {name: metric.value for name, metric in result.metrics.items()}
    assert value["hybrid ndcg@10"] >= max(value["dense ndcg@10"], value["keyword ndcg@10"])
    assert value["hybrid ndcg@10"] > 0.5


def test_pages_that_questions_name_are_found(session_home: Path, quoth: Quoth) -> None:
    golden = Path(__file__).parents[2] / "data" / "questions.jsonl"
    told = quoth("eval", "retrieval", str(golden), "--json", QUOTH_HOME=str(session_home))
    figures = json.loads(told.stdout)
    assert set(figures) == {"dense", "keyword", "hybrid"}
    for mode in figures:
        first, five, ten = (figures[mode][f"page@{depth}"] for depth in (1, 5, 10))
        assert first <= five <= ten
    assert figures["hybrid"]["page@10"] >= 0.98
    assert figures["hybrid"]["page@1"] >= 0.85


def test_evidence_of_several_pages_counts_each(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    evidence = [{"page_1based": 7}, {"page_1based": 3}, {"page_1based": 7}]
    row = {"id": "q", "question": "?", "answer": "a", "pdf": "pdfs/x.pdf", "evidence": evidence}
    file.write_text(json.dumps(row))
    (question,) = read_questions(file)
    assert question.places == (GoldPlace("pdfs/x.pdf", (3, 7)),)
