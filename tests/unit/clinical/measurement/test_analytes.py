"""What can be measured: the data against the clinical reference, and what a word alone proves."""

from decimal import Decimal

import pytest

from service.clinical.measurement.analytes import AGES, ANALYTES, FINDINGS, MEASURES
from service.clinical.measurement.interval import INFINITY, Interval

RANGES = {
    "ferritin": ("ng/mL", (0.5, 1000000), (5, 100000)),
    "platelets": ("10*9/L", (0, 3000), (5, 1500)),
    "ast": ("U/L", (0, 30000), (5, 5000)),
    "alt": ("U/L", (0, 30000), (5, 5000)),
    "ldh": ("U/L", (10, 100000), (80, 10000)),
    "triglycerides": ("mmol/L", (0.05, 115), (0.2, 20)),
    "fibrinogen": ("g/L", (0, 20), (0.3, 10)),
    "hemoglobin": ("g/L", (20, 250), (40, 200)),
    "wbc": ("10*9/L", (0, 1000), (0.1, 100)),
    "neutrophils": ("10*9/L", (0, 1000), (0, 100)),
    "lymphocytes": ("10*9/L", (0, 1000), (0, 100)),
    "esr": ("mm/h", (0, 200), (0, 150)),
    "crp": ("mg/L", (0, 1000), (0, 500)),
    "scd25": ("U/mL", (20, 1000000), (100, 100000)),
    "d_dimer": ("mg/L{FEU}", (0, 500), (0, 100)),
    "temperature": ("Cel", (25, 45), (34, 42)),
    "cxcl9": ("pg/mL", (0, 1000000), (0, 1000000)),
    "il18": ("pg/mL", (0, 5000000), (0, 5000000)),
    "liver_below_costal_margin": ("cm", (0, 40), (0, 20)),
    "spleen_below_costal_margin": ("cm", (0, 40), (0, 25)),
}
LOINC = {
    "ferritin": "2276-4",
    "platelets": "777-3",
    "ast": "1920-8",
    "alt": "1742-6",
    "ldh": "2532-0",
    "triglycerides": "2571-8",
    "fibrinogen": "3255-7",
    "hemoglobin": "718-7",
    "wbc": "6690-2",
    "neutrophils": "751-8",
    "esr": "4537-7",
    "crp": "1988-5",
    "d_dimer": "48065-7",
    "temperature": "8310-5",
    "il18": "33823-6",
}
OTHER_TESTS = {
    "30180-4": "a share of basophils",
    "3173-2": "a clotting time",
    "3256-5": "fibrinogen as antigen",
    "770-8": "a share of neutrophils",
    "26511-6": "a share of neutrophils",
    "23761-0": "a share of neutrophils",
    "4539-3": "the zeta sedimentation ratio",
    "14805-6": "lactate dehydrogenase run backwards, about twice as high",
}


def test_the_observations_and_findings_are_those_of_the_contract_in_its_order() -> None:
    assert list(ANALYTES) == list(RANGES)
    assert list(FINDINGS) == [
        *("fever", "hepatomegaly", "splenomegaly", "cns_dysfunction", "hemorrhage", "active_arthritis"),
        *(
            "hemophagocytosis",
            "hemophagocytosis_marrow",
            "low_or_absent_nk_activity",
            "immunosuppression",
            "molecular_hlh_diagnosis",
        ),
        "fasting_sample",
    ]


@pytest.mark.parametrize("key", RANGES)
def test_the_plausible_ranges_are_those_of_the_reference(key: str) -> None:
    unit, hard, soft = RANGES[key]
    analyte = ANALYTES[key]
    assert analyte.canonical == unit
    assert analyte.hard == Interval(*(Decimal(str(end)) for end in hard))
    assert analyte.soft == Interval(*(Decimal(str(end)) for end in soft))


@pytest.mark.parametrize("analyte", ANALYTES.values(), ids=ANALYTES)
def test_what_is_usual_is_possible(analyte: object) -> None:
    assert analyte.hard.low <= analyte.soft.low < analyte.soft.high <= analyte.hard.high  # type: ignore[attr-defined]


@pytest.mark.parametrize(("key", "code"), LOINC.items())
def test_the_first_code_is_that_of_the_common_test(key: str, code: str) -> None:
    assert ANALYTES[key].loinc[0] == code


@pytest.mark.parametrize("code", OTHER_TESTS, ids=OTHER_TESTS.get)
def test_no_code_of_another_test_is_taken(code: str) -> None:
    assert [key for key, analyte in ANALYTES.items() if code in analyte.loinc] == []


def test_no_code_stands_for_two_observations() -> None:
    codes = [code for analyte in ANALYTES.values() for code in analyte.loinc]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("word", ["L", "LL"])
def test_low_is_below_the_most_cautious_lower_limit(word: str) -> None:
    assert ANALYTES["fibrinogen"].implied(word) == Interval(Decimal(0), Decimal("2.0"), high_open=True)


@pytest.mark.parametrize("word", ["H", "HH"])
def test_high_is_above_the_most_cautious_upper_limit(word: str) -> None:
    assert ANALYTES["fibrinogen"].implied(word) == Interval(Decimal("3.5"), INFINITY, low_open=True, high_open=True)


@pytest.mark.parametrize(
    ("key", "word"), [("ferritin", "L"), ("hemoglobin", "H"), ("alt", "H"), ("fibrinogen", "N"), ("fibrinogen", "A")]
)
def test_where_no_limit_is_shipped_a_word_implies_nothing(key: str, word: str) -> None:
    assert ANALYTES[key].implied(word) is None


def test_the_ages_can_be_compared_in_years_and_days_but_not_observed() -> None:
    assert set(MEASURES) - set(ANALYTES) == set(AGES) == {"age_years", "age_at_onset_years"}
    assert AGES["age_years"].table.convert(Decimal(36525), "d", "a") == 100
