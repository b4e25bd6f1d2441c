"""Drugs by code and by name, when they were last given, and which were not."""

from typing import Any

import pytest

from tests.ehr.reading import drugs, keys
from tests.ehr.records import bundle, drug

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
    assert bag(reference="#gone") == []


@pytest.mark.parametrize(
    "said",
    [
        *("TOCILIZUMAB-AAZG 162 mg/0.9 mL", "Roactemra(R) s.c.", "Tocilizumabum 20 mg/ml", "tocilizumabe", "Актемра"),
        *("アクテムラ皮下注162mg", "トシリズマブ（遺伝子組換え）", "Tyenne®"),
    ],
)
def test_il6_blockade_is_known_as_other_languages_write_it(said: str) -> None:
    assert drugs(drug(concept={"text": said})) == [("tocilizumab", "")]


def test_the_class_of_a_known_drug_may_be_that_drug() -> None:
    def told(code: str) -> list[str]:
        group = {"system": "http://www.whocc.no/atc", "code": code, "display": "Interleukin inhibitors"}
        return keys(bundle(drug(concept={"coding": [group]})))

    assert all("drug_not_named" in told(one) for one in ("L04AC", "l04", "L"))
    assert not any("drug_not_named" in told(one) for one in ("L04AC05", "N02BE"))


def test_drugs_that_are_not_known_are_left_out() -> None:
    assert drugs(drug(concept={"text": "paracetamol"}), drug(concept={"coding": [{"code": "L04AC07"}]})) == []
    assert drugs(drug(concept={"coding": [{"system": "http://www.whocc.no/atc", "code": "N02BE01"}]})) == []


def test_a_drug_by_reference() -> None:
    medication = {"resourceType": "Medication", "id": "m", "code": {"text": "Kineret"}}
    inside = drug(medicationCodeableConcept=None, contained=[medication], medicationReference={"reference": "#m"})
    beside = drug(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m"})
    shown = drug(medicationCodeableConcept=None, medicationReference={"display": "anakinra"})
    assert drugs(inside) == drugs(beside, medication) == drugs(shown) == [("anakinra", "")]
    mixed = {"resourceType": "Medication", "id": "m", "ingredient": [{"itemCodeableConcept": {"text": "anakinra"}}]}
    local = medication | {"code": {"coding": [{"system": "https://x.example", "code": "1"}]}}
    named = drug(
        medicationCodeableConcept=None, medicationReference={"reference": "Medication/m", "display": "Kineret"}
    )
    assert drugs(beside, mixed) == drugs(named, local) == [("anakinra", "")]
    assert drugs(drug(medicationCodeableConcept=None, medicationReference={"reference": "#gone"})) == []


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
