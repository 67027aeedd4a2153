"""Files into a collection: their bytes first, and then a job that reads them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from quoth.server.ingesting import submit_ingest
from quoth.server.names import CollectionName
from quoth.server.services import Services
from quoth.server.shapes import Query, UploadBody
from quoth.server.uploads import Upload

FileName = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class InboxQuery(Query):
    """Whether a job ingests the file at once."""

    ingest: bool = Field(True)


def put_file(
    services: Services,
    collection: CollectionName,
    name: FileName,
    query: InboxQuery,
    upload: Upload,
) -> UploadBody:
    """Upload a file of this name as the body of the request."""
    return _place(services, collection, upload, ingest=query.ingest)


def post_file(
    services: Services, collection: CollectionName, query: InboxQuery, upload: Upload
) -> UploadBody:
    """Upload the field `file` of a form."""
    return _place(services, collection, upload, ingest=query.ingest)


def _place(services: Services, collection: str, upload: Upload, *, ingest: bool) -> UploadBody:
    services.shelf.check(collection)
    services.uploads.place(upload, collection)
    job = submit_ingest(services, collection).id if ingest else None
    return UploadBody(
        id=upload.id, name=upload.name, bytes=upload.bytes, sha256=upload.sha256, job=job
    )
