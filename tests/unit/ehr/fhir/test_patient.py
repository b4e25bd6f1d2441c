"""The age of the patient at the time of the results."""

from fractions import Fraction
from typing import Any

import pytest

from tests.support.reading import keys, read
from tests.support.records import FERRITIN, bundle, met_panel, observation, patient


def age(born: Any, at: str = "2026-11-22") -> Any:
    reading = read(bundle(patient(born), observation(FERRITIN, 700, "ng/mL", effectiveDateTime=at))).panel.readings.get(
        "age_years"
    )
    return (reading.interval.low, reading.interval.high) if reading else None


def test_age_is_exact_on_birthdays_and_by_days_in_the_first_year() -> None:
    assert age("2008-11-22") == (18, 18)
    assert age("2008-11-23")[1] < 18
    assert age("2026-11-22") == (0, 0)
    assert age("2026-10-25")[0] == Fraction(28 * 100, 36525)
    assert age("2020-02-29", "2025-02-28") == (Fraction(4) + Fraction(365, 366),) * 2
    assert age("2020-02-29", "2025-03-01") == (5, 5)


def test_age_turns_on_the_day_where_the_sample_was_taken_and_needs_one() -> None:
    assert age("2008-03-01", "2026-03-01T00:30:00+02:00") == (18, 18)
    assert age("2008-03-01", "2026-02-28T23:30:00-05:00")[1] < 18
    assert (age("2008-06-01", "2026"), age("2008-06-01", "2026-07")) == (None, None)


def test_an_incomplete_day_of_birth_leaves_an_interval_unless_it_hides_who_is_adult() -> None:
    low, high = age("2014")
    assert (10 < low < 12 < high < 13, age("2014-12")[1] > age("2014-12")[0]) == (True, True)
    assert age("2014-02")[0] > 12
    assert age("2008") is None


@pytest.mark.parametrize("born", [None, "2027-01-01", "1850-01-01", "01/03/2014", "2014-13-01", 2014])
def test_an_age_that_cannot_be_told_is_unknown_with_an_issue(born: Any) -> None:
    assert age(born) is None
    assert "age_unknown" in keys(bundle(patient(born), *met_panel()))


def test_without_a_time_there_is_no_age() -> None:
    assert "age_unknown" in keys(bundle(patient(), observation(FERRITIN, 700, "ng/mL", effectiveDateTime=None)))
