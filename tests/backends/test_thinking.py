from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import HumanMessage
from quoth.config import ModelSettings
from quoth.models import ChatRequest, ModelCalls, open_model
from quoth.models.thinking import split_thinking
from quoth.models.values import Piece
from quoth.types import Timings
from scripted_model import Scripted

CASES = {
    "plain": ("", "Bees make honey.", "", "Bees make honey."),
    "deepseek": ("", "<think>\nBees…\n</think>\n\nHoney.", "\nBees…\n", "Honey."),
    "opened by the prompt": (
        "<|assistant|>\n<think>\n",
        "Bees…\n</think>\n\nHoney.",
        "Bees…\n",
        "Honey.",
    ),
    "magistral": ("", "[THINK]Bees[/THINK]Honey.", "Bees", "Honey."),
    "command-r": ("", "<|START_THINKING|>Bees<|END_THINKING|>Honey.", "Bees", "Honey."),
    "gpt-oss": (
        "",
        "<|channel|>analysis<|message|>Bees<|end|><|start|>assistant"
        "<|channel|>final<|message|>Honey.",
        "Bees",
        "Honey.",
    ),
    "gpt-oss at once": ("", "<|channel|>final<|message|>Honey.", "", "Honey."),
    "never ends": ("", "<think>Bees and", "Bees and", ""),
    "a mark in the answer is text": ("", "Write <think> first.", "", "Write <think> first."),
    "only the beginning of a mark": ("", "<thi", "", "<thi"),
}


def run(prompt: str, parts: list[str]) -> tuple[str, str, list[Piece]]:
    pieces = [Piece(text=part) for part in parts]
    pieces.append(Piece(timings=Timings(), finish="stop"))
    out = list(split_thinking(pieces, prompt=prompt))
    return "".join(p.thinking for p in out), "".join(p.text for p in out), out


@pytest.mark.parametrize("name", CASES)
def test_thinking_is_kept_apart_however_it_is_cut_into_pieces(name: str) -> None:
    prompt, written, thinking, text = CASES[name]
    for size in (1, 2, 3, 7, len(written)):
        parts = [written[at : at + size] for at in range(0, len(written), size)]
        assert run(prompt, parts)[:2] == (thinking, text), size


def test_the_last_piece_keeps_its_timings_and_finish() -> None:
    _, _, out = run("", ["<think>a", "</think>b"])
    assert [piece.finish for piece in out][-1] == "stop"
    assert out[-1].timings is not None


def test_what_a_server_has_split_already_stays_so() -> None:
    pieces = [Piece(thinking="Bees"), Piece(text="Honey."), Piece(timings=Timings())]
    assert list(split_thinking(pieces)) == pieces


@given(st.lists(st.text("<think>/ ab|", max_size=6), max_size=12))
def test_nothing_is_lost_but_the_marks(parts: list[str]) -> None:
    thinking, text, _ = run("", parts)
    whole = "".join(parts)
    if "<think>" not in whole:
        assert text == whole
        assert thinking == ""
    assert len(thinking) + len(text) <= len(whole)


def test_a_template_with_a_switch_thinks_only_where_the_setting_says_so() -> None:
    def end_of_prompt(family: str, *, thinking: bool) -> str:
        settings = ModelSettings(template=family, thinking=thinking)
        model = open_model(settings)
        return model.render([HumanMessage("Why?")])[-200:]

    assert end_of_prompt("qwen3", thinking=False).endswith("<think>\n\n</think>\n\n")
    assert end_of_prompt("qwen3", thinking=True).endswith("<|im_start|>assistant\n")
    chatml = {end_of_prompt("chatml", thinking=thinking) for thinking in (False, True)}
    assert len(chatml) == 1


def test_the_journal_tells_calls_with_thinking_apart() -> None:
    quiet, loud = (Scripted(settings=ModelSettings(thinking=on)) for on in (False, True))
    request = ChatRequest((HumanMessage("Why?"),))
    assert ModelCalls(quiet).identify(request) != ModelCalls(loud).identify(request)
    assert ModelCalls(quiet).identify(request) == ModelCalls(Scripted()).identify(request)
