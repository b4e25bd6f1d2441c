"""A panel: absent means unknown, never normal, and only one finding is false when absent."""

from decimal import Decimal

import pytest

from service.clinical.measurement.analytes import FINDINGS
from service.clinical.measurement.interval import Interval, point
from service.clinical.measurement.reading import Evidence
from service.clinical.panel.panel import Panel
from tests.support.panels import panel_of


def test_nothing_is_known_of_an_empty_panel_but_that_no_diagnosis_is_in_hand() -> None:
    panel = Panel()
    assert panel.findings == {"molecular_hlh_diagnosis": False}
    assert (panel.measured, panel.implied, panel.condition) == ({}, {}, "unknown")


def test_only_the_molecular_diagnosis_counts_as_false_when_absent() -> None:
    assert [key for key, finding in FINDINGS.items() if finding.absent_is_false] == ["molecular_hlh_diagnosis"]
    assert panel_of(findings={"molecular_hlh_diagnosis": True}).findings == {"molecular_hlh_diagnosis": True}


def test_words_alone_are_implied_numbers_are_both_and_the_unknown_is_neither() -> None:
    observations = {
        "ferritin": "905 ug/L",
        "fibrinogen": {"interpretation": "L"},
        "ast": {"interpretation": "N"},
        "scd25": "5046 pg/mL",
    }
    panel = panel_of(observations=observations)
    assert set(panel.readings) == set(observations)
    assert set(panel.measured) == {"ferritin"}
    assert set(panel.implied) == {"ferritin", "fibrinogen"}


def test_without_words_both_grounds_are_the_same() -> None:
    panel = panel_of(observations={"ferritin": "905 ug/L"})
    assert panel.implied is panel.measured


@pytest.mark.parametrize(("age", "adult"), [(0, False), (17, False), ("17.999", False), (18, True), (64, True)])
def test_an_adult_is_18_or_older(age: object, adult: bool) -> None:
    assert panel_of(patient={"age_years": Decimal(age)}, findings={"fever": True}).is_adult is adult


def test_without_an_age_nobody_is_adult_or_child() -> None:
    assert panel_of(findings={"fever": True}).is_adult is None


def test_an_illness_began_between_birth_and_now() -> None:
    panel = panel_of(patient={"age_years": Decimal("1.5")}, findings={"fever": True})
    onset = panel.measured["age_at_onset_years"]
    assert onset.interval == Interval(Decimal(0), Decimal("1.5"))
    assert onset.evidence is Evidence.MEASURED
    assert panel.readings["age_at_onset_years"] is onset


def test_an_age_at_onset_that_was_sent_is_kept() -> None:
    panel = panel_of(patient={"age_years": 10, "age_at_onset_years": 8}, findings={"fever": True})
    assert panel.measured["age_at_onset_years"].interval == point(Decimal(8))


@pytest.mark.parametrize(
    ("sent", "anywhere", "in_marrow"),
    [
        ({}, None, None),
        ({"hemophagocytosis": True}, True, None),
        ({"hemophagocytosis": False}, False, False),
        ({"hemophagocytosis_marrow": True}, True, True),
        ({"hemophagocytosis_marrow": False}, None, False),
        ({"hemophagocytosis": True, "hemophagocytosis_marrow": False}, True, False),
        ({"hemophagocytosis": True, "hemophagocytosis_marrow": True}, True, True),
    ],
)
def test_what_one_finding_of_haemophagocytosis_says_of_the_other(
    sent: dict[str, bool], anywhere: bool | None, in_marrow: bool | None
) -> None:
    found = Panel(findings=sent).findings
    assert (found.get("hemophagocytosis"), found.get("hemophagocytosis_marrow")) == (anywhere, in_marrow)


def test_a_marrow_that_was_not_read_is_not_settled_by_the_other_sites() -> None:
    panel = Panel(findings={"hemophagocytosis": False}, unread=frozenset({"hemophagocytosis_marrow"}))
    assert "hemophagocytosis_marrow" not in panel.findings
