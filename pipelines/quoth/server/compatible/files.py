"""OpenAI's files: uploads, each known by its bytes."""

from __future__ import annotations

from typing import Any

from quoth.server.compatible.shapes import page_of
from quoth.server.endpoints import Content
from quoth.server.names import FileId
from quoth.server.native.documents import as_attachment
from quoth.server.services import Services
from quoth.server.uploads import Upload


def create_file(services: Services, upload: Upload) -> dict[str, Any]:
    """Upload the field `file` of a form."""
    return _present(upload)


def list_files(services: Services) -> dict[str, Any]:
    """List the uploaded files, oldest first."""
    return page_of(_present(upload) for upload in services.uploads.all())


def show_file(services: Services, file: FileId) -> dict[str, Any]:
    """Show an uploaded file."""
    return _present(services.uploads.get(file))


def send_content(services: Services, file: FileId) -> Content:
    """Send an uploaded file, to be saved and never shown."""
    upload = services.uploads.get(file)
    return as_attachment(upload.path.read_bytes(), upload.name)


def delete_file(services: Services, file: FileId) -> dict[str, Any]:
    """Delete an uploaded file; what collections read from it stays until it is removed there."""
    services.uploads.delete(file)
    return {"id": file, "object": "file", "deleted": True}


def _present(upload: Upload) -> dict[str, Any]:
    return {
        "id": upload.id,
        "object": "file",
        "bytes": upload.bytes,
        "created_at": int(upload.created),
        "filename": upload.name,
        "purpose": upload.purpose,
        "status": "processed",
    }
