"""Whose the results are, and which diagnoses and drugs count."""

import pytest

from service.ehr.hl7v2.message import BadMessage
from tests.support.messages import EARLIER, PATIENT, obx
from tests.unit.ehr.hl7v2.reading import keys, read

RESULT = obx("120", "ng/mL", at14="20261122074500+0100")


def test_the_age_and_the_identifier_are_read() -> None:
    found = read(RESULT)
    assert found.panel.readings["age_years"].reported.startswith("12.7")
    assert found.patient.name == "HOSP|MR|12345"
    assert found.patient.person.sex == "female"


def test_a_message_may_be_of_nobody() -> None:
    found = read(RESULT, patient="")
    assert (found.patient.name, "age_unknown" in {told.key for told in found.issues}) == ("", False)


@pytest.mark.parametrize("born", ["", "2008", "nonsense", "20261301"])
def test_an_age_that_cannot_be_told_is_named(born: str) -> None:
    assert "age_unknown" in keys(RESULT, patient=PATIENT.replace("20140301", born))


@pytest.mark.parametrize(
    "second",
    [
        PATIENT.replace("12345", "54321"),
        PATIENT.replace("12345", "54321").replace("HOSP", "OTHER"),
        PATIENT.replace("20140301", "20140302"),
        "PID|2||^^^HOSP^MR",
    ],
)
def test_two_patients_are_refused(second: str) -> None:
    with pytest.raises(BadMessage) as raised:
        read(RESULT, second)
    (fault,) = raised.value.faults
    assert (fault.key, fault.where, raised.value.is_rejected) == ("mixed_patients", "PID[1], PID[2]", False)


def test_one_patient_may_be_named_twice() -> None:
    assert read(RESULT, PATIENT, PATIENT.replace("^MR", "^MR~7^^^GOV^SS")).patient.identifier == "12345"


@pytest.mark.parametrize(
    ("diagnoses", "condition", "key"),
    [
        (["DG1|1||M08.2^Still^I10"], "sjia", ""),
        (["DG1|1|I10|M08.2^Still"], "sjia", ""),
        (["DG1|1||M08.2^Still^I10C|||F"], "sjia", ""),
        (["DG1|1||M08.2^Still^I10C|||W"], "suspected_sjia", ""),
        (["DG1|1||M08.2^Still^I10C|||A"], "suspected_sjia", ""),
        (["DG1|1||M32.1^SLE^I10C|||W"], "unknown", "condition_unconfirmed"),
        (["DG1|1||M08.2^Still^I10" + "|" * 18 + "D"], "unknown", "condition_inactive"),
        (["DG1|1||Z00.0^Check^I10"], "unknown", "condition_unknown"),
        (["DG1|1||M08.2^Still^I10", "DG1|2||M32.1^SLE^I10"], "unknown", "condition_conflict"),
        ([], "unknown", "condition_unknown"),
    ],
)
def test_diagnoses(diagnoses: list[str], condition: str, key: str) -> None:
    found = read(RESULT, *diagnoses, diagnosis="")
    assert found.panel.condition == condition
    assert not key or key in {told.key for told in found.issues}


@pytest.mark.parametrize(
    ("segments", "drugs"),
    [
        (["RXE||L04AC07^tocilizumab^ATC"], [("tocilizumab", "")]),
        (["RXO|612865^Tocilizumab^RXNORM"], [("tocilizumab", "")]),
        (["RXO|X1^Actemra 162 mg^L"], [("tocilizumab", "")]),
        (["RXE||ACTEMRA^^L"], [("tocilizumab", "")]),
        (["RXE||ACTEMRA"], [("tocilizumab", "")]),
        (["RXD|1|^anakinra"], [("anakinra", "")]),
        (["RXG|1||| ^canakinumab"], [("canakinumab", "")]),
        (["RXA|0|1|20261101|20261102|^tocilizumab"], [("tocilizumab", "2026-11-02")]),
        (["RXA|0|1|20261101||^tocilizumab"], [("tocilizumab", "2026-11-01")]),
        (["RXA|0|1|||^tocilizumab"], [("tocilizumab", "")]),
        (["RXA|0|1|20261101||^tocilizumab" + "|" * 15 + "RE"], []),
        (["RXA|0|1|20261101||^tocilizumab" + "|" * 16 + "D"], []),
        (["ORC|CA", "RXE||^tocilizumab"], []),
        (["ORC|CA", "RXE||^paracetamol"], []),
        (["ORC|DC", "RXE||^tocilizumab"], [("tocilizumab", "")]),
        (["ORC|CA", "OBR|1", "RXE||^tocilizumab"], [("tocilizumab", "")]),
        (["RXE||"], [("", "")]),
        (["RXE||^IL-6 inhibitor"], [("IL-6 inhibitor", "")]),
        (["RXE||L04A^^ATC"], [("", "")]),
    ],
)
def test_drugs(segments: list[str], drugs: list[tuple[str, str]]) -> None:
    found = read(RESULT, *segments)
    assert [(drug.name, str(drug.last_dose or "")) for drug in found.panel.medications] == drugs


def test_a_drug_that_was_not_given_is_told() -> None:
    assert "drug_status" in keys(RESULT, "ORC|CA", "RXE||^tocilizumab")
    assert "drug_status" not in keys(RESULT, "ORC|CA", "RXE||^paracetamol")


def test_the_times_of_results_before_birth_are_none() -> None:
    assert "time_doubtful" in keys(obx("120", "ng/mL", at14="20130101"), obx("1", "ng/mL", at14=EARLIER))
