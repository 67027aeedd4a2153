"""The contract of a loader, checked on loaders of several kinds."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

from quoth.testing import LoaderConformance


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


class TestMarkdown(LoaderConformance):
    def write_sample(self, folder: Path) -> Path:
        return write(folder / "notes.md", "# Boiler\n\nInspected in May.\n\n## Pump\n\nTested.\n")


class TestTable(LoaderConformance):
    def write_sample(self, folder: Path) -> Path:
        return write(folder / "staff.csv", "name,room\nAda,12\nGrace,14\n")


class TestWebPage(LoaderConformance):
    def write_sample(self, folder: Path) -> Path:
        text = "<html><title>Choir</title><body><h1>Choir</h1><p>Chapel.</p></body></html>"
        return write(folder / "choir.html", text)


class TestWorkbook(LoaderConformance):
    pages = 2

    def write_sample(self, folder: Path) -> Path:
        from openpyxl import Workbook

        book = Workbook()
        for number in (1, 2):
            sheet = book.active if number == 1 else book.create_sheet()
            sheet.append(["room", number])
        path = folder / "rooms.xlsx"
        book.save(path)
        return path

    def write_broken(self, folder: Path) -> Path:
        path = folder / "rooms.xlsx"
        with ZipFile(path, "w") as archive:
            archive.writestr("xl/workbook.xml", "<workbook")
        return path


class TestPdf(LoaderConformance):
    pages = 2

    def write_sample(self, folder: Path) -> Path:
        from reportlab.pdfgen.canvas import Canvas

        path = folder / "minutes.pdf"
        canvas = Canvas(str(path))
        for number in (1, 2):
            canvas.drawString(72, 720, f"Minutes of meeting {number}.")
            canvas.showPage()
        canvas.save()
        return path

    def write_broken(self, folder: Path) -> Path:
        return write(folder / "minutes.pdf", "%PDF-1.7 and no more")
