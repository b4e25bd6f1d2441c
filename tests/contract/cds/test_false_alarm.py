"""No card for those who do not need one: in-patients without a rheumatic diagnosis, and a ferritin that is low."""

import random
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.clinical.assessment.category import FERRITIN_LIMIT, SJIA_SET
from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.rules import Threshold, leaves
from tests.support.calls import MET, with_settings
from tests.support.records import (
    AST,
    FERRITIN,
    FIBRINOGEN,
    PLATELETS,
    TEMPERATURE,
    TRIGLYCERIDES,
    bundle,
    calm_panel,
    carded,
    condition,
    drug,
    observation,
    patient,
)

ICD10 = "http://hl7.org/fhir/sid/icd-10"
HEMOGLOBIN, WBC, NEUTROPHILS, LDH, CRP, ESR, ALT = "718-7", "6690-2", "751-8", "2532-0", "1988-5", "4537-7", "1742-6"
UNITS = {
    FERRITIN: "ng/mL",
    PLATELETS: "10*9/L",
    AST: "U/L",
    ALT: "U/L",
    TRIGLYCERIDES: "mg/dL",
    FIBRINOGEN: "mg/dL",
    TEMPERATURE: "Cel",
    HEMOGLOBIN: "g/dL",
    WBC: "10*9/L",
    NEUTROPHILS: "10*9/L",
    LDH: "U/L",
    CRP: "mg/L",
    ESR: "mm/h",
}
ORDINARY = {
    FERRITIN: (15, 300),
    PLATELETS: (150, 400),
    AST: (12, 45),
    ALT: (8, 50),
    TRIGLYCERIDES: (50, 190),
    FIBRINOGEN: (200, 420),
    TEMPERATURE: (36.2, 37.6),
    HEMOGLOBIN: (11.5, 16),
    WBC: (4.2, 11),
    NEUTROPHILS: (2, 4),
    LDH: (130, 250),
    CRP: (1, 10),
    ESR: (2, 25),
}
"""From the least to the greatest result of somebody who is well; each illness below replaces some."""
ILLNESSES: dict[str, tuple[str, dict[str, tuple[float, float]]]] = {
    "sepsis": (
        "A41.9",
        {TEMPERATURE: (38.1, 40.2), CRP: (90, 380), WBC: (12, 28), PLATELETS: (60, 220), FERRITIN: (180, 600)}
        | {AST: (25, 160), FIBRINOGEN: (300, 750), TRIGLYCERIDES: (90, 260)},
    ),
    "neutropenic sepsis": (
        "A41.9",
        {TEMPERATURE: (38.1, 39.3), CRP: (60, 250), WBC: (2.0, 3.5), NEUTROPHILS: (0.3, 1.5), PLATELETS: (60, 200)}
        | {FERRITIN: (150, 600), FIBRINOGEN: (350, 700)},
    ),
    "chronic kidney disease": ("N18.4", {HEMOGLOBIN: (8, 11), FERRITIN: (150, 600), TRIGLYCERIDES: (120, 320)}),
    "heart failure": ("I50.9", {AST: (30, 110), ALT: (30, 120), LDH: (200, 400), FERRITIN: (40, 400)}),
    "iron deficiency": ("D50.9", {HEMOGLOBIN: (6, 10), FERRITIN: (3, 14), PLATELETS: (250, 600)}),
    "anaemia of chronic disease": ("D64.9", {HEMOGLOBIN: (7.5, 10.5), FERRITIN: (200, 590), CRP: (5, 60)}),
    "cirrhosis": (
        "K74.6",
        {PLATELETS: (35, 130), FIBRINOGEN: (110, 260), AST: (50, 180), HEMOGLOBIN: (8, 12), WBC: (2.5, 6)}
        | {FERRITIN: (100, 600), ALT: (30, 140), NEUTROPHILS: (1.2, 2.4), TRIGLYCERIDES: (60, 150)},
    ),
    "immune thrombocytopenia": ("D69.3", {PLATELETS: (3, 60)}),
    "after an operation": (
        "Z98.8",
        {TEMPERATURE: (37, 38.6), CRP: (40, 220), FIBRINOGEN: (350, 700), HEMOGLOBIN: (8, 11), FERRITIN: (80, 500)},
    ),
    "pneumonia": ("J18.9", {TEMPERATURE: (37.8, 39.8), CRP: (50, 300), WBC: (11, 22), FERRITIN: (120, 600)}),
}
PATIENTS = 200


def in_patient(seed: int) -> dict[str, Any]:
    """Return the prefetch of one in-patient: an illness, an age, and results, each of which may not have been done."""
    chance = random.Random(seed)  # the same patients each time
    icd10, changed = ILLNESSES[sorted(ILLNESSES)[seed % len(ILLNESSES)]]
    born = f"{chance.randint(1930, 2023)}-{chance.randint(1, 12):02}-15"
    done = [code for code in ORDINARY if chance.random() < (0.5 if code == FERRITIN else 0.8)]
    labs = [observation(code, result(chance, *(ORDINARY | changed)[code]), UNITS[code]) for code in done]
    told = [condition(icd10, ICD10)] if chance.random() < 0.8 else []
    drugs = [drug(concept={"text": name}) for name in chance.sample(["Paracetamol", "Furosemide", "Meropenem"], 2)]
    return {
        "patient": patient(born),
        "labs": bundle(*labs),
        "conditions": bundle(*told),
        "medications": bundle(*drugs),
    }


def result(chance: random.Random, low: float, high: float) -> Decimal:
    return Decimal(str(round(chance.uniform(low, high), 1)))


def test_two_hundred_in_patients_without_a_rheumatic_diagnosis_get_no_card(client: FlaskClient) -> None:
    shown = [seed for seed in range(PATIENTS) if carded(client, in_patient(seed))]
    assert shown == []


def test_half_of_the_in_patients_have_no_ferritin_and_none_has_one_above_the_limit() -> None:
    found = [
        entry["resource"]["valueQuantity"]["value"]
        for seed in range(PATIENTS)
        for entry in in_patient(seed)["labs"]["entry"]
        if entry["resource"]["id"] == f"o-{FERRITIN}"
    ]
    assert PATIENTS // 3 < len(found) < PATIENTS * 2 // 3
    assert max(found) > 500
    assert max(found) <= FERRITIN_LIMIT.value


SJIA = {"conditions": bundle(condition())}
SUPPORTED = [observation(PLATELETS, 95, "10*9/L"), observation(AST, 140, "U/L"), observation(FIBRINOGEN, 140, "mg/dL")]
"""Meets the guidelines of 2005, and with a low ferritin not the criteria of 2016: MAS is possible."""


def possible_with(ferritin: dict[str, Any], **more: Any) -> list[Any]:
    return carded(with_settings(), SJIA | {"labs": bundle(*ferritin, *SUPPORTED)} | more)


def known(**value: Any) -> list[dict[str, Any]]:
    return [observation(FERRITIN, valueQuantity={"unit": "ng/mL"} | value)]


def test_the_limit_below_which_no_card_interrupts_is_that_of_the_2016_criteria() -> None:
    [threshold] = [
        leaf
        for leaf in leaves(CATALOGUE[SJIA_SET].rule)
        if isinstance(leaf, Threshold) and leaf.observation == "ferritin"
    ]
    assert threshold.limit is FERRITIN_LIMIT


AFEBRILE = [observation(TEMPERATURE, "36.8", "Cel")]


@pytest.mark.parametrize(
    ("ferritin", "is_shown"),
    [
        ({"value": Decimal("683.9")}, False),
        ({"value": 684}, False),
        ({"value": Decimal("684.0000001")}, True),
        ({"value": 500, "comparator": "<"}, False),
        ({"value": 684, "comparator": "<="}, False),
        ({"value": 685, "comparator": "<"}, True),
        ({"value": 500, "comparator": ">"}, True),
        ({"value": 684, "unit": "ug/L"}, False),
    ],
    ids=str,
)
def test_a_possible_mas_is_shown_only_where_ferritin_may_be_above_the_limit(
    ferritin: dict[str, Any], is_shown: bool
) -> None:
    cards = possible_with([*known(**ferritin), *AFEBRILE])
    assert [card["summary"].partition(" (")[0] for card in cards] == (["MAS possible"] if is_shown else [])


def test_a_ferritin_that_is_not_known_lets_the_card_be_shown() -> None:
    assert possible_with(AFEBRILE)
    assert possible_with([*known(value=60), *AFEBRILE]) == []


@pytest.mark.parametrize(
    "more",
    [
        {"medications": bundle(drug())},
        {"medications": bundle(drug(concept={"coding": [{"code": "4711"}]}))},
        {"medications": {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}},
    ],
    ids=["IL-6 blockade", "a drug that cannot be told", "drugs that were not sent"],
)
def test_a_low_ferritin_keeps_no_card_back_where_a_drug_may_hide_a_greater_one(more: dict[str, Any]) -> None:
    assert possible_with([*known(value=60), *AFEBRILE], **more)


def test_a_low_ferritin_keeps_no_card_back_from_probable_on() -> None:
    worded = observation("777-3", interpretation=[{"text": "L"}])
    labs = [*known(value=905), worded, observation(AST, 140, "U/L"), observation(TEMPERATURE, 39, "Cel")]
    assert carded(with_settings(), SJIA | {"labs": bundle(*labs)})[0]["indicator"] == "warning"
    assert carded(with_settings(), MET)[0]["indicator"] == "critical"


@pytest.mark.parametrize("weakest", ["possible", "indeterminate", "unlikely"])
def test_a_site_cannot_ask_for_cards_beside_a_low_ferritin(weakest: str) -> None:
    client = with_settings(cds_card_from=weakest)
    assert carded(client, {"labs": bundle(*calm_panel())}) == []
    assert carded(client, SJIA | {"labs": bundle(*calm_panel())}) == []


def test_a_score_that_is_met_without_ferritin_asks_for_ferritin() -> None:
    """Nothing that is known speaks against MAS there: silence would reassure."""
    labs = [
        observation(TEMPERATURE, "39.8", "Cel"),
        observation(PLATELETS, 40, "10*9/L"),
        observation(HEMOGLOBIN, 7, "g/dL"),
        observation(WBC, 2, "10*9/L"),
        observation(TRIGLYCERIDES, 400, "mg/dL"),
        observation(FIBRINOGEN, 120, "mg/dL"),
        observation(AST, 200, "U/L"),
    ]
    [card] = carded(with_settings(cds_suggestions=True), {"labs": bundle(*labs)})
    assert card["summary"].startswith("MAS possible")
    assert "Order Ferritin" in [suggestion["label"] for suggestion in card["suggestions"]]


def orders_beside(**ferritin: Any) -> dict[str, str]:
    """Return what is proposed for a febrile child with sJIA, and why."""
    labs = bundle(*known(**ferritin), observation(PLATELETS, 90, "10*9/L"), observation(TEMPERATURE, 39, "Cel"))
    [card] = carded(with_settings(cds_suggestions=True, cds_card_from="indeterminate"), SJIA | {"labs": labs})
    return {suggestion["label"]: suggestion["actions"][0]["description"] for suggestion in card["suggestions"]}


def test_no_order_is_proposed_for_a_ferritin_that_settles_the_leading_set() -> None:
    found = orders_beside(value=12500, comparator=">")
    assert "Order Ferritin" not in found
    assert "Order Triglycerides" in found


def test_an_order_for_a_ferritin_that_leaves_the_leading_set_open_says_so() -> None:
    found = orders_beside(value=5000, comparator="<")
    assert "its result leaves the 2016 criteria open; an exact number could settle" in found["Order Ferritin"]
