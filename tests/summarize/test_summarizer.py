from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document as LangChainDocument
from quoth.config.settings import ModelSettings
from quoth.errors import GenerationError, NoTextError, UsageError
from quoth.journal.journal import Journal
from quoth.models import LocalModel, open_model
from quoth.summarize import Monitor, StoppedError, Summarizer, SummaryOptions
from quoth.types import Document, Page
from quoth.views import render_summary, trace_json, trace_page
from scripted_model import Scripted

LIBRARY = Path(__file__).parents[2] / "data" / "library"
TEXT = (
    "The council met on 3 May 1998. Ada Lindqvist asked for 4,200 crowns to mend the bridge. "
    "The council gave 3,900 crowns. The work begins in June."
)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalModel]:
    model = open_model(ModelSettings(threads=1, parallel=2, context_window=4096))
    yield model
    model.unload()


def saying(text: str) -> Scripted:
    return Scripted(answer=lambda prompt: text)


@pytest.mark.parametrize("text", ["", "   \n\t  ", "\u200b --- \u200b"])
def test_a_text_without_text_is_refused(text: str) -> None:
    with pytest.raises(NoTextError):
        Summarizer(Scripted()).invoke(text)


def test_nothing_to_summarize_is_refused() -> None:
    with pytest.raises(NoTextError):
        Summarizer(Scripted()).invoke([])


def test_every_sentence_is_linked_to_where_it_stands() -> None:
    summary = Summarizer(saying("The council gave 3,900 crowns. Work begins in June.")).invoke(TEXT)
    assert [sentence.text for sentence in summary.sentences] == [
        "The council gave 3,900 crowns.",
        "Work begins in June.",
    ]
    links = [sentence.links[0] for sentence in summary.sentences]
    assert TEXT[links[0].start : links[0].end] == "The council gave 3,900 crowns."
    assert TEXT[links[1].start : links[1].end] == "The work begins in June."


def test_what_stands_nowhere_in_the_source_gives_way_to_the_text() -> None:
    said = "The council met Bruno Falk and gave 5,000 crowns."
    summary = Summarizer(saying(said)).invoke(TEXT)
    assert summary.tree.dropped == (said,)
    assert all(sentence.text in TEXT for sentence in summary.sentences)
    assert any("1 of 1 sentences that the model wrote were left out" in n for n in summary.notes)
    honest = Summarizer(saying("Ada Lindqvist’s council gave 3900 crowns on 3 May.")).invoke(TEXT)
    assert honest.unsupported == ()


def test_a_sentence_that_resembles_nothing_has_no_link() -> None:
    summary = Summarizer(saying("Whales sing beneath distant icebergs.")).invoke(TEXT)
    assert summary.sentences[0].links == ()


def test_a_sentence_with_an_invented_number_does_not_reach_the_summary() -> None:
    model = saying("The council met on 3 May 1998. It gave 77,000 crowns.")
    summary = Summarizer(model).invoke(TEXT)
    assert summary.text == "The council met on 3 May 1998."
    assert summary.tree.dropped == ("It gave 77,000 crowns.",)


def test_a_small_model_that_only_invents_is_replaced_by_the_text() -> None:
    model = Scripted(answer=lambda _: "It gave 77,000 crowns.", parameters=100_000_000)
    summary = Summarizer(model, options=SummaryOptions("map-reduce", length="30")).invoke(TEXT)
    assert summary.text in TEXT
    assert summary.tree.extracted
    assert "sentences of the text are used" in summary.notes[0]


def test_a_model_that_only_numbers_lines_is_replaced_by_the_text() -> None:
    numbering = "1.111.111\n2.3.3.3\n3.3.3.3"
    summary = Summarizer(saying(numbering)).invoke(TEXT)
    assert summary.text in TEXT
    assert summary.tree.dropped == (numbering,)
    assert "sentences of the text are used" in summary.notes[0]


def test_a_model_that_writes_nothing_is_an_error() -> None:
    with pytest.raises(GenerationError, match="wrote nothing"):
        Summarizer(saying("")).invoke(TEXT)


def test_it_counts_what_it_took(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    summarizer = Summarizer(Scripted(), journal=journal)
    first = summarizer.invoke(TEXT)
    assert (first.calls, first.cached_calls, first.coverage) == (1, 0, 1.0)
    assert first.timings.prompt_tokens > 0
    assert first.tokens_per_second > 0
    assert first.prompts[0].startswith("summarize-map@")
    again = summarizer.invoke(TEXT)
    assert (again.calls, again.cached_calls) == (0, 1)
    assert again.text == first.text
    assert render_summary(again, "json") == render_summary(first, "json")


def test_a_plan_tells_calls_and_what_is_known(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    model = Scripted(parameters=100_000_000)
    options = SummaryOptions("map-reduce", map_tokens=100)
    summarizer = Summarizer(model, journal=journal, options=options)
    text = "\n\n".join(f"{TEXT} That was number {n}." for n in range(30))
    plan = summarizer.plan(text)
    assert plan.calls == plan.parts > 5
    assert plan.known_calls == 0
    assert plan.seconds is None
    assert not model.asked
    summary = summarizer.invoke(text)
    assert summary.calls == plan.calls
    after = summarizer.plan(text)
    assert (after.known_calls, after.seconds) == (plan.calls, 0.0)
    other = summarizer.plan(text.replace("bridge", "tower"))
    assert other.seconds is not None
    assert other.seconds > 0


def test_pages_without_text_are_told_in_the_coverage() -> None:
    pages = (Page(1, TEXT), Page(2, ""))
    scan = Document("scan.pdf", "Scan", "pdf", pages, unreadable=(2,), notes=("Read in part.",))
    summary = Summarizer(Scripted()).invoke(scan)
    assert summary.coverage == 1.0
    assert summary.unread == ("scan.pdf: pages 2 hold no text (scans)",)
    assert "Read in part." in summary.notes


def test_pages_that_were_left_out_are_told_in_the_coverage() -> None:
    part = Document("long.pdf", "Long", "pdf", (Page(1, TEXT),), left_out=3)
    summary = Summarizer(Scripted()).invoke(part)
    assert summary.coverage == 0.25
    assert summary.unread == ("long.pdf: limited to 1 of 4 pages",)


def test_several_documents_make_one_summary_with_their_names() -> None:
    documents: list[Document | LangChainDocument | str] = [
        Document("a.md", "A", "text", (Page(1, "The bakery on Mill Lane sold 900 loaves."),)),
        LangChainDocument("The ferry to Aldmoor left at 07:40.", metadata={"source": "b.md"}),
    ]
    model = Scripted(answer=lambda prompt: prompt.rsplit("Text:", 1)[-1].strip())
    summary = Summarizer(model, options=SummaryOptions(reduction="select")).invoke(documents)
    assert summary.sources == ("a.md", "b.md")
    assert summary.tree.kind == "corpus"
    by_source = {link.source: s.text for s in summary.sentences for link in s.links}
    assert "loaves" in by_source["a.md"]
    assert "ferry" in by_source["b.md"]
    assert "[b.md p. 1]" in render_summary(summary, "text")


def test_a_question_reaches_the_prompt_and_its_answer_the_summary() -> None:
    def answer(prompt: str) -> str:
        return "The council gave 3,900 crowns." if "crowns" in prompt else "Nothing on this."

    model = Scripted(answer=answer)
    options = SummaryOptions(query="What money was given?", map_tokens=24)
    text = TEXT + "\n\n" + "The weather was mild and the meadow green. " * 8
    summary = Summarizer(model, options=options).invoke(text)
    assert summary.text == "The council gave 3,900 crowns."
    assert all("What money was given?" in str(r.messages[-1].content) for r in model.asked)
    assert summary.coverage == 1.0


def test_a_question_that_nothing_answers_is_said_so() -> None:
    options = SummaryOptions(query="Who won?", map_tokens=24)
    summary = Summarizer(saying("Nothing on this."), options=options).invoke(TEXT * 5)
    assert summary.text == "Nothing on this."


@pytest.mark.parametrize(
    ("language", "request_"),
    [
        ("Danish", "Write in Danish"),
        ("German", "Schreibe auf Deutsch"),
        ("fr", "Écris en français"),
        ("中文", "用中文书写"),
        ("plain English", "Write in plain English"),
    ],
)
def test_the_language_stands_before_the_text(language: str, request_: str) -> None:
    model = Scripted()
    Summarizer(model, options=SummaryOptions(language=language)).invoke(TEXT)
    whole = "\n".join(str(message.content) for message in model.asked[0].messages)
    assert whole.index(request_) < whole.index("council met")


@pytest.mark.parametrize("length", ["0", "short", "-5", "1e9", ""])
def test_a_length_that_is_none_is_refused(length: str) -> None:
    with pytest.raises(UsageError, match="not a length of a summary"):
        SummaryOptions(length=length)


SCHEMA = {
    "type": "object",
    "properties": {"money": {"type": "integer"}},
    "required": ["money"],
    "additionalProperties": False,
}


def test_a_schema_is_filled_and_checked_and_asked_again() -> None:
    answers = iter(['{"money": "much"}', '{"money": 39', '{"money": 3900}'])
    model = Scripted(answer=lambda p: next(answers) if "JSON" in p else "It gave 3,900 crowns.")
    summary = Summarizer(model, options=SummaryOptions(schema=SCHEMA)).invoke(TEXT)
    assert summary.data == {"money": 3900}
    assert json.loads(render_summary(summary, "text")) == {"money": 3900}
    assert model.asked[-1].json_schema == SCHEMA


def test_a_schema_that_nothing_meets_is_an_error_and_no_half_object() -> None:
    schema = {"type": "object", "properties": {"a": {"enum": []}}, "required": ["a"]}
    model = Scripted(answer=lambda p: '{"a": 1}' if "JSON" in p else "It gave 3,900 crowns.")
    with pytest.raises((GenerationError, UsageError)):
        Summarizer(model, options=SummaryOptions(schema=schema)).invoke(TEXT)


def test_what_is_no_schema_is_refused_before_any_call() -> None:
    model = Scripted()
    with pytest.raises(UsageError, match="schema"):
        Summarizer(model, options=SummaryOptions(schema={"type": "potato"})).invoke(TEXT)
    assert not model.asked


def test_an_answer_that_repeats_itself_is_ended() -> None:
    loop = "The council met. " + "It gave 3,900 crowns for the bridge. " * 200
    model = saying(loop)
    summary = Summarizer(model, options=SummaryOptions(length="900")).invoke(TEXT)
    assert summary.text.count("3,900") == 1
    assert summary.timings.generated_tokens < 200


def test_a_small_model_is_stopped_when_it_has_said_enough_of_a_part() -> None:
    wordy = "".join(
        f"Ada Lindqvist asked for {n},200 crowns to mend bridge {n}. " for n in range(90)
    )
    model = Scripted(answer=lambda _: wordy, parameters=100_000_000)
    options = SummaryOptions("map-reduce", map_tokens=100, length="60")
    summary = Summarizer(model, options=options).invoke(f"{TEXT}\n\n" * 12)
    leaves = [node for node in summary.tree.walk() if node.kind == "map"]
    assert len(leaves) > 3
    for leaf in leaves:
        said = " ".join((*leaf.dropped, leaf.text)) if not leaf.extracted else wordy[:1]
        assert len(said.split()) <= 25 + 10
        assert leaf.timings.generated_tokens < 20
    # A larger model keeps to the length that it is asked for, and is not interrupted.
    large = Scripted(answer=lambda _: wordy)
    whole = Summarizer(large, options=options).invoke(f"{TEXT}\n\n" * 12)
    assert whole.timings.generated_tokens > 4 * summary.timings.generated_tokens


def test_fresh_asks_anew_only_above_temperature_zero(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    for temperature, calls in ((0.0, 1), (0.8, 2)):
        model = Scripted(temperature=temperature)
        for fresh in (False, True):
            Summarizer(model, journal=journal, options=SummaryOptions(fresh=fresh)).invoke(TEXT)
        assert len(model.asked) == calls


def test_the_same_call_in_flight_is_made_once(tmp_path: Path) -> None:
    model = Scripted(seconds=0.05, parallel=4)
    journal = Journal(tmp_path / "journal.db")
    summarizer = Summarizer(model, journal=journal)
    summaries = summarizer.batch([TEXT] * 4)
    assert len(model.asked) == 1
    assert sorted(summary.calls for summary in summaries) == [0, 0, 0, 1]
    assert len({summary.text for summary in summaries}) == 1
    assert len(journal.in_flight) == 0


def test_a_call_that_fails_in_flight_leaves_the_next_to_try(tmp_path: Path) -> None:
    failing = iter([True])

    def answer(prompt: str) -> str:
        if next(failing, False):
            raise GenerationError("It broke off.")
        return "The council gave 3,900 crowns."

    model = Scripted(answer=answer, seconds=0.05, parallel=4)
    summarizer = Summarizer(model, journal=Journal(tmp_path / "journal.db"))
    done = summarizer.batch([TEXT] * 3, return_exceptions=True)
    assert sum(isinstance(one, GenerationError) for one in done) == 1
    assert len(model.asked) == 2


def test_sampled_calls_are_kept_for_resuming(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    model = Scripted(temperature=0.8)
    for _ in range(2):
        Summarizer(model, journal=journal).invoke(TEXT)
    assert len(model.asked) == 1


def test_other_weights_are_asked_anew(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    for fingerprint in ("one", "two"):
        model = Scripted(fingerprint=fingerprint)
        Summarizer(model, journal=journal).invoke(TEXT)
        assert len(model.asked) == 1


def test_callbacks_see_every_call() -> None:
    class Seen(BaseCallbackHandler):
        starts = 0

        def on_chat_model_start(self, *args: Any, **kwargs: Any) -> None:
            self.starts += 1

    seen = Seen()
    model = Scripted()
    options = SummaryOptions(map_tokens=50)
    Summarizer(model, options=options).invoke(TEXT * 10, {"callbacks": [seen]})
    assert seen.starts == len(model.asked) > 2


def test_it_is_a_runnable() -> None:
    summarizer = Summarizer(Scripted())
    chain = summarizer | (lambda summary: summary.text)
    assert chain.invoke(TEXT)
    assert [s.coverage for s in summarizer.batch([TEXT, TEXT + " More."])] == [1.0, 1.0]
    assert len([*summarizer.stream(TEXT)]) == 1


async def test_it_is_asynchronous_too() -> None:
    assert (await Summarizer(Scripted()).ainvoke(TEXT)).text


def test_a_watch_stops_it_between_calls(tmp_path: Path) -> None:
    class Stopping(Monitor):
        calls = 0

        @property
        def stopped(self) -> bool:
            return self.calls >= 3

        def called(self, call: object) -> None:
            self.calls += 1

    model = Scripted(parallel=1)
    journal = Journal(tmp_path / "journal.db")
    text = "\n\n".join(f"{TEXT} That was number {n}." for n in range(30))
    summarizer = Summarizer(model, journal=journal, options=SummaryOptions(map_tokens=100))
    with pytest.raises(StoppedError):
        summarizer.invoke(text, monitor=Stopping())
    assert len(model.asked) == 3
    assert summarizer.invoke(text).cached_calls == 3


def test_the_trace_holds_the_whole_tree_and_needs_nothing_else() -> None:
    text = "\n\n".join(f"{TEXT} <script>alert({n})</script>" for n in range(30))
    summary = Summarizer(Scripted(), options=SummaryOptions(map_tokens=100)).invoke(text)
    nodes = json.loads(trace_json(summary))["tree"]
    tree = nodes[0]
    assert tree["kind"] in {"reduce", "collapse"}
    assert len(tree["children"]) > 2
    page = trace_page(summary)
    assert "<script" not in page
    assert "http" not in page
    assert page.count("<details") == len([*summary.tree.walk()])


def test_a_long_chain_of_refinements_can_be_traced() -> None:
    text = "\n\n".join(f"{TEXT} That was number {n}." for n in range(300))
    options = SummaryOptions(strategy="refine", map_tokens=40)
    summary = Summarizer(Scripted(), options=options).invoke(text)
    nodes = [*summary.tree.walk()]
    assert len(json.loads(trace_json(summary))["tree"]) == len(nodes)
    assert trace_page(summary).count("<details") == len(nodes)


def test_the_embedded_model_summarizes_and_resumes(embedded: LocalModel, tmp_path: Path) -> None:
    text = (LIBRARY / "library-committee-minutes.md").read_text()[:2600]
    journal = Journal(tmp_path / "journal.db")
    summarizer = Summarizer(embedded, journal=journal, options=SummaryOptions(length="brief"))
    summary = summarizer.invoke(text)
    assert summary.coverage == 1.0
    assert 10 < len(summary.text.split()) < 100
    assert sum(bool(sentence.links) for sentence in summary.sentences) >= 1
    assert summarizer.invoke(text).calls == 0


def test_the_embedded_model_meets_a_schema(embedded: LocalModel) -> None:
    schema = {
        "type": "object",
        "properties": {
            "summary": {"type": "string", "maxLength": 120},
            "amount": {"type": "integer"},
        },
        "required": ["summary", "amount"],
        "additionalProperties": False,
    }
    options = SummaryOptions(schema=schema, strategy="map-reduce")
    summary = Summarizer(embedded, options=options).invoke(TEXT)
    assert isinstance(summary.data["amount"], int)


def test_tokens_of_the_embedded_model_start_where_they_stand(embedded: LocalModel) -> None:
    text = "Héllo 😀 日本語 — naïve.\n\n  Next\tline " * 700
    starts = embedded.token_starts(text)
    assert starts == sorted(starts)
    assert 0 <= starts[0] <= starts[-1] < len(text)
    assert abs(len(starts) - embedded.count_tokens(text)) <= 4
    word = embedded.token_starts("The council met")
    assert word == [0, 3, 11]
