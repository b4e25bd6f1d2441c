"""Serves the contract, the same file that the tests hold the service to, as YAML and as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from flask import Blueprint, Response

from service.server.headers import Document
from service.server.strict_json import dumps

PATH = Path(__file__).parent.parent.parent / "openapi.yaml"
TEXT = PATH.read_bytes()
DOCUMENT: dict[str, Any] = yaml.load(TEXT, Loader=yaml.CSafeLoader)  # the safe loader, in C: 10 times as fast
AS_YAML = Document(TEXT, "application/yaml")
AS_JSON = Document(dumps(DOCUMENT) + b"\n", "application/json")

blueprint = Blueprint("openapi", __name__)


@blueprint.get("/openapi.yaml")
def openapi_yaml() -> Response:
    """Serve the contract as written."""
    return AS_YAML.respond()


@blueprint.get("/openapi.json")
def openapi_json() -> Response:
    """Serve the contract as JSON."""
    return AS_JSON.respond()
