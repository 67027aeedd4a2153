"""Common parts of Microsoft's office formats: relations between parts, and titles."""

from __future__ import annotations

import posixpath
from xml.etree.ElementTree import Element

from quoth.errors import CorruptDocumentError
from quoth.load.archive import Archive, attribute, local_name
from quoth.load.clean import one_line


def relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Return the relations of a part: id → (last segment of the type, name of the target)."""
    folder, name = posixpath.split(part)
    source = f"{folder}/_rels/{name}.rels"
    if source not in archive:
        return {}
    targets = {}
    for element in archive.xml(source):
        if attribute(element, "TargetMode") == "External":
            continue
        target = attribute(element, "Target")
        full = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
        kind = attribute(element, "Type").rpartition("/")[2]
        targets[attribute(element, "Id")] = (kind, posixpath.normpath(full))
    return targets


def read_optional(archive: Archive, name: str, notes: list[str]) -> Element | None:
    """Return a part that the text can do without; a broken one is noted."""
    if name not in archive:
        return None
    try:
        return archive.xml(name)
    except CorruptDocumentError as error:
        notes.append(f"{error} It was not read.")
        return None


def document_title(archive: Archive) -> str:
    """Return the title in the document's properties, '' if there is none."""
    name = "docProps/core.xml"
    if name not in archive:
        return ""
    for element in archive.xml(name):
        if local_name(element) == "title":
            return one_line(element.text or "")
    return ""
