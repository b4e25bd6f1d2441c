"""The condition that the diagnoses of a record stand for."""

from typing import Any

import pytest

from tests.support.reading import keys, read
from tests.support.records import bundle, condition, met_panel, parameters, without

DIAGNOSES = [
    (condition("M08.2"), "sjia"),
    (condition("M0820"), "sjia"),
    (condition("m08.29 ", "http://hl7.org/fhir/sid/icd-10"), "sjia"),
    (condition("M08.2", "http://fhir.de/CodeSystem/bfarm/icd-10-gm"), "sjia"),
    (condition("M08.2", "urn:oid:2.16.840.1.113883.6.90"), "sjia"),
    (condition("201796004", "http://snomed.info/sct"), "sjia"),
    (condition("201796004", "http://snomed.info/sct/731000124108/version/20250301"), "sjia"),
    (condition("2017960041", "http://snomed.info/sct"), "unknown"),
    (condition("M06.1"), "aosd"),
    (condition("M32.14"), "jsle"),
    (condition("M32.0"), "unknown"),
    (condition("C91.00"), "haematological_malignancy"),
    (condition("C81.1"), "haematological_malignancy"),
    (condition("C96.5"), "haematological_malignancy"),
    (condition("C80.9"), "malignancy"),
    (condition("C77.0"), "malignancy"),
    (condition("C00.1"), "solid_tumour"),
    (condition("C7A.0"), "solid_tumour"),
    (condition("C75.9"), "solid_tumour"),
    (condition("C50"), "solid_tumour"),
    (condition("C4A.9"), "solid_tumour"),
    (condition("363346000", "http://snomed.info/sct"), "malignancy"),
    (condition("93143009", "http://snomed.info/sct"), "haematological_malignancy"),
    (condition("M30.3"), "kawasaki"),
    (condition("75053002", "http://snomed.info/sct"), "kawasaki"),
    (condition("A41.9"), "sepsis"),
    (condition("R65.21"), "sepsis"),
    (condition("R65.1"), "unknown"),
    (condition("91302008", "http://snomed.info/sct"), "sepsis"),
    (condition("M08.0"), "unknown"),
    (condition("M08.2", "https://x.example"), "unknown"),
    (condition(clinicalStatus={"coding": [{"code": "resolved"}]}), "unknown"),
    (condition(clinicalStatus={"coding": [{"code": "remission"}]}), "sjia"),
    (condition(clinicalStatus={"coding": [{"code": "inactive"}]}), "unknown"),
    (condition(clinicalStatus=[{"coding": [{"code": "inactive"}]}]), "unknown"),
    (condition(clinicalStatus={"coding": [{"code": "1"}, {"code": "active"}]}), "sjia"),
    (condition(clinicalStatus={"coding": [{"code": "1"}]}), "unknown"),
    (condition(verificationStatus={"coding": [{"code": "410605003"}, {"code": "confirmed"}]}), "sjia"),
    (condition(verificationStatus={"coding": [{"code": "confirmed"}, {"code": "entered-in-error"}]}), "unknown"),
    (condition(verificationStatus={"coding": [{"code": "unconfirmed"}, {"code": "differential"}]}), "suspected_sjia"),
    (condition(verificationStatus={"coding": [{"code": "entered-in-error"}]}), "unknown"),
    (condition(clinicalStatus="active", verificationStatus="confirmed"), "sjia"),
    (condition(clinicalStatus={}, verificationStatus={}), "sjia"),
    (condition(verificationStatus={"coding": [{"code": "provisional"}]}), "suspected_sjia"),
    (condition(verificationStatus={"text": "Refuted"}), "unknown"),
    (condition("M06.1", verificationStatus={"coding": [{"code": "differential"}]}), "unknown"),
    (condition(modifierExtension=[{"url": "x"}]), "unknown"),
    (without(condition(abatementDateTime="2019"), "clinicalStatus"), "unknown"),
    (condition(abatementDateTime="2019"), "sjia"),
    (condition(subject={"reference": "RelatedPerson/mother"}), "unknown"),
]


@pytest.mark.parametrize(("resource", "expected"), DIAGNOSES)
def test_diagnoses(resource: dict[str, Any], expected: str) -> None:
    assert read(bundle(resource, *met_panel())).panel.condition == expected


def test_an_unconfirmed_diagnosis_is_named() -> None:
    refuted = condition(verificationStatus={"coding": [{"code": "refuted"}]})
    assert keys(bundle(refuted, *met_panel())) == ["condition_unconfirmed"]
    resolved = condition(clinicalStatus={"coding": [{"code": "resolved"}]})
    assert keys(bundle(resolved, *met_panel())) == ["condition_inactive"]


def test_several_diagnoses() -> None:
    suspected = condition(verificationStatus={"coding": [{"code": "provisional"}]})
    assert read(bundle(condition(), suspected)).panel.condition == "sjia"
    assert read(bundle(condition(), condition("M30.3"))).panel.condition == "sjia"
    assert read(bundle(condition("A41.9"), condition("M30.3"), condition())).panel.condition == "sjia"
    assert read(bundle(condition("A41.9"), condition("M30.3"))).panel.condition == "kawasaki"
    assert read(bundle(condition("A41.9"), condition("C50"))).panel.condition == "solid_tumour"
    assert read(bundle(condition("C79.5"), condition("C50"))).panel.condition == "solid_tumour"
    assert read(bundle(condition("C91.0"), condition("C50"))).panel.condition == "haematological_malignancy"
    torn = read(bundle(condition(), condition("C91.0")))
    assert (torn.panel.condition, [issue.key for issue in torn.issues]) == ("unknown", ["condition_conflict"])


def test_one_diagnosis_whose_codes_stand_for_two_conditions_settles_nothing() -> None:
    codes = [
        {"system": "http://snomed.info/sct", "code": "201796004"},
        {"system": "http://hl7.org/fhir/sid/icd-10", "code": "C81"},
    ]
    for coding in (codes, codes[::-1]):
        torn = read(bundle(condition() | {"code": {"coding": coding}}, *met_panel()))
        assert (torn.panel.condition, [issue.where for issue in torn.issues]) == (
            "unknown",
            [("Bundle.entry[0].resource",)],
        )
        said = {"name": "condition", "valueCodeableConcept": {"coding": coding}}
        assert keys(parameters(said)) == ["parameter_invalid"]


def test_a_diagnosis_of_someone_else_is_named() -> None:
    assert keys(bundle(condition(subject={"reference": "Group/g"}), *met_panel())) == ["subject_not_patient"]
    assert keys(bundle(condition("Z99", subject={"reference": "Group/g"}), *met_panel())) == []


def test_the_condition_used_is_referred_to() -> None:
    assert read(bundle(condition())).condition == {"reference": "Condition/c1"}
    for two in ([condition(id="c2"), condition()], [condition(), condition(id="c2")]):
        assert read(bundle(*two)).condition == {"reference": "Condition/c1"}
    named = bundle(condition(id=""))
    named["entry"][0]["fullUrl"] = "urn:uuid:9"
    assert read(named).condition == {"reference": "urn:uuid:9"}
    assert read(bundle(condition(id=""))).condition is None
