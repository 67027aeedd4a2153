"""The format of a file, detected by its first bytes and zip members, then by its suffix."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from quoth.errors import (
    CorruptDocumentError,
    EmptyDocumentError,
    NeedsPasswordError,
    UnsupportedFormatError,
)
from quoth.load.wide import wide_encoding

# fmt: off
_CODE = (
    "py", "pyi", "js", "mjs", "cjs", "ts", "tsx", "jsx", "java", "c", "h", "cc", "cpp", "cxx",
    "hpp", "hh", "cs", "go", "rs", "rb", "php", "pl", "pm", "swift", "kt", "kts", "scala", "sh",
    "bash", "zsh", "fish", "ps1", "bat", "cmd", "sql", "r", "jl", "lua", "hs", "ml", "clj", "ex",
    "exs", "erl", "dart", "m", "mm", "f", "f90", "f95", "vb", "pas", "asm", "s", "toml", "yaml",
    "yml", "ini", "cfg", "conf", "properties", "env", "css", "scss", "less", "vue", "svelte",
    "proto", "graphql", "cmake", "mk", "gradle", "tf", "dockerfile", "makefile", "diff", "patch",
)
# fmt: on
SUFFIXES = {
    "pdf": ("pdf",),
    "docx": ("docx", "docm", "dotx"),
    "pptx": ("pptx", "pptm", "ppsx", "potx"),
    "xlsx": ("xlsx", "xlsm", "xltx", "xlsb"),
    "xls": ("xls", "xlt"),
    "odt": ("odt", "ott", "fodt"),
    "ods": ("ods",),
    "odp": ("odp",),
    "epub": ("epub",),
    "rtf": ("rtf",),
    "html": ("html", "htm", "xhtml"),
    "xml": ("xml", "opml", "rss", "atom", "dbk", "dita", "tei", "fb2", "svg"),
    "eml": ("eml", "emlx", "mht", "mhtml"),
    "mbox": ("mbox", "mbx"),
    "markdown": ("md", "markdown", "mdown", "mkd", "mdx", "qmd", "rmd"),
    "rst": ("rst",),
    "org": ("org",),
    "csv": ("csv",),
    "tsv": ("tsv", "tab"),
    "json": ("json", "ipynb", "geojson"),
    "jsonl": ("jsonl", "ndjson"),
    "vtt": ("vtt",),
    "srt": ("srt", "sbv", "ass", "ssa"),
    "ics": ("ics", "ical", "ifb"),
    "vcf": ("vcf", "vcard"),
    "ttml": ("ttml", "dfxp"),
    "asciidoc": ("adoc", "asciidoc", "asc"),
    "tex": ("tex", "ltx"),
    "zip": ("zip",),
    "tar": ("tar",),
    "gz": ("gz", "tgz", "bz2", "tbz2", "xz", "txz"),
    "text": ("txt", "text", "log", "bib", "nfo"),
    "code": _CODE,
}
_BY_SUFFIX = {suffix: name for name, suffixes in SUFFIXES.items() for suffix in suffixes}
_BY_MAGIC = {"zip", "tar", "gz", "docx", "pptx", "xlsx", "xls", "odt", "ods", "odp", "epub", "rtf"}
_PICTURES = (
    b"\x89PNG\r\n",
    b"\xff\xd8\xff",
    b"GIF8",
    b"II*\x00",
    b"MM\x00*",
)
_FOREIGN = (
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"SQLite format 3", "a database"),
    (b"OggS", "sound"),
    (b"ID3", "sound"),
    (b"%!PS", "PostScript"),
    (b"\x00asm", "a program"),
    (b"GGUF", "a model"),
)
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_TAR = (257, b"ustar")
_OTHER_OLE = ("WordDocument", "PowerPoint Document", "__properties_version1.0")
"""Streams of Word, PowerPoint and Outlook, which may hold a workbook as well."""
_MIMETYPES = {
    "application/epub+zip": "epub",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.text-template": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}
_HTML = re.compile(rb"\s*(<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(!doctype\s+html|html)[\s>]", re.I | re.S)
_MAIL = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*)+\r?\n")
_MAIL_FIELD = re.compile(
    rb"^(?:(?:from|received|return-path|message-id|mime-version):|content-type: *multipart/)",
    re.I | re.M,
)
_ENTRY = re.compile(rb"\s*BEGIN:(VCALENDAR|VCARD)\s", re.I)
_MAILBOX = re.compile(rb"From [^\n]*\d\r?\n>?[A-Za-z][\w-]*:")


def suffix_of(path: Path) -> str:
    """Return the suffix in lower case without its dot; for `Makefile` the name itself."""
    return (path.suffix[1:] or path.name).lower()


def guess_format(path: Path) -> str:
    """Return the format that the suffix of a path stands for, or an empty text."""
    return _BY_SUFFIX.get(suffix_of(path), "")


def detect(path: Path) -> str:
    """Return the name of the format, a key of `SUFFIXES`.

    Raises `EmptyDocumentError` for 0 bytes, `NeedsPasswordError` for an encrypted office
    file, `CorruptDocumentError` where the content contradicts a known suffix, and
    `UnsupportedFormatError` for anything else that no loader reads.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise EmptyDocumentError(f"{path.name} is empty: it has 0 bytes.")
    suffix = suffix_of(path)
    expected = _BY_SUFFIX.get(suffix)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _detect_zip(path, expected)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _detect_ole(path, expected)
    if head.lstrip().startswith(b"{\\rtf"):
        return "rtf"
    if expected in (None, "gz") and head.startswith(_COMPRESSED):
        return "gz"
    if head.startswith(_TAR[1], _TAR[0]):
        return "tar"
    if is_picture(head):
        if expected is None:
            return "picture"
        raise _refusal(path, expected, "a picture")
    for magic, description in _FOREIGN:
        if head.startswith(magic):
            raise _refusal(path, expected, description)
    if expected == "pdf":
        return "pdf"  # its reader searches further for the header, and reports the damage
    if expected in _BY_MAGIC:
        if suffix == "fodt":
            return "odt"
        if expected == "xls" and not is_binary(head):
            return _detect_exported(head)
        raise CorruptDocumentError(
            f"{path.name} does not match its suffix .{suffix}: it does not start like such a file."
        )
    if is_binary(head):
        raise _refusal(path, expected, "binary data")
    return _detect_text(head, expected)


def is_picture(head: bytes) -> bool:
    """Return whether a file that begins with these bytes is a picture (PNG, JPEG, TIFF, …)."""
    is_webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    is_bitmap = head.startswith(b"BM") and head[6:10] == bytes(4)
    return head.startswith(_PICTURES) or is_webp or is_bitmap


def is_binary(head: bytes) -> bool:
    """Return whether bytes are text in no encoding."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff", b"\xef\xbb\xbf")):
        return False
    if wide_encoding(head) is not None:
        return False
    if head.count(0) > max(1, len(head) // 200):  # a few stray ones are tolerated
        return True
    control = sum(byte < 32 and byte not in b"\t\n\r\f\v\x1b\x1a\b" for byte in head)
    return control > max(2, len(head) // 50)


def _detect_text(head: bytes, expected: str | None) -> str:
    if expected not in (None, "text"):
        return "html" if expected == "xml" and _HTML.match(head) else str(expected)
    if _HTML.match(head):
        return "html"
    if head.lstrip().startswith(b"<?xml"):
        return "xml"
    if head.lstrip(b"\xef\xbb\xbf").startswith(b"WEBVTT"):
        return "vtt"
    if _MAILBOX.match(head):
        return "mbox"
    if expected is None and (entry := _ENTRY.match(head)):
        return "ics" if entry[1].lower() == b"vcalendar" else "vcf"
    mail = _MAIL.match(head)
    if expected is None and mail and len(_MAIL_FIELD.findall(mail.group())) >= 2:
        return "eml"
    return "text"


def _detect_exported(head: bytes) -> str:
    """Return the format of what programs export for Excel under the suffix `.xls`."""
    text = _detect_text(head, None)
    return text if text in ("html", "xml") else "tsv" if b"\t" in head else "csv"


def _detect_zip(path: Path, expected: str | None) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                mimetype = archive.read("mimetype").decode("ascii", "replace").strip()
                if mimetype in _MIMETYPES:
                    return _MIMETYPES[mimetype]
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, EOFError) as error:
        raise CorruptDocumentError(f"{path.name} is a damaged archive: {error}.") from error
    if expected == "zip" and "[Content_Types].xml" not in names:
        return "zip"
    for prefix, name in (("word/", "docx"), ("ppt/", "pptx"), ("xl/", "xlsx")):
        if any(member.lstrip("/").startswith(prefix) for member in names):
            return name
    if "META-INF/container.xml" in names:
        return "epub"
    if "content.xml" in names and expected in ("odt", "ods", "odp"):
        return str(expected)
    raise _refusal(path, expected, "a zip archive")


def _detect_ole(path: Path, expected: str | None) -> str:
    with path.open("rb") as file:
        content = file.read(16 * 1024 * 1024)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise NeedsPasswordError(
            f"{path.name} is an encrypted office file.",
            hint="Save a copy without a password; encrypted office files are not read.",
        )

    def has_any(streams: tuple[str, ...]) -> bool:
        return any(name.encode("utf-16-le") in content for name in streams)

    if not has_any(_OTHER_OLE) and (expected == "xls" or has_any(("Workbook", "Book"))):
        return "xls"
    raise UnsupportedFormatError(
        f"{path.name} is an office file from before 2007.",
        hint="Save it as DOCX, PPTX or PDF, or an Outlook message as EML.",
    )


def _refusal(
    path: Path, expected: str | None, description: str
) -> CorruptDocumentError | UnsupportedFormatError:
    if expected is None:
        return UnsupportedFormatError(f"{path.name} is {description}, which no loader reads.")
    return CorruptDocumentError(
        f"{path.name} does not match its suffix .{suffix_of(path)}: it is {description}."
    )
