"""Exact things: how often the chunk with a code, number or name comes first.

    python -m bench.lookups

Writes documents whose entries resemble one another (part lists, logs, reports, invoices, staff,
source code), and pages that only repeat the words of the questions; then three lists more of each
kind, which mention all of its things. Each thing is looked up alone and within a question; it
counts when the first hit holds exactly that thing.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from quoth import Library

SEED = 5
LISTS = 3
FIRST = "Ada|Bo|Cy|Di|Ed|Fay|Gus|Hal"
LAST = "lin|mar|ton|sen|rik|bert|vin|dale"
NAMES = "Vera Lund|Tom Hale|Agnes Okafor|Bela Kiss|Ida Moss|Jon Reyes|Mira Sato|Olaf Brandt"
FAULTS = "the seal leaks|the lamp flickers|the valve sticks|the bearing is worn|the fan is loud"
THINGS = "gasket|bracket|coupling|flange|impeller|bushing|sleeve|washer|spindle|clamp"
VERBS = "get|set|find|load|send|close|merge|check"
NOUNS = "user|order|invoice|ticket|shipment|account|report|address"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: its file, its things, and the text with one entry for each thing."""

    file: str
    things: list[str]
    text: str
    question: str


def codes(count: int, form: Callable[[], str]) -> list[str]:
    made: dict[str, None] = {}
    while len(made) < count:
        made[form()] = None
    return list(made)


def kinds(draw: random.Random) -> Iterator[Kind]:
    def pick(words: str) -> str:
        return draw.choice(words.split("|"))

    number = draw.randrange
    parts = codes(150, lambda: f"{pick('XK|AB|RT')}-{number(1000, 9999)}/{number(1, 9)}")
    rows = [
        f"| {c} | {pick(THINGS)} | {number(2, 90)}.50 | {pick('A|B|C')}{number(40)} |"
        for c in parts
    ]
    yield Kind(
        "parts.md",
        parts,
        "# Spare parts\n\n| part | name | price | shelf |\n|---|---|---|---|\n" + "\n".join(rows),
        "What is the price of part {}?",
    )
    reports = codes(90, lambda: f"PPR-{number(1000, 9999)}")
    yield Kind(
        "reports.md",
        reports,
        "# Problem reports\n\n"
        + "\n\n".join(
            f"## {c}\n\nProblem report {c}\n\nState: open. The report says that {pick(FAULTS)}. It "
            f"was written by {pick(NAMES)} and is looked at within {number(7, 30)} days."
            for c in reports
        ),
        "Who wrote problem report {}?",
    )
    requests = codes(150, lambda: f"{number(16**8):08x}")
    yield Kind(
        "server.log",
        requests,
        "\n".join(
            f"2024-03-{number(1, 29):02} {number(24):02}:{number(60):02}:{number(60):02} "
            f"{pick('INFO|WARN|ERROR')} request {c} took {number(5, 900)} ms on node {number(9)}"
            for c in requests
        ),
        "How long did request {} take?",
    )
    amounts = codes(80, lambda: f"{number(1, 99)},{number(100, 999)}.{number(10, 99)}")
    yield Kind(
        "invoices.md",
        amounts,
        "\n\n".join(
            f"## Invoice of {pick(NAMES)}\n\nFor {number(2, 40)} pieces {a} crowns are due within "
            f"{number(7, 60)} days, since {pick(FAULTS)} and it was replaced."
            for a in amounts
        ),
        "Which invoice is over {} crowns?",
    )
    people = codes(120, lambda: f"{pick(FIRST)}{pick(LAST)} {pick(NAMES).split()[1]}")
    yield Kind(
        "staff.csv",
        people,
        "name,department,phone,days left\n"
        + "\n".join(
            f"{p},{pick('sales|stores|office|works')},+47 55 {number(1000, 9999)},{number(30)}"
            for p in people
        ),
        "How many days has {} left?",
    )
    functions = codes(60, lambda: f"{pick(VERBS)}_{pick(NOUNS)}_by_{pick(NOUNS)}")
    yield Kind(
        "service.py",
        functions,
        "\n\n".join(
            f'def {f}(key):\n    """Handle a request of the service and return its result."""\n'
            f"    connection = open_connection(timeout={number(5, 60)})\n"
            f"    return connection.call(key, retries={number(9)})"
            for f in functions
        ),
        "What is the timeout in {}?",
    )


def echoes(kind: Kind) -> str:
    """Return a page that repeats the words of the questions and answers none."""
    asked = kind.question.format("…")
    return f"# Frequent questions\n\n{asked} {asked} This page explains how to ask: {asked}\n"


def mentions(kind: Kind, number: int, draw: random.Random) -> str:
    """Return a list that mentions all things of a kind, and answers no question about them."""
    things = draw.sample(kind.things, len(kind.things))
    return f"# Of what was looked at in month {number}\n\n" + "\n".join(
        f"- {thing} was seen by {draw.choice(NAMES.split('|'))} in room {draw.randrange(60)}, and "
        "nothing was found that has to be done"
        for thing in things
    )


def holds(text: str, thing: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(thing)}(?![\w-])", text) is not None


def write(folder: Path, made: list[Kind], *, lists: int) -> None:
    draw = random.Random(SEED)
    for kind in made:
        (folder / kind.file).write_text(kind.text)
        (folder / f"about-{kind.file}.md").write_text(echoes(kind))
        for number in range(lists):
            (folder / f"list{number}-{kind.file}.md").write_text(mentions(kind, number, draw))


def look_up(library: Library, made: list[Kind]) -> None:
    draw = random.Random(SEED)
    found = asked = 0
    for kind in made:
        things = draw.sample(kind.things, min(40, len(kind.things)))
        for how, form in (("alone", "{}"), ("in a question", kind.question)):
            first = [library.search(form.format(thing), k=1)[0] for thing in things]
            right = sum(
                holds(hit.chunk.text, thing) for hit, thing in zip(first, things, strict=True)
            )
            print(f"{kind.file:12} {how:14} {right:3} of {len(things)} first")
            found, asked = found + right, asked + len(things)
    print(f"{found} of {asked}")


def main() -> None:
    made = list(kinds(random.Random(SEED)))
    for lists in (0, LISTS):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "documents"
            folder.mkdir()
            write(folder, made, lists=lists)
            with Library("lookups", home=Path(place) / "home") as library:
                library.ingest(folder)
                print(f"{lists} lists of each kind, {library.store.chunk_count()} chunks")
                look_up(library, made)


if __name__ == "__main__":
    main()
