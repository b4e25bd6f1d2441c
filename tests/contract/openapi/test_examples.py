"""Every example of the contract is sent to the service; what it answers fits its schema and is what the contract shows."""

import json
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient

from service.api.openapi import PATH
from service.server.messages.strict_json import dumps
from tests.support.schemas import validator
from tools.contract.examples import Sent, every_example

SPEC: dict[str, Any] = yaml.load(PATH.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
EXAMPLES = every_example(SPEC)
REFUSED = {"patient_1_as_printed", "patient_2_as_printed", "slips", "two_patients"}


def responses(sent: Sent, status: int, media: str) -> dict[str, Any]:
    response = sent.operation["responses"][str(status)]
    if "$ref" in response:
        response = SPEC["components"]["responses"][response["$ref"].rpartition("/")[2]]
    found: dict[str, Any] = response["content"][media]
    return found


def validate(schema: dict[str, Any], document: Any) -> None:
    whole = schema | {"components": SPEC["components"]}
    validator(whole).validate(document)


def named(sent: Sent) -> str:
    return f"{sent.operation['operationId']}-{sent.name}"


@pytest.mark.parametrize("sent", EXAMPLES, ids=named)
def test_every_example_is_answered_as_the_contract_says(client: FlaskClient, sent: Sent) -> None:
    status, media, answer = sent.send(client)
    document = json.loads(dumps(answer))
    assert status == (422 if sent.name in REFUSED else 200)
    content = responses(sent, status, media)
    validate(content["schema"], document)
    shown = content.get("examples", {})
    assert (sent.name in shown) == (sent.name in REFUSED or bool(sent.entry.get("shown")))
    if sent.name in shown:
        assert shown[sent.name]["value"] == document


@pytest.mark.parametrize("sent", [sent for sent in EXAMPLES if sent.media], ids=named)
def test_the_requests_that_may_be_sent_are_shown_and_fit_their_schema(sent: Sent) -> None:
    content = sent.operation["requestBody"]["content"][sent.media]
    if sent.name in REFUSED:
        assert sent.name not in content["examples"]
    else:
        assert content["examples"][sent.name]["value"] == sent.entry["value"]
        validate(content["schema"], sent.entry["value"])


def test_every_operation_that_answers_with_a_document_shows_one() -> None:
    shown = {sent.operation["operationId"] for sent in EXAMPLES if sent.entry.get("shown")}
    operations = {operation["operationId"] for item in SPEC["paths"].values() for operation in item.values()}
    assert operations - shown == {"livez", "readyz", "metrics", "openapiYaml", "openapiJson"}
