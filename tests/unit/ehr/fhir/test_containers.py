"""Lists, documents and drugs that name something which nobody sent: nothing is unlikely then, and it is said why."""

from typing import Any

import pytest

from service.clinical.assessment.assess import assess
from service.ehr.fhir.record import read_request
from tests.support.reading import CODES, keys
from tests.support.records import EARLIER, LATER, bundle, calm_panel, condition, drug, observation

WHOLE = [*calm_panel(), observation("76039-7", 400, "U/mL"), drug(concept={"text": "methotrexate"}, id="m1")]
GONE = [
    {"reference": "MedicationStatement/gone"},
    {"reference": "https://ehr.example/fhir/MedicationRequest/gone/_history/3"},
    {"reference": "Observation/gone"},
    {"reference": "DiagnosticReport/gone"},
    {"reference": "urn:uuid:6f9619ff-8b86-d011-b42d-00c04fc964ff"},
    {"reference": "#gone"},
    {"type": "Medication", "identifier": {"value": "7"}},
    {"identifier": {"value": "7"}},
    {"display": "Tocilizumab 162 mg"},
    {"reference": "MedicationRequest/gone", "display": "IL-6 inhibitor"},
    {"display": "Ferritin"},
]
THERE = [
    {"reference": "MedicationRequest/m1"},
    {"reference": "Observation/o-777-3"},
    {"reference": "AllergyIntolerance/gone"},
    {"reference": "Observation/gone", "display": "Glucose"},
    {"reference": "MedicationRequest/gone", "display": "methotrexate 10 mg"},
    {"display": "Appendectomy"},
    {},
]


def held_by(kind: str, reference: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a resource that holds a reference where its type has it."""
    members: dict[str, Any] = {
        "List": {"status": "current", "entry": [{"item": reference}]},
        "Composition": {"section": [{"section": [{"entry": [reference]}]}]},
        "CarePlan": {"activity": [{"reference": reference}]},
        "Encounter": {"reasonReference": [reference]},
        "ClinicalImpression": {"investigation": [{"item": [reference]}]},
        "AdverseEvent": {"suspectEntity": [{"instance": reference}]},
        "Provenance": {"target": [reference]},
    }
    return {"resourceType": kind, "id": "c"} | members[kind] | more


def category(*resources: Any) -> str:
    return assess(read_request(bundle(condition(), *resources), CODES).panel).classification.category


@pytest.mark.parametrize("reference", GONE)
@pytest.mark.parametrize("kind", ["List", "Composition"])
def test_what_a_list_or_a_document_names_and_nobody_sent_bars(kind: str, reference: dict[str, Any]) -> None:
    assert category(*WHOLE, held_by(kind, reference)) == "indeterminate"


@pytest.mark.parametrize("reference", THERE)
@pytest.mark.parametrize("kind", ["List", "Composition"])
def test_what_is_there_or_is_of_no_consequence_does_not(kind: str, reference: dict[str, Any]) -> None:
    assert category(*WHOLE, held_by(kind, reference)) == "unlikely"


@pytest.mark.parametrize("kind", ["CarePlan", "Encounter", "ClinicalImpression", "AdverseEvent"])
def test_so_do_other_resources_that_refer_to_results_or_drugs(kind: str) -> None:
    for reference in ("Observation/gone", "MedicationStatement/gone"):
        assert category(*WHOLE, held_by(kind, {"reference": reference})) == "indeterminate"
    assert category(*WHOLE, held_by(kind, {"reference": "Practitioner/gone"})) == "unlikely"


@pytest.mark.parametrize("key", ["partOf", "derivedFrom"])
def test_so_does_a_drug_that_is_part_of_another(key: str) -> None:
    for reference in ("MedicationAdministration/gone", "Observation/gone", "urn:uuid:0"):
        made = drug("MedicationStatement", {"text": "methotrexate"}, id="m2", **{key: [{"reference": reference}]})
        assert category(*WHOLE, made) == "indeterminate"
        assert category(*WHOLE, made | {"status": "entered-in-error"}) == "unlikely"


def test_what_was_taken_back_or_speaks_of_work_does_not() -> None:
    gone = {"reference": "MedicationStatement/gone"}
    assert category(*WHOLE, held_by("List", gone, status="retired")) == "unlikely"
    assert category(*WHOLE, held_by("List", gone, entry=[{"deleted": True, "item": gone}])) == "unlikely"
    assert category(*WHOLE, held_by("Provenance", gone)) == "unlikely"


def test_a_list_holds_its_own_resources_unread() -> None:
    inside = {"resourceType": "MedicationStatement", "id": "1", "medicationCodeableConcept": {"text": "Actemra"}}
    assert category(*WHOLE, held_by("List", {"reference": "#1"}, contained=[inside])) == "indeterminate"
    other = inside | {"resourceType": "AllergyIntolerance"}
    assert category(*WHOLE, held_by("List", {"reference": "#1"}, contained=[other])) == "unlikely"


def test_a_result_of_an_older_list_does_not_bar_and_the_issue_says_where_it_is() -> None:
    gone = {"reference": "Observation/gone"}
    assert category(*WHOLE, held_by("List", gone, date=EARLIER)) == "unlikely"
    found = keys(bundle(condition(), *WHOLE, held_by("List", gone, date=LATER)))
    assert "result_missing" in found


def test_a_missing_drug_that_displays_its_name_is_read_by_it() -> None:
    made = held_by("List", {"reference": "MedicationStatement/gone", "display": "Tocilizumab"})
    panel = read_request(bundle(condition(), *WHOLE, made), CODES).panel
    assert [drug.name for drug in panel.medications if drug.name == "Tocilizumab"] == ["Tocilizumab"]
    twice = held_by("List", {}, entry=[{"item": {"reference": f"MedicationRequest/{at}"}} for at in range(50)])
    panel = read_request(bundle(condition(), *WHOLE, twice), CODES).panel
    assert [drug.name for drug in panel.medications].count("") == 1
