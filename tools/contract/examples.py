"""Sends the examples to the service and puts them, with what it answers, beside their operations.

An entry of a file under openapi/examples/ has a ``summary`` and the ``value`` that is sent. ``path`` and ``query`` fill the
address, ``shown: true`` puts the answer into the contract, and ``first: n`` shows only so many members of each list in it.
What the service refuses stands with its refusal, never among the requests that may be sent.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from flask.testing import FlaskClient

from service.app import create_app
from service.server.messages.strict_json import dumps, loads
from service.server.settings import Settings
from tools.contract.sources import examples

REQUEST_ID = "6b1f2c1e-7a0e-4f0e-9b0a-2f0f6f1f0a10"
STEADY = (
    (re.compile(rb'"request_id":"[^"]*"'), f'"request_id":"{REQUEST_ID}"'.encode()),
    (re.compile(rb"sha256:[0-9a-f]{64}"), b"sha256:" + b"0" * 64),
    (re.compile(rb'"uuid":"[^"]*"'), b'"uuid":"32101cec-5286-5ccc-9e28-2c0f01532893"'),
)
"""What changes from call to call, or with every change of the data, and what stands for it."""
GOOD = 200


class Sent(NamedTuple):
    """One example: what is sent with ``send``, and where its answer stands."""

    operation: dict[str, Any]
    name: str
    entry: dict[str, Any]
    method: str
    path: str
    media: str | None

    def send(self, client: FlaskClient) -> tuple[int, str, Any]:
        """Return status, media type and document of the answer, each list cut as the entry asks."""
        value = self.entry.get("value")
        body = value.encode() if isinstance(value, str) else None if value is None else dumps(value)
        query = self.entry.get("query")
        answer = client.open(self.path, method=self.method, query_string=query, data=body, content_type=self.media)
        data = answer.data
        for changing, steady in STEADY:
            data = changing.sub(steady, data)
        media = answer.content_type.partition(";")[0]
        document = data.decode() if media.endswith("x-ndjson") or media.startswith("text/") else loads(data)
        return answer.status_code, media, _cut(document, self.entry.get("first"))


def every_example(contract: dict[str, Any]) -> list[Sent]:
    """Return all examples of the files, in the order of the operations."""
    return [
        Sent(operation, name, entry, method.upper(), _address(contract, path, operation, entry), _media(operation))
        for path, item in contract["paths"].items()
        for method, operation in item.items()
        for name, entry in examples(operation["operationId"]).items()
    ]


def _address(contract: dict[str, Any], path: str, operation: dict[str, Any], entry: dict[str, Any]) -> str:
    """Return the path with its parameters filled by the entry, or by the only value that one may have."""
    named = {parameter.get("$ref", "").rpartition("/")[2] for parameter in operation.get("parameters", ())}
    shared = [contract["components"]["parameters"][name] for name in named if name]
    only = {parameter["name"]: parameter["schema"]["enum"][0] for parameter in shared if parameter["in"] == "path"}
    return path.format(**only | entry.get("path", {}))


def _media(operation: dict[str, Any]) -> str | None:
    return next(iter(operation["requestBody"]["content"])) if "requestBody" in operation else None


def _cut(document: Any, first: int | None) -> Any:
    if first is None:
        return document
    return {key: part[:first] if isinstance(part, list) else part for key, part in document.items()}


def place(contract: dict[str, Any]) -> None:
    """Put every example and the answers to be shown into the contract."""
    client = create_app(Settings(log_level="error")).test_client()
    for sent in every_example(contract):
        status, media, answer = sent.send(client)
        shown = {"summary": sent.entry["summary"]}
        if status == GOOD and sent.media:
            request = sent.operation["requestBody"]["content"][sent.media]
            request.setdefault("examples", {})[sent.name] = {
                "summary": sent.entry["summary"],
                "value": sent.entry["value"],
            }
        if status != GOOD:
            shown["description"] = f"Sent:\n\n```json\n{dumps(sent.entry['value']).decode()}\n```\n"
        shown["value"] = answer
        if status != GOOD or sent.entry.get("shown"):
            response = _own_response(contract, sent.operation, str(status))
            response["content"][media].setdefault("examples", {})[sent.name] = shown


def _own_response(contract: dict[str, Any], operation: dict[str, Any], status: str) -> dict[str, Any]:
    """Return the response of an operation; a shared one is copied first, so that the examples stay with the operation."""
    response: dict[str, Any] = operation["responses"][status]
    if "$ref" in response:
        shared = contract["components"]["responses"][response["$ref"].rpartition("/")[2]]
        content = {media: dict(part) for media, part in shared["content"].items()}
        response = operation["responses"][status] = shared | {"content": content}
    return response
