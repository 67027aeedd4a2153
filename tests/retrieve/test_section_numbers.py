"""Sections that a question names by number, and that they come before those within them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bag_embedder import BagEmbedder
from quoth import Library
from quoth.retrieve.section_numbers import find_section_numbers, fit_sections, has_section
from quoth.text import analyse
from quoth.types import Chunk

PARTS = "pump seal valve lamp fan gauge".split()
REMARK = "What was found is written down in the book and signed by those who were there. " * 5


def step(part: int, number: int) -> str:
    """Return a section whose steps all name it, and which has ten of them."""
    section = f"{part}.{number}"
    steps = "\n\n".join(
        f"#### {section}.{n} Step {n}\n\nGo back to {section} or on to {section}.{n + 1}. {REMARK}"
        for n in range(1, 11)
    )
    return (
        f"### {section} Care of the {PARTS[number]}\n\nTwice a year it is cleaned. {REMARK}"
        f"\n\n{steps}"
    )


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("sections")
    parts = (
        f"## {part} On the {PARTS[part]}\n\n" + "\n\n".join(step(part, n) for n in (1, 2, 3))
        for part in range(1, 5)
    )
    (folder / "handbook.md").write_text("# Handbook\n\n" + "\n\n".join(parts), encoding="utf-8")
    with Library("sections", home=folder / "home", embedder=BagEmbedder()) as library:
        library.ingest(folder / "handbook.md")
        yield library


@pytest.mark.parametrize(
    "form",
    ["{}", "section {}", "§ {}", "Clause {}", "Abschnitt {}", "第{}条", "What does {} say?"],
)
@pytest.mark.parametrize("number", ["1.2", "4.1", "4.2"])
def test_a_section_comes_before_the_sections_within_it(
    library: Library, form: str, number: str
) -> None:
    assert has_section(library.search(form.format(number), k=1)[0].chunk, number)


def test_a_number_of_a_section_is_no_amount_and_no_part_of_another() -> None:
    text = "See 4.2, §4.3 and 第5.1条, ４.４, not v4.5, $4.6, 4.7 %, 1.234.567 or 4.8b."
    assert find_section_numbers(text) == ["4.2", "4.3", "5.1", "4.4", "1.234.567"]
    assert "4.2" not in analyse("4.2.1")


@pytest.mark.parametrize(
    ("heading", "text", "is_held"),
    [
        ("4.2 Care", "", True),
        ("§ 4.2 Care", "", True),
        ("Section 4.2: Care", "", True),
        ("第4.2条 定义", "", True),
        ("4.2.1 Steps", "", False),
        ("4.20 Steps", "", False),
        ("Care as in 4.2", "", False),
        ("4.1 Care", "It ends.\n\n### 4.2 Repair\n\nIt begins.", True),
        ("4.1 Care", "It goes on as in 4.2.", False),
    ],
)
def test_the_number_opens_a_heading_or_a_line(heading: str, text: str, is_held: bool) -> None:
    chunk = Chunk("/a", "", 1, None, 0, len(text), text, ("4 Parts", heading))
    assert has_section(chunk, "4.2") is is_held


def test_a_number_of_no_section_changes_nothing() -> None:
    chunk = Chunk("/a", "", 1, None, 0, 1, "4.2", ("4.1 Care",))
    assert fit_sections(["7.1"], [1, 2], {1: chunk}).tolist() == [0.0, 0.0]
    assert fit_sections([], [1, 2], {}).tolist() == [0.0, 0.0]
    held = Chunk("/a", "", 1, None, 0, 1, "", ("4.2 Care",))
    assert fit_sections(["7.1", "4.2"], [1, 2], {2: held}).tolist() == [0.0, 1.0]
