from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from bench import corpus, measure
from bench.measure import PeerError, Run


def value(run: Run) -> float:
    return run.seconds


def runs(*seconds: float, processor: float = 0.0) -> list[Run]:
    return [Run({}, one, processor=processor) for one in seconds]


def test_a_ratio_is_the_median_of_the_rounds_and_above_one_where_quoth_is_ahead() -> None:
    found = {"quoth": runs(1, 2, 4, processor=1), "peer": runs(3, 2, 40, processor=5)}
    slower = measure.row("a", "peer", "s", found, value, bar=4.0)
    assert (slower.ours, slower.theirs, slower.ratio, slower.work) == (2, 3, 3.0, 5.0)
    assert slower.reached is False
    more = measure.row("a", "peer", "pages/s", found, value, more_is_better=True)
    assert more.ratio == pytest.approx(1 / 3)
    assert more.reached is None


def test_sides_take_turns_and_the_order_turns_round() -> None:
    order: list[str] = []

    def side(name: str) -> Run:
        order.append(name)
        return Run({}, 1.0)

    sides = {name: (lambda name=name: side(name)) for name in ("a", "b")}
    assert {name: len(done) for name, done in measure.in_turns(sides, 2).items()} == {
        "a": 2,
        "b": 2,
    }
    assert order == ["a", "b", "b", "a"]
    measure.in_turns(sides, 5, deadline=0.0)
    assert len(order) == 6


def test_a_process_is_watched(tmp_path: Path) -> None:
    program = [sys.executable, "-c", "print('x', flush=True); print('{\"pages\": 3}')"]
    done = measure.run(program, home=tmp_path)
    assert done.said == {"pages": 3}
    assert 0 < done.first <= done.seconds
    assert done.processor > 0
    with pytest.raises(PeerError, match="no such thing"):
        measure.run([sys.executable, "-c", "raise SystemExit('no such thing')"], home=tmp_path)


def test_the_table_and_the_chart_hold_every_row(tmp_path: Path) -> None:
    found = {"quoth": runs(1), "a <peer>": runs(2)}
    rows = [measure.row("speed", "a <peer>", "s", found, value, bar=1.0, note="once")]
    measure.save(tmp_path, rows, "2026, here.", "the end")
    table = (tmp_path / "table.md").read_text()
    assert "| speed (once) | 1 s | a <peer> | 2 s | **2.00×** |  | ✓ ≥ 1× | 1 |" in table
    assert table.startswith("2026, here.")
    assert table.endswith("the end\n")
    drawn = ElementTree.parse(tmp_path / "chart.svg").getroot()
    assert "speed, a <peer>" in [text.text for text in drawn.iter() if text.tag.endswith("text")]


def test_documents_differ_and_are_the_same_again(tmp_path: Path) -> None:
    files = corpus.write_texts(tmp_path / "a", 3, 1)
    again = corpus.write_texts(tmp_path / "b", 3, 1)
    assert [f.read_text() for f in files] == [f.read_text() for f in again]
    assert len({f.read_text() for f in files}) == 3
    assert len(corpus.write_book(tmp_path / "book.txt", 5000).read_text()) == 5000
