"""Captions: every line once, with its time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from quoth.errors import CorruptDocumentError
from quoth.load.registry import load_document

Write = Callable[[str, str | bytes], Path]


def words(path: Path) -> list[str]:
    lines = load_document(path).pages[0].text.split("\n")
    return [line for line in lines if line and "-->" not in line]


def test_captions_that_scroll_say_each_line_once(write: Write) -> None:
    lines = ["the oven is made of clay", "it dries for ten days", "then the fire is lit"]
    cues, before = [], " "
    for number, line in enumerate(lines):
        coloured = line.replace(" ", f"<00:00:0{number}.500><c> ", 1) + "</c>"
        cues.append(
            f"00:00:0{number}.000 --> 00:00:0{number}.990 align:start\n{before}\n{coloured}"
        )
        cues.append(f"00:00:0{number}.990 --> 00:00:0{number + 1}.000\n{line}\n ")
        before = line
    path = write("talk.vtt", "WEBVTT\nKind: captions\n\n" + "\n\n".join(cues) + "\n")
    assert words(path) == lines
    assert load_document(path).pages[0].text.startswith("00:00:00.000 --> 00:00:00.990\nthe oven")


def test_captions_that_grow_say_each_word_once(write: Write) -> None:
    grown = ["the", "the weir", "the weir opens", "the weir opens\nin", "the weir opens\nin May"]
    cues = [f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{text}" for n, text in enumerate(grown)]
    assert words(write("a.srt", "\n\n".join(cues))) == ["the weir opens", "in May"]


def test_what_is_said_twice_is_kept_twice(write: Write) -> None:
    said = ["No.", "No.", "Is it far?", "Four miles.", "Four miles?"]
    cues = [f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{text}" for n, text in enumerate(said)]
    assert words(write("a.srt", "\n\n".join(cues))) == said


def test_a_cue_goes_on_after_an_empty_line(write: Write) -> None:
    source = (
        "WEBVTT\n\nNOTE by hand\n\nSTYLE\n::cue { color: red }\n\nintro\n"
        "00:01.000 --> 00:02.000\nThe pump has\n\nthree valves.\n\nNOTE not\nsaid\n\n7\n"
        "00:03.000 --> 00:04.000\nThe first is open.\n\nThe last line.\n"
    )
    expected = ["The pump has", "three valves.", "The first is open.", "The last line."]
    assert words(write("a.vtt", source)) == expected


def test_cues_without_empty_lines_between_them_keep_their_words(write: Write) -> None:
    times = "00:00:0{} --> 00:00:0{}"
    spoken = [f"{times.format(f'{n}.0', f'{n}.9')}\n{3 - n}" for n in range(3)]
    assert words(write("a.vtt", "WEBVTT\n\n" + "\n".join(spoken))) == ["3", "2", "1"]
    counted = [f"{n}\n00:00:0{n},0 --> 00:00:0{n},9\nLock {n}" for n in range(1, 4)]
    assert words(write("a.srt", "\n".join(counted))) == ["Lock 1", "Lock 2", "Lock 3"]
    empty = "1\n00:00:01,0 --> 00:00:02,0\nOpen.\n\n2\n00:00:02,0 --> 00:00:03,0\n\n"
    assert words(write("b.srt", f"{empty}3\n00:00:03,0 --> 00:00:04,0\nShut.")) == [
        "Open.",
        "Shut.",
    ]


def test_other_formats_of_captions(write: Write) -> None:
    sbv = "0:00:01.000,0:00:03.000\nThe lock is\nopen.\n\n0:00:04.000,0:00:05.000\nGo.\n"
    assert load_document(write("a.sbv", sbv)).pages[0].text == (
        "0:00:01.000 --> 0:00:03.000\nThe lock is\nopen.\n\n0:00:04.000 --> 0:00:05.000\nGo."
    )
    ass = (
        "[Script Info]\nTitle: x\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, "
        "MarginR, MarginV, Effect, Text\n"
        "Dialogue: 0,0:00:01.00,0:00:02.00,Main,Ada,0,0,0,,{\\i1}Well, yes{\\i0}\\Nit is.\n"
    )
    assert load_document(write("a.ass", ass)).pages[0].text == (
        "0:00:01.00 --> 0:00:02.00\nAda: Well, yes\nit is."
    )
    ttml = (
        '<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml"><body><div>'
        '<p begin="00:01" end="00:02">Lock <span>seven</span><br/>is\n open.</p></div></body></tt>'
    )
    text = "00:01 --> 00:02\nLock seven\nis open."
    assert load_document(write("a.ttml", ttml)).pages[0].text == text


def test_a_file_without_a_line_of_times_holds_no_subtitles(write: Write) -> None:
    with pytest.raises(CorruptDocumentError, match="holds no subtitles"):
        load_document(write("a.vtt", "WEBVTT\n\n99:99 -> 00:00\nThe lock is open.\n"))
