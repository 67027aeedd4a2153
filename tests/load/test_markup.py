"""Mark-up as it is written, except for what a reader does not see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from quoth.load.registry import load_document

Write = Callable[[str, str | bytes], Path]


def read(path: Path) -> str:
    return load_document(path).pages[0].text


def pipes(count: int) -> str:
    return "".join(f"| Fern {n} | {n}.90 | a\\|b `c|d` |\n" for n in range(count))


@pytest.mark.parametrize("name", ["a.md", "a.org"])
def test_every_row_of_a_long_table_names_its_columns(write: Write, name: str) -> None:
    rule = "|---+---+---|" if name.endswith("org") else "|:---|---:|---|"
    lines = read(write(name, f"# Ferns\n\n| Plant | Price | Note |\n{rule}\n{pipes(40)}\nEnd.\n"))
    assert lines.split("\n")[-4:] == [
        "Plant: Fern 39 | Price: 39.90 | Note: a|b `c|d`",
        "",
        "End.",
        "",
    ]


def test_a_table_in_code_and_a_short_one_are_as_written(write: Write) -> None:
    table = f"| Plant | Price | Note |\n|---|---|---|\n{pipes(40)}"
    for source in (f"```\n{table}```\n", f"| a | b |\n|---|---|\n| 1 | 2 |\n\n~~~\n{table}~~~\n"):
        assert read(write("a.md", source)) == source


def test_html_in_markdown_is_read_as_it_shows(write: Write) -> None:
    source = (
        "It costs 12<sup>5</sup> &euro; and 7&nbsp;m<sup>2</sup>.<!-- not\nthis -->\n\n"
        "<table><tr><th>A</th><th>B</th></tr><tr><td rowspan=2>1</td><td>2</td></tr>"
        "<tr><td>3</td></tr></table>\n\nThe fee is ~~9~~ 12. `~~a~~ &amp; <!-- b -->`\n\n"
        "```html\n<!-- kept --> ~~x~~\n```\n"
    )
    document = load_document(write("a.md", source))
    assert document.pages[0].text == (
        "It costs 12⁵ € and 7\u00a0m².\n\nA | B\n1 | 2\n1 | 3\n\nThe fee is  12. "
        "`~~a~~ &amp; <!-- b -->`\n\n```html\n<!-- kept --> ~~x~~\n```\n"
    )
    assert document.unread == {"struck-out passage": 1}


def test_front_matter_is_text_and_metadata(write: Write) -> None:
    front = "---\ntitle: Care of pumps\ntags: [oil, weir]\ndate: 2026-03-02\nn: 1.50\n---\n"
    document = load_document(write("a.md", f"{front}# Oil\n\nTwice a year.\n"))
    assert document.title == "Care of pumps"
    assert document.metadata == {
        "title": "Care of pumps",
        "tags": "oil, weir",
        "date": "2026-03-02",
        "n": "1.50",
    }
    assert document.pages[0].text.startswith(front)
    assert [each.title for each in document.pages[0].headings] == ["Oil"]


@pytest.mark.parametrize("inner", ["a: [", "a: &x [1]\nb: *x", "- list", "\t: x", ""])
def test_broken_front_matter_is_only_text(write: Write, inner: str) -> None:
    document = load_document(write("a.md", f"---\n{inner}\n---\nText.\n"))
    assert document.metadata == {}
    assert document.pages[0].text.endswith("Text.\n")


def test_footnotes_links_and_task_lists_are_as_written(write: Write) -> None:
    source = (
        "See [the plan][1] and [^2].\n\n- [x] fill\n- [ ] pour\n\n[1]: https://example.org/plan\n"
        "[^2]: Only in May.\n"
    )
    assert read(write("a.md", source)) == source


def test_headings_of_asciidoc_and_tex(write: Write) -> None:
    asciidoc = load_document(write("a.adoc", "= Pumps\n\n== Care\n\n----\n== no\n----\n\n== End\n"))
    assert [(h.level, h.title) for h in asciidoc.pages[0].headings] == [
        (1, "Pumps"),
        (2, "Care"),
        (2, "End"),
    ]
    tex = load_document(
        write("a.tex", "\\title{Pumps}\n% hidden\n\\section*{Care} % no\nOil 50\\% of it.\n")
    )
    assert tex.title == "Pumps"
    assert [(h.level, h.title) for h in tex.pages[0].headings] == [(1, "Pumps"), (2, "Care")]
    assert "hidden" not in tex.pages[0].text
    assert "50\\% of it." in tex.pages[0].text


@pytest.mark.parametrize(
    "filler", ["<!-- ", "<s>", "~~a ", "<table> ", "```", "`` ` ", "&a", "|-", "a@", "data:a/b,"]
)
def test_hostile_markdown_costs_little_time(write: Write, filler: str) -> None:
    import time

    path = write("a.md", f"--> </table> {filler * 60_000} x")
    began = time.process_time()  # seconds of the processor, which a busy machine hardly changes
    load_document(path)
    assert time.process_time() - began < 5
