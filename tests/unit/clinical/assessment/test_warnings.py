"""Warnings about values: each only when its reason is there."""

from typing import Any

import pytest

from service.clinical.assessment.warnings import Oddity, warnings
from tests.support.panels import panel_of
from tests.support.results import assessed

FASTING = {"fasting_sample": True}


def odd(**request: Any) -> list[tuple[str, str]]:
    return [(warning.code, "/".join(warning.where)) for warning in warnings(panel_of(**request))]


def the_warning(**request: Any) -> Oddity:
    (found,) = warnings(panel_of(**request))
    return found


def test_an_ordinary_panel_has_no_warning_and_no_caution() -> None:
    observations = {"ferritin": "905 ug/L", "platelets": "116 10*9/L", "triglycerides": "2 mmol/L"}
    found = assessed("ravelli-2005", observations=observations, findings=FASTING)
    assert (found.warnings, found.cautions) == ((), ())


def test_a_result_in_words_alone_is_named() -> None:
    found = the_warning(observations={"fibrinogen": {"interpretation": "L"}})
    assert (found.code, found.where) == ("interpretation_without_range", ("observations", "fibrinogen"))
    assert "verdict_implied only" in found.message


@pytest.mark.parametrize(
    ("word", "words"), [("N", "send the range or the number"), ("A", "are used"), ("low", "are used")]
)
def test_a_word_that_proves_nothing_is_named(word: str, words: str) -> None:
    found = the_warning(observations={"fibrinogen": {"interpretation": word}})
    assert (found.code, found.where) == ("interpretation_not_usable", ("observations", "fibrinogen"))
    assert words in found.message


@pytest.mark.parametrize(
    "sent", ["5046 pg/mL", "5.0 ng/mL", "5046 ng/L", {"value": 5046, "unit": "pg/mL", "collected_at": "2026-11-20"}]
)
def test_a_mass_of_scd25_is_named(sent: Any) -> None:
    found = the_warning(observations={"scd25": sent})
    assert found.code == "scd25_mass_units"
    assert "no fixed factor to U/mL" in found.message


def test_a_mass_of_scd25_that_came_with_a_word_is_named_as_a_mass_too() -> None:
    """The number was sent; to ask for it again would send the reader the wrong way."""
    assert odd(observations={"scd25": {"value": 5046, "unit": "pg/mL", "interpretation": "H"}}) == [
        ("scd25_mass_units", "observations/scd25")
    ]


def test_a_word_that_has_its_range_or_its_number_is_ordinary() -> None:
    reference = {"low": 2, "high": 4, "unit": "g/L"}
    assert odd(observations={"fibrinogen": {"interpretation": "L", "reference_range": reference}}) == []
    assert odd(observations={"fibrinogen": {"value": 1, "unit": "g/L", "interpretation": "L"}}) == []


def test_words_beside_and_without_numbers_are_told_apart() -> None:
    range_ = {"low": 100, "high": 300, "unit": "U/mL"}
    mass = {"value": 5046, "unit": "pg/mL", "interpretation": "N", "reference_range": range_}
    assert odd(observations={"scd25": mass}) == [("scd25_mass_units", "observations/scd25")]
    no_limit = {"interpretation": "L", "reference_range": {"high": 4, "unit": "g/L"}}
    assert odd(observations={"fibrinogen": no_limit}) == [("interpretation_without_range", "observations/fibrinogen")]


@pytest.mark.parametrize(
    ("taken", "panel", "late"),
    [
        ("2026-11-22", "2026-11-20", True),
        ("2026-11-22T00:30:00Z", "2026-11-20T08:00:00Z", True),
        ("2026-11-21T23:00:00Z", "2026-11-20", False),
        ("2026-11-19", "2026-11-20", False),
        ("2026-11-22", None, False),
    ],
)
def test_a_result_that_was_not_there_when_its_panel_was_taken_is_named(
    taken: str, panel: str | None, late: bool
) -> None:
    observations = {"ast": {"value": 90, "unit": "U/L", "collected_at": taken}, "ldh": "300 U/L"}
    found = odd(observations=observations, collected_at=panel)
    assert found == ([("later_than_panel", "observations/ast")] if late else [])


@pytest.mark.parametrize(
    ("observations", "usual"),
    [
        ({"ferritin": "100001 ng/mL"}, "Outside the usual 5 to 100000 ng/mL"),
        ({"temperature": "33 Cel"}, "Outside the usual 34 to 42 Cel"),
        ({"temperature": "108 [degF]"}, "Outside the usual 34 to 42 Cel"),
        ({"wbc": "0 10*9/L"}, "Outside the usual 0.1 to 100 10*9/L"),
    ],
)
def test_an_unusual_value_is_accepted_with_a_warning(observations: dict[str, str], usual: str) -> None:
    found = the_warning(observations=observations)
    assert found.code == "unusual_value"
    assert found.message == f"{usual}; check the unit."


def test_a_ddu_is_converted_by_an_approximate_factor_and_that_is_said() -> None:
    found = the_warning(observations={"d_dimer": "500 ng/mL DDU"})
    assert found.code == "approximate_factor"
    assert "ng/mL{DDU}" in found.message
    assert odd(observations={"d_dimer": "500 ng/mL FEU"}) == []


@pytest.mark.parametrize(
    ("findings", "code"),
    [({}, "fasting_unknown"), ({"fasting_sample": False}, "not_fasting"), (FASTING, None)],
)
def test_triglycerides_are_meant_fasting(findings: dict[str, bool], code: str | None) -> None:
    expected = [(code, "observations/triglycerides")] if code else []
    assert odd(observations={"triglycerides": "2 mmol/L"}, findings=findings) == expected


def test_without_measured_triglycerides_nobody_asks_about_fasting() -> None:
    assert odd(observations={"ferritin": "905 ug/L"}) == []
    assert odd(observations={"triglycerides": {"interpretation": "H"}}) == [
        ("interpretation_without_range", "observations/triglycerides")
    ]


@pytest.mark.parametrize(
    ("sent", "conflict"),
    [
        ("132.5 mg/dL", True),
        ("132.7 mg/dL", True),
        ("133.0 mg/dL", True),
        ("132.4 mg/dL", False),
        ("133.1 mg/dL", False),
        ("353.9 mg/dL", True),
        ("354.5 mg/dL", True),
        ("353.8 mg/dL", False),
        ("354.6 mg/dL", False),
        ("1.5 mmol/L", False),
        ("4.0 mmol/L", False),
    ],
)
def test_so_close_to_a_limit_that_printed_tables_disagree_is_named(sent: str, conflict: bool) -> None:
    expected = [("boundary_unit_conflict", "observations/triglycerides")] if conflict else []
    assert odd(observations={"triglycerides": sent}, findings=FASTING) == expected


@pytest.mark.parametrize(
    ("temperature", "fever", "conflict"),
    [
        ("38.0 Cel", False, True),
        ("38.0 Cel", True, False),
        ("37.9 Cel", True, True),
        ("37.9 Cel", False, False),
        ("100.4 [degF]", False, True),
        ("100.3 [degF]", True, True),
        ("<39 Cel", True, False),
        ("<39 Cel", False, False),
        ("<38 Cel", True, True),
        (">37 Cel", True, False),
    ],
)
def test_a_temperature_that_contradicts_the_finding_is_named(temperature: str, fever: bool, conflict: bool) -> None:
    expected = [("fever_conflict", "findings/fever")] if conflict else []
    assert odd(observations={"temperature": temperature}, findings={"fever": fever}) == expected


@pytest.mark.parametrize(
    ("finding", "size"),
    [("hepatomegaly", "liver_below_costal_margin"), ("splenomegaly", "spleen_below_costal_margin")],
)
@pytest.mark.parametrize(
    ("measured", "present", "conflict"),
    [
        ("2 cm", False, True),
        ("2 cm", True, False),
        ("0 cm", True, True),
        ("0 cm", False, False),
        ("<3 cm", True, False),
        ("<3 cm", False, False),
    ],
)
def test_a_size_that_contradicts_the_finding_is_named(
    finding: str, size: str, measured: str, present: bool, conflict: bool
) -> None:
    expected = [(f"{finding}_conflict", f"findings/{finding}")] if conflict else []
    assert odd(observations={size: measured}, findings={finding: present}) == expected


@pytest.mark.parametrize(
    ("first", "second", "panel", "conflict"),
    [
        ("2026-11-01", "2026-11-08", None, False),
        ("2026-11-01", "2026-11-09", None, True),
        ("2026-11-09", "2026-11-01", None, True),
        ("2026-11-01", None, "2026-11-09", True),
        ("2026-11-01", "2026-11-01", "2026-11-09", True),
        ("2026-11-01", "2026-11-01", "2026-11-08", False),
        ("2026-11-01", None, None, False),
        (None, None, "2026-11-09", False),
        ("2026-11-01T23:00:00Z", "2026-11-08T01:00:00+02:00", None, False),
    ],
)
@pytest.mark.parametrize("patient", [{}, {"age_years": 10}])
def test_results_of_more_than_a_week_are_named(
    first: str | None, second: str | None, panel: str | None, conflict: bool, patient: dict[str, int]
) -> None:
    observations = {
        "ast": {"value": 90, "unit": "U/L", "collected_at": first},
        "ldh": {"value": 900, "unit": "U/L", "collected_at": second},
    }
    expected = [("time_span", "observations")] if conflict else []
    assert odd(observations=observations, collected_at=panel, patient=patient) == expected


def test_warnings_come_in_the_order_of_the_observations_and_contradictions_after() -> None:
    observations = {
        "triglycerides": "132.7 mg/dL",
        "scd25": "5046 pg/mL",
        "temperature": "37 Cel",
        "ferritin": "1 ng/mL",
    }
    assert [code for code, _ in odd(observations=observations, findings={"fever": True})] == [
        "scd25_mass_units",
        "unusual_value",
        "fasting_unknown",
        "boundary_unit_conflict",
        "fever_conflict",
    ]


def test_an_age_is_never_odd() -> None:
    assert odd(patient={"age_years": 0, "age_at_onset_years": 0}, findings={"fever": True}) == []


@pytest.mark.parametrize(
    ("findings", "is_asked"),
    [
        ({"hemophagocytosis": True}, True),
        ({"hemophagocytosis": True, "hemophagocytosis_marrow": False}, False),
        ({"hemophagocytosis_marrow": True}, False),
        ({"hemophagocytosis": False}, False),
    ],
)
def test_haemophagocytosis_of_an_unknown_site_asks_for_the_marrow(findings: dict[str, bool], is_asked: bool) -> None:
    assert odd(findings=findings) == ([("marrow_unknown", "findings/hemophagocytosis")] if is_asked else [])
