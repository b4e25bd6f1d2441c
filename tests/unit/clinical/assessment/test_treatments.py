"""Which treatments act on a panel: by name or code, and by the day of the last dose."""

from typing import Any

import pytest

from service.clinical.assessment.treatments import generic_name, on_il6_blockade, treatments_of
from service.clinical.therapies.drug_list import THERAPIES
from tests.support.panels import panel_of

PANEL_DAY = "2026-11-20T08:30:00Z"


def therapies_of(*medications: dict[str, Any], collected_at: str | None = PANEL_DAY) -> list[str]:
    panel = panel_of(findings={"fever": True}, context={"medications": list(medications)}, collected_at=collected_at)
    therapies = treatments_of(panel).therapies
    assert on_il6_blockade(therapies) == ("il6_blockade" in [therapy.id for therapy in therapies])
    return [therapy.id for therapy in therapies]


@pytest.mark.parametrize(
    ("name", "therapy"),
    [
        ("tocilizumab", "il6_blockade"),
        ("Tocilizumab", "il6_blockade"),
        ("  SARILUMAB ", "il6_blockade"),
        ("siltuximab", "il6_blockade"),
        ("tocilizumab-aazg", "il6_blockade"),
        ("Tocilizumab biosimilar", "il6_blockade"),
        ("TOCILIZUMAB 162 mg/0.9 mL", "il6_blockade"),
        ("L04AC07", "il6_blockade"),
        ("l04ac07", "il6_blockade"),
        ("612865", "il6_blockade"),
        ("anakinra", "il1_blockade"),
        ("canakinumab", "il1_blockade"),
        ("rilonacept", "il1_blockade"),
        ("methylprednisolone", "glucocorticoid"),
        ("H02AB02", "glucocorticoid"),
        ("ruxolitinib", "jak_inhibitor"),
        ("L04AA29", "jak_inhibitor"),
        ("emapalumab", "emapalumab"),
    ],
)
def test_a_drug_is_known_by_generic_name_or_code(name: str, therapy: str) -> None:
    assert therapies_of({"name": name}) == [therapy]


@pytest.mark.parametrize("name", ["methotrexate", "ciclosporin", "anti-IL-17", "L04AC05", "etanercept", "Foobarix"])
def test_any_other_drug_changes_nothing(name: str) -> None:
    assert therapies_of({"name": name}) == []


def test_several_drugs_of_one_class_name_it_once_and_classes_come_in_the_order_of_the_data() -> None:
    drugs = [{"name": name} for name in ("emapalumab", "prednisone", "dexamethasone", "anakinra", "tocilizumab")]
    assert therapies_of(*drugs) == ["il6_blockade", "il1_blockade", "glucocorticoid", "emapalumab"]


@pytest.mark.parametrize(
    ("drug", "last_dose", "acts"),
    [
        ("tocilizumab", None, True),
        ("tocilizumab", "2026-11-20", True),
        ("tocilizumab", "2026-09-25", True),  # 56 days
        ("tocilizumab", "2026-09-24", False),  # 57 days
        ("tocilizumab", "2026-09-25T00:00:00Z", True),
        ("tocilizumab", "2026-11-27", True),  # after the panel: earlier ones may well have come before it
        ("sarilumab", "2026-09-24", False),
        ("siltuximab", "2026-09-24", False),
        ("anakinra", "2026-11-17", True),  # 3 days
        ("anakinra", "2026-11-16", False),
        ("canakinumab", "2026-08-28", True),  # 84 days
        ("canakinumab", "2026-08-27", False),
        ("rilonacept", "2026-09-25", True),
        ("rilonacept", "2026-09-24", False),
        ("prednisolone", "2020-01-01", True),
        ("IL-6 inhibitor", "2026-09-25", True),
        ("IL-6 inhibitor", "2026-09-24", False),
        ("steroids", "2020-01-01", True),
    ],
)
def test_a_last_dose_counts_for_the_time_of_its_drug(drug: str, last_dose: str | None, acts: bool) -> None:
    assert bool(therapies_of({"name": drug, "last_dose": last_dose})) is acts


def test_an_old_dose_counts_when_the_day_of_the_panel_is_not_known() -> None:
    assert therapies_of({"name": "tocilizumab", "last_dose": "2020-01-01"}, collected_at=None) == ["il6_blockade"]


def test_one_dose_within_its_time_is_enough() -> None:
    old, recent = ({"name": "tocilizumab", "last_dose": day} for day in ("2020-01-01", "2026-11-01"))
    assert therapies_of(old) == []
    assert therapies_of(old, recent) == ["il6_blockade"]


def test_only_il6_blockade_warns() -> None:
    assert {key: therapy.severity for key, therapy in THERAPIES.items()} == {
        "il6_blockade": "warning",
        "il1_blockade": "info",
        "glucocorticoid": "info",
        "jak_inhibitor": "info",
        "emapalumab": "info",
    }


def test_the_figures_of_il6_blockade_are_those_of_the_two_papers() -> None:
    blockade = THERAPIES["il6_blockade"]
    assert "43 % (review of 49 cases" in blockade.message
    assert "75 % (12 cases)" in blockade.message
    assert [reference.doi for reference in blockade.references] == ["10.1002/acr.23277", "10.1186/s12969-020-0399-1"]


@pytest.mark.parametrize(
    ("sent", "name"), [(" Tocilizumab", "tocilizumab"), ("l04ac07", "tocilizumab"), ("Methotrexate ", "methotrexate")]
)
def test_a_drug_has_one_name(sent: str, name: str) -> None:
    assert generic_name(sent) == name
