"""A set on a panel: its parts and counts, its two verdicts, and the one without confounders."""

from decimal import Decimal
from typing import Any

import pytest

from service.clinical.criteria import CATALOGUE, ORDER
from service.clinical.evaluation.evaluate import evaluate
from service.clinical.evaluation.set_result import Count, verdict_text
from service.clinical.measurement.interval import MET, NOT_MET, UNKNOWN, Interval
from service.clinical.panel.panel import Panel
from tests.support.results import item_of, result_of, statuses

CRITERIA_2016 = "eular-acr-printo-2016"


@pytest.mark.parametrize(
    ("findings", "observations", "entry", "laboratory", "whole"),
    [
        ({"fever": True}, {"ferritin": "905 ug/L", "platelets": "116 10*9/L", "ast": "90 U/L"}, MET, MET, MET),
        ({"fever": False}, {"ferritin": "905 ug/L", "platelets": "116 10*9/L", "ast": "90 U/L"}, NOT_MET, MET, NOT_MET),
        ({}, {"ferritin": "905 ug/L", "platelets": "116 10*9/L", "ast": "90 U/L"}, UNKNOWN, MET, UNKNOWN),
        ({"fever": True}, {"ferritin": "684 ug/L"}, MET, NOT_MET, NOT_MET),
        ({"fever": True}, {"platelets": "116 10*9/L", "ast": "90 U/L"}, MET, UNKNOWN, UNKNOWN),
    ],
)
def test_the_laboratory_part_of_2016_has_a_verdict_of_its_own(
    findings: dict[str, bool], observations: dict[str, str], entry: object, laboratory: object, whole: object
) -> None:
    result = result_of(CRITERIA_2016, findings=findings, observations=observations)
    assert [(part.id, part.verdict) for part in result.parts] == [("entry", entry), ("laboratory", laboratory)]
    assert result.part("laboratory") is result.parts[1]
    assert result.verdict is whole


def test_a_part_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="histology"):
        result_of(CRITERIA_2016, findings={"fever": True}).part("histology")


def test_words_count_for_the_implied_verdict_of_whole_and_part_alone() -> None:
    observations = {"ferritin": "905 ug/L", "platelets": "116 10*9/L", "fibrinogen": {"interpretation": "L"}}
    result = result_of(CRITERIA_2016, findings={"fever": True}, observations=observations)
    assert (result.verdict, result.verdict_implied) == (UNKNOWN, MET)
    assert (result.part("laboratory").verdict, result.part("laboratory").verdict_implied) == (UNKNOWN, MET)
    assert result.count == Count(met=1, not_met=0, unknown=3, required=2)


def test_words_raise_the_implied_score_alone() -> None:
    result = result_of("hscore", observations={"ast": {"interpretation": "H"}})
    assert result.score == Interval(Decimal(0), Decimal(337))
    assert result.score_implied == Interval(Decimal(19), Decimal(337))


@pytest.mark.parametrize(
    ("key", "request_", "count"),
    [
        (CRITERIA_2016, {"observations": {"ast": "90 U/L", "platelets": "200 10*9/L"}}, (1, 1, 2, 2)),
        ("ravelli-2005", {"findings": {"cns_dysfunction": True, "hepatomegaly": False}}, (1, 1, 5, 2)),
        ("hlh-2004", {"findings": {"fever": True, "splenomegaly": False}}, (1, 1, 6, 5)),
        ("hlh-2004", {"findings": {"molecular_hlh_diagnosis": True}}, (0, 0, 8, 5)),
        ("hlh-2024", {"findings": {"fever": True, "splenomegaly": False}}, (1, 1, 5, 5)),
        ("ohi-index", {"observations": {"scd25": "4000 U/mL", "ferritin": "900 ng/mL"}}, (1, 1, 0, 2)),
    ],
)
def test_the_group_that_the_paper_counts_is_counted(
    key: str, request_: dict[str, Any], count: tuple[int, int, int, int]
) -> None:
    assert result_of(key, **request_).count == Count(*count)


@pytest.mark.parametrize("key", ["ms-score", "ferritin-esr-ratio", "hscore", "mh-score"])
def test_a_score_counts_nothing_and_has_no_parts(key: str) -> None:
    result = result_of(key, findings={"fever": True})
    assert (result.count, result.parts) == (None, ())


def test_where_two_groups_are_counted_each_part_counts_its_own() -> None:
    result = result_of("parodi-2009", findings={"fever": True, "hepatomegaly": False}, observations={"ast": "41 U/L"})
    assert result.count is None
    assert [(part.id, part.count) for part in result.parts] == [
        ("clinical", Count(met=1, not_met=1, unknown=3, required=1)),
        ("laboratory", Count(met=1, not_met=0, unknown=5, required=2)),
    ]


def test_criteria_are_no_score() -> None:
    result = result_of(CRITERIA_2016, findings={"fever": True})
    assert (result.score, result.score_implied) == (None, None)


def test_nothing_known_is_never_met_and_never_not_met() -> None:
    for criteria in CATALOGUE.values():
        result = evaluate(criteria, Panel())
        assert (result.verdict, result.verdict_implied) == (UNKNOWN, UNKNOWN)


PANEL_2016 = {
    "findings": {"fever": True},
    "observations": {
        "ferritin": "905 ug/L",
        "platelets": "116 10*9/L",
        "ast": "90 U/L",
        "triglycerides": "100 mg/dL",
        "fibrinogen": "400 mg/dL",
    },
}


@pytest.mark.parametrize(
    ("confounder", "marked", "without"),
    [
        ("itp", {"platelets"}, UNKNOWN),
        ("infectious_hepatitis", {"ast", "ferritin"}, UNKNOWN),
        ("familial_hyperlipidaemia", {"triglycerides"}, MET),
        ("visceral_leishmaniasis", {"ferritin", "platelets", "ast", "triglycerides", "fibrinogen"}, UNKNOWN),
    ],
)
def test_a_confounded_item_keeps_its_status_and_the_verdict_without_it_stands_beside(
    confounder: str, marked: set[str], without: object
) -> None:
    plain = result_of(CRITERIA_2016, **PANEL_2016)
    result = result_of(CRITERIA_2016, context={"confounders": [confounder]}, **PANEL_2016)
    assert {item.id for item in result.items if item.confounded} == marked
    assert statuses(result.items) == statuses(plain.items)
    assert (result.verdict, result.verdict_without_confounded) == (MET, without)
    assert plain.verdict_without_confounded is None


def test_without_the_confounded_a_verdict_may_still_fall() -> None:
    observations = PANEL_2016["observations"] | {"ferritin": "684 ug/L"}
    result = result_of(
        CRITERIA_2016, findings={"fever": True}, observations=observations, context={"confounders": ["itp"]}
    )
    assert (result.verdict, result.verdict_without_confounded) == (NOT_MET, NOT_MET)


def test_a_confounder_means_nothing_to_a_set_that_does_not_ask_for_it() -> None:
    for key in ORDER[1:]:
        result = result_of(key, context={"confounders": ["itp", "visceral_leishmaniasis"]}, **PANEL_2016)
        assert result.verdict_without_confounded is None
        assert not any(item.confounded for item in result.items)


@pytest.mark.parametrize(
    ("key", "finding", "observations", "met"),
    [
        ("hscore", None, "1 cm", True),
        ("hscore", None, "0 cm", False),
        ("hscore", False, "4 cm", False),
        ("mh-score", None, "1 mm", True),
        ("hlh-2004", None, "0.5 cm", True),
        ("hlh-2024", None, "0 cm", False),
        ("hlh-2024", True, "0 cm", True),
    ],
)
def test_a_measured_spleen_counts_as_enlarged_when_the_finding_is_absent(
    key: str, finding: bool | None, observations: str, met: bool
) -> None:
    sent = {"findings": {"splenomegaly": finding}, "observations": {"spleen_below_costal_margin": observations}}
    path = ("organomegaly", "splenomegaly") if key == "hscore" else ("splenomegaly",)
    assert item_of(result_of(key, **sent), *path).status is (MET if met else NOT_MET)


@pytest.mark.parametrize(
    ("years", "hemoglobin", "status"),
    [
        ("0.0739", "99 g/L", MET),  # 27 days
        ("0.0739", "100 g/L", NOT_MET),
        ("0.0767", "99 g/L", NOT_MET),  # 28 days and a little
        ("0.0767", "89 g/L", MET),
        (None, "89 g/L", MET),
        (None, "90 g/L", UNKNOWN),
        (None, "99 g/L", UNKNOWN),
        (None, "100 g/L", NOT_MET),
    ],
)
def test_the_limit_of_haemoglobin_is_100_below_28_days_and_90_after(
    years: str | None, hemoglobin: str, status: object
) -> None:
    patient = {"age_years": years and Decimal(years)}
    result = result_of("hlh-2004", patient=patient, observations={"hemoglobin": hemoglobin})
    assert item_of(result, "cytopenia", "anemia").status is status


@pytest.mark.parametrize(
    ("triglycerides", "status"),
    [("265 mg/dL", MET), ("264.9 mg/dL", NOT_MET), ("2.992 mmol/L", NOT_MET), ("3.0 mmol/L", MET), ("2.7 g/L", MET)],
)
def test_hlh_2004_compares_triglycerides_in_the_unit_reported(triglycerides: str, status: object) -> None:
    result = result_of("hlh-2004", observations={"triglycerides": triglycerides})
    assert item_of(result, "triglycerides_or_fibrinogen", "triglycerides").status is status


@pytest.mark.parametrize(
    ("temperature", "fever", "status"),
    [
        ("38.0 Cel", True, NOT_MET),
        ("38.1 Cel", False, MET),
        (None, True, MET),
        (None, False, NOT_MET),
        (None, None, UNKNOWN),
    ],
)
def test_the_lupus_guidelines_take_the_temperature_before_the_finding(
    temperature: str | None, fever: bool | None, status: object
) -> None:
    sent = {"observations": {"temperature": temperature, "crp": "5 mg/L"}, "findings": {"fever": fever}}
    assert item_of(result_of("parodi-2009", **sent), "fever").status is status


def test_a_molecular_diagnosis_alone_meets_hlh_2004_but_not_2024() -> None:
    sent = {"findings": {"molecular_hlh_diagnosis": True}}
    assert result_of("hlh-2004", **sent).verdict is MET
    assert result_of("hlh-2024", **sent).verdict is UNKNOWN


def test_what_is_unknown_of_an_item_is_indeterminate_of_a_set() -> None:
    assert [verdict_text(verdict) for verdict in (MET, NOT_MET, UNKNOWN)] == ["met", "not_met", "indeterminate"]
