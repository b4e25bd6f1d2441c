"""What the parameters of the operation say besides the record."""

from typing import Any

import pytest

from service.ehr.fhir.record import FhirRecord
from tests.support.reading import read
from tests.support.records import ALL_OF_MET, bundle, condition, drug, met_panel, parameters, patient


def given(name: str, **value: Any) -> FhirRecord:
    return read(
        parameters({"name": name} | value, {"name": "observations", "resource": bundle(condition(), *met_panel())})
    )


def test_parameters_say_what_the_record_does_not() -> None:
    assert given("febrile", valueBoolean=False).panel.findings["fever"] is False
    assert given("condition", valueCode="aosd").panel.condition == "aosd"
    assert given("condition", valueCode="aosd").condition is None
    assert given("condition", valueString="SJIA").condition == {"reference": "Condition/c1"}
    assert given("condition", valueCoding={"code": "jsle"}).panel.condition == "jsle"
    concept = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "C81.0"}]}
    assert given("condition", valueCodeableConcept=concept).panel.condition == "haematological_malignancy"
    assert given("asOf", valueDateTime="2026-11-23T00:00:00Z").panel.collected_at == "2026-11-23T00:00:00Z"
    assert given("criteria", valueCode="hscore").criteria == ("hscore",)
    assert given("subject", resource=patient()).subject.patient == patient()
    assert given("subject", valueReference={"reference": "Patient/p1"}).subject.name == "Patient/p1"


@pytest.mark.parametrize(
    "value",
    [
        {"valueString": "Actemra"},
        {"valueCode": "L04AC07"},
        {"valueCodeableConcept": {"text": "tocilizumab"}},
        {"valueCoding": {"system": "http://www.whocc.no/atc", "code": "L04AC07"}},
        {"valueReference": {"display": "RoActemra 20 mg/ml"}},
        {"resource": drug()},
        {"resource": {"resourceType": "Medication", "code": {"text": "tocilizumab"}}},
    ],
)
def test_medications_in_every_form(value: dict[str, Any]) -> None:
    names = [medication.name for medication in given("medications", **value).panel.medications]
    assert names in (["tocilizumab"], ["L04AC07"])


def test_a_condition_may_be_a_resource() -> None:
    made = parameters({"name": "condition", "resource": condition("M06.1")})
    assert read(made).panel.condition == "aosd"


def said(record: FhirRecord) -> tuple[bool | None, str, str]:
    return record.panel.findings.get("fever"), record.panel.condition, record.moment.text


def test_what_is_said_twice_is_taken_and_what_is_said_in_two_ways_is_not() -> None:
    entries: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"name": "febrile", "valueBoolean": True}, {"name": "febrile", "valueBoolean": False}),
        (
            {"name": "febrile", "valueBoolean": True},
            {"name": "findings", "part": [{"name": "fever", "valueBoolean": False}]},
        ),
        ({"name": "condition", "valueCode": "aosd"}, {"name": "condition", "valueCode": "jsle"}),
        ({"name": "asOf", "valueDateTime": "2026-11-23"}, {"name": "asOf", "valueDateTime": "2026-11-24"}),
    ]
    for entry, other in entries:
        alike, torn = read(parameters(entry, entry)), [read(parameters(entry, other)), read(parameters(other, entry))]
        assert "parameter_conflict" not in [issue.key for issue in alike.issues]
        assert said(alike) != (None, "unknown", "")
        for record in torn:
            assert "parameter_conflict" in [issue.key for issue in record.issues]
            assert said(record) == (None, "unknown", "")


def test_findings_are_parts() -> None:
    parts = [
        {"name": "splenomegaly", "valueBoolean": True},
        {"name": "hepatomegaly", "valueString": "yes"},
        {"name": "nonsense", "valueBoolean": True},
    ]
    record = given("findings", part=parts)
    assert record.panel.findings["splenomegaly"] is True
    assert "hepatomegaly" not in record.panel.findings
    assert [issue.key for issue in record.issues] == ["finding_unread", "parameter_unknown"]


def test_a_diagnosis_in_hand_that_was_not_read_does_not_count_as_absent() -> None:
    record = given("findings", part=[{"name": "molecular_hlh_diagnosis", "valueString": "perhaps"}])
    assert "molecular_hlh_diagnosis" not in record.panel.findings
    assert record.panel.unread == {"molecular_hlh_diagnosis"}


def test_a_finding_that_says_nothing_is_no_unread_finding() -> None:
    record = given("findings", part=[{"name": "fever", "valueString": "N/A"}])
    assert "fever" not in record.panel.findings
    assert not record.panel.unread
    assert [issue.key for issue in record.issues] == ["finding_unread"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("febrile", {"valueString": "yes"}),
        ("febrile", {}),
        ("condition", {"valueCode": "gout"}),
        ("asOf", {"valueDateTime": "2026-11"}),
        ("asOf", {"valueDateTime": "soon"}),
        ("medications", {}),
        ("criteria", {"valueCode": "nonsense"}),
        ("findings", {}),
        ("subject", {}),
        ("observations", {"valueString": "x"}),
    ],
)
def test_a_parameter_of_the_wrong_form_is_unknown_with_an_issue(name: str, value: dict[str, Any]) -> None:
    record = given(name, **value)
    [told] = [issue.text for issue in record.issues if issue.key == "parameter_invalid"]
    assert told.startswith(f"The parameter {name} counts as unknown; it takes ")
    assert set(record.panel.readings) == ALL_OF_MET


def test_a_parameter_that_is_not_known_is_named_with_those_that_are() -> None:
    record = given("febril", valueBoolean=True)
    assert (record.issues[0].key, "febrile" in record.issues[0].text) == ("parameter_unknown", True)


def test_findings_that_contradict_each_other_are_both_unknown_and_named() -> None:
    said = {"hemophagocytosis": False, "hemophagocytosis_marrow": True, "fever": True}
    record = given("findings", part=[{"name": key, "valueBoolean": value} for key, value in said.items()])
    assert record.panel.unread == {"hemophagocytosis", "hemophagocytosis_marrow"}
    assert not {"hemophagocytosis", "hemophagocytosis_marrow"} & set(record.panel.findings)
    assert [(found.key, found.severity) for found in record.issues] == [("findings_contradict", "warning")]
