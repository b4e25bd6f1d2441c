"""Whose results these are: one patient, however the record says it."""

from typing import Any

import pytest

from service.ehr.results.person import MixedPatients
from tests.support.reading import keys, read, values
from tests.support.records import FERRITIN, REPORT, bundle, condition, observation, parameters, patient


def about(reference: Any) -> dict[str, Any]:
    return observation(
        FERRITIN, 700, "ng/mL", subject=reference if isinstance(reference, dict) else {"reference": reference}
    )


def inside(value: str, born: str = "2014-03-01", **more: Any) -> dict[str, Any]:
    """Return a result that holds its own Patient."""
    person = {
        "resourceType": "Patient",
        "id": "p",
        "birthDate": born,
        "identifier": [{"system": "mrn", "value": value}],
    }
    return about("#p") | {"contained": [person]} | more


SEARCHED = "Patient?identifier=https://ehr.example/mrn|"
KNOWN_AS = {"identifier": [{"system": "https://ehr.example/mrn", "value": "1"}, {"system": "mrn", "value": "1"}]}
MIXED: list[Any] = [
    [inside("1"), inside("2")],
    [inside("1"), inside("1", "2015-03-01")],
    bundle(patient() | KNOWN_AS, inside("2")),
    bundle(patient(), about("Patient/p1"), inside("1", "2015-03-01")),
    bundle(REPORT | {"subject": {"reference": "#p"}, "contained": inside("2")["contained"]}, inside("1")),
    [about(f"{SEARCHED}1"), about(f"{SEARCHED}2")],
    bundle(patient() | KNOWN_AS, about({"identifier": {"system": "mrn", "value": "2"}})),
    bundle(patient() | KNOWN_AS, about(f"{SEARCHED}2")),
    [about("Patient/p1"), about("Patient/p2")],
    [about("https://a.example/fhir/Patient/p1"), about("https://b.example/fhir/Patient/p1")],
    bundle(about("Patient/p2"), patient(name="p1")),
    bundle(observation(FERRITIN, 700, "ng/mL", subject=None), patient(name="p1"), patient(name="p2")),
    [about({"identifier": {"system": "mrn", "value": "1"}}), about({"identifier": {"system": "mrn", "value": "2"}})],
    bundle(about("Patient/p1"), condition(subject={"reference": "Patient/p2"})),
    parameters(
        {"name": "observations", "resource": about("Patient/p1")}, {"name": "subject", "valueString": "Patient/p2"}
    ),
    parameters(
        {"name": "observations", "resource": about("Patient/p1")},
        {"name": "subject", "valueString": "Patient/p2"},
        {"name": "subject", "valueString": "Patient/p1"},
    ),
]


@pytest.mark.parametrize("document", MIXED)
def test_results_of_two_patients_are_refused(document: Any) -> None:
    with pytest.raises(MixedPatients):
        read(document)


ONE: list[tuple[Any, dict[str, str]]] = [
    ([about("Patient/p1"), about("Patient/p1/_history/3")], {"reference": "Patient/p1"}),
    ([about({}), about({"display": "John"})], {"display": "not supplied"}),
    ([about(f"{SEARCHED}1")], {"identifier": {"system": "https://ehr.example/mrn", "value": "1"}}),  # type: ignore[dict-item]
    ([about("Patient?name=x")], {"display": "not supplied"}),
    ([about("#p")], {"display": "not supplied"}),
    ([about({"identifier": {"system": "mrn"}})], {"display": "not supplied"}),  # type: ignore[list-item]
    ([about({"identifier": {"system": "mrn", "value": "1"}})], {"identifier": {"system": "mrn", "value": "1"}}),  # type: ignore[list-item]
    (bundle(patient(), observation(FERRITIN, 700, "ng/mL", subject=None)), {"reference": "Patient/p1"}),
    (
        parameters(
            {"name": "subject", "valueIdentifier": {"value": "7"}}, {"name": "observations", "resource": about({})}
        ),
        {"identifier": {"value": "7"}},  # type: ignore[dict-item]
    ),
]


@pytest.mark.parametrize(("document", "reference"), ONE)
def test_the_patient_is_named_as_the_record_names_it(document: Any, reference: dict[str, str]) -> None:
    assert read(document).subject.reference == reference


@pytest.mark.parametrize(
    "document",
    [
        bundle(
            patient() | KNOWN_AS, about(f"{SEARCHED}1"), about({"identifier": KNOWN_AS["identifier"][1]}), inside("1")
        ),
        bundle(patient() | {"identifier": [{"value": "1"}]}, about({"identifier": {"value": "2"}})),
        bundle(patient(), about("Patient?name=x&identifier=mrn|2")),
        [inside("1"), inside("1"), about("#gone")],
        [about(f"{SEARCHED}1"), about("Patient/p1")],
    ],
)
def test_one_patient_in_many_ways_is_one(document: Any) -> None:
    assert "ferritin" in read(document).panel.readings


def test_a_patient_by_its_address_in_the_bundle_is_the_same_patient() -> None:
    made = bundle(patient(), about("urn:uuid:42"), about("https://a.example/fhir/Patient/p1"))
    made["entry"][0]["fullUrl"] = "urn:uuid:42"
    assert read(made).subject.patient == patient()


def test_a_patient_without_an_id_is_known_by_its_address() -> None:
    made = bundle({"resourceType": "Patient", "birthDate": "2014-03-01"}, about("urn:uuid:42"))
    made["entry"][0]["fullUrl"] = "urn:uuid:42"
    assert "age_years" in read(made).panel.readings


@pytest.mark.parametrize(
    "subject",
    [
        *({"reference": "Group/g"}, {"reference": "https://x.example/Device/1"}, {"type": "Location"}),
        *({"reference": "Group?identifier=a|b"}, {"type": "http://hl7.org/fhir/StructureDefinition/Device"}),
    ],
)
def test_results_about_something_else_are_not_used(subject: dict[str, str]) -> None:
    assert (values(about(subject)), keys(about(subject))) == ({}, ["subject_not_patient"])


def test_the_type_of_a_patient_may_be_an_address() -> None:
    kind = "http://hl7.org/fhir/StructureDefinition/Patient"
    assert values(about({"reference": "Patient/p1", "type": kind})) == {"ferritin": 700}


def test_a_result_with_a_focus_is_about_someone_else() -> None:
    assert keys(observation(FERRITIN, 700, "ng/mL", focus=[{"reference": "Patient/donor"}])) == ["subject_not_patient"]
