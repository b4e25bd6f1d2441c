"""How reports and hospitals count wrongly: each slip is refused, stays unknown, or changes nothing."""

from typing import Any

import pytest

from service.api.problems import InvalidRequest
from service.clinical.measurement.analytes import FINDINGS
from tests.support.panels import panel_of
from tests.support.results import assessed, item_of, result_of

FEVER = {"fever": True}


@pytest.mark.parametrize(
    ("observation", "sent", "code"),
    [
        ("ferritin", "1823 mg/L", "unit_not_accepted"),
        ("ferritin", "3828 mg/dL", "unit_not_accepted"),
        ("ferritin", "905 g/L", "unit_not_accepted"),
        ("ferritin", "905 ng/dL", "unit_not_accepted"),
        ("fibrinogen", "494 g/L", "implausible_value"),
        ("fibrinogen", "80 U/L", "unit_not_accepted"),
        ("hemoglobin", "8.1 g/L", "implausible_value"),
        ("crp", "247 mg/dL", "implausible_value"),
        ("lymphocytes", "12 %", "unit_not_accepted"),
        ("neutrophils", "65 %", "unit_not_accepted"),
        ("scd25", "9000", "unit_required"),
    ],
)
def test_a_slip_of_the_unit_is_refused(observation: str, sent: str, code: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        panel_of(observations={observation: sent})
    assert [entry.code for entry in refused.value.entries] == [code]


@pytest.mark.parametrize(
    ("observation", "sent", "meant"),
    [("fibrinogen", "494 g/L", "494 mg/dL"), ("hemoglobin", "8.1 g/L", "8.1 g/dL"), ("crp", "247 mg/dL", "247 mg/L")],
)
def test_the_unit_that_was_meant_is_suggested(observation: str, sent: str, meant: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        panel_of(observations={observation: sent})
    [entry] = refused.value.entries
    assert meant.partition(" ")[2] in str(entry.explained().facts.get("suggestion"))


def test_a_fibrinogen_in_the_wrong_unit_that_is_possible_is_named() -> None:
    found = assessed(observations={"fibrinogen": "1.43 mg/dL"}, findings=FEVER).warnings
    assert [(warning.code, warning.where[-1]) for warning in found] == [("unusual_value", "fibrinogen")]


@pytest.mark.parametrize("amount", ["1192.5 pg/mL", "31673.1 pg/mL", "27416 pg/mL", "1817 pg/mL", "5046 pg/mL"])
def test_a_mass_of_scd25_meets_no_limit(amount: str) -> None:
    assert item_of(result_of("hlh-2004", observations={"scd25": amount}), "scd25").status.value == "unknown"


@pytest.mark.parametrize("amount", ["2399 U/mL", "1200 U/mL"])
def test_an_elevated_scd25_below_the_limit_does_not_count(amount: str) -> None:
    sent = {"scd25": {"value": float(amount.split(maxsplit=1)[0]), "unit": "U/mL", "interpretation": "H"}}
    assert item_of(result_of("hlh-2004", observations=sent), "scd25").status.value == "not_met"


@pytest.mark.parametrize("amount", ["251 mg/dL", "494 mg/dL", "581 mg/dL"])
def test_a_high_fibrinogen_earns_no_points(amount: str) -> None:
    item = item_of(result_of("hscore", observations={"fibrinogen": amount}), "fibrinogen")
    assert item.points is not None
    assert (item.points.low, item.points.high) == (0, 0)


def test_triglycerides_and_fibrinogen_are_one_criterion() -> None:
    both: dict[str, Any] = {"triglycerides": "851 mg/dL", "fibrinogen": "106 mg/dL"}
    assert [result_of(key, observations=both).count.met for key in ("hlh-2004", "hlh-2024")] == [1, 1]


def test_one_lineage_is_no_cytopenia() -> None:
    one = {"platelets": "16 10*9/L", "hemoglobin": "139 g/L", "neutrophils": "1.12 10*9/L", "wbc": "8 10*9/L"}
    assert item_of(result_of("hlh-2004", observations=one), "cytopenia").status.value == "not_met"
    assert item_of(result_of("hscore", observations=one), "cytopenia").points.high == 0


def test_white_cells_are_not_taken_for_neutrophils() -> None:
    one = {"platelets": "16 10*9/L", "hemoglobin": "139 g/L", "wbc": "0.8 10*9/L"}
    assert item_of(result_of("hlh-2004", observations=one), "cytopenia").status.value == "unknown"


def test_a_marrow_that_is_not_known_leaves_its_points_open() -> None:
    score = result_of("hscore", findings={"fever": False}).score
    without = result_of("hscore", findings={"fever": False, "hemophagocytosis_marrow": False}).score
    assert score.high - without.high == 35


@pytest.mark.parametrize(
    ("finding", "words"),
    [("immunosuppression", "steroids given for this illness do not count"), ("hemophagocytosis_marrow", "HScore")],
)
def test_the_meaning_of_a_finding_says_what_is_often_miscounted(finding: str, words: str) -> None:
    assert words in FINDINGS[finding].meaning


def test_the_temperature_of_the_moment_does_not_stand_for_a_fever_that_was_seen() -> None:
    """A temperature that was measured settles the points; who has seen fever sends the highest one."""
    item = item_of(result_of("hscore", findings=FEVER), "temperature")
    assert (item.points.low, item.points.high) == (0, 49)
    assert "Maximal" in item.label
