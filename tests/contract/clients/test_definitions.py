"""Validators that know HL7's rules find no error in the published definitions, nor in any answer that refers to them."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.ehr.fhir.definitions.capability import KINDS
from service.server.messages.strict_json import dumps, loads
from tests.contract.clients.test_clients import HERE, NODE, PYTHON, TOOLS, fhir_answers, lines, run, tools
from tests.support.messages import KIND, message, obx
from tests.support.records import bundle, condition, evaluated, met_panel

__all__ = ["tools"]  # the fixture that skips where they are not installed
pytestmark = [pytest.mark.clients, pytest.mark.xdist_group("clients")]
CHECK = (PYTHON, HERE / "fhir_check.py")
R4 = TOOLS / "node_modules" / "@medplum" / "definitions" / "dist" / "fhir" / "r4"


def published(client: FlaskClient) -> list[Any]:
    """Return every document that describes the interface: each definition, each kind searched, the statement."""
    found = [loads(client.get(f"/fhir/{kind}").data) for kind in KINDS]
    inner = [entry["resource"] for searched in found for entry in searched["entry"]]
    assert len(inner) == 2 + 8 + 8 + 1
    return [*found, *inner, loads(client.get("/fhir/metadata").data), loads(client.get("/fhir/ValueSet?_count=0").data)]


@pytest.fixture
def definitions(client: FlaskClient, tmp_path: Path) -> Path:
    """Write the published definitions into a folder, as a validator takes them."""
    for number, resource in enumerate(published(client)):
        if resource["resourceType"] in KINDS:
            (tmp_path / f"{number}.json").write_bytes(dumps(resource))
    return tmp_path


def test_no_error_in_the_definitions_and_in_the_answers_of_every_kind(client: FlaskClient, definitions: Path) -> None:
    sent = client.post("/hl7v2", data=message(obx("1")), content_type=KIND, headers={"Accept": "application/fhir+json"})
    documents = [*published(client), *fhir_answers(client), loads(sent.data)]
    found = run([*CHECK, definitions], lines(documents))
    assert found == {"count": len(documents), "problems": []}
    assert len(documents) > 25 + 120


def test_without_the_definitions_every_answer_has_unknown_extensions(client: FlaskClient, tmp_path: Path) -> None:
    """So the validator does read them, and a code that is not among them is an error."""
    answer = evaluated(client, bundle(condition(), *met_panel()))
    found = run([*CHECK, tmp_path], lines([answer]))["problems"]
    assert {problem["code"] for problem in found} == {"extension.unknown"}
    assert len(found) == len(answer["extension"]) > 5


def test_a_code_that_is_not_published_is_an_error(client: FlaskClient, definitions: Path) -> None:
    answer = evaluated(client, bundle(condition(), *met_panel()))
    answer["prediction"][0]["qualitativeRisk"]["coding"][0]["code"] = "certain"
    answer["extension"][0]["valueReference"] = {"reference": "#none"}
    found = run([*CHECK, definitions], lines([answer]))["problems"]
    assert "terminology.code-system" in {problem["code"] for problem in found}


def test_two_other_validators_take_the_definitions(client: FlaskClient) -> None:
    documents = published(client)
    assert run([*NODE, HERE / "validate.mjs", TOOLS], lines(documents)) == {"count": len(documents), "problems": []}


def is_wrong_about_r4(problem: dict[str, Any]) -> bool:
    """Return whether a finding is one of two that the validator gets wrong once it has HL7's definitions.

    A cardinality holds within each element above. R4 has CodeSystem.concept 0..*, its property 0..*, and in each of
    them code 1..1; the validator counts the codes of all properties of a concept together. And where R4 writes [x], a
    member is named by its type (Data Types, "Choice of Data Types"), such as valueString; the validator looks for one
    that is called "value[x]".
    """
    path = problem["path"]
    counts_all = problem["code"] == "profile.element.cardinality.max" and path.count(".") > 2
    return counts_all or (problem["code"] == "cardinality.min" and path.endswith("value[x]"))


def of_hl7() -> Any:
    """Return a short CodeSystem of HL7 whose concepts have several properties each."""
    found = [
        entry["resource"] for entry in json.loads((R4 / "v3-codesystems.json").read_text(encoding="utf-8"))["entry"]
    ]
    return next(one for one in found if (one["resourceType"], one["id"]) == ("CodeSystem", "v3-CalendarCycle"))


def test_no_error_by_the_definitions_of_hl7(client: FlaskClient, definitions: Path) -> None:
    """With the profiles, invariants and value sets of R4 itself; what the validator gets wrong, HL7's own draw too."""
    theirs = of_hl7()
    ours = [*published(client), *fhir_answers(client)[::40]]
    found = run([*CHECK, definitions, R4], lines([theirs, *ours]))
    wrong = [problem for problem in found["problems"] if is_wrong_about_r4(problem)]
    assert [problem for problem in found["problems"] if problem not in wrong and problem["line"]] == []
    assert {problem["code"] for problem in wrong if problem["line"] == 0} == {
        *("profile.element.cardinality.max", "cardinality.min")
    }
    assert found["count"] == 1 + len(ours) > 25


def test_a_snapshot_is_that_of_hl7_with_the_differential(client: FlaskClient) -> None:
    """All but the words of HL7, which need not be repeated."""
    bundles = json.loads((R4 / "profiles-types.json").read_text(encoding="utf-8"))["entry"]
    [base] = [entry["resource"] for entry in bundles if entry["resource"]["id"] == "Extension"]
    words = {"short", "definition", "comment", "alias", "mapping", "extension"}
    for key in ("criteria-result", "evaluation-message"):
        document = json.loads(client.get(f"/fhir/StructureDefinition/{key}").data)
        own = {element["id"]: element for element in document["differential"]["element"]}
        expected = [element | own.get(element["id"], {}) for element in base["snapshot"]["element"]]
        for element in expected:
            for constraint in element.get("constraint", ()):
                constraint.setdefault("source", base["url"])  # left out in R4 where it is the type itself
                constraint["xpath"] = constraint["xpath"].replace('"', "'")
        assert document["snapshot"]["element"] == [
            {name: value for name, value in element.items() if name not in words}
            | {name: shown[name] for name in ("short", "definition")}
            for element, shown in zip(expected, document["snapshot"]["element"], strict=True)
        ]
