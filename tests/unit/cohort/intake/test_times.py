"""The times of a table: the zone is announced, and the order of day and month is never guessed."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from service.clinical.panel.moment import is_moment
from service.cohort.intake.times import DAY_NUMBER, NO_SUCH_TIME, OTHER_ORDER, WRITE, is_local, why_not, with_offset

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2023-02-01 08:30:00", "2023-02-01T08:30:00+01:00"),
        ("2023-02-01T08:30:00", "2023-02-01T08:30:00+01:00"),
        ("2023-07-01 08:30", "2023-07-01T08:30:00+02:00"),
        ("2023-07-01t00:00:00.000", "2023-07-01T00:00:00.000+02:00"),
        ("1999-12-31 00:00:00", "1999-12-31T00:00:00+01:00"),
    ],
)
def test_a_time_without_an_offset_belongs_to_the_zone(text: str, read: str) -> None:
    assert is_local(text)
    assert with_offset(text, BERLIN) == read
    assert is_moment(read)
    assert with_offset(text, UTC) == read[:-6] + "+00:00"


@pytest.mark.parametrize(
    "text",
    ["2023-02-01", "2023-02-01T08:30:00Z", "2023/02/01/08:30", "1/2/2023", "44958", "", "2023-02-01 8:30"],
)
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert not is_local(text)
    assert with_offset(text, BERLIN) == text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2023-02-01 08:30:00+0100", "2023-02-01T08:30:00+01:00"),
        ("2023-02-01T08:30-05", "2023-02-01T08:30:00-05:00"),
        ("2023-02-01 08:30:00.5 UTC", "2023-02-01T08:30:00.5Z"),
        ("2023/02/01 08:30:00 +01:00", "2023-02-01T08:30:00+01:00"),
        ("2023/02/01", "2023-02-01"),
    ],
)
def test_an_offset_and_a_date_with_the_year_first_are_read_as_many_programs_write_them(text: str, read: str) -> None:
    assert not is_local(text)
    assert with_offset(text, BERLIN) == read
    assert is_moment(read)


def test_a_date_in_slashes_with_the_year_first_belongs_to_the_zone() -> None:
    assert with_offset("2023/02/01 08:30", BERLIN) == "2023-02-01T08:30:00+01:00"


@pytest.mark.parametrize(
    "text", ["2023-03-26 02:30:00", "2023-10-29 02:30:00", "2023-02-30 08:00", "2023-02-01 25:00", "1800-01-01 00:00"]
)
def test_a_time_in_doubt_stays_as_it_is_and_is_refused(text: str) -> None:
    assert with_offset(text, BERLIN) == text
    assert not is_moment(text)
    assert why_not(text) == NO_SUCH_TIME


@pytest.mark.parametrize(
    ("text", "zone"), [("0001-01-01 00:00", "Pacific/Kiritimati"), ("9999-12-31 23:59", "Pacific/Honolulu")]
)
def test_the_ends_of_the_calendar_are_no_error(text: str, zone: str) -> None:
    assert with_offset(text, ZoneInfo(zone)).startswith(text[:10])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1/2/2023", OTHER_ORDER),
        ("01.02.2023", OTHER_ORDER),
        ("01.02.2023 08:30", OTHER_ORDER),
        ("1-2-23", OTHER_ORDER),
        ("2023/02/01", OTHER_ORDER),
        ("44958", DAY_NUMBER),
        ("44958.354", DAY_NUMBER),
        ("44958,354", DAY_NUMBER),
        ("20230201", DAY_NUMBER),
        ("1675240200", DAY_NUMBER),
        ("1 Feb 2023", WRITE),
        ("yesterday", WRITE),
        ("2023-02-30", ""),
        ("2023-02-30T08:00:00Z", ""),
    ],
)
def test_another_form_is_refused_with_the_reason(text: str, reason: str) -> None:
    assert not is_moment(text)
    assert why_not(text) == reason
