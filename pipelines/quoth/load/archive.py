"""Zip files (office, OpenDocument, EPUB), read within limits that stop zip bombs."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import Self
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from quoth.config import Limits
from quoth.errors import CorruptDocumentError, LimitExceededError, NeedsPasswordError

_MAX_MEMBERS = 50_000
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)


class Archive:
    """A zip file whose members are read whole, within the limits.

    A file that declares more unpacked bytes than allowed is refused on opening, and reading stops
    at that size, whatever a member declares.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except _BROKEN as error:
            raise CorruptDocumentError(f"{path.name} is a damaged archive: {error}.") from error
        self._members = {info.filename.lstrip("/"): info for info in self._zip.infolist()}
        self._bytes_left = limits.unpacked_bytes
        declared = sum(info.file_size for info in self._zip.infolist())
        if declared > limits.unpacked_bytes or len(self._members) > _MAX_MEMBERS:
            self._zip.close()
            raise LimitExceededError(
                f"{path.name} would unpack to {declared / 2**20:,.0f} MB in "
                f"{len(self._members):,} parts; {limits.unpacked_megabytes:,} MB are allowed.",
                hint="Raise ingestion.max_unpacked_megabytes if you trust the file.",
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def names(self) -> list[str]:
        """Return the names of the members, in the order of the file."""
        return list(self._members)

    def read(self, name: str) -> bytes:
        """Return a member's content; raise `CorruptDocumentError` if it is missing or broken."""
        info = self._members.get(name)
        if info is None:
            raise CorruptDocumentError(f"{self._path.name} lacks its part {name}.")
        if info.flag_bits & 0x1:
            raise NeedsPasswordError(f"{self._path.name} is encrypted.")
        try:
            with self._zip.open(info) as member:
                content = member.read(self._bytes_left + 1)
        except _BROKEN as error:
            raise CorruptDocumentError(
                f"The part {name} of {self._path.name} is damaged: {error}."
            ) from error
        self._bytes_left -= len(content)
        if self._bytes_left < 0:
            raise LimitExceededError(f"{self._path.name} unpacks to more than allowed.")
        return content

    def xml(self, name: str) -> Element:
        """Return a member as XML; raise `CorruptDocumentError` for entity bombs and broken XML."""
        return parse_xml(self.read(name), f"The part {name} of {self._path.name}")


def parse_xml(content: bytes, what: str) -> Element:
    """Parse XML; a `CorruptDocumentError` for broken XML names it by `what`."""
    try:
        root: Element = ElementTree.fromstring(content)
    except DefusedXmlException as error:
        raise CorruptDocumentError(f"{what} declares entities, which are not read.") from error
    except (ParseError, ValueError, LookupError) as error:
        raise CorruptDocumentError(f"{what} is not valid XML: {error}.") from error
    return root


def local_name(element: Element) -> str:
    """Return the element's name without its namespace ('' for comments)."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str:
    """Return the attribute of that local name in any namespace, '' if there is none."""
    for key, value in element.attrib.items():
        if key == name or key.endswith("}" + name):
            return value
    return ""
