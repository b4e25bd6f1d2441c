"""What is shown of a count, with and without a least size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.cohort.report.figures.accuracy import TwoByTwo
from service.cohort.report.figures.agreement import Agreement
from service.cohort.report.small_cells import Screen, percent


def test_without_a_least_size_every_count_stands_as_it_is() -> None:
    screen = Screen()
    assert [screen.text(count) for count in (0, 1, 4, 1234)] == ["0", "1", "4", "1,234"]
    assert not screen.is_on
    assert screen.table(TwoByTwo(1, 2, 3, 4, 5, 6)) == TwoByTwo(1, 2, 3, 4, 5, 6)


def test_with_one_small_counts_are_withheld_and_the_others_rounded() -> None:
    screen = Screen(5)
    counts = (0, 1, 4, 5, 7, 8, 1233)
    assert [screen.text(count) for count in counts] == ["0", "<5", "<5", "5", "5", "10", "1,235"]


def test_figures_come_from_rounded_counts_or_not_at_all() -> None:
    screen = Screen(5)
    assert screen.table(TwoByTwo(52, 6, 0, 98, 11, 5)) == TwoByTwo(50, 5, 0, 100, 10, 5)
    assert screen.table(TwoByTwo(52, 6, 0, 98, 11, 4)) is None
    assert screen.pair(Agreement("a", "b", 52, 6, 0, 98, 11)) == Agreement("a", "b", 50, 5, 0, 100, 10)
    assert screen.pair(Agreement("a", "b", 52, 6, 1, 98, 11)) is None
    assert (screen.share(52, 98), screen.share(4, 98), screen.share(0, 0)) == ("50\xa0%", "", "")
    assert screen.share(3, 4) == ""
    assert screen.share(98, 97) == "100\xa0%"


@given(st.integers(5, 20), st.data())
def test_a_total_and_the_other_part_do_not_give_a_small_part_away(least: int, data: st.DataObject) -> None:
    """Another small part fits the two numbers that are shown just as well."""
    screen = Screen(least)
    small, other = data.draw(st.integers(1, least - 1)), data.draw(st.integers(least, 500))
    total, rest = screen.text(small + other), screen.text(other)
    fitting = {
        part
        for part in range(1, least)
        for count in range(max(least, other - least), other + least)
        if (screen.text(count), screen.text(count + part)) == (rest, total)
    }
    assert small in fitting
    assert len(fitting) > 1


def test_a_share_of_many_rows_has_a_decimal() -> None:
    assert (percent(0.1234, 999), percent(0.1234, 1000)) == ("12\xa0%", "12.3\xa0%")
