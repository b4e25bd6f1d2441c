"""One item of the answer: what was observed, the limit it was held against, its points, those below it."""

from decimal import Decimal
from typing import Any

import pytest

from tests.support.documents import item_of

CRITERIA_2016 = "eular-acr-printo-2016"


def test_an_item_has_what_the_contract_shows() -> None:
    assert item_of(CRITERIA_2016, "platelets", observations={"platelets": "116 10*9/L"}) == {
        "id": "platelets",
        "label": "Platelet count",
        "status": "met",
        "status_implied": "met",
        "observed": {
            "reported": "116 10*9/L",
            "evidence": "measured",
            "low": 116,
            "high": 116,
            "low_open": False,
            "high_open": False,
            "unit": "10*9/L",
        },
        "threshold": {
            "comparator": "<=",
            "value": 181,
            "unit": "10*9/L",
            "reference": "ravelli-2016",
            "certainty": "secondary",
        },
        "confounded": False,
        "reason": "116 is at or below 181",
    }


@pytest.mark.parametrize(
    ("sent", "observed"),
    [
        (">10000 ug/L", (">10000 ug/L", "measured", 10000, None, True, True, "ng/mL")),
        ("<=500 ng/mL", ("<=500 ng/mL", "measured", 0, 500, False, False, "ng/mL")),
        ("2247 pmol/L", ("2247 pmol/L", "measured", 1000, 1000, False, False, "ng/mL")),
        ({"interpretation": "H"}, ("H", "implied", 140, None, True, True, "ng/mL")),
        ({"interpretation": "N"}, ("N", "unknown", None, None, True, True, "ng/mL")),
    ],
    ids=str,
)
def test_a_result_is_shown_in_the_unit_of_its_limit(sent: Any, observed: tuple[Any, ...]) -> None:
    found = item_of(CRITERIA_2016, "ferritin", observations={"ferritin": sent})["observed"]
    assert tuple(found.values()) == observed


def test_nothing_observed_is_null() -> None:
    item = item_of(CRITERIA_2016, "ast", findings={"fever": True})
    assert (item["observed"], item["status"], item["reason"]) == (None, "unknown", "not reported")
    assert item["threshold"]["value"] == 48


def test_a_mass_of_scd25_is_shown_as_reported_and_open() -> None:
    found = item_of("ohi-index", "scd25", observations={"scd25": "5046 pg/mL"})["observed"]
    assert (found["reported"], found["evidence"], found["low"], found["high"]) == ("5046 pg/mL", "unknown", None, None)


@pytest.mark.parametrize(
    ("sent", "value", "unit"),
    [("265 mg/dL", 265, "mg/dL"), ("2.992 mmol/L", 3, "mmol/L"), ("2.7 g/L", 3, "mmol/L")],
)
def test_the_limit_is_shown_in_the_unit_reported_where_the_paper_prints_it(sent: str, value: int, unit: str) -> None:
    item = item_of("hlh-2004", "triglycerides_or_fibrinogen", "triglycerides", observations={"triglycerides": sent})
    assert (item["threshold"]["value"], item["threshold"]["unit"]) == (value, unit)


def test_one_result_stands_in_each_limit_in_that_limits_own_unit() -> None:
    found = {"fibrinogen": "2 g/L"}
    in_2016 = item_of(CRITERIA_2016, "fibrinogen", observations=found)["observed"]
    in_2005 = item_of("ravelli-2005", "fibrinogen", observations=found)["observed"]
    assert (in_2016["low"], in_2016["unit"]) == (200, "mg/dL")
    assert (in_2005["low"], in_2005["unit"]) == (2, "g/L")


def test_a_confounded_item_is_marked() -> None:
    sent: dict[str, Any] = {"observations": {"platelets": "116 10*9/L"}, "context": {"confounders": ["itp"]}}
    assert item_of(CRITERIA_2016, "platelets", **sent)["confounded"] is True
    assert item_of("hscore", "cytopenia", "platelets", **sent)["confounded"] is False


def test_a_confounded_item_that_was_not_reported_has_nothing_to_mark() -> None:
    item = item_of(CRITERIA_2016, "platelets", findings={"fever": True}, context={"confounders": ["itp"]})
    assert (item["status"], item["confounded"]) == ("unknown", False)


def test_a_finding_shows_neither_value_nor_limit() -> None:
    item = item_of(CRITERIA_2016, "fever", "fever", findings={"fever": True})
    assert item == {
        "id": "fever",
        "label": "Fever",
        "status": "met",
        "status_implied": "met",
        "confounded": False,
        "reason": "present",
    }


def test_an_item_of_a_score_shows_its_points_and_those_it_could_have() -> None:
    item = item_of("hscore", "ferritin", observations={"ferritin": ">5000 ng/mL"})
    assert item["points"] == {"min": 35, "max": 50}
    assert item["points_by_count"] == [0, 35, 50]
    assert [part["threshold"]["value"] for part in item["items"]] == [2000, 6000]
    assert "observed" not in item


@pytest.mark.parametrize(
    ("sent", "status", "status_implied", "points"),
    [
        ("3.6 g/L", "counted", "counted", (Decimal("-1.44"), Decimal("-1.44"))),
        ("<1 g/L", "unknown", "unknown", (Decimal("-0.4"), 0)),
        (">4 g/L", "unknown", "unknown", (None, Decimal("-1.6"))),
        ({"interpretation": "L"}, "unknown", "unknown", (-4, Decimal("-0.12"))),
    ],
    ids=str,
)
def test_a_weighted_number_counts_it_is_not_met_or_not_met(
    sent: Any, status: str, status_implied: str, points: tuple[Any, Any]
) -> None:
    item = item_of("ms-score", "fibrinogen", observations={"fibrinogen": sent})
    assert (item["status"], item["status_implied"]) == (status, status_implied)
    assert (item["points"]["min"], item["points"]["max"]) == points
    assert (item["weight"], item["observed"]["unit"]) == (Decimal("-0.004"), "mg/dL")
    assert "threshold" not in item


def test_a_weighted_finding_is_met_or_not_met() -> None:
    item = item_of("ms-score", "active_arthritis", findings={"active_arthritis": True})
    assert (item["status"], item["weight"], item["points"]) == (
        "met",
        Decimal("-1.3"),
        {"min": Decimal("-1.3"), "max": Decimal("-1.3")},
    )
    assert "observed" not in item
    assert item_of("ms-score", "hemorrhage", findings={"hemorrhage": False})["status"] == "not_met"


def test_a_side_of_a_ratio_counts_and_has_no_weight() -> None:
    item = item_of("ferritin-esr-ratio", "esr", observations={"esr": "2 mm/h"})
    assert (item["status"], item["observed"]["low"], item["observed"]["unit"]) == ("counted", 2, "mm/h")
    assert not {"weight", "points", "threshold"} & set(item)
    assert item_of("ferritin-esr-ratio", "esr", findings={"fever": True})["status"] == "unknown"
