"""Dates and times of any precision."""

import pytest

from service.ehr.fhir.moments import Moments, read_moment
from tests.ehr.records import EARLIER


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("2026-11-22T07:45:00Z", "2026-11-22T07:45:00Z"),
        ("2026-11-22t07:45z", "2026-11-22T07:45:00Z"),
        (" 2026-11-22 07:45:00.250+05:30 ", "2026-11-22T07:45:00.250+05:30"),
        ("2026-11-22T07:45:60Z", "2026-11-22T07:45:60Z"),
        ("2026-11-22T07:45:00", "2026-11-22"),
        ("2026-11-22", "2026-11-22"),
        ("2026-11", ""),
        ("2026", ""),
    ],
)
def test_times_of_any_precision(raw: str, text: str) -> None:
    moment = read_moment(raw)
    assert moment is not None
    assert moment.text == text


@pytest.mark.parametrize("raw", ["2026-13-01", "yesterday", "", None, 7, "2026-02-30", "0001-01-01T00:00:00+14:00"])
def test_times_that_are_none(raw: object) -> None:
    assert read_moment(raw) is None
    assert Moments().read(raw) is None


def test_the_same_text_of_a_time_is_read_once_in_a_record() -> None:
    moments = Moments()
    first = moments.read(EARLIER)
    assert first == read_moment(EARLIER)
    assert moments.read(EARLIER) is first
    assert Moments().read(EARLIER) is not first
