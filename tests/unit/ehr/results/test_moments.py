"""Dates and times of any precision."""

import pytest

from service.ehr.results.moments import Moments, is_open_end, read_moment
from tests.support.records import EARLIER


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
        ("2026-11-22T09:00:00.000+0000", "2026-11-22T09:00:00.000+00:00"),
        ("2026-11-22T09:00:00+02", "2026-11-22T09:00:00+02:00"),
        ("2026-11-22 09:00:00 -0530", "2026-11-22T09:00:00-05:30"),
        ("2026-11-22T09:00:00,25Z", "2026-11-22T09:00:00.25Z"),
        ("2026-11-22T09:00 UTC", "2026-11-22T09:00:00Z"),
        ("2026-11-22T09:00:00gmt", "2026-11-22T09:00:00Z"),
        ("2026-11-22T24:00:00Z", "2026-11-23T00:00:00Z"),
        ("2026-12-31T24:00+01:00", "2027-01-01T00:00:00+01:00"),
        ("2026-11-22T07:45:00.123456789012Z", "2026-11-22T07:45:00.123456789012Z"),
    ],
)
def test_times_of_any_precision(raw: str, text: str) -> None:
    moment = read_moment(raw)
    assert moment is not None
    assert moment.text == text


UNREADABLE = [
    *("2026-13-01", "yesterday", "", None, 7, "2026-02-30", "2026-11-22T24:00:01Z", "2026-11-22T09:00:00+25:00"),
    *("2026-11-22T09:00:00 CET", "20261122", "2026-11-22T9:00Z", "2026-11-22" + " " * 90),
]
STAND_FOR_NONE = [
    *("9999", "9999-12", "9999-12-31", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59.999Z", "4712-12-31"),
    *("2999-12-31", "2200-01-01", "0000-00-00", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z"),
    *("1601-01-01", "1753-01-01", "1840-12-31", "1858-11-17", "1899-12-30", "1899-12-31T19:00:00-05:00"),
    *("1900-01-01", "1901-12-13", "1904-01-01", "1960-01-01", "1970-01-01T00:00:00Z", "1970", "1970-01"),
    *("1980-01-01", "1980-01-06T00:00:00Z", "2000-01-01", "2001-01-01T00:00:00+0000"),
]
IN_OTHER_OFFSETS = [
    "1969-12-31T19:00:00-05:00",
    "1969-12-31T16:00:00-0800",
    "1979-12-31T18:00:00-06",
    "1970-01-01T05:00Z",
]


@pytest.mark.parametrize("raw", [*UNREADABLE, *STAND_FOR_NONE, *IN_OTHER_OFFSETS])
def test_times_that_are_none(raw: object) -> None:
    assert read_moment(raw) is None
    assert Moments().read(raw) is None


def test_the_same_text_of_a_time_is_read_once_in_a_record() -> None:
    moments = Moments()
    first = moments.read(EARLIER)
    assert first == read_moment(EARLIER)
    assert moments.read(EARLIER) is first
    assert Moments().read(EARLIER) is not first


def test_what_systems_write_for_the_end_of_what_goes_on_is_known_as_such() -> None:
    assert all(map(is_open_end, STAND_FOR_NONE))
    assert not any(map(is_open_end, [*UNREADABLE, "2026-11-22", "2100-01-01", "1970-01-03"]))


def test_a_time_a_few_days_from_a_zero_is_one() -> None:
    for raw in ("1970-01-03", "1999-12-30T00:00:00Z", "1904-01-02T20:00:00Z", "2199-12-31"):
        assert read_moment(raw) is not None


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("2026-11-22T07:44:59Z", "2026-11-22T07:45:00Z", True),
        ("2026-11-22T07:45:00Z", "2026-11-22T07:45:00Z", False),
        ("2026-11-22T07:45:00", "2026-11-22T12:45:00Z", False),  # the first may be of an offset of -05:00
        ("2026-11-21T07:45:00", "2026-11-22T12:45:00Z", True),
        ("2026-11-22", "2026-11-22T12:45:00Z", False),
        ("2026-11-20", "2026-11-22", True),
    ],
)
def test_one_time_precedes_another_only_if_no_offset_can_turn_them_round(
    earlier: str, later: str, expected: bool
) -> None:
    first, second = read_moment(earlier), read_moment(later)
    assert first is not None
    assert second is not None
    assert (first.precedes_anywhere(second), second.precedes_anywhere(first)) == (expected, False)
