"""Serves the contract, the same file that the tests hold the service to, as YAML and as JSON."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response

from service.server.access import open_to_all
from service.server.messages.headers import Document
from service.server.messages.strict_json import dumps

PATH = Path(__file__).parent.parent.parent / "openapi.yaml"
TEXT = PATH.read_bytes()
AS_YAML = Document(TEXT, "application/yaml")

blueprint = Blueprint("openapi", __name__)


@blueprint.get("/openapi.yaml")
@open_to_all
def openapi_yaml() -> Response:
    """Serve the contract as written."""
    return AS_YAML.respond()


@blueprint.get("/openapi.json")
@open_to_all
def openapi_json() -> Response:
    """Serve the contract as JSON."""
    return _as_json().respond()


@cache
def contract() -> dict[str, Any]:
    """Return the contract; read when first asked for, since reading it takes a good part of the time to start."""
    import yaml  # noqa: PLC0415  # for the same reason

    found: dict[str, Any] = yaml.load(TEXT, Loader=yaml.CSafeLoader)  # the safe loader, in C: 10 times as fast
    return found


@cache
def _as_json() -> Document:
    return Document(dumps(contract()) + b"\n", "application/json")
