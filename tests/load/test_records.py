"""Tables, records and notebooks: every value with its name, and nothing that nobody reads."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from quoth.load.delimited import read_rows
from quoth.load.registry import load_document
from quoth.text import Splitter
from quoth.types import Document

Write = Callable[[str, str | bytes], Path]

PICTURE = base64.b64encode(random.Random(3).randbytes(3000)).decode()


def only_text(document: Document) -> str:
    assert len(document.pages) == 1
    return document.pages[0].text


# Tables


@pytest.mark.parametrize(
    ("source", "rows"),
    [
        ("a;b\n1,5;2,5\n3,5;4,5\n", [["a", "b"], ["1,5", "2,5"], ["3,5", "4,5"]]),
        ('a,b\n"one\ntwo",3\n', [["a", "b"], ["one\ntwo", "3"]]),
        ("a|b\n1,2|3;4\n", [["a", "b"], ["1,2", "3;4"]]),
        ("a\tb\nx, y\tz\n", [["a", "b"], ["x, y", "z"]]),
        ('a,b\n"say ""x""",2\n', [["a", "b"], ['say "x"', "2"]]),
        ('a,b\n"say \\"x\\"",2\n', [["a", "b"], ['say "x"', "2"]]),
        ('a, "b, c"\n1, "2, 3"\n', [["a", "b, c"], ["1", "2, 3"]]),
        ('"3 pipe,1\n4 pipe,2\n', [['"3 pipe', "1"], ["4 pipe", "2"]]),
        (
            "May 5, 2026;402.50;Ray;\nMay 4, 2026;444.00;Scott;\nMay 3, 2026;1.00;\n",
            [
                ["May 5, 2026", "402.50", "Ray", ""],
                ["May 4, 2026", "444.00", "Scott", ""],
                ["May 3, 2026", "1.00", ""],
            ],
        ),
        ("sep=|\na|b\n", [["a", "b"]]),
        ("Report, of May\n\na;b;c\n1;2;3\n4;5;6\n", None),
        ("one column\nof words\n", [["one column"], ["of words"]]),
    ],
)
def test_the_cells_of_a_text(source: str, rows: list[list[str]] | None) -> None:
    found = read_rows(source)
    assert (
        found == rows if rows else found[2:] == [["a", "b", "c"], ["1", "2", "3"], ["4", "5", "6"]]
    )


@pytest.mark.parametrize(
    "head",
    ["Bridge;2023;2024", "Tolls of the year\n\nBridge;2023;2024", "\ufeffBridge;2023;2024"],
)
def test_every_chunk_of_a_long_table_names_its_columns(write: Write, head: str) -> None:
    rows = "".join(f"Bridge {n:02};{n}0,5;{n}1,5\n" for n in range(80))
    document = load_document(write("a.csv", f"{head}\n{rows}"))
    splitter = Splitter(lambda text: range(0, len(text), 4), chunk_tokens=120, limit=120)
    chunks = splitter.split(document)
    assert len(chunks) > 4
    row = next(chunk.text for chunk in chunks if "Bridge 61" in chunk.text)
    assert "Bridge: Bridge 61 | 2023: 610,5 | 2024: 611,5" in row


# JSON


def test_names_above_long_values_are_headings(write: Write) -> None:
    sites = {name: {f"room {n}": n for n in range(60)} for name in ("Ulm", "Bonn")}
    document = load_document(write("a.json", json.dumps({"sites": sites, "made": "May"})))
    page = document.pages[0]
    assert [(each.level, each.title) for each in page.headings] == [
        (1, "sites"),
        (2, "Ulm"),
        (2, "Bonn"),
    ]
    assert all(page.text[each.start :].startswith(each.title) for each in page.headings)


@pytest.mark.parametrize(
    "value", [{"image": f"data:image/png;base64,{PICTURE}"}, {"blob": PICTURE}, [PICTURE, "after"]]
)
def test_bytes_in_json_are_counted_and_not_read(write: Write, value: object) -> None:
    document = load_document(write("a.json", json.dumps(["The lock is open.", value])))
    assert PICTURE[100:140] not in only_text(document)
    assert "The lock is open." in only_text(document)
    assert sum(document.unread.values()) == 1


# Notebooks


def notebook(*cells: Mapping[str, object]) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


def code(source: str, *outputs: Mapping[str, object]) -> dict[str, object]:
    return {"cell_type": "code", "source": source.splitlines(keepends=True), "outputs": outputs}


def test_a_notebook_is_its_text_its_code_and_what_it_printed(write: Write) -> None:
    words = {
        "cell_type": "markdown",
        "source": ["# Herons\n", "![](attachment:a.png) There are 218."],
        "attachments": {"a.png": {"image/png": PICTURE}},
    }
    plot = {"data": {"image/png": PICTURE, "text/plain": ["<Figure size 640x480>"]}}
    frame = {
        "output_type": "execute_result",
        "data": {
            "text/html": ["<table><tr><th></th><th>nests</th></tr><tr><th>Ulm</th><td>7</td></tr>"],
            "text/plain": ["   nests"],
        },
    }
    printed = {"output_type": "stream", "text": ["\x1b[32mdone\x1b[0m\n"]}
    failed = {"output_type": "error", "ename": "KeyError", "evalue": "'x'", "traceback": ["…"]}
    document = load_document(
        write("a.ipynb", notebook(words, code("count()\n", plot, frame, printed, failed)))
    )
    assert document.title == "Herons"
    assert only_text(document) == (
        "# Herons\n![](attachment:a.png) There are 218.\n\ncount()\n\n | nests\nUlm | 7\n\n"
        "done\n\nKeyError: 'x'"
    )
    assert document.unread == {"picture": 2}


def test_a_long_output_is_cut_and_counted(write: Write) -> None:
    output = {"output_type": "stream", "text": "".join(f"step {n}\n" for n in range(5000))}
    document = load_document(write("a.ipynb", notebook(code("train()", output), code("end()"))))
    assert len(only_text(document)) < 5000
    assert only_text(document).endswith("end()")
    assert document.unread == {"long output": 1}


def test_a_notebook_of_an_old_version_is_read(write: Write) -> None:
    cell = {"cell_type": "code", "input": ["x = 1"], "outputs": [{"png": PICTURE}]}
    title = {"cell_type": "heading", "level": 1, "source": ["Weirs"]}
    old = {"nbformat": 3, "worksheets": [{"cells": [title, cell]}]}
    document = load_document(write("a.ipynb", json.dumps(old)))
    assert only_text(document) == "# Weirs\n\nx = 1"
    assert document.unread == {"picture": 1}


# Bytes written as letters


@pytest.mark.parametrize(
    ("name", "around"),
    [
        ("a.md", "![drawing](data:image/png;base64,{})"),
        ("a.html", '<img alt="drawing" src="data:image/png;base64,{}">'),
        ("a.css", "p {{ background: url(data:image/png;base64,{}) }}"),
        ("a.txt", "Content-Transfer-Encoding: base64\n\n{}"),
        ("a.log", "payload={}"),
        ("a.xml", "<file><name>drawing</name><data>{}</data></file>"),
        ("a.yaml", "blob: {}"),
        ("a.csv", "name,blob\ndrawing,{}"),
        ("a.txt", "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----"),
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_base64_is_not_read_anywhere(write: Write, name: str, around: str, wrapped: bool) -> None:
    data = PICTURE
    if wrapped and name in ("a.txt", "a.xml"):
        data = "\n".join(PICTURE[at : at + 64] for at in range(0, len(PICTURE), 64))
    document = load_document(write(name, f"{around.format(data)}\n"))
    assert not any(PICTURE[at : at + 40] in only_text(document) for at in range(0, 3900, 10))
    assert len(only_text(document)) < 120


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/" + "the-long-way-to-a-page/" * 20,
        "Donaudampfschifffahrtsgesellschaftskapitaen" * 5,
        "=" * 300,
        "/usr/share/" + "some/long/path/" * 30,
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "GATTACA" * 60,
        "a_long_name_of_a_function_in_a_program_" * 6,
        "0123456789" * 30,
    ],
)
def test_long_words_are_read(write: Write, text: str) -> None:
    assert only_text(load_document(write("a.txt", text))) == text


def test_minified_code_is_its_first_words(write: Write) -> None:
    source = "/* The licence. */\n" + "function a(b){return b+1};" * 400 + "\nlast();\n"
    document = load_document(write("a.js", source))
    assert only_text(document).startswith("/* The licence. */\nfunction a(b)")
    assert only_text(document).endswith("…\nlast();\n")
    assert len(only_text(document)) < 200
    assert document.unread == {"minified line": 1}


# XML


def test_attributes_are_values(write: Write) -> None:
    source = (
        '<shop name="Weir &amp; Sons"><valve id="QX-77" name="Ball valve" price="18.40"/>'
        '<valve id="QX-78" name="Gate valve"/><depot><price unit="euro">22.10</price></depot>'
        "</shop>"
    )
    assert only_text(load_document(write("a.xml", source))) == (
        "name: Weir & Sons\nid | name | price\nQX-77 | Ball valve | 18.40\nQX-78 | Gate valve\n"
        "unit: euro | price: 22.10"
    )


def test_every_record_of_a_long_list_names_its_values(write: Write) -> None:
    records = "".join(f"<v code='Q-{n}'><room>{n}</room><fee>{n}.50</fee></v>" for n in range(60))
    lines = only_text(load_document(write("a.xml", f"<list>{records}</list>"))).split("\n")
    assert lines[-1] == "code: Q-59 | room: 59 | fee: 59.50"


def test_records_name_their_values_and_name_spaces_are_not_read(write: Write) -> None:
    source = (
        '<?xml version="1.0"?><x:list xmlns:x="urn:x"><x:entry xml:id="e1"><x:key>K-4</x:key>'
        "<x:room>7 <![CDATA[& 8]]></x:room></x:entry><!-- no --><x:note>Ring <b>twice</b>.</x:note>"
        "</x:list>"
    )
    assert only_text(load_document(write("a.xml", source))) == (
        "key: K-4 | room: 7 & 8\nnote: Ring twice."
    )


def test_feeds_are_read_as_they_show(write: Write) -> None:
    rss = (
        '<rss version="2.0"><channel><title>News of the weir</title>'
        "<item><title>Gate 4</title><description><![CDATA[<p>Closed until <b>9 May</b>.</p>"
        "<p>Cost: 840 &euro;</p>]]></description></item></channel></rss>"
    )
    document = load_document(write("a.rss", rss))
    assert document.title == "News of the weir"
    assert "Closed until 9 May.\n\nCost: 840 €" in only_text(document)
    assert document.pages[0].headings[0].title == "Gate 4"
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><title>Gate 5</title>'
        '<link href="http://e.org/5"/><content type="html">&lt;p&gt;Open.&lt;/p&gt;</content>'
        "</entry></feed>"
    )
    text = only_text(load_document(write("a.xml", atom)))
    assert text.endswith("title: Gate 5 | href: http://e.org/5 | content: Open.")


def test_prose_has_titles_and_tables(write: Write) -> None:
    source = (
        '<book xmlns="http://docbook.org/ns/docbook"><title>Pumps</title><chapter id="c1">'
        "<title>Care</title><para>Oil it <emphasis>twice</emphasis> a year.</para><table><tgroup>"
        "<thead><row><entry>Kind</entry><entry>Litres</entry></row></thead><tbody>"
        '<row><entry morerows="1">A</entry><entry>4</entry></row><row><entry>5</entry></row>'
        "</tbody></tgroup></table></chapter></book>"
    )
    document = load_document(write("a.dbk", source))
    assert only_text(document) == ("Pumps\nCare\nOil it twice a year.\nKind | Litres\nA | 4\nA | 5")
    assert [(each.level, each.title) for each in document.pages[0].headings] == [
        (1, "Pumps"),
        (2, "Care"),
    ]


def test_a_workbook_in_xml_is_rows(write: Write) -> None:
    def row(*cells: str) -> str:
        data = "".join(f"<Cell><Data ss:Type='String'>{cell}</Data></Cell>" for cell in cells)
        return f"<Row>{data}</Row>"

    source = (
        "<Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet' "
        "xmlns:ss='urn:schemas-microsoft-com:office:spreadsheet'><Worksheet ss:Name='S'><Table>"
        f"{row('Name', 'Fee')}{row('Ada', '4.5')}</Table></Worksheet></Workbook>"
    )
    assert only_text(load_document(write("a.xml", source))) == "Name | Fee\nAda | 4.5"


# Calendars and contacts


def test_calendars_and_contacts_are_their_values(write: Write) -> None:
    calendar = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:x\r\nSUMMARY;LANGUAGE=en:Look at "
        "the chi\r\n mney\\, roof\r\nDTSTART:20260520T080000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    for name in ("a.ics", "invitation"):
        assert only_text(load_document(write(name, calendar))) == (
            "SUMMARY: Look at the chimney, roof\nDTSTART: 2026-05-20 08:00 UTC"
        )
    photo = "\r\n ".join(PICTURE[at : at + 70] for at in range(0, len(PICTURE), 70))
    contact = (
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=96l;Ada\r\n"
        f"TEL;WORK:+49 30 1234\r\nPHOTO;ENCODING=b:{photo}\r\nEND:VCARD\r\n"
    )
    document = load_document(write("a.vcf", contact))
    assert only_text(document).startswith("N: Öl Ada\nTEL: +49 30 1234\nPHOTO: …")
    assert document.unread == {"encoded passage": 1}


def test_records_of_json_beside_each_other_are_rows(write: Write) -> None:
    few = [{"code": "K-4", "room": 7}, {"code": "K-5", "note": None}]
    assert only_text(load_document(write("a.json", json.dumps({"keys": few})))) == (
        "keys:\n  code | room | note\n  K-4 | 7\n  K-5 |  | null"
    )
    many = [{"code": f"K-{n}", "room": n} for n in range(80)]
    lines = only_text(load_document(write("b.json", json.dumps(many)))).split("\n")
    assert lines[-1] == "code: K-79 | room: 79"
    mixed = [{"code": "K-4", "at": {"room": 7}}, {"code": "K-5"}]
    assert only_text(load_document(write("c.json", json.dumps(mixed)))) == (
        "-\n  code: K-4\n  at:\n    room: 7\n-\n  code: K-5"
    )


def test_values_of_json_behind_one_another_are_all_read(write: Write) -> None:
    text = '{"gate": 4}\n{"gate": 5,\n "open": true} [6]\n'
    document = load_document(write("a.json", text))
    assert only_text(document) == "gate: 4\n\ngate: 5\nopen: true\n\n- 6"
    assert not document.notes
    broken = load_document(write("b.json", '{"gate": 4}\n{"gate": '))
    assert only_text(broken).startswith('{"gate": 4}')
    assert "not valid JSON" in broken.notes[0]


def test_records_of_absurd_depth_are_text_and_take_no_other_with_them(write: Write) -> None:
    deep = "[" * 5000 + '"ash"' + "]" * 5000
    lines = load_document(write("a.jsonl", f'{deep}\n{{"tree": "oak"}}\n'))
    assert "tree: oak" in lines.pages[0].text
    assert lines.notes == ("1 line(s) are not valid JSON and were read as text: 1.",)
    whole = load_document(write("a.json", deep))
    assert "ash" in whole.pages[0].text
    assert "nested too deeply" in whole.notes[0]


@pytest.mark.parametrize("cells", ['["ash"]', '[{"outputs": ["ash"]}]', '[[["ash"]]]'])
def test_what_only_claims_to_be_a_notebook_is_read_as_records(write: Write, cells: str) -> None:
    document = load_document(write("a.ipynb", f'{{"nbformat": 4, "cells": {cells}}}'))
    assert "ash" in document.pages[0].text
