"""Office files for tests, written part by part: libraries that write them leave much out."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:r="{_OFFICE}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
)


def with_namespaces(xml: str) -> str:
    """Return a part whose root element declares the namespaces of office files."""
    end = min(at for mark in (">", "/>", " ") if (at := xml.find(mark)) > 0)
    return f"{xml[:end]} {_NAMESPACES}{xml[end:]}"


def relations(targets: Mapping[str, tuple[str, str]]) -> str:
    """Return the part of relations: id → (last segment of the type, target)."""
    entries = "".join(
        f'<Relationship Id="{identity}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for identity, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}">{entries}</Relationships>'


def write_docx(
    path: Path, body: str, parts: Mapping[str, tuple[str, str, str | bytes]] | None = None
) -> Path:
    """Write a DOCX with this body; `parts` are (type of relation, name, content) by their id."""
    members: dict[str, str | bytes] = {
        "word/document.xml": with_namespaces(f"<w:document><w:body>{body}</w:body></w:document>"),
        "_rels/.rels": relations({"rId1": ("officeDocument", "word/document.xml")}),
    }
    targets = {}
    for identity, (kind, name, content) in (parts or {}).items():
        targets[identity] = (kind, name)
        is_xml = isinstance(content, str) and name.endswith(".xml")
        members[f"word/{name}"] = with_namespaces(str(content)) if is_xml else content
    members["word/_rels/document.xml.rels"] = relations(targets)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def run(text: str, look: str = "") -> str:
    """Return a run of text with properties (`<w:vanish/>`)."""
    properties = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*content: str, properties: str = "") -> str:
    """Return a paragraph; content that is no element becomes a run."""
    runs = "".join(each if each.startswith("<") else run(each) for each in content)
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>" if properties else f"<w:p>{runs}</w:p>"


def table(*rows: list[str]) -> str:
    """Return a table; a cell that is no element becomes a paragraph in a cell."""
    written = ""
    for row in rows:
        cells = (
            each if each.startswith("<w:tc>") else f"<w:tc>{_block(each)}</w:tc>" for each in row
        )
        written += f"<w:tr>{''.join(cells)}</w:tr>"
    return f"<w:tbl>{written}</w:tbl>"


def _block(content: str) -> str:
    return content if content.startswith("<w:p>") else paragraph(content)


def text_box(content: str) -> str:
    """Return a run with a text box, as Word writes it twice: for itself, and for older versions."""
    inside = f"<w:txbxContent>{content}</w:txbxContent>"
    return (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wp:anchor><wps:wsp>"
        f"<wps:txbx>{inside}</wps:txbx></wps:wsp></wp:anchor></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:shape><v:textbox>{inside}</v:textbox></v:shape></w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r>"
    )


def picture(description: str = "") -> str:
    """Return a run with a picture and its alternative text."""
    return (
        f'<w:r><w:drawing><wp:inline><wp:docPr id="1" name="x" descr="{description}"/>'
        "<a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip/></pic:blipFill></pic:pic>"
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


CHART = (
    "<c:chartSpace><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Water used</a:t></a:r></a:p>"
    "</c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser><c:tx><c:strRef><c:strCache>"
    '<c:pt idx="0"><c:v>Share</c:v></c:pt></c:strCache></c:strRef></c:tx><c:cat><c:strRef>'
    '<c:strCache><c:pt idx="0"><c:v>Mills</c:v></c:pt><c:pt idx="1"><c:v>Homes</c:v></c:pt>'
    "</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache><c:formatCode>0.0%"
    '</c:formatCode><c:pt idx="0"><c:v>0.625</c:v></c:pt><c:pt idx="1"><c:v>0.375</c:v></c:pt>'
    "</c:numCache></c:numRef></c:val></c:ser></c:barChart><c:valAx><c:title><c:tx><c:rich><a:p>"
    "<a:r><a:t>of the year</a:t></a:r></a:p></c:rich></c:tx></c:title></c:valAx></c:plotArea>"
    "</c:chart></c:chartSpace>"
)
CHART_TEXT = "Chart: Water used\nAxes: of the year\n | Share\nMills | 62.5%\nHomes | 37.5%"
DIAGRAM = (
    "<dgm:dataModel><dgm:ptLst><dgm:pt><dgm:t><a:p><a:r><a:t>Plan</a:t></a:r></a:p></dgm:t></dgm:pt>"
    "<dgm:pt><dgm:t><a:p><a:r><a:t>Dig</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>"
)
