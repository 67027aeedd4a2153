"""Tables drawn with characters: a long one names its columns in each row, a short one stays."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from quoth.load.registry import load_document

Write = Callable[[str, str | bytes], Path]


def grid(count: int, *, indent: str = "") -> str:
    rule = "+---------+--------------+"
    rows = f"\n{rule}\n".join(
        f"| Pier {number:<3}| opens {number:<3}    |\n| North   | at {number:>2}:00     |"
        for number in range(count)
    )
    table = f"{rule}\n| Pier    | Hours        |\n{rule.replace('-', '=')}\n{rows}\n{rule}"
    return "\n".join(indent + line for line in table.split("\n"))


def simple(count: int) -> str:
    rule = "========  ======"
    rows = "\n".join(f"Pier {n:<3}  {n}:00\n          sharp" for n in range(count))
    return f"{rule}\nPier      Hours\n{rule}\n{rows}\n{rule}"


def bars(count: int) -> str:
    rows = "\n".join(f"|Pier {n} |{n}:00" if n % 2 else f"|Pier {n}\n|{n}:00" for n in range(count))
    return f"|===\n|Pier |Hours\n\n{rows}\n|==="


@pytest.mark.parametrize(
    ("name", "table", "row"),
    [
        ("a.rst", grid(40), "Pier: Pier 39 North | Hours: opens 39 at 39:00"),
        ("a.rst", grid(40, indent="   "), "Pier: Pier 39 North | Hours: opens 39 at 39:00"),
        ("a.rst", simple(40), "Pier: Pier 39 | Hours: 39:00 sharp"),
        ("a.adoc", bars(40), "Pier: Pier 39 | Hours: 39:00"),
    ],
)
def test_every_row_of_a_long_table_names_its_columns(
    write: Write, name: str, table: str, row: str
) -> None:
    text = load_document(write(name, f"Before\n\n{table}\n\nAfter\n")).pages[0].text
    assert row in text.split("\n")
    assert text.startswith("Before\n\n")
    assert text.endswith("\n\nAfter\n")


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("a.rst", grid(2)),
        ("a.rst", simple(2)),
        ("a.adoc", bars(2)),
        ("a.rst", grid(40).replace("| North   | at 33", "+---------+ at 33", 1)),
        ("a.rst", grid(40).replace("at 33:00", "at 33:00 sharp", 1)),
        ("a.rst", "========  ======\n" + "not a table, since no rule ends it " * 30),
        ("a.adoc", "|===\n|Pier |Hours\n\n" + "|one cell\n" * 61 + "|==="),
    ],
)
def test_other_tables_stay_as_they_are_written(write: Write, name: str, table: str) -> None:
    source = f"Before\n\n{table}\n\nAfter\n"
    assert load_document(write(name, source)).pages[0].text == source


def test_a_cell_over_columns_loses_nothing(write: Write) -> None:
    table = grid(40).replace("| Pier 9  | opens 9      |", "| Closed in the winter   |", 1)
    text = load_document(write("a.rst", table)).pages[0].text
    assert "Closed in the winter North" in text


def test_rules_without_end_cost_little_time(write: Write) -> None:
    started = time.process_time()
    load_document(write("a.rst", "== ==\n\ntext\n" * 4000))
    load_document(write("a.adoc", "|===\n|a |b\n" * 8001))
    assert time.process_time() - started < 4
