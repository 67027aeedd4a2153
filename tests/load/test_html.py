"""What a reader sees of a page, with what names each value of its tables."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from quoth.load.html import html_page
from quoth.load.registry import load_document

Write = Callable[[str, str | bytes], Path]


def text(body: str) -> str:
    return html_page(f"<html><body>{body}</body></html>").text


@pytest.mark.parametrize(
    "page",
    [
        '<body style="display:none"><p>The gate opens at six.</p></body>',
        '<body style="opacity: 0; visibility: hidden"><p>The gate opens at six.</p></body>',
        '<body><div id="root" hidden><p>The gate opens at six.</p></div><p>Menu</p></body>',
        '<body><div hidden="until-found"><p>The gate opens at six.</p></div>'
        "<p>A long paragraph that everyone sees at once on this page.</p></body>",
        "<body><details><summary>When?</summary>The gate opens at six.</details></body>",
        "<body><noscript><p>The gate opens at six.</p></noscript></body>",
        '<body><w-card><template shadowrootmode="open"><p>The gate opens at six.</p></template>'
        "</w-card><p>Menu</p></body>",
        '<body><p aria-hidden="true">The gate opens at six.</p></body>',
    ],
)
def test_a_page_that_a_script_shows_is_read(write: Write, page: str) -> None:
    document = load_document(write("a.html", f"<!doctype html><html>{page}</html>"))
    assert "The gate opens at six." in document.pages[0].text


@pytest.mark.parametrize(
    ("element", "kind"),
    [
        ('<p style="display: none">old fee: 9 €</p>', "hidden passage"),
        ("<p hidden>old fee: 9 €</p>", "hidden passage"),
        ("<template><p>old fee: 9 €</p></template>", ""),
        ("<del>old fee: 9 €</del>", "struck-out passage"),
        ("<s>old fee: 9 €</s>", "struck-out passage"),
        (
            '<span style="text-decoration: line-through">old fee: 9 €</span>',
            "struck-out passage",
        ),
        ("<noscript>Please enable JavaScript.</noscript>", ""),
        ("<!-- old fee: 9 € -->", ""),
        ("<datalist><option>old fee: 9 €</option></datalist>", ""),
    ],
)
def test_what_nobody_sees_is_counted_and_not_read(element: str, kind: str) -> None:
    page = html_page(f"<body><p>The new fee of the ferry is 12 €.</p>{element}</body>")
    assert page.text == "The new fee of the ferry is 12 €."
    assert page.unread == ({kind: 1} if kind else {})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("640 m<sup>2</sup>", "640 m²"),
        ("costs 12<sup>5</sup> tokens", "costs 12⁵ tokens"),
        ("10<sup>-6</sup> bar, 10<sup>−6</sup>", "10⁻⁶ bar, 10⁻⁶"),
        ("85 euros<sup><a href='#1'>1</a></sup>", "85 euros[1]"),
        ("85<sup>[1]</sup>", "85[1]"),
        ("see note<sup>7</sup>", "see note⁷"),
        ("H<sub>2</sub>O", "H2O"),
        ("101<sub>2</sub>", "101₂"),
        ("x<sub>max</sub>", "x_max"),
        ("the 1<sup>st</sup> and M<sup>me</sup> Roy", "the 1st and Mme Roy"),
        ("2<sup>n+1</sup> and 2<sup>n</sup>", "2^(n+1) and 2ⁿ"),
        ("Pump<sup>®</sup>, fee<sup>*</sup>", "Pump®, fee*"),
    ],
)
def test_raised_numbers_do_not_join_the_number_before(source: str, expected: str) -> None:
    assert text(f"<p>{source}</p>") == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<msup><mi>x</mi><mn>2</mn></msup><mo>+</mo><mn>1</mn>", "x^2+1"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>c</mi></mfrac>", "(a+b)/c"),
        ("<msub><mi>v</mi><mi>max</mi></msub><msqrt><mn>2</mn></msqrt>", "v_max√2"),
        (
            "<semantics><mi>y</mi><annotation encoding='TeX'>\\gamma</annotation></semantics>",
            "y",
        ),
    ],
)
def test_formulas_are_one_line(source: str, expected: str) -> None:
    assert text(f"<p>So <math>{source}</math> holds.</p>") == f"So {expected} holds."
    deep = "<msup>" * 5000
    assert "x" in text(f"<math>{deep}<mi>x</mi></math>")


def test_soft_hyphens_and_zero_widths_of_entities_are_not_in_words() -> None:
    assert (
        text("<p>Dampf&shy;schiff&#8203;fahrt 1&nbsp;000&#8239;km</p>")
        == "Dampfschifffahrt 1 000 km"
    )


def test_fields_and_pictures_are_read_as_they_show() -> None:
    form = (
        "<label>Colour</label><select><option>red<option selected>teal</select>"
        '<input value="Gate 17"><input type="checkbox" checked> Express<textarea>Ring twice.'
        '</textarea><input type="hidden" value="token"><img src="x" alt="Map of the depot">'
        '<img alt="logo.png"><button>Send</button><button>Cancel</button>'
    )
    assert (
        text(form) == "Colour teal Gate 17 [x] Express\nRing twice.\nMap of the depot Send Cancel"
    )


def test_lists_keep_their_numbers() -> None:
    source = (
        '<ol start="3"><li>fill</li><li>stir<ol type="a"><li>slowly</li></ol></li>'
        '<li value="9">pour</li></ol><ul><li>end</li></ul>'
    )
    assert text(source) == "3. fill\n4. stir\na. slowly\n9. pour\n\n- end"


def rows(count: int) -> str:
    return "".join(
        f"<tr><td>Fern {n}</td><td>{n + 20}</td><td>{n}.90</td></tr>" for n in range(count)
    )


@pytest.mark.parametrize(
    "head",
    [
        "<tr><th>Plant</th><th>Height in cm</th><th>Price</th></tr>",
        "<thead><tr><td>Plant</td><td>Height in cm</td><td>Price</td></tr></thead>",
        "<tr><td colspan=3>Prices of May</td></tr>"
        "<tr><td>Plant</td><td>Height in cm</td><td>Price</td></tr>",
    ],
)
def test_every_row_of_a_long_table_names_its_columns(head: str) -> None:
    lines = text(f"<table>{head}{rows(60)}</table>").split("\n")
    assert lines[-1] == "Plant: Fern 59 | Height in cm: 79 | Price: 59.90"


def test_merged_cells_are_in_each_of_their_rows_and_columns() -> None:
    table = (
        "<table><tr><th>District</th><th>Household</th><th>Charge</th></tr>"
        "<tr><td rowspan=2>Oldtown</td><td>one</td><td>4.10</td></tr>"
        "<tr><td>two</td><td>5.20</td></tr>"
        "<tr><td colspan=2>Gardens</td><td>1.15</td></tr></table>"
    )
    lines = text(table).split("\n")
    assert lines[2] == "Oldtown | two | 5.20"
    assert lines[3].startswith("Gardens |")
    assert lines[3].endswith("| 1.15")
    assert len(lines[3].split(" | ")) == 3


def test_tables_for_layout_are_blocks_and_those_inside_are_rows() -> None:
    inner = "<table><tr><th>Pier</th><th>Fare</th></tr><tr><td>4</td><td>7 €</td></tr></table>"
    page = f"<table><tr><td><h2>Fares</h2>All year.</td><td>{inner}</td></tr></table>"
    assert text(page) == "Fares\n\nAll year.\n\nPier | Fare\n4 | 7 €"
    caption = "<table><caption>Of <b>May</b></caption><tr><td>a<td>b<tr><td>1<td><p>2<p>3</table>"
    assert text(caption) == "Of May\na | b\n1 | 2 3"


def test_a_table_in_a_cell_of_a_table_with_names_is_in_its_row() -> None:
    inner = "<table><tr><th>if</th><th>then</th></tr><tr><td>dry</td><td>open</td></tr></table>"
    page = f"<table><tr><th>Step</th><th>Do</th></tr><tr><td>1</td><td>{inner}</td></tr></table>"
    assert text(page) == "Step | Do\n1 | if then dry open"


def test_a_table_in_an_unclosed_page_is_read() -> None:
    assert text("<p><table><tr><td>Pier<td>4<tr><td>Fare<td>7") == "Pier | 4\nFare | 7"


def test_labels_of_drawings_and_readings_of_characters_are_read() -> None:
    labels = "<text><tspan>Inlet</tspan> <tspan>40 bar</tspan></text><text>Outlet</text>"
    icon = "<svg><title>icon</title><path d='M0 0'/></svg>"
    assert text(f"<p>Plan {icon}</p><svg><g>{labels}</g></svg>") == "Plan\n\nInlet 40 bar Outlet"
    assert text("<ruby>\u6771<rp>(</rp><rt>higashi</rt><rp>)</rp></ruby>") == "\u6771(higashi)"


def test_a_table_by_role_is_rows_that_name_their_columns() -> None:
    def row(kind: str, cells: list[str]) -> str:
        inner = "".join(f'<div role="{kind}">{cell}</div>' for cell in cells)
        return f'<div role="row">{inner}</div>'

    rows = "".join(row("cell", [f"Pier {each}", f"{each} m", "open"]) for each in range(60))
    head = f'<div role="rowgroup">{row("columnheader", ["Pier", "Depth", "State"])}</div>'
    body = f'<div role="rowgroup">{rows}</div>'
    lines = text(f'<div role="table">{head}{body}</div><p>End</p>').split("\n")
    assert lines[0] == "Pier | Depth | State"
    assert lines[60] == "Pier: Pier 59 | Depth: 59 m | State: open"
    assert lines[-1] == "End"


def test_lists_count_down_and_in_roman_numerals() -> None:
    assert text("<ol reversed><li>c<li>b<li>a</ol>") == "3. c\n2. b\n1. a"
    assert text('<ol reversed start="9"><li>c<li>b</ol>') == "9. c\n8. b"
    assert text('<ol type="i" start="4"><li>d<li>e</ol>') == "iv. d\nv. e"
    assert text('<ol type="I" start="0"><li>z<li>a</ol>') == "0. z\nI. a"


@pytest.mark.parametrize(
    "element",
    [
        '<iframe srcdoc="<p>The lower gate</p>"></iframe>',
        '<p>Plan<iframe srcdoc="The lower &amp;lt;gate&amp;gt;"></iframe></p>',
        '<img usemap="#m"><map name="m"><area alt="The lower gate" href="a"></map>',
        '<table><tr><th>Plan<td><iframe srcdoc="The lower gate"></iframe></table>',
    ],
)
def test_an_inner_page_and_the_places_of_a_map_are_read(element: str) -> None:
    assert "The lower" in text(f"<p>Before</p>{element}<p>After</p>")


def test_a_page_within_itself_ends() -> None:
    assert text('<iframe src="a.html">Frames are off.</iframe><p>After</p>') == "After"
    counted = html_page('<iframe srcdoc="<s>old</s><img src=a>"></iframe>').unread
    assert counted == {"struck-out passage": 1, "picture": 1}


@pytest.mark.parametrize(
    "empty",
    ["title", "script", "style", "textarea", "div", "a id='x'", "p", "iframe", "b", "td"],
)
@pytest.mark.parametrize("name", ["a.xhtml", "a.html"])
def test_an_empty_element_of_xhtml_holds_nothing(write: Write, name: str, empty: str) -> None:
    page = (
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="a.js"/></head>'
        f"<body><h1>Fares</h1><{empty}/><p>Pier 4<br/>Gate 7</p><hr/><p>Last</p></body></html>"
    )
    document = load_document(write(name, page))
    assert document.pages[0].text == "Fares\n\nPier 4\nGate 7\n\nLast"
    assert [heading.title for heading in document.pages[0].headings] == ["Fares"]


def test_a_cell_may_reach_down_to_the_end_of_its_table() -> None:
    table = "<table><tr><th>Lake<th>Year<tr><td rowspan=0>Como<td>2020<tr><td>2021</table>"
    assert text(f"{table}<p>End</p>") == "Lake | Year\nComo | 2020\nComo | 2021\n\nEnd"


def test_xhtml_with_many_ends_of_nothing_costs_little_time(write: Write) -> None:
    head = '<?xml version="1.0"?><html><body><p>Weir</p>'
    started = time.process_time()
    for hostile in ("/>" * 200_000, "<a " + "/> " * 200_000, "<a" * 200_000 + "/>"):
        assert "Weir" in load_document(write("a.xhtml", f"{head}{hostile}")).pages[0].text
    assert time.process_time() - started < 4
