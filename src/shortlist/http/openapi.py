"""OpenAPI 3.1 from the endpoint records: nothing is described by hand."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from shortlist import __version__
from shortlist.http.endpoint import Endpoint, Mode

_PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")


def document(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """The OpenAPI document of these endpoints, in their order."""
    listed = list(endpoints)
    kinds = [kind for endpoint in listed for kind in (endpoint.request, endpoint.response) if kind is not None]
    schemas, components = msgspec.json.schema_components(
        kinds, schema_hook=_raw_schema, ref_template="#/components/schemas/{name}"
    )
    by_kind = dict(zip(kinds, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in listed:
        path = _PARAMETER.sub(r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, by_kind, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shortlist", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": {**components, "Error": _ERROR},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


_ERROR = {
    "type": "object",
    "required": ["error_code", "message"],
    "properties": {
        "error_code": {"type": "string"},
        "message": {"type": "string"},
        "error": {"type": "string"},
        "field": {"type": "string"},
        "position": {"type": "integer"},
    },
}


def _raw_schema(kind: type[Any]) -> dict[str, Any]:
    if kind is msgspec.Raw:
        return {}
    raise NotImplementedError


def _operation(endpoint: Endpoint, schemas: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    in_path = _PARAMETER.findall(endpoint.path)
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in in_path
    ]
    operation: dict[str, Any] = {
        "operationId": _operation_id(endpoint),
        "summary": endpoint.summary,
        "tags": list(endpoint.tags),
        "x-action": endpoint.action.value,
        "parameters": parameters,
        "responses": {
            str(endpoint.status): _answer(endpoint, schemas),
            "default": _json("An error", {"$ref": "#/components/schemas/Error"}),
        },
    }
    if endpoint.request is not None and endpoint.method == "GET":
        parameters.extend(_query(endpoint, schemas, components, in_path))
    elif endpoint.request is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schemas[endpoint.request]}},
        }
    return operation


def _operation_id(endpoint: Endpoint) -> str:
    words = re.findall(r"\w+", endpoint.path)
    return "_".join([endpoint.method.lower(), *words])


def _answer(endpoint: Endpoint, schemas: dict[Any, Any]) -> dict[str, Any]:
    if endpoint.response is None:
        kind = "application/octet-stream" if endpoint.mode is Mode.STREAM else "application/json"
        return {"description": "Success", "content": {kind: {}}}
    return _json("Success", schemas[endpoint.response])


def _json(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _query(
    endpoint: Endpoint, schemas: dict[Any, Any], components: dict[str, Any], in_path: list[str]
) -> list[dict[str, Any]]:
    if endpoint.request is None:
        return []
    schema = components[schemas[endpoint.request]["$ref"].rpartition("/")[2]]
    needed = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": value}
        for name, value in schema.get("properties", {}).items()
        if name not in in_path
    ]
