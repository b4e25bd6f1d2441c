"""Drugs by code and by name, when they were last given, and which were not."""

import time
from typing import Any

import pytest

from service.clinical.measurement.limits import LONGEST_NAME
from tests.support.reading import drugs, keys, read
from tests.support.records import bundle, drug

NAMED = [
    {"text": "Tocilizumab 162 mg/0.9 mL"},
    {"text": "RoActemra i.v."},
    {"text": "AVTOZMA 162 mg"},
    {"coding": [{"system": "http://www.whocc.no/atc", "code": "L04AC07"}]},
    {"coding": [{"system": "http://fhir.de/CodeSystem/bfarm/atc", "code": "l04ac07"}]},
    {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "612865"}]},
    {"coding": [{"system": "https://x.example", "code": "1", "display": "ACTEMRA 20 MG/ML"}]},
]


@pytest.mark.parametrize("concept", NAMED)
def test_drugs_by_code_generic_name_and_brand(concept: Any) -> None:
    assert drugs(drug(concept=concept)) == [("tocilizumab", "")]


def test_an_ingredient_may_be_another_medication() -> None:
    def bag(**reference: str) -> list[tuple[str, str]]:
        made = {"id": "z", "code": {"text": "infusion bag"}, "ingredient": [{"itemReference": reference}]}
        named = {"resourceType": "Medication", "id": "y", "code": {"text": "tocilizumab"}}
        order = drug(medicationCodeableConcept=None, medicationReference={"reference": "#z"})
        return drugs(order | {"contained": [{"resourceType": "Medication"} | made, named]})

    assert bag(reference="#y") == bag(display="Actemra") == [("tocilizumab", "")]
    assert ("", "") in bag(reference="#gone")


def mixed(*items: Any, code: Any = None) -> Any:
    """Return an order of a Medication that is made of some ingredients."""
    made = {"resourceType": "Medication", "id": "m", "code": code or {}, "ingredient": list(items)}
    return drug(medicationCodeableConcept=None, medicationReference={"reference": "#m"}, contained=[made])


def test_ingredients_that_are_told_tell_the_product() -> None:
    saline, toci = {"itemCodeableConcept": {"text": "sodium chloride"}}, {"itemCodeableConcept": {"text": "TCZ"}}
    assert drugs(mixed(saline, toci, code={"text": "infusion bag"})) == [("tocilizumab", "")]
    assert drugs(mixed(saline, code={"text": "infusion bag"})) == []
    assert drugs(mixed(toci, code={"text": "Actemra"})) == [("tocilizumab", "")]
    assert drugs(mixed(toci, saline, code={"text": "Toclizumab"})) == [("tocilizumab", "")]
    assert drugs(mixed(saline, {"itemCodeableConcept": {"text": "biologic"}})) == [("", "")]
    assert drugs(mixed({"itemReference": {"reference": "#gone"}}, code={"text": "methotrexate"})) == []
    assert drugs(mixed({}, code={"text": "methotrexate"})) == []
    assert drugs(mixed({})) == [("", "")]
    assert drugs(mixed(saline, code={"text": "Toclizumab"})) == [("Toclizumab", "")]


def test_a_drug_as_r5_and_dstu2_write_it() -> None:
    medication = {"resourceType": "Medication", "id": "m", "code": {"text": "Kineret"}}
    for coded in ({"concept": {"text": "anakinra"}}, {"reference": {"reference": "Medication/m"}}):
        assert drugs(drug(medicationCodeableConcept=None, medication=coded), medication) == [("anakinra", "")]
    item = {"item": {"concept": {"text": "anakinra"}}}
    assert drugs(mixed(item)) == drugs(mixed({"item": {"display": "anakinra"}})) == [("anakinra", "")]
    old = {"resourceType": "Medication", "id": "m", "product": {"ingredient": [{"item": {"display": "TCZ"}}]}}
    order = drug(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m"})
    assert drugs(order, old) == [("tocilizumab", "")]


@pytest.mark.parametrize("kind", ["MedicationOrder", "MedicationUsage", "MedicationPrescription"])
def test_a_type_of_drug_that_is_not_read_cannot_be_told(kind: str) -> None:
    panel = read(bundle({"resourceType": kind, "status": "active"}, {"resourceType": kind})).panel
    assert [(medication.name, medication.where) for medication in panel.medications] == [
        ("", ("Bundle.entry[0].resource",))
    ]
    assert drugs({"resourceType": "MedicationKnowledge"}, {"resourceType": "Immunization"}) == []


@pytest.mark.parametrize(
    "said",
    [
        *("TOCILIZUMAB-AAZG 162 mg/0.9 mL", "Roactemra(R) s.c.", "Tocilizumabum 20 mg/ml", "tocilizumabe", "Актемра"),
        *("アクテムラ皮下注162mg", "トシリズマブ（遺伝子組換え）", "Tyenne®"),
    ],
)
def test_il6_blockade_is_known_as_other_languages_write_it(said: str) -> None:
    assert drugs(drug(concept={"text": said})) == [("tocilizumab", "")]


ATC = "http://www.whocc.no/atc"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def coded(code: str, said: str = "", system: str = ATC) -> dict[str, Any]:
    coding = {"system": system, "code": code} | ({"display": said} if said else {})
    return drug(concept={"coding": [coding]})


def test_a_group_of_the_atc_may_be_a_drug_that_matters() -> None:
    assert drugs(coded("L04AC", "Interleukin inhibitors")) == [("L04AC", "")]
    assert drugs(coded("L04AC99")) == [("L04AC99", "")]
    assert drugs(coded("l04", "Immunosuppressants")) == drugs(coded("L")) == drugs(coded("L04AG")) == [("", "")]
    assert drugs(coded("L04AC05")) == drugs(coded("N02BE")) == drugs(coded("L04AC", "ustekinumab")) == []
    assert drugs(coded("L04AC", "Actemra")) == [("tocilizumab", "")]


def test_a_code_of_another_system_leaves_it_to_the_text() -> None:
    assert drugs(coded("50242-136-01", "Actemra", "http://hl7.org/fhir/sid/ndc")) == [("tocilizumab", "")]
    assert drugs(coded("50242-136-01", "", "http://hl7.org/fhir/sid/ndc")) == [("", "")]
    assert drugs(coded("2104616", "", RXNORM)) == [("emapalumab", "")]
    assert drugs(coded("999", "", RXNORM)) == [("", "")]
    assert drugs(coded("999", "methotrexate 2.5 MG Oral Tablet", RXNORM)) == []
    assert drugs(coded("999", "Foobarix", RXNORM)) == [("Foobarix", "")]
    assert drugs(coded("999", "Toclizumab", RXNORM)) == [("Toclizumab", "")]


def test_a_misspelt_text_beside_the_code_of_the_same_drug_is_no_doubt() -> None:
    assert drugs(coded("L04AC07", "Toclizumab")) == [("tocilizumab", "")]
    assert drugs(coded("L04AC05", "Toclizumab")) == [("Toclizumab", "")]


def test_drugs_that_change_nothing_are_left_out_and_a_code_without_a_system_is_read_as_a_name() -> None:
    assert drugs(drug(concept={"text": "paracetamol"}), coded("N02BE01")) == []
    assert drugs(drug(concept={"coding": [{"code": "L04AC07"}]})) == [("tocilizumab", "")]


def test_a_long_text_is_cut_and_cannot_be_told() -> None:
    assert drugs(drug(concept={"text": "methotrexate " + "x" * LONGEST_NAME})) == [("", "")]
    assert drugs(drug(concept={"text": "Actemra " + "x" * LONGEST_NAME})) == [("", ""), ("tocilizumab", "")]


def test_contained_resources_are_looked_up_once() -> None:
    items = [{"itemReference": {"reference": f"#{at}"}} for at in range(3000)]
    inside = [{"resourceType": "Medication", "id": str(at), "code": {"text": "saline"}} for at in range(3000)]
    order = mixed(*items)
    order["contained"] += inside
    began = time.process_time()
    assert drugs(order) == []
    assert time.process_time() - began < 5


def test_a_drug_by_reference() -> None:
    medication = {"resourceType": "Medication", "id": "m", "code": {"text": "Kineret"}}
    inside = drug(medicationCodeableConcept=None, contained=[medication], medicationReference={"reference": "#m"})
    beside = drug(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m"})
    shown = drug(medicationCodeableConcept=None, medicationReference={"display": "anakinra"})
    assert drugs(inside) == drugs(beside, medication) == drugs(shown) == [("anakinra", "")]
    made = {"resourceType": "Medication", "id": "m", "ingredient": [{"itemCodeableConcept": {"text": "anakinra"}}]}
    local = medication | {"code": {"coding": [{"system": "https://x.example", "code": "1"}]}}
    named = drug(
        medicationCodeableConcept=None, medicationReference={"reference": "Medication/m", "display": "Kineret"}
    )
    assert drugs(beside, made) == drugs(named, local) == [("anakinra", "")]
    assert drugs(drug(medicationCodeableConcept=None, medicationReference={"reference": "#gone"})) == [("", "")]


LAST_DOSES = [
    (drug("MedicationAdministration", effectiveDateTime="2026-10-01T10:00:00Z", status="completed"), "2026-10-01"),
    (drug("MedicationAdministration", effectivePeriod={"end": "2026-10-02"}), "2026-10-02"),
    (drug("MedicationAdministration", effectivePeriod={"start": "2026-10-02"}), ""),
    (drug("MedicationStatement", effectivePeriod={"end": "2026-10-03"}), "2026-10-03"),
    (drug("MedicationStatement", effectiveDateTime="2026-10-03"), ""),
    (drug("MedicationDispense", whenHandedOver="2026-08-03", status="completed"), ""),
    (drug(dosageInstruction=[{"timing": {"repeat": {"boundsPeriod": {"end": "2026-10-04"}}}}]), "2026-10-04"),
    (drug(dosageInstruction=[{"text": "weekly"}]), ""),
    (drug(status="completed"), ""),
]


@pytest.mark.parametrize(("resource", "day"), LAST_DOSES)
def test_the_day_of_the_last_dose(resource: dict[str, Any], day: str) -> None:
    assert drugs(resource) == [("tocilizumab", day)]


@pytest.mark.parametrize(
    "resource",
    [
        drug(status="entered-in-error "),
        drug(status="draft"),
        drug(intent="proposal"),
        drug(doNotPerform=True),
        drug("MedicationStatement", status="not-taken"),
        drug("MedicationAdministration", status="not-done"),
        drug("MedicationDispense", status="declined"),
    ],
)
def test_a_drug_that_was_not_given_does_not_count(resource: dict[str, Any]) -> None:
    assert drugs(resource) == []
    assert "drug_status" in keys(bundle(resource))


def test_of_a_drug_that_changes_nothing_nobody_hears_that_it_was_not_given() -> None:
    assert "drug_status" not in keys(bundle(drug(status="draft", concept={"text": "paracetamol"})))
