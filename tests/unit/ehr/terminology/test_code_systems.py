"""One code system under its many addresses, and one code in the ways in which it is written."""

import pytest

from service.ehr.terminology.code_systems import is_loinc, system_name
from tests.support.reading import keys, read, values
from tests.support.records import FERRITIN, condition, observation

LOINC = [
    *("http://loinc.org", "https://loinc.org", "http://loinc.org/", "HTTP://LOINC.ORG", "http://www.loinc.org"),
    *("2.16.840.1.113883.6.1", "oid:2.16.840.1.113883.6.1", "urn:oid:2.16.840.1.113883.6.1"),
    *("URN:OID:2.16.840.1.113883.6.1|2.68", "http://loinc.org|2.77", " http://loinc.org ", "http://loinc.org/vs"),
    *("LN", "LNC", "LOINC", "urn:loinc", "LOINC_NUM", "loinc num", "loinc.org", "http://loinc.org?x=1", "loinc#1"),
]
OTHERS = {
    "snomed": [
        *("http://snomed.info/sct", "http://snomed.info/sct|http://snomed.info/sct/11000274103", "SCT", "SNOMED CT"),
        *("http://snomed.info/sct/900000000000207008/version/20240101", "2.16.840.1.113883.6.96", "SNOMED-CT"),
        "https://www.snomed.info/sct/",
    ],
    "rxnorm": ["RXNORM", "http://www.nlm.nih.gov/research/umls/rxnorm/", "oid:2.16.840.1.113883.6.88"],
    "atc": ["http://www.whocc.no/atc", "http://fhir.de/CodeSystem/bfarm/atc|2024", "2.16.840.1.113883.6.73", "ATC"],
    "icd-10": [
        *("http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm", "ICD-10-GM", "ICD10", "I10"),
        *("http://fhir.de/CodeSystem/bfarm/icd-10-gm|2024", "urn:oid:2.16.840.1.113883.6.90", "icd10_am", "I10C"),
    ],
    "ucum": ["http://unitsofmeasure.org", "https://unitsofmeasure.org|2.1", "2.16.840.1.113883.6.8", "urn:ucum"],
    "hl7-specimen": ["http://terminology.hl7.org/CodeSystem/v2-0487|2.9", "2.16.840.1.113883.12.487", "HL70487"],
}
NONE_OF_THEM = [
    *("icd-10-pcs", "http://www.cms.gov/Medicare/Coding/ICD10", "http://hl7.org/fhir/sid/icd-9-cm", "SNM"),
    *(
        "http://loinc.example",
        "2.16.840.1.113883.6.12",
        "https://lab.example/loinc-like",
        "http://loinc.org" + "/" * 300,
    ),
]


@pytest.mark.parametrize("address", LOINC)
def test_loinc_is_known_under_each_of_its_addresses(address: str) -> None:
    coding = {"system": address, "code": FERRITIN}
    assert values(observation(FERRITIN, 700, "ng/mL", code={"coding": [coding]})) == {"ferritin": 700}


@pytest.mark.parametrize(("name", "address"), [(name, address) for name, given in OTHERS.items() for address in given])
def test_other_systems_are_known_under_each_of_their_addresses(name: str, address: str) -> None:
    assert system_name(address) == name


@pytest.mark.parametrize("address", NONE_OF_THEM)
def test_a_system_that_only_looks_like_one_is_none(address: str) -> None:
    assert system_name(address) not in ("loinc", *OTHERS)


def test_a_version_is_left_out_of_any_address() -> None:
    assert system_name("https://lab.example/codes|3") == "https://lab.example/codes"
    assert system_name(None) == system_name(["http://loinc.org"]) == ""


@pytest.mark.parametrize("code", ["LOINC:2276-4", "loinc 2276-4", "LN:2276-4", " 2276-4 ", "2276\u20134", "2276 - 4"])
def test_a_code_of_loinc_is_read_however_it_is_written(code: str) -> None:
    coding = {"system": "http://loinc.org", "code": code}
    assert values(observation(FERRITIN, 700, "ng/mL", code={"coding": [coding]})) == {"ferritin": 700}


def test_a_code_that_names_its_system_needs_no_other() -> None:
    made = observation(FERRITIN, 700, "ng/mL", code={"coding": [{"code": "LOINC:2276-4"}]})
    assert (values(made), keys(made)) == ({"ferritin": 700}, [])


@pytest.mark.parametrize(
    "code", ["2276", "2276-", "22764", "2276-5", "LOINC:2276", "LN5", "L2276-4", "2276-4" + "0" * 99]
)
def test_a_check_digit_is_never_made_up(code: str) -> None:
    made = observation(FERRITIN, 700, "ng/mL", code={"coding": [{"system": "http://loinc.org", "code": code}]})
    record = read(made)
    assert (dict(record.panel.readings), record.panel.may_hold_more) == ({}, True)


def test_the_check_digit_of_loinc() -> None:
    assert all(map(is_loinc, ("2276-4", "777-3", "1920-8", "89579-7")))
    assert not any(map(is_loinc, ("2276-5", "777-2", "2276", "", "x-1")))


def test_a_diagnosis_under_another_address_of_its_system() -> None:
    for system in OTHERS["icd-10"]:
        assert read(condition("M08.2", system)).panel.condition == "sjia"
    assert read(condition("M08.2" + "0" * 99)).panel.condition == "unknown"


@pytest.mark.parametrize("code", ["02276-4", "002276-4", "LOINC:02276-4", " 2276 - 4 "])
def test_a_zero_before_a_code_of_loinc_changes_nothing(code: str) -> None:
    coding = {"system": "http://loinc.org", "code": code}
    assert values(observation(FERRITIN, 700, "ng/mL", code={"coding": [coding]})) == {"ferritin": 700}
