"""Text on a terminal: wrapped between words by one door, with a sign of life at its foot."""

from __future__ import annotations

import io
import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quoth.cli import sign, terminal
from quoth.cli.sign import Sign, Step, format_details, format_duration, format_step
from quoth.cli.table import table_lines
from quoth.cli.terminal import TerminalStream, measure

ENGLISH = "The keeper of the lighthouse wrote the weather down every evening for forty years."
CHINESE = "灯塔的看守人四十年来每天晚上都把天气记下来。他写道：“风从西边来，浪很高。”后来他退休了。"
HEBREW = "שומר המגדלור רשם את מזג האוויר בכל ערב במשך ארבעים שנה, ואחר כך פרש."


class Screen(io.StringIO):
    """A terminal of some columns."""

    def isatty(self) -> bool:
        return True


def shown(text: str, columns: int, monkeypatch: pytest.MonkeyPatch, *, pieces: int = 0) -> str:
    """Return what a terminal of this width gets for a text, written in this many pieces."""
    monkeypatch.setenv("COLUMNS", str(columns))
    stream = TerminalStream(screen := Screen())
    cuts = sorted(random.Random(3).choices(range(len(text) + 1), k=pieces))
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        stream.write_styled(text[start:end])
        stream.flush()
    stream.finish()
    return screen.getvalue()


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("text", [ENGLISH * 3, HEBREW, f"  [1] {ENGLISH}", f"hint: {ENGLISH}"])
def test_lines_end_between_words(text: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    written = shown(f"{text}\n", columns, monkeypatch)
    assert max(map(measure, written.split("\n"))) <= columns
    assert written.split() == text.split()
    assert shown(f"{text}\n", columns, monkeypatch, pieces=25) == written


@pytest.mark.parametrize("columns", [40, 41, 80])
def test_wide_characters_take_two_columns_and_marks_begin_no_line(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = shown(CHINESE * 2, columns, monkeypatch).split("\n")
    assert "".join(lines) == CHINESE * 2
    assert columns - 4 <= max(map(measure, lines)) <= columns
    assert not any(line[0] in "。，：”" for line in lines)


@given(st.text(max_size=300), st.integers(20, 90))
@settings(deadline=None, max_examples=60)
def test_whatever_is_written_fits_and_no_word_is_lost(text: str, columns: int) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        written = shown(text, columns, monkeypatch)
    assert "\x1b" not in written
    for line in written.split("\n"):
        assert measure(line) <= columns or len(line.split()) == 1
    assert "".join(written.split()) == "".join(map(terminal.make_visible, text.split()))


def test_further_lines_begin_where_the_text_of_the_first_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for begin, hanging in (("  [1] ", 6), ("✓ machine     ", 14), ("    ", 4), ("12. ", 4)):
        lines = shown(f"{begin}{ENGLISH}\n", 40, monkeypatch).splitlines()
        assert len(lines) > 2
        assert {len(line) - len(line.lstrip()) for line in lines[1:]} == {hanging}, begin


def test_styles_pass_and_take_no_room_and_other_codes_do_not_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    styled = "".join(f"\x1b[1m{word}\x1b[0m " for word in ENGLISH.split())
    written = shown(f"{styled}\n", 40, monkeypatch)
    plain = re.sub(r"\x1b\[\d+m", "", written)
    assert plain.split() == ENGLISH.split()
    assert max(map(len, plain.split("\n"))) <= 40
    assert written.count("\x1b[1m") == len(ENGLISH.split())
    hostile = "a\x1b]0;title\x07b\x9b2Jc\u202ed\x08e \x1b[2J"
    assert not set(shown(hostile, 40, monkeypatch)) & set("\x1b\x9b\x07\x08\u202e")


def test_a_path_is_broken_behind_a_slash_when_it_must(monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/home/someone/documents/contracts/2024/lease-of-unit-six-tolland-quay.pdf"
    assert shown(path, 40, monkeypatch).split("\n") == [
        "/home/someone/documents/contracts/2024/",
        "lease-of-unit-six-tolland-quay.pdf",
    ]


def test_a_table_has_columns_where_there_is_room_and_records_where_there_is_none() -> None:
    columns = ("document", "title", "pages")
    rows = [("docs/lease.pdf", "Lease of Unit 6, Tolland Quay", "6"), ("a.md", "", "12")]
    assert table_lines(columns, rows, numbers={"pages"}) == [
        "document        title                          pages",
        "docs/lease.pdf  Lease of Unit 6, Tolland Quay      6",
        "a.md                                              12",
    ]
    narrow = table_lines(columns, rows, numbers={"pages"}, width=40)
    assert max(map(len, narrow)) <= 40
    assert " ".join(narrow).split().count("Tolland") == 1
    assert table_lines(columns, rows, width=24)[:3] == [
        "docs/lease.pdf",
        "  title: Lease of Unit 6, Tolland Quay",
        "  pages: 6",
    ]


def test_a_step_fits_into_its_line_and_says_the_time_that_is_left() -> None:
    step = Step("Ingesting", 5, 20, "a-long-name-of-a-document.pdf")
    step.since = time.monotonic() - 60
    whole = format_step(step, 100)
    assert "5/20  3 min left  a-long-name-of-a-document.pdf" in whole
    for columns in range(12, 100):
        line = format_step(step, columns)
        assert measure(line) <= columns
        assert whole.startswith(line), "only what has no room is left out"
    assert [format_duration(seconds) for seconds in (0.2, 89, 120, 7500)] == [
        "1 s",
        "89 s",
        "2 min",
        "2 h 5 min",
    ]


def test_what_stands_below_a_step_fits_into_the_terminal_and_is_gone_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machines = [(f"gpu{number}", f"{number} documents", "llamacpp:model") for number in range(5)]
    assert format_details(machines[:2], 80, rows=2) == [
        "  gpu0  0 documents  llamacpp:model",
        "  gpu1  1 documents  llamacpp:model",
    ]
    assert format_details(machines, 24, rows=3)[1:] == ["  gpu1  1 documents", "  and 3 more"]
    monkeypatch.setattr("sys.stderr", screen := Screen())
    monkeypatch.setattr(sign, "SHOWN_AFTER_SECONDS", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    shows = Sign()
    with shows.below(lambda: machines[:2]), shows.step("Summarizing"):
        time.sleep(0.25)
    assert "\r\n  gpu1  1 documents" in screen.getvalue()
    assert screen.getvalue().endswith("\r\x1b[2K" + "\x1b[1A\x1b[2K" * 2)


def test_the_sign_comes_within_a_second_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stderr", screen := Screen())
    monkeypatch.setenv("TERM", "xterm")
    shows = Sign()
    with shows.step("Reading"):
        time.sleep(0.8)
        assert "Reading" in screen.getvalue()
        with shows.paused():
            drawn = screen.getvalue()
            time.sleep(0.3)
            assert screen.getvalue() == drawn
    assert screen.getvalue().endswith("\r\x1b[2K")


def test_a_terminal_that_cannot_move_its_cursor_gets_a_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stderr", screen := Screen())
    monkeypatch.setenv("TERM", "dumb")
    with Sign().step("Reading"):
        time.sleep(0.7)
    assert screen.getvalue() == "Reading …\n"


def test_nothing_is_drawn_in_a_pipe_or_when_only_results_are_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for stream, quiet in ((io.StringIO(), False), (Screen(), True)):
        monkeypatch.setattr("sys.stderr", stream)
        monkeypatch.setattr(sign, "SHOWN_AFTER_SECONDS", 0.0)
        shows = Sign()
        shows.quiet = quiet
        with shows.step("Reading"):
            time.sleep(0.25)
        assert stream.getvalue() == ""
