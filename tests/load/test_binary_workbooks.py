"""Workbooks in the binary forms of Excel: cells as they are shown, and what is left out counted."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from load.xls_file import chart, text_over_cells, write_xls
from load.xls_file import record as xls_record
from load.xlsb_file import BEGIN_STYLES, record, write_xlsb
from quoth.errors import CorruptDocumentError
from quoth.load.registry import load_document
from quoth.types import Document

Rows = list[list[str | float]]
_WRITERS: dict[str, Callable[..., Path]] = {"xls": write_xls, "xlsb": write_xlsb}


def _read(kind: str, folder: Path, rows: Rows, **looks: object) -> Document:
    return load_document(_WRITERS[kind](folder / f"a.{kind}", "Figures", rows, **looks))


@pytest.mark.parametrize("kind", _WRITERS)
@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.075, "0.0%", "7.5%"),
        (56701.03, '"$"#,##0.00', "$56,701.03"),
        (-1250000.0, "#,##0;(#,##0)", "(1,250,000)"),
        (1067.0, "00000", "01067"),
        (30.25 / 24, "[h]:mm", "30:15"),
        (46113.0, "mmm yyyy", "Apr 2026"),
        (12.5, "#,##0.00 €", "12.50 €"),
    ],
)
def test_numbers_of_binary_workbooks_are_read_as_they_are_shown(
    kind: str, value: float, code: str, shown: str, tmp_path: Path
) -> None:
    rows: Rows = [["Pier", value, value]]
    page = _read(kind, tmp_path, rows, codes={(0, 1): code}).pages[0]
    assert page.text.split(" | ")[:2] == ["Figures\nPier", shown]


@pytest.mark.parametrize("kind", _WRITERS)
def test_what_a_binary_workbook_hides_or_strikes_out_is_counted(kind: str, tmp_path: Path) -> None:
    rows: Rows = [["Pier", 7.0], ["Hidden", 8.0], ["Struck", 9.0], ["Quay", 4.0]]
    document = _read(kind, tmp_path, rows, struck={(2, 0), (2, 1)}, hidden_rows={1})
    assert document.pages[0].text == "Figures\nPier | 7\nQuay | 4"
    assert document.unread == {"hidden row": 1, "struck-out cell": 2}


def test_hidden_columns_of_an_xls_are_counted(tmp_path: Path) -> None:
    document = _read("xls", tmp_path, [["Pier", 7.0, "North"]], hidden_columns={1})
    assert document.pages[0].text == "Figures\nPier | North"
    assert document.unread == {"hidden column": 1}


@pytest.mark.parametrize("kind", _WRITERS)
def test_comments_name_their_cell_and_author(kind: str, tmp_path: Path) -> None:
    document = _read(kind, tmp_path, [["Pier", 7.0]], comments={(0, 1): "Ask the keeper"})
    assert document.pages[0].text == "Figures\nPier | 7\n\nComments:\nB1: Ann: Ask the keeper"


@pytest.mark.parametrize("kind", _WRITERS)
@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_a_binary_workbook_that_is_cut_off_fails_alone(
    kind: str, cut: float, tmp_path: Path
) -> None:
    path = _WRITERS[kind](
        tmp_path / f"a.{kind}", "Figures", [["Pier", 7.0]] * 99, codes={(3, 1): "0%"}
    )
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * cut)])
    with pytest.raises(CorruptDocumentError, match=path.name):
        load_document(path)


def test_a_workbook_over_which_its_parser_panics_is_damaged(tmp_path: Path) -> None:
    path = write_xlsb(tmp_path / "a.xlsb", "Figures", [["Pier", 7.0]])
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, record(BEGIN_STYLES) if name == "xl/styles.bin" else content)
    with pytest.raises(CorruptDocumentError, match=r"a\.xlsb is a damaged"):
        load_document(path)


def test_charts_boxes_and_pictures_over_the_cells_of_an_xls(tmp_path: Path) -> None:
    picture = xls_record(0x5D, bytes.fromhex("1500120008000700") + bytes(14))
    rows = [("North", [3.5, 2.0]), ("South", [4.0, 1.5])]
    fares = chart("Fares by pier", ["Adult", "Child"], rows)
    below = picture + fares + text_over_cells(3, 6, "Closed in\nwinter")
    document = _read("xls", tmp_path, [["Pier", 7.0]], below=below, comments={(0, 0): "Old name"})
    assert document.pages[0].text == (
        "Figures\nPier | 7\n\nChart: Fares by pier\n | Adult | Child\nNorth | 3.5 | 2\n"
        "South | 4 | 1.5\n\nClosed in winter\n\nComments:\nA1: Ann: Old name"
    )
    assert document.unread == {"picture": 1}


def test_a_damaged_drawing_costs_only_itself(tmp_path: Path) -> None:
    broken = xls_record(0x5D, b"\x15") + text_over_cells(3, 6, "Closed")
    document = _read("xls", tmp_path, [["Pier", 0.5]], below=broken, codes={(0, 1): "0%"})
    assert document.pages[0].text == "Figures\nPier | 50%\n\nClosed"
    assert document.unread == {"damaged drawing": 1}
