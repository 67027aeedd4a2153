"""The description of the native routes (OpenAPI 3.1), made from what validates their requests."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from importlib.metadata import version
from types import UnionType
from typing import Any, get_args

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from quoth.server.arguments import is_model
from quoth.server.endpoints import Content, Endpoint
from quoth.server.gate import PUBLIC
from quoth.server.shapes import ErrorBody
from quoth.server.streams import EventStream

_REF = "#/components/schemas/{model}"
_ERRORS = ("400", "401", "403", "404", "405", "408", "409", "413", "415", "421", "429", "431",
           "500", "501", "502", "503", "507")  # fmt: skip
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_TEXT = {"schema": {"type": "string"}}
_EVENTS = {"text/event-stream": {"schema": {"type": "string"}}}
_HEADERS = {"last-event-id": "follow_operation", "idempotency-key": "start_job", "prefer": "ask"}


def describe_routes(endpoints: Sequence[Endpoint], base_url: str) -> dict[str, Any]:
    """Return the description of the native routes."""
    native = [each for each in endpoints if not (each.is_compatible or each.is_of_page)]
    kinds: list[tuple[Any, JsonSchemaMode]] = [(ErrorBody, "serialization")]
    for endpoint in native:
        if "body" in endpoint.parameters:
            kinds.append((endpoint.parameters["body"], "validation"))
        kinds += [(kind, "serialization") for kind in _returned(endpoint) if is_model(kind)]
    refs, schemas = models_json_schema(
        list(dict.fromkeys(kinds)), ref_template=_REF, schema_generator=GenerateJsonSchema
    )
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in native:
        described = _describe(endpoint, refs)
        paths.setdefault(endpoint.path.replace(":path", ""), {})[endpoint.method.lower()] = (
            described
        )
    error = {"application/json": {"schema": refs[(ErrorBody, "serialization")]}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Quoth", "version": version("quoth")},
        "servers": [{"url": base_url}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas.get("$defs", {}),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {"Error": {"description": "An error", "content": error}},
        },
    }


def _describe(endpoint: Endpoint, refs: Any) -> dict[str, Any]:
    public = (endpoint.method, endpoint.path) in PUBLIC
    described: dict[str, Any] = {
        "operationId": _operation_id(endpoint),
        "summary": endpoint.summary,
        "parameters": [*_path_parameters(endpoint), *_query_parameters(endpoint)],
        "responses": _responses(endpoint, refs),
    }
    described["parameters"] += [
        {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}
        for name, function in _HEADERS.items()
        if endpoint.function.__name__ == function
    ]
    if public:
        described["security"] = []
    if body := _request_body(endpoint, refs):
        described["requestBody"] = {"required": endpoint.takes != "bytes", "content": body}
    return described


def _operation_id(endpoint: Endpoint) -> str:
    words = re.findall(r"[a-z]+", f"{endpoint.method.lower()} {endpoint.path}")
    return "_".join(word for word in words if word not in ("api", "v"))


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    names = re.findall(r"\{(\w+)", endpoint.path)
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": TypeAdapter(endpoint.parameters[name]).json_schema(),
        }
        for name in names
    ]


def _query_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    query = endpoint.parameters.get("query")
    schema = query.model_json_schema() if query else {}
    return [
        {"name": name, "in": "query", "required": False, "schema": part}
        for name, part in schema.get("properties", {}).items()
    ]


def _request_body(endpoint: Endpoint, refs: Any) -> dict[str, Any]:
    if "body" in endpoint.parameters:
        return {"application/json": {"schema": refs[(endpoint.parameters["body"], "validation")]}}
    if "upload" not in endpoint.parameters:
        return {}
    if endpoint.takes == "bytes":
        return {"application/octet-stream": _BINARY}
    form = {"type": "object", "properties": {"file": _BINARY["schema"]}, "required": ["file"]}
    return {"multipart/form-data": {"schema": form}}


def _responses(endpoint: Endpoint, refs: Any) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for kind in _returned(endpoint):
        if is_model(kind):
            content["application/json"] = {"schema": refs[(kind, "serialization")]}
        elif kind is EventStream:
            content |= _EVENTS
        elif kind is Content and endpoint.status == 200:
            content |= {"application/octet-stream": _BINARY, "image/png": _BINARY}
            content |= dict.fromkeys(("text/plain", "text/html"), _TEXT)
        elif kind is not type(None) and kind is not Content:
            content["application/json"] = {"schema": {"type": "object"}}
    success: dict[str, Any] = {"description": "Success"}
    if content and endpoint.status != 204:
        success["content"] = content
    responses = {str(endpoint.status): success}
    if endpoint.function.__name__ == "ask":
        responses["202"] = {"description": "Accepted", "content": {"application/json": {}}}
    return responses | {status: {"$ref": "#/components/responses/Error"} for status in _ERRORS}


def _returned(endpoint: Endpoint) -> tuple[Any, ...]:
    returned = endpoint.returned
    if isinstance(returned, UnionType):
        return get_args(returned)
    return (type(None) if returned in (None, inspect.Signature.empty) else returned,)
