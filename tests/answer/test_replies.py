"""The scripted replies, and what must be shown of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from quoth.errors import UsageError
from quoth.evaluate import ScriptedReply, read_replies, replay
from quoth.testing import REPLIES

SCRIPTED = read_replies(REPLIES)
LANGUAGES = ("en", "de", "es", "fr", "zh", "ja", "it", "pt", "nl", "ru")
_PROTOCOL = re.compile(
    r"[\[【［]\s*\^?\d+\s*[\]】］]|<\|?\w|</|[¹²]|\*\*|```|\b(?:Quote|Zitat|Cita|Citation)\b|引用"
    r"|\b(?:excerpt|Auszug|fragmento|extrait) 1\b|摘录1|抜粋1|\"answer\"",
    re.IGNORECASE,
)


def test_the_replies_are_of_ten_languages_and_all_kinds() -> None:
    assert len(SCRIPTED) == len({reply.id for reply in SCRIPTED}) >= 120
    assert {reply.language for reply in SCRIPTED} == set(LANGUAGES)
    assert {reply.shown.kind for reply in SCRIPTED} == {"answer", "declined", "failed"}
    assert {reply.half for reply in SCRIPTED} == {0, 1}


@pytest.mark.parametrize("reply", SCRIPTED, ids=lambda reply: reply.id)
def test_a_reply_is_shown_as_it_must_be(reply: ScriptedReply) -> None:
    assert not replay(reply)


@pytest.mark.parametrize("reply", SCRIPTED[::3], ids=lambda reply: reply.id)
def test_a_reply_in_small_pieces_is_shown_the_same(reply: ScriptedReply) -> None:
    assert not replay(reply, size=7)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_the_protocol_is_shown_wherever_a_reply_is_cut(language: str) -> None:
    for reply in SCRIPTED:
        if reply.language != language or reply.id.endswith("heading-and-block-quote"):
            continue
        for end in range(0, len(reply.reply), 17):
            shown = show_cut(reply, end)
            assert not _PROTOCOL.search(shown), (reply.id, end)


def show_cut(reply: ScriptedReply, end: int) -> str:
    """Return the text that is shown of the beginning of a reply."""
    from quoth.evaluate import show_reply

    return show_reply(reply.model_copy(update={"reply": reply.reply[:end], "finish": "length"}))


def test_a_reply_that_is_shown_otherwise_is_told(tmp_path: Path) -> None:
    reply = SCRIPTED[0]
    wrong = reply.model_copy(update={"shown": reply.shown.model_copy(update={"kind": "failed"})})
    (difference,) = replay(wrong)
    assert (difference.part, difference.expected, difference.shown) == ("kind", "failed", "answer")


def test_a_line_of_another_form_is_named(tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    file.write_text(SCRIPTED[0].model_dump_json() + '\n{"id": "x"}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="line 2: language"):
        read_replies(file)
