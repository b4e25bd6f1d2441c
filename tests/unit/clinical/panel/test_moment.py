"""Moments: only RFC 3339 is one, instants are exact, a day is a day, and what has no order is given none."""

from datetime import date
from fractions import Fraction

import pytest

from service.clinical.panel.moment import day_of, is_moment, read_moment, ties


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20",
        "2024-02-29",
        "2026-11-20T08:30:00Z",
        "2026-11-20t08:30:00z",
        "2026-11-20 08:30:00+01:00",
        "2026-11-20T08:30:00.123456789012-05:30",
        "2026-12-31T23:59:60Z",
    ],
)
def test_a_date_or_a_time_with_its_offset_is_a_moment(text: str) -> None:
    assert is_moment(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "2026-11",
        "2026-13-01",
        "2026-02-29",
        "20261120",
        "2026-W47-5",
        "2026-11-20T08:30:00",
        "2026-11-20T08:30Z",
        "2026-11-20T24:00:00Z",
        "2026-11-20T08:60:00Z",
        "2026-11-20T08:30:61Z",
        "2026-11-20T08:30:00+25:00",
        "2026-11-20T08:30:00.Z",
        "2026-11-20T08:30:00Z ",
        "٢٠٢٦-11-20",
        "9999-12-31",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "1899-12-30",
        "1900-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
    ],
)
def test_nothing_else_is_a_moment(text: str) -> None:
    assert not is_moment(text)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-11-20", "2026-11-21"),
        ("2026-11-20T08:30:00Z", "2026-11-20T08:30:00.000000000001Z"),
        ("2026-11-20T09:30:00+02:00", "2026-11-20T08:30:00Z"),
        ("2026-11-20T23:59:59-05:00", "2026-11-21T08:00:00Z"),
        ("2026-11-20", "2026-11-21T00:00:00Z"),
        ("2026-11-19T23:59:59Z", "2026-11-20"),
        ("2026-12-31T23:59:59Z", "2026-12-31t23:59:60z"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z"),
    ],
)
def test_the_earlier_moment_precedes_the_later(earlier: str, later: str) -> None:
    assert read_moment(earlier).precedes(read_moment(later))
    assert not read_moment(later).precedes(read_moment(earlier))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-11-20", "2026-11-20"),
        ("2026-11-20", "2026-11-20T08:30:00Z"),
        ("2026-11-20T08:30:00Z", "2026-11-20T10:30:00+02:00"),
    ],
)
def test_some_moments_have_no_order(one: str, other: str) -> None:
    assert not read_moment(one).precedes(read_moment(other))
    assert not read_moment(other).precedes(read_moment(one))


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-11-20T08:30:00Z", "2026-11-21T20:30:00Z", Fraction(3, 2)),
        ("2026-11-20T08:30:00Z", "2026-11-20T08:30:01Z", Fraction(1, 86400)),
        ("2026-11-20", "2026-11-27", Fraction(7)),
        ("2026-11-20", "2026-11-27T23:00:00Z", Fraction(7)),
        ("2024-02-28", "2024-03-01", Fraction(2)),
    ],
)
def test_days_are_exact(start: str, end: str, days: Fraction) -> None:
    assert read_moment(start).days_until(read_moment(end)) == days


def test_every_tie_is_named_by_its_places_in_the_order_sent() -> None:
    moments = [read_moment(time) for time in ("2026-11-22", "2026-11-20T08:00:00Z", "2026-11-19", "2026-11-20")]
    assert list(ties(moments)) == [(1, 3)]
    assert list(ties(moments[:3])) == list(ties([])) == []
    later = [read_moment(f"2026-11-{time}") for time in ("20T09:00:00Z", "21T00:00:00Z", "22")]
    assert list(ties([*moments, *later])) == [(1, 3), (3, 4), (0, 6)]


def test_a_moment_has_a_day_and_none_has_none() -> None:
    assert day_of("2026-11-20T23:59:00Z") == day_of("2026-11-20") == date(2026, 11, 20)
    assert day_of("") is None
