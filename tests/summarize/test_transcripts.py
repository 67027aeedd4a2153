from __future__ import annotations

import pytest
from quoth.prompts import load_prompt
from quoth.summarize import Summarizer, SummaryOptions
from quoth.summarize.conversation import count_unread, narrate, read_transcript, transcribe
from scripted_model import Scripted

TURN = load_prompt("summarize-turn-small")

MEETING = """Chair: Um so let us begin with the the pump house .
Engineer: Mm-hmm .
Chair: What will the new pump cost ?
Engineer: Uh about 4,200 crowns .
Clerk: 1998 .
Chair:
Clerk: I'm sure the fund holds 3,900 crowns ."""


def test_a_transcript_is_its_turns_without_fillers() -> None:
    turns = read_transcript(MEETING)
    assert turns == [
        ("Chair", "so let us begin with the pump house."),
        ("Chair", "What will the new pump cost?"),
        ("Engineer", "about 4,200 crowns."),
        ("Clerk", "1998."),
        ("Clerk", "I'm sure the fund holds 3,900 crowns."),
    ]
    assert narrate(turns[1:3], TURN) == (
        'Chair says: "What will the new pump cost?" Engineer says: "about 4,200 crowns."'
    )
    assert count_unread(MEETING, turns) == len("UmtheEngineer:Mm-hmm.UhChair:")


def test_a_line_without_a_name_goes_on_with_the_turn() -> None:
    cut = "the rest of what was said before .\n" + MEETING.replace("will the", "will\nthe")
    turns = read_transcript(cut)
    assert turns[0] == ("", "the rest of what was said before.")
    assert narrate(turns[:1], TURN) == 'Someone says: "the rest of what was said before."'
    assert transcribe(turns[:2]) == [turns[0][1], "Chair: so let us begin with the pump house."]
    assert turns[1:] == read_transcript(MEETING)
    assert count_unread(cut, turns) == count_unread(MEETING, read_transcript(MEETING))


@pytest.mark.parametrize(
    "text",
    [
        "The council met on 3 May 1998. Ada Lindqvist asked for 4,200 crowns.\n" * 8,
        "Name: Ada\nAge: 41\nTown: Lund\nPhone: 12\nRole: clerk\nSince: 1998\nPay: 12",
        "Note: the bridge is shut.\n" * 8,
        "A: yes\nB: no",
        "",
    ],
)
def test_other_texts_are_no_transcripts(text: str) -> None:
    assert read_transcript(text) == []


def test_a_small_model_is_told_of_a_conversation_and_the_rest_is_counted() -> None:
    said = "The speakers discuss what the new pump will cost and what the fund holds."
    model = Scripted(answer=lambda _: said, parameters=100_000_000)
    summary = Summarizer(model, options=SummaryOptions(length="30")).invoke(MEETING)
    assert summary.text == said
    assert not summary.notes
    assert any(prompt.startswith("summarize-talk-small@") for prompt in summary.prompts)
    assert 'Chair says: "What will the new pump cost?"' in model.asked[0].messages[0].content
    assert 0.7 < summary.coverage < 0.9
    assert "fillers" in summary.unread[0]


def test_what_no_turn_carries_is_left_out_and_its_share_is_told() -> None:
    said = "The speakers discuss what the new pump will cost. Somebody there agrees about the fund."
    model = Scripted(answer=lambda _: said, parameters=100_000_000)
    summary = Summarizer(model, options=SummaryOptions(length="40")).invoke(MEETING)
    assert summary.text == "The speakers discuss what the new pump will cost."
    assert all(sentence.links for sentence in summary.sentences)
    assert (
        "1 of 2 sentences that the model wrote were left out, because the text does not carry them."
    ) in summary.notes


def test_a_sentence_rests_on_a_whole_turn() -> None:
    turn = "Clerk: The pump is old. The fund is full. The council meets in May."
    text = f"{MEETING}\n{turn}\n{MEETING}"
    model = Scripted(
        answer=lambda _: "The speakers discuss the pump, the fund and the council in May.",
        parameters=100_000_000,
    )
    summary = Summarizer(model, options=SummaryOptions(length="30")).invoke(text)
    link = summary.sentences[0].links[0]
    assert text[link.start : link.end] == turn


def test_a_part_that_is_told_by_nothing_carried_is_left_out_beside_others() -> None:
    other = "\n".join(
        f"{name}: The roof of barn number {n} leaks near the northern door."
        for n in range(30)
        for name in ("Ida", "Olaf")
    )
    text = f"{MEETING}\n{other}"
    model = Scripted(
        answer=lambda prompt: (
            "The speakers discuss what the new pump will cost."
            if "new pump" in prompt
            else "The speakers discuss marine biology, chemistry and literature."
        ),
        parameters=100_000_000,
    )
    options = SummaryOptions("map-reduce", length="60", map_tokens=200)
    summary = Summarizer(model, options=options).invoke(text)
    assert summary.text == "The speakers discuss what the new pump will cost."
    assert any("the summary does not tell of them." in note for note in summary.notes)


def test_what_was_not_talked_of_is_replaced_by_turns() -> None:
    model = Scripted(
        answer=lambda _: "The speakers discuss marine biology, chemistry and literature.",
        parameters=100_000_000,
    )
    summary = Summarizer(model, options=SummaryOptions(length="30")).invoke(MEETING)
    assert summary.tree.extracted
    assert "Clerk: I'm sure the fund holds 3,900 crowns." in summary.text


def test_a_larger_model_reads_a_conversation_as_it_stands() -> None:
    summary = Summarizer(Scripted()).invoke(MEETING)
    assert summary.prompts[0].startswith("summarize-map@")
    assert summary.coverage == 1.0
