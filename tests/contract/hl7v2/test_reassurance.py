"""No way in reassures where another does not: each lesson of the other formats, sent as HL7 v2."""

import pytest
from flask.testing import FlaskClient

from tests.support.messages import CALM, NOON, OLD_FERRITIN, assessed, category, codes, message, obr, obx


def newer(value: str = "12500", unit: str = "ng/mL", code: str = "2276-4", **more: str) -> str:
    return obx(value, unit, code, **({"at14": NOON} | more))


def test_the_calm_panel_is_unlikely(client: FlaskClient) -> None:
    assert category(client, *CALM, OLD_FERRITIN) == "unlikely"
    assert category(client, *CALM, OLD_FERRITIN, newer("130")) == "unlikely"


@pytest.mark.parametrize(
    "segment",
    [
        newer(code="FERR^Ferritin^L"),
        newer(code="1^フェリチン^L"),
        newer(code="^S-Ferritin"),
        newer(code="2276-4^Ferritin"),
        newer(code="24373-3^Ferritin^LN"),
        newer(code="99"),
        newer(unit=""),
        newer(unit="furlong"),
        newer("siehe Befund", kind="TX"),
        newer("see report", kind="TX"),
        newer("see attached", kind="ST"),
        newer("pending"),
        newer("QNS"),
        newer("", at11="X"),
        newer("HEMOLYZED", at11="X"),
        newer("12.500"),
        newer("12,500"),
        newer("^12500^-^13000", kind="SN"),
        newer("<>^12500", kind="SN"),
        newer("12500~12600"),
        newer("^application^pdf^Base64^JVBERi0", kind="ED"),
        newer(at11="P"),
        newer("", at11="I"),
        newer(at11="R"),
        newer(at8="L", at7="24-336"),
        newer(at14=""),
        newer(at14="99991231"),
        newer(at14="19700101"),
        newer(at14="20130101"),
        newer("120 ng/mL", unit="ug/dL", kind="ST"),
        newer("12500 H", kind="ST"),
        newer("", at8="A"),
        "DSC|1",
    ],
)
def test_something_newer_that_was_not_read_is_never_reassuring(client: FlaskClient, segment: str) -> None:
    assert category(client, *CALM, OLD_FERRITIN, segment) == "indeterminate"


@pytest.mark.parametrize("order", [obr("L1^Labor^L", at7=NOON), obr("L1^Labor^L", at25="P", at7=NOON)])
def test_an_order_of_which_results_are_still_to_come_is_not_reassuring(client: FlaskClient, order: str) -> None:
    assert category(client, *CALM, OLD_FERRITIN, order) == "indeterminate"


@pytest.mark.parametrize(
    "drug",
    [
        "RXE||L04AC07^tocilizumab^ATC",
        "RXE||X1^Actemra 162 mg^L",
        "RXO|^RoActemra",
        "RXO|L04AC^^ATC",
        "RXA|0|1|20261120||^tocilizumab-aazg",
        "RXD|1|^IL-6 inhibitor",
        "RXE||^biologic",
        "RXE||",
        "RXA|0|1|||^immunosuppressives",
    ],
)
def test_a_drug_that_is_or_may_be_il6_blockade_is_never_reassuring(client: FlaskClient, drug: str) -> None:
    assert category(client, *CALM, OLD_FERRITIN, drug) == "indeterminate"


def test_a_drug_that_changes_nothing_here_is_no_doubt(client: FlaskClient) -> None:
    assert category(client, *CALM, OLD_FERRITIN, "RXE||^paracetamol") == "unlikely"


@pytest.mark.parametrize("value", [">^100", "greater than^100"])
def test_a_comparator_is_never_lost(client: FlaskClient, value: str) -> None:
    found = assessed(client, message(*CALM, obx(value, "ng/mL", kind="SN")))
    assert "anything above 100 leaves open whether it is above 684" in str(found["criteria"][0]["items"])


def test_without_ferritin_nothing_is_unlikely(client: FlaskClient) -> None:
    found = category(client, *CALM)
    assert found in ("indeterminate", "unlikely")
    assert found == "indeterminate" or "condition_unknown" not in codes(client, *CALM)


@pytest.mark.parametrize("specimen", ["SPM|1|||CSF^Cerebral spinal fluid^HL70487", "SPM|1|||^Urine"])
def test_results_of_another_specimen_are_not_reassuring(client: FlaskClient, specimen: str) -> None:
    assert category(client, *CALM, obr(), OLD_FERRITIN, specimen) != "unlikely"


def test_an_esr_of_another_hour_is_refused(client: FlaskClient) -> None:
    assert "code_refused" in codes(client, OLD_FERRITIN, obx("8", "mm", "43402-7^ESR 15 min^LN"))
    assert "code_refused" in codes(client, OLD_FERRITIN, obx("60", "mm", "18184-2^ESR 2 h^LN"))
