from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quoth.errors import ContextOverflowError, GenerationError
from quoth.journal.journal import Journal
from quoth.summarize import Summarizer, SummaryOptions
from quoth.summarize.parts import as_documents, split_parts
from scripted_model import Scripted, first_words

WORDS = [
    "harbour",
    "ledger",
    "council",
    "winter",
    "lantern",
    "orchard",
    "letter",
    "bridge",
    "engine",
    "meadow",
]


JOINTS = (" ", " ", " ", "\n\n")


def story(sentences: int) -> str:
    """A text in which every sentence has a number of its own."""
    lines = (
        f"In {1000 + n} the {WORDS[n % 10]} cost {n + 7} crowns by the {WORDS[(n * 3 + 1) % 10]}."
        for n in range(sentences)
    )
    return "".join(f"{line}{JOINTS[n % 4]}" for n, line in enumerate(lines))


def endless(prompt: str) -> str:
    return " ".join(f"And then {n} {WORDS[n % 10]} came." for n in range(600))


def growing(prompt: str) -> str:
    return prompt + " " + prompt


ANSWERS = {
    "empty": lambda prompt: "",
    "space": lambda prompt: " \n ",
    "endless": endless,
    "growing": growing,
    "identical": lambda prompt: "It is always the same thing that is said here.",
    "one letter": lambda prompt: "x",
    "no words": lambda prompt: "!!! ... ???",
    "one long word": lambda prompt: "a" * 8_000,
    "loop": lambda prompt: "and so on and on " * 400,
    "echo": first_words(),
    "markup": lambda prompt: "# Summary\n\n- **One** thing.\n- Another thing was *said* there.",
}


@settings(max_examples=25, deadline=None)
@given(
    answer=st.sampled_from(sorted(ANSWERS)),
    text=st.one_of(
        st.integers(1, 150).map(story),
        st.text(min_size=1, max_size=1000).filter(lambda text: any(map(str.isalnum, text))),
        st.integers(1, 3000).map(lambda size: "a" * size),
    ),
    window=st.integers(600, 2500),
    length=st.sampled_from(["brief", "standard", "detailed", "7", "900"]),
    strategy=st.sampled_from(["map-reduce", "refine", "auto"]),
    reduction=st.sampled_from(["model", "select"]),
    obeys=st.booleans(),
)
def test_it_ends_whatever_the_model_writes(
    answer: str, text: str, window: int, length: str, strategy: str, reduction: str, obeys: bool
) -> None:
    model = Scripted(answer=ANSWERS[answer], window=window, obeys=obeys)
    options = SummaryOptions(
        strategy=strategy,  # type: ignore[arg-type]
        length=length,
        reduction=reduction,  # type: ignore[arg-type]
        map_tokens=300,
    )
    summarizer = Summarizer(model, options=options)
    parts = summarizer.plan(text).parts
    try:
        summary = summarizer.invoke(text)
    except GenerationError:
        assert answer in {"empty", "space", "no words"}
    else:
        assert summary.text
        assert summary.coverage == 1.0
    assert len(model.asked) <= 2 * parts + 2


def test_each_level_leaves_at_most_half_of_the_tokens() -> None:
    model = Scripted(answer=growing, window=1200, obeys=False)
    options = SummaryOptions(reduction="model", map_tokens=400)
    summary = Summarizer(model, options=options).invoke(story(400))
    level = {id(node): model.count_tokens(node.text) + 2 for node in summary.tree.walk()}
    collapsed = [node for node in summary.tree.walk() if node.kind == "collapse"]
    assert collapsed
    for node in collapsed:
        below = sum(level[id(child)] for child in node.children)
        assert model.count_tokens(node.text) <= below / 2
    assert summary.coverage == 1.0


def test_parts_together_are_the_whole_text_in_order() -> None:
    model = Scripted()
    text = story(300)
    (document,) = as_documents(text)
    parts = split_parts(document, model, 200)
    spans = [(chunk.start, chunk.end) for part in parts for chunk in part.chunks]
    assert spans == sorted(spans)
    joined = "".join(text[start:end] for start, end in spans)
    assert "".join(joined.split()) == "".join(text.split())
    assert all(model.count_tokens(part.text) <= 210 for part in parts)


def test_an_edit_repeats_only_the_parts_around_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    model = Scripted()
    summarizer = Summarizer(
        model, journal=journal, options=SummaryOptions(map_tokens=150, reduction="select")
    )
    text = "\n\n".join(f"Paragraph {n}. {story(4)} It ends with {n * 17}." for n in range(60))
    first = summarizer.invoke(text)
    assert first.calls > 20
    edited = text.replace("Paragraph 30.", "Paragraph thirty, which somebody has rewritten.")
    second = summarizer.invoke(edited)
    assert second.calls <= first.calls // 3


def test_as_many_calls_at_once_as_the_model_decodes() -> None:
    model = Scripted(parallel=3, seconds=0.01)
    Summarizer(model, options=SummaryOptions(map_tokens=100)).batch(
        [story(80), story(90), story(70)]
    )
    assert model.most_at_once == 3


def test_the_map_prompts_share_their_head_byte_for_byte() -> None:
    model = Scripted()
    Summarizer(model, options=SummaryOptions(map_tokens=100, reduction="select")).invoke(story(80))
    prompts = ["\n".join(str(m.content) for m in request.messages) for request in model.asked]
    heads = {prompt.split("Text:")[0] for prompt in prompts}
    assert len(prompts) > 5
    assert len(heads) == 1


def test_stuff_refuses_what_does_not_fit_and_sends_nothing() -> None:
    model = Scripted(window=1000)
    with pytest.raises(ContextOverflowError, match="stuff"):
        Summarizer(model, options=SummaryOptions(strategy="stuff")).invoke(story(400))
    assert not model.asked


def test_auto_takes_one_call_for_a_short_text() -> None:
    model = Scripted()
    summarizer = Summarizer(model, options=SummaryOptions(strategy="auto"))
    assert summarizer.invoke(story(5)).strategy == "stuff"
    assert len(model.asked) == 1
    assert summarizer.invoke(story(900)).strategy == "map-reduce"


def test_refine_carries_the_summary_from_part_to_part() -> None:
    model = Scripted(answer=lambda _: "Seen so far is the harbour, again and again.")
    summary = Summarizer(model, options=SummaryOptions(strategy="refine", map_tokens=200)).invoke(
        story(60)
    )
    assert len(model.asked) > 2
    assert "Summary so far:\nSeen so far" in str(model.asked[1].messages[-1].content)
    assert summary.coverage == 1.0


def test_a_window_without_room_for_text_is_refused() -> None:
    with pytest.raises(ContextOverflowError, match="before any text"):
        Summarizer(Scripted(window=90)).invoke(story(40))


@pytest.mark.parametrize("strategy", ["map-reduce", "refine", "auto"])
def test_a_text_one_token_longer_than_the_window_is_read_whole(strategy: str) -> None:
    model = Scripted(window=1000)
    text = (story(100) * 2)[: 4 * 1000 + 1]
    assert model.count_tokens(text) == model.window + 1
    options = SummaryOptions(strategy=strategy)  # type: ignore[arg-type]
    assert Summarizer(model, options=options).invoke(text).coverage == 1.0
    with pytest.raises(ContextOverflowError, match="1000"):
        Summarizer(model, options=SummaryOptions(strategy="stuff")).invoke(text)


@pytest.mark.parametrize("line", ["harbour " * 4000, "x" * 30_000, "港" * 9000, "7,5;" * 6000])
def test_a_document_of_one_line_is_read_whole(line: str) -> None:
    assert "\n" not in line
    summary = Summarizer(Scripted(), options=SummaryOptions(map_tokens=300)).invoke(line)
    assert summary.coverage == 1.0
    assert summary.text


@pytest.mark.slow
def test_three_million_characters_are_read_to_the_end() -> None:
    text = story(50_000)[:3_000_000]
    assert len(text) > 2_000_000
    model = Scripted(parallel=2, parameters=100_000_000)
    summary = Summarizer(model, options=SummaryOptions(map_tokens=4000)).invoke(text)
    assert summary.coverage == 1.0
    assert 0 < len(summary.text.split()) < 300


def test_selection_takes_no_more_than_it_may_and_keeps_the_order() -> None:
    model = Scripted(parameters=100_000_000)
    summary = Summarizer(
        model, options=SummaryOptions("map-reduce", length="60", map_tokens=200)
    ).invoke(story(300))
    assert summary.tree.kind == "select"
    assert len(summary.text.split()) <= 70
    years = [int(word) for word in summary.text.split() if word.isdigit() and len(word) == 4]
    assert years == sorted(years)


def test_an_edit_leaves_the_length_of_the_other_parts_alone() -> None:
    model = Scripted()
    options = SummaryOptions(map_tokens=300, reduction="select")
    for sentences in (200, 203):
        Summarizer(model, options=options).invoke(story(sentences))
    prompts = ["\n".join(str(m.content) for m in request.messages) for request in model.asked]
    assert len({request.max_tokens for request in model.asked}) == 1
    assert len({prompt.split("Text:")[0] for prompt in prompts}) == 1
