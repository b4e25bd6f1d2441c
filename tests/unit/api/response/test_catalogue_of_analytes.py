"""What a request may hold, as data: a reader can convert every unit by it exactly."""

from decimal import Decimal
from fractions import Fraction

import pytest

from service.api.response.catalogue import analytes_document
from service.clinical.measurement.analytes import ANALYTES, FINDINGS
from service.clinical.panel.panel import CONDITIONS, CONFOUNDERS
from service.server.messages.strict_json import dumps, loads

DOCUMENT = loads(dumps(analytes_document()))
OBSERVATIONS = {observation["id"]: observation for observation in DOCUMENT["observations"]}
COMPARABLE = [
    pytest.param(key, unit, id=f"{key} {unit['code']}")
    for key, analyte in OBSERVATIONS.items()
    for unit in analyte["units"]
    if unit["comparable"]
]


def test_everything_a_request_may_hold_is_listed() -> None:
    assert list(OBSERVATIONS) == list(ANALYTES)
    assert [finding["id"] for finding in DOCUMENT["findings"]] == list(FINDINGS)
    assert (DOCUMENT["conditions"], DOCUMENT["confounders"]) == (list(CONDITIONS), list(CONFOUNDERS))
    assert "Regenstrief" in DOCUMENT["loinc_notice"]


@pytest.mark.parametrize(("key", "unit"), COMPARABLE)
def test_a_reader_converts_as_the_service_does(key: str, unit: dict[str, dict[str, Decimal]]) -> None:
    step, value = unit["to_canonical"], Decimal("12.3")
    theirs = (Fraction(value) + Fraction(step["add"])) * Fraction(step["multiply"]) / Fraction(step["divide"])
    ours = ANALYTES[key].table.convert(value, str(unit["code"]), ANALYTES[key].canonical)
    assert theirs == Fraction(ours)


def test_a_unit_without_a_factor_says_so() -> None:
    units = {unit["code"]: unit for unit in OBSERVATIONS["scd25"]["units"]}
    assert units["pg/mL"] == {"code": "pg/mL", "spellings": [], "basis": "convention", "comparable": False}
    assert units["kU/L"]["comparable"] is True


def test_an_approximate_factor_is_marked() -> None:
    units = {unit["code"]: unit["approximate"] for unit in OBSERVATIONS["d_dimer"]["units"]}
    assert [code for code, approximate in units.items() if approximate] == [
        "mg/L{DDU}",
        "ng/mL{DDU}",
        "ug/mL{DDU}",
        "ug/L{DDU}",
    ]


def test_ranges_codes_and_implied_limits_are_shown() -> None:
    ferritin = OBSERVATIONS["ferritin"]
    assert ferritin["canonical_unit"] == "ng/mL"
    assert ferritin["plausible"] == {"low": Decimal("0.5"), "high": 1000000}
    assert ferritin["usual"] == {"low": 5, "high": 100000}
    assert ferritin["loinc"] == ["2276-4", "20567-4", "14723-1"]
    assert ferritin["implied_limits"] == {"high": 140, "unit": "ng/mL"}
    assert OBSERVATIONS["fibrinogen"]["implied_limits"] == {"low": 2, "high": Decimal("3.5"), "unit": "g/L"}
    assert OBSERVATIONS["alt"]["implied_limits"] is None


def test_the_one_finding_that_is_false_when_absent_is_marked() -> None:
    assert [finding["id"] for finding in DOCUMENT["findings"] if finding["absent_is_false"]] == [
        "molecular_hlh_diagnosis"
    ]
