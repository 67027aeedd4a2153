"""The command line as a person and as a program sees it: output, JSON, exit codes."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from programs import Quoth
from quoth import Answer, Library
from quoth.cli import show
from quoth.cli.terminal import close_terminal, measure, open_terminal
from quoth.collection import Separation
from quoth.text.quotes import find_quote
from quoth.views import format_scores

DATA = Path(__file__).parents[2] / "data"
NOTICE = "Is notice by e-mail valid?"
GENERATOR = "How long can the emergency generator run on a full tank?"


def test_ask_prints_the_answer_its_page_and_a_quote_that_stands_there(
    quoth_program: Quoth, sample: str
) -> None:
    result = quoth_program("ask", NOTICE, "-c", sample)
    assert result.returncode == 0, result.stderr
    assert "lease-unit-6.pdf, page 4" in result.stdout
    assert "Notice by electronic mail is not valid." in " ".join(result.stdout.split())
    assert "From your documents, word for word:" in result.stdout
    assert "\x1b" not in result.stdout + result.stderr, "no colours and no bars in a pipe"


def test_ask_as_json(quoth: Quoth, sample: str) -> None:
    result = quoth("ask", NOTICE, "-c", sample, "--json")
    answer = json.loads(result.stdout)
    assert answer["kind"] == "excerpt"
    assert answer["model"] == ""
    assert answer["timings"]["calls"] == 0
    for citation in answer["citations"]:
        assert citation["verified"] is True
        assert Path(citation["source"]).name == "lease-unit-6.pdf"
        assert citation["page"] == 4
    pages = quoth("documents", "export", "-c", sample).stdout.splitlines()
    page = next(
        row
        for line in pages
        if (row := json.loads(line))["page"] == 4 and row["source"].endswith("lease-unit-6.pdf")
    )
    assert find_quote(answer["citations"][0]["quote"], page["text"])


def test_what_is_not_in_the_documents_is_said_so(quoth: Quoth, sample: str) -> None:
    result = quoth("ask", "Who painted the Mona Lisa?", "-c", sample, "--json")
    answer = json.loads(result.stdout)
    assert result.returncode == 0
    assert answer["kind"] == "declined"
    assert answer["citations"] == []
    assert answer["nearest"]


def test_search_as_json(quoth: Quoth, sample: str) -> None:
    hits = json.loads(quoth("search", GENERATOR, "-c", sample, "--json", "-k", "3").stdout)
    assert len(hits) == 3
    for hit in hits:
        assert set(hit) >= {"source", "page", "page_label", "text", "score"}
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)


def test_a_search_is_limited_to_a_language_and_says_when_that_leaves_nothing(
    quoth: Quoth, sample: str
) -> None:
    hits = json.loads(
        quoth("search", GENERATOR, "-c", sample, "--json", "--document-language", "en").stdout
    )
    assert {hit["language"] for hit in hits} == {"en"}
    nothing = quoth("search", GENERATOR, "-c", sample, "--document-language", "th")
    assert nothing.stdout == ""
    assert "Nothing in the collection is within" in nothing.stderr
    assert "is empty" not in nothing.stderr


def test_scores_are_worded_alike_in_a_terminal_and_a_notebook(quoth: Quoth, sample: str) -> None:
    question = "emergency generator"
    with Library(sample) as library:
        hit = library.search(question)[0]
    words = format_scores(hit)
    assert re.fullmatch(r"score -?[\d.]+ · cosine [\d.]+ · BM25 [\d.]+", words)
    assert words in (hit._repr_html_() or "")
    assert words in quoth("search", question, "-c", sample, "-v").stdout
    assert words in quoth("-v", "search", question, "-c", sample).stdout


@pytest.mark.parametrize("gibibytes", ["2", "16", "64"])
def test_advice_fits_eighty_columns_in_a_pipe_and_its_commands_can_be_copied(
    quoth: Quoth, gibibytes: str
) -> None:
    shown = quoth("models", "advise", "--memory", gibibytes).stdout
    assert max(map(measure, shown.splitlines())) <= 80
    joined = shown.replace("\\\n", "")  # as a shell reads it
    commands = re.findall(r"(?:quoth models|quoth reembed|llama-server) .*", joined)
    for command in commands:
        assert re.fullmatch(
            r"quoth models pull (hf|ollama):\S+"
            r"|quoth reembed --set embedding\.model=\S+"
            r"|llama-server -hf \S+ -hff \S+\.gguf --port \d+",
            command,
        )
    assert commands


def test_documents_are_listed_and_exported(quoth: Quoth, sample: str) -> None:
    listed = quoth("documents", "list", "-c", sample)
    assert "the-landing.pdf" in listed.stdout
    rows = [
        json.loads(line)
        for line in quoth("documents", "export", "-c", sample).stdout.split("\n")
        if line
    ]
    assert len(rows) == 35
    labels = [row["page_label"] for row in rows if row["source"].endswith("the-landing.pdf")]
    assert labels[:5] == ["i", "ii", "iii", "iv", "1"]


def test_ingest_as_json_gives_every_file_a_line(quoth: Quoth, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "good.txt").write_text("A good text about nothing.")
    (tmp_path / "d" / "empty.txt").write_text("")
    result = quoth("ingest", "d", "-c", "lines", "--json")
    report = json.loads(result.stdout)
    assert result.returncode == 1, "some documents failed"
    assert [Path(line["path"]).name for line in report["done"]] == ["good.txt"]
    assert [Path(line["path"]).name for line in report["failed"]] == ["empty.txt"]
    assert all(line["reason"] for kind in ("done", "skipped", "failed") for line in report[kind])
    second = quoth("ingest", "d/good.txt", "-c", "lines", "--json")
    assert second.returncode == 0
    assert [line["status"] for line in json.loads(second.stdout)["skipped"]] == ["unchanged"]


def test_chat_reads_questions_and_answers_each_with_a_line(quoth: Quoth, sample: str) -> None:
    result = quoth("chat", "-c", sample, "--json", input=f"{GENERATOR}\nAnd at Unit 6?\n")
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(answers) == 2
    assert answers[0]["citations"][0]["page_label"] == "108"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["ingest", "absent"], 2, "There is no such file or folder"),
        (["ingest", ""], 2, "A path is empty"),
        (["summarize", ".", "-o", ""], 2, "A path is empty"),
        (["ask", ""], 2, "The question is empty"),
        (["ask", "   "], 2, "The question is empty"),
        (["search", ""], 2, "The question is empty"),
        (["ask", "x", "--collection", "../up"], 2, "cannot be the name of a collection"),
        (["ask", "x", "--set", "retrieval.kk=3"], 2, "nearest one is 'retrieval.k'"),
        (["ask", "x", "--set", "retrieval.k"], 2, "KEY=VALUE"),
        (["ask", "x", "--config", "absent.yaml"], 2, "no configuration file"),
        (["ask", "x", "--model", "olama:x", "-c", "sample"], 2, "nearest one is"),
        (["ask", "x", "--model", "llamacpp:absent.gguf", "-c", "sample"], 2, "no GGUF file"),
        (["ask", "x", "--model", "nocolon", "-c", "sample"], 2, "of the form `backend:name`"),
        (["asc", "x"], 2, "No such command"),
        (["ask"], 2, "Missing argument 'QUESTION'"),
        (["ask", "-5 degrees: what happens?"], 2, "Write -- before a text"),
        (["chat", "--resume", "-c", "fresh"], 2, "no collection 'fresh'"),
    ],
)
def test_bad_input_is_one_sentence_with_a_hint(
    quoth: Quoth, sample: str, arguments: list[str], code: int, told: str
) -> None:
    result = quoth(*arguments)
    assert result.returncode == code, result.stdout + result.stderr
    assert told in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_a_question_of_a_megabyte_is_refused_with_the_counts(quoth: Quoth, sample: str) -> None:
    result = quoth("ask", "-", "-c", sample, input="why " * 250_000)
    assert result.returncode == 2
    assert "999,999 characters" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_question_longer_than_the_window_is_refused_with_the_counts(
    quoth: Quoth, sample: str
) -> None:
    words = " ".join(f"w{n}" for n in range(300))
    result = quoth(
        "ask",
        f"generator tank {words}",
        "-c",
        sample,
        "--set",
        "backend.context_window=512",
        "--set",
        "answering.style=prose",
    )
    assert result.returncode == 2, result.stdout
    assert "512" in result.stderr
    assert "tokens" in result.stderr


def test_a_program_ends_with_the_exit_code_and_no_traceback(quoth_program: Quoth) -> None:
    result = quoth_program("ask", "")
    assert result.returncode == 2
    assert result.stderr.startswith("quoth: The question is empty.\n  hint: ")
    assert result.stdout == ""


def test_debug_shows_the_traceback(quoth: Quoth) -> None:
    assert "Traceback" in quoth("ask", "", "--debug").stderr


def test_a_damaged_collection_is_one_sentence(quoth: Quoth, session_home: Path) -> None:
    folder = session_home / "collections" / "damaged"
    folder.mkdir(parents=True)
    (folder / "library.sqlite").write_bytes(b"this is no database" * 500)
    result = quoth("ask", "anything", "-c", "damaged")
    assert result.returncode == 2
    assert "cannot be read" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_empty_collection_says_how_to_fill_it(quoth: Quoth) -> None:
    result = quoth("ask", "anything", "-c", "nothing-here")
    assert "quoth ingest FOLDER -c nothing-here" in result.stderr


def test_config_show_names_where_values_come_from(quoth: Quoth, tmp_path: Path) -> None:
    (tmp_path / "quoth.yaml").write_text("retrieval:\n  k: 3\n")
    shown = json.loads(quoth("config", "show", "--json", QUOTH_BACKEND__SEED="7").stdout)
    assert shown["retrieval.k"] == {"value": 3, "from": "quoth.yaml line 2"}
    assert shown["backend.seed"] == {"value": 7, "from": "environment QUOTH_BACKEND__SEED"}
    assert "retrieval.k" in quoth("config", "show").stdout


def test_doctor_advises_an_embedder_that_knows_the_languages_of_the_collection(
    quoth: Quoth, session_home: Path
) -> None:
    with Library("two-tongues", home=session_home) as library:
        library.store.set_separations({"en": Separation(0.7, 0.7, 20, 90)})
        assert _check_of(quoth, "languages")["state"] == "good"
        blind = {"en": Separation(0.7, 0.7, 20, 90), "zh": Separation(0.1, 0.7, 20, 90)}
        library.store.set_separations(blind)
        check = _check_of(quoth, "languages")
    assert "Chinese (mean reciprocal rank 0.10 by vectors, 0.70 by words)" in check["found"]
    assert "English" not in check["found"]
    assert "multilingual-e5-small" in check["hint"]
    assert "all-MiniLM" not in check["hint"]


def _check_of(quoth: Quoth, what: str) -> dict[str, str]:
    rows = json.loads(quoth("doctor", "-c", "two-tongues", "--json").stdout)
    found: dict[str, str] = next(row for row in rows if row["what"] == what)
    return found


def test_doctor_finds_everything_in_place(quoth: Quoth, sample: str) -> None:
    result = quoth("doctor", "-c", sample, "--json")
    findings = {row["what"]: row for row in json.loads(result.stdout)}
    assert result.returncode == 0
    assert "135 million" in findings["model"]["found"]
    assert "on the CPU, loaded in" in findings["model"]["found"]
    assert "KV cache 180 MiB at 8192 tokens" in findings["fit"]["found"]
    assert "nothing leaves" in findings["privacy"]["found"]
    assert "5 documents" in findings["collection"]["found"]


def test_a_model_that_should_be_on_the_gpu_and_is_not_is_told(quoth: Quoth, sample: str) -> None:
    all_layers = ("--set", "backend.gpu_layers=all", "-c", sample)
    rows = json.loads(quoth("doctor", *all_layers, "--json").stdout)
    model = next(row for row in rows if row["what"] == "model")
    question = f"Tell me: {GENERATOR}"  # not in the journal yet
    written = ("--set", "answering.style=prose", "--json")
    answer = json.loads(quoth("ask", question, *all_layers, *written).stdout)
    assert not answer["from_journal"]
    spent = answer["timings"]
    if "on the GPU" in model["found"]:
        pytest.skip("llama.cpp sees a GPU here")
    assert model["state"] == "note"
    assert "runs on the CPU instead of the GPU" in model["hint"]
    assert spent["gpu_layers"] == 0
    assert spent["note"] == model["hint"]


def test_the_first_run_says_which_model_answers(
    quoth_program: Quoth, sample: str, session_home: Path
) -> None:
    (session_home / "introduced").unlink(missing_ok=True)
    first = quoth_program("ask", GENERATOR, "-c", sample)
    second = quoth_program("ask", GENERATOR, "-c", sample)
    assert "too small to write answers" in first.stderr
    assert "too small to write answers" not in second.stderr


def test_a_prompt_is_shown_in_a_language(quoth: Quoth) -> None:
    german = quoth("prompts", "show", "answer", "--language", "German")
    assert "Antworte auf Deutsch" in german.stdout
    danish = quoth("prompts", "show", "answer", "--language", "da")
    assert "You answer questions" in danish.stdout
    unknown = quoth("prompts", "show", "answer", "--language", "Germna")
    assert unknown.returncode == 2
    assert "There is no language 'Germna'" in unknown.stderr


def test_the_lines_of_a_sentence_end_behind_words_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    terminal, notes = Terminal(), Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setattr("sys.stderr", notes)
    open_terminal(lambda: None)
    text = "None of the documents of this collection tells who the miller was."
    show.print_answer(Answer(question="?", kind="declined", text=text, model=""))
    show.print_note(text)
    close_terminal()
    for shown in (terminal.getvalue(), notes.getvalue()):
        lines = [line.rstrip() for line in re.sub(r"\x1b\[\d*m", "", shown).strip().splitlines()]
        assert " ".join(lines) == text
        assert max(map(len, lines)) <= 40


@pytest.mark.parametrize("command", ["ingest", "run", "summarize"])
def test_the_home_of_nobody_is_one_sentence(quoth: Quoth, command: str) -> None:
    ended = quoth(command, "~nouser-at-all/notes")
    assert ended.returncode == 2
    assert "The home folder in '~nouser-at-all/notes' is not known." in ended.stderr
