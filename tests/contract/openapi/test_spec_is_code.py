"""The contract and the service agree: addresses, closed lists, version, and every example."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from service import __version__
from service.api.openapi import PATH, contract
from service.app import create_app
from service.clinical.assessment.category import CATEGORIES
from service.clinical.assessment.warning_kinds import MEANINGS
from service.clinical.data.references import CERTAINTIES
from service.server.messages.strict_json import dumps
from service.server.settings import Settings
from tests.support.schemas import validator
from tools.generate import documents

SPEC: dict[str, Any] = yaml.load(PATH.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
ASSESS = SPEC["paths"]["/v1/assessments"]["post"]


def component(name: str) -> Any:
    schema = {"$ref": f"#/components/schemas/{name}", "components": SPEC["components"]}
    return validator(schema)


def test_it_is_valid_openapi_of_this_version() -> None:
    from openapi_spec_validator import validate  # takes a second to load

    validate(SPEC)
    assert SPEC["openapi"] == "3.1.0"
    assert SPEC["info"]["version"] == __version__


FOR_PEOPLE = {"page", "docs"}
"""What serves pages: no program calls it, so the contract has no operation for it."""


def test_every_address_of_the_service_is_in_the_contract_and_the_other_way_round(app: Flask) -> None:
    served = {
        (rule.rule.replace("<key>", "{id}").replace("<", "{").replace(">", "}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] not in FOR_PEOPLE
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS")
    }
    written = {(path, method) for path, item in SPEC["paths"].items() for method in item}
    assert served == written


def test_the_closed_lists_are_those_of_the_data() -> None:
    schemas = SPEC["components"]["schemas"]
    assert schemas["Category"]["enum"] == list(CATEGORIES)
    assert schemas["Certainty"]["enum"] == list(CERTAINTIES)


def test_every_kind_of_warning_is_named() -> None:
    text = SPEC["components"]["schemas"]["Warning"]["properties"]["code"]["description"]
    assert set(MEANINGS) <= set(re.findall(r"\w+", text))


def test_the_generated_documents_are_current() -> None:
    stale = [file for file, text in documents().items() if (PATH.parent / file).read_text(encoding="utf-8") != text]
    assert stale == [], "run: make generate"


PANEL = {"observations": {"ast": "5 U/L"}}
QUANTITY = {"value": 5, "unit": "U/L"}
WORD = {"interpretation": "H"}


@pytest.mark.parametrize(
    ("document", "is_valid"),
    [
        ({}, False),
        ({"observations": {}, "findings": None}, False),
        ({"observations": None, "findings": {"fever": None}}, True),
        (PANEL, True),
        (PANEL | {"context": {"medications": [{"name": "anakinra"}]}}, True),
        (PANEL | {"context": {"medications": ["anakinra"]}}, False),
        ({"observations": {"ast": QUANTITY}}, True),
        ({"observations": {"ast": QUANTITY | {"unit": None}}}, False),
        ({"observations": {"ast": {"value": 5}}}, False),
        ({"observations": {"ast": {"unit": "U/L"}}}, False),
        ({"observations": {"ast": WORD | {"value": None, "unit": None, "comparator": None}}}, True),
        ({"observations": {"ast": WORD | {"comparator": ">"}}}, False),
        ({"observations": {"ast": WORD | {"reference_range": {"high": 40, "unit": "U/L"}}}}, True),
        ({"observations": {"ast": WORD | {"reference_range": {"high": 40}}}}, False),
        ({"observations": {"ast": WORD | {"reference_range": {"low": None, "high": None, "unit": None}}}}, True),
        ({"observations": {"ast": WORD | {"reference_range": {}}}}, True),
    ],
    ids=str,
)
def test_the_contract_and_the_service_draw_the_same_line(
    post: Any, document: dict[str, Any], *, is_valid: bool
) -> None:
    assert component("PanelRequest").is_valid(document) is is_valid
    assert (post(**document)[0] == 200) is is_valid


def test_every_field_and_parameter_is_described() -> None:
    bare = [where for where, schema in properties(SPEC["components"]["schemas"]) if not described(schema)]
    assert bare == []


CONDITIONS = {"anyOf", "not", "if", "then", "else"}
"""Where a property is a condition on a field that is described elsewhere."""


def properties(node: Any, where: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    if isinstance(node, dict):
        for key, below in node.items():
            if key == "properties" and isinstance(below, dict):
                found += [(f"{where}/{name}", schema) for name, schema in below.items()]
            found += properties(below, f"{where}/{key}")
    elif isinstance(node, list):
        for index, below in enumerate(node):
            found += properties(below, f"{where}/{index}")
    return [(place, schema) for place, schema in found if not CONDITIONS & set(place.split("/")) or "Observed" in place]


def described(schema: Any) -> bool:
    schema = schema["anyOf"][0] if schema.keys() == {"anyOf"} else schema
    if "$ref" in schema and "description" not in schema:
        schema = SPEC["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    words = {"CriteriaId", "ObservationId", "Condition", "Confounder"}
    return "description" in schema or "enum" in schema or "$ref" in schema or bool(words & set(str(schema).split("/")))


REQUESTS = ASSESS["requestBody"]["content"]["application/json"]["examples"]


def contents(node: Any) -> Iterator[dict[str, Any]]:
    """Yield what the contract says of each body; an example of one may have a member of that name itself."""
    if isinstance(node, dict):
        yield from node.get("content", {}).values()
    inner = {key: below for key, below in node.items() if key != "examples"} if isinstance(node, dict) else {}
    for below in inner.values() or (node if isinstance(node, list) else ()):
        yield from contents(below)


def test_every_example_of_the_contract_fits_its_schema() -> None:
    checked = 0
    for content in contents(SPEC):
        shown = [example["value"] for example in content.get("examples", {}).values()] + [content.get("example")]
        schema = validator(content.get("schema", {}) | {"components": SPEC["components"]})
        for value in shown:
            if value is not None:
                schema.validate(value)
                checked += 1
    assert checked >= 12


@pytest.mark.parametrize("path", ["/v1/criteria", "/v1/criteria/hscore", "/v1/analytes", "/openapi.json"])
def test_every_header_of_the_contract_comes_back(client: FlaskClient, path: str) -> None:
    responses = SPEC["paths"][path.replace("hscore", "{id}")]["get"]["responses"]
    fresh = client.get(path)
    assert set(responses["200"]["headers"]) <= set(fresh.headers.keys())
    again = client.get(path, headers={"If-None-Match": fresh.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert set(SPEC["components"]["responses"]["NotModified"]["headers"]) <= set(again.headers.keys())


def test_a_refusal_says_who_may_call_and_what_may_be_sent(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"ward:{'0' * 64}\n", encoding="utf-8")
    client = create_app(Settings(auth_mode="api_key", api_keys_file=str(keys))).test_client()
    refusal = client.get("/v1/criteria")
    assert refusal.headers["WWW-Authenticate"] == 'Bearer realm="mas"'
    assert json.loads(refusal.data)["detail"] == "Send a key or a token as Authorization: Bearer."
    is_asked = {
        path: client.open(path.replace("{id}", "hscore"), method=method).status_code == 401
        for path, item in SPEC["paths"].items()
        for method in item
        if "{service}" not in path and "{name}" not in path
    }
    is_told = {path: "security" not in operation for path, item in SPEC["paths"].items() for operation in item.values()}
    assert is_asked == {path: is_told[path] for path in is_asked}


@pytest.mark.parametrize(("path", "name"), [("/v1/analytes", "Analytes"), ("/v1/criteria/hscore", "CriteriaSet")])
def test_the_knowledge_fits_the_contract(client: FlaskClient, path: str, name: str) -> None:
    component(name).validate(client.get(path).json)


def test_one_set_is_the_same_alone_and_among_all(client: FlaskClient) -> None:
    for criteria_set in json.loads(client.get("/v1/criteria").data)["criteria"]:
        assert json.loads(client.get(f"/v1/criteria/{criteria_set['id']}").data) == criteria_set
        component("CriteriaSet").validate(criteria_set)


def test_the_contract_is_served_as_written(client: FlaskClient) -> None:
    assert client.get("/openapi.yaml").data == PATH.read_bytes()
    assert client.get("/openapi.json").json == contract()


def test_the_same_request_gives_the_same_bytes(client: FlaskClient) -> None:
    body = dumps(REQUESTS["patient_2"]["value"])
    answers = {client.post("/v1/assessments", data=body, content_type="application/json").data for _ in range(5)}
    assert len(answers) == 1


def test_numbers_are_written_digit_for_digit(client: FlaskClient) -> None:
    body = dumps(REQUESTS["patient_1"]["value"])
    answer = client.post("/v1/assessments", data=body, content_type="application/json")
    assert b'"cutoff":-2.1,' in answer.data
    assert b'"min":-4.8345,"max":0.3455' in answer.data
