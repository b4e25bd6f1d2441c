"""What the bench sets side by side is the same panel, as JSON and as a record."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from marshmallow import ValidationError

from bench.envelopes import PLAIN
from bench.panels import SPARSE, panel
from bench.record import carried, record
from bench.stages import CODES
from service.api.request.panel import REQUEST, read_panel_request
from service.api.response.assessment import assessment_document
from service.clinical.assessment.assess import assess
from service.clinical.criteria import CATALOGUE
from service.ehr.fhir.record import read_request
from service.server.messages.strict_json import dumps, loads
from tests.support.records import category, evaluated


def test_the_record_holds_fifty_observations() -> None:
    bundle = record()["parameter"][0]["resource"]
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert (bundle["type"], bundle["total"], kinds.count("Observation")) == ("searchset", 50, 50)
    assert sorted({*kinds} - {"Observation"}) == ["Condition", "MedicationRequest", "Patient"]


def test_the_record_comes_to_the_panel_that_it_is_held_against() -> None:
    found = read_request(loads(dumps(record())), CODES)
    assessment = assess(found.panel, found.criteria)
    asked = read_panel_request(loads(dumps(carried())))
    assert len([reading for reading in asked.panel.readings if reading in carried()["observations"]]) == 15
    assert {issue.key for issue in found.issues} == {"superseded", "code_not_mapped"}
    assert assessment_document(assessment) == assessment_document(assess(asked.panel))


def test_both_are_answered_with_the_same_category_and_verdicts(client: FlaskClient) -> None:
    by_record = evaluated(client, record())
    by_json: Any = client.post("/v1/assessments", data=dumps(carried()), content_type="application/json").json
    assert category(by_record) == by_json["classification"]["category"] == "likely"
    contained = [resource for resource in by_record["contained"] if resource["resourceType"] == "Observation"]
    verdicts = {resource["id"]: resource["valueCodeableConcept"]["coding"][0]["code"] for resource in contained}
    assert verdicts == {criteria_set["id"]: criteria_set["verdict"] for criteria_set in by_json["criteria"]}
    assert list(verdicts) == list(CATALOGUE)


@pytest.mark.parametrize("sent", [SPARSE, panel(0)], ids=["sparse", "full"])
def test_both_readers_of_the_envelope_read_the_same(sent: Any) -> None:
    document = loads(dumps(sent))
    by_parts, by_schemas = REQUEST.deserialize(document), PLAIN.load(document)
    assert by_parts.keys() == by_schemas.keys()
    assert by_parts["observations"].readings == by_schemas["observations"].readings
    assert by_parts.get("context") == by_schemas.get("context")


def test_both_name_an_unknown_field_with_the_nearest() -> None:
    with pytest.raises(ValidationError) as by_parts:
        REQUEST.deserialize({"patient": {"age_year": 3}})
    with pytest.raises(ValidationError) as by_schemas:
        PLAIN.load({"patient": {"age_year": 3}})
    assert by_parts.value.messages == by_schemas.value.messages
