"""Forms with a file (`multipart/form-data`), read in pieces and with limits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from email.message import Message

from starlette.concurrency import run_in_threadpool

from quoth.server.failures import BAD_REQUEST, RefusedError
from quoth.server.uploads import IncomingFile
from quoth.system import missing_extra

_MOST_FIELDS = 32
_MOST_FIELD_BYTES = 4096
_MOST_HEADER_BYTES = 4096
_MOST_BOUNDARY = 70


class Form:
    """A form while it arrives: the field `file` is written to a file, short fields are kept."""

    def __init__(self, file: IncomingFile) -> None:
        self.fields: dict[str, str] = {}
        self.file_name = ""
        self._file = file
        self._header, self._value, self._parts = bytearray(), bytearray(), 0
        self._headers: dict[str, str] = {}
        self._name = ""
        self._text = bytearray()
        self._is_file = False

    def callbacks(self) -> dict[str, Callable[..., None]]:
        """Return what the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._add(self._header, data[start:end]),
            "on_header_value": lambda data, start, end: self._add(self._value, data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._name_part,
            "on_part_data": lambda data, start, end: self._take(data[start:end]),
            "on_part_end": self._end,
        }

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > _MOST_FIELDS:
            raise RefusedError(BAD_REQUEST, f"The form has more than {_MOST_FIELDS} fields.")
        self._headers, self._text, self._name, self._is_file = {}, bytearray(), "", False

    def _add(self, target: bytearray, data: bytes) -> None:
        target += data
        if len(target) > _MOST_HEADER_BYTES:
            raise RefusedError(BAD_REQUEST, "A header within the form is too long.")

    def _end_header(self) -> None:
        name = self._header.decode("latin-1").lower()
        self._headers[name] = self._value.decode("utf-8", "replace")
        self._header, self._value = bytearray(), bytearray()

    def _name_part(self) -> None:
        message = Message()
        message["content-disposition"] = self._headers.get("content-disposition", "")
        name = message.get_param("name", "", "content-disposition")
        file_name = message.get_filename("")
        self._name = str(name)
        self._is_file = self._name == "file"
        if self._is_file:
            if self.file_name:
                raise RefusedError(BAD_REQUEST, "The form has more than one file.", param="file")
            self.file_name = file_name or "document"

    def _take(self, data: bytes) -> None:
        if self._is_file:
            self._file.write(data)
            return
        self._text += data
        if len(self._text) > _MOST_FIELD_BYTES:
            raise RefusedError(BAD_REQUEST, "A field of the form is too long.", param=self._name)

    def _end(self) -> None:
        if not self._is_file:
            self.fields[self._name] = self._text.decode("utf-8", "replace")


async def read_form(content_type: str, pieces: AsyncIterator[bytes], file: IncomingFile) -> Form:
    """Return a form whose file has been written to `file`, by threads. Raises `RefusedError`."""
    try:
        from python_multipart.exceptions import FormParserError
        from python_multipart.multipart import MultipartParser, parse_options_header
    except ImportError as error:
        raise missing_extra("Receiving forms", "serve") from error
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= _MOST_BOUNDARY:
        raise RefusedError(
            BAD_REQUEST, "The body of the request must be a form.", hint="multipart/form-data"
        )
    form = Form(file)
    parser = MultipartParser(boundary, form.callbacks())  # type: ignore[arg-type]
    try:
        async for piece in pieces:
            await run_in_threadpool(parser.write, piece)
        parser.finalize()
    except FormParserError as error:
        raise RefusedError(BAD_REQUEST, "The form is broken.") from error
    if not form.file_name:
        raise RefusedError(BAD_REQUEST, "The form has no file.", param="file")
    return form
