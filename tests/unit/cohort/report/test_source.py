"""Tables of results as they come back from spreadsheets, and labels in the words that people use."""

from __future__ import annotations

import io
import math

import pytest

from service.cohort.intake.header import UnusableTable
from service.cohort.report.source import CASE, CONTROL, UNCLEAR, UNLABELLED, ends_of, label_of, open_results, shown
from service.cohort.results import COLUMNS
from tests.support.cohort_results import OPEN, table_of


@pytest.mark.parametrize(
    ("label", "cells"),
    [
        (
            CASE,
            ["1", "yes", "Yes ", "MAS", "mas", "true", "TRUE", "ja", "+", "'+", "case", "with MAS", "1.0", "positive"],
        ),
        (CONTROL, ["0", "no", "No MAS", "no_mas", "non-MAS", "MAS-", "false", "nein", "control", "0.0", "negative"]),
        (UNLABELLED, ["", " ", "NA", "n/a", "-", "?", "unknown", "not recorded"]),
        (UNCLEAR, ["probable", "possible MAS", "2", "yes?", "MAS?", "subclinical", "-1", "01", "MAS " * 99]),
    ],
)
def test_the_label_of_a_cell(label: str, cells: list[str]) -> None:
    assert {cell: label_of(cell) for cell in cells} == dict.fromkeys(cells, label)


def test_the_ends_of_a_score() -> None:
    assert ends_of("-2.1", "3") == (-2.1, 3)
    assert ends_of("", "3") == (-math.inf, 3)
    assert ends_of("1000", "") == (1000, math.inf)
    assert ends_of("", "") == (-math.inf, math.inf)


@pytest.mark.parametrize(("low", "high"), [("3", "2"), ("a", "1"), ("nan", "1"), ("1", "inf"), ("1,5", "2")])
def test_ends_that_are_none(low: str, high: str) -> None:
    with pytest.raises(ValueError):
        ends_of(low, high)


def opened(text: str, label: str = "") -> tuple[str, int | None]:
    columns, _ = open_results(io.StringIO(text), label)
    return columns.label_name, columns.label


def test_the_label_column_by_its_name_or_one_that_differs_in_capitals_alone() -> None:
    table = table_of([OPEN], "Had MAS", "site")
    assert opened(table, "Had MAS") == ("Had MAS", len(COLUMNS))
    assert opened(table, "had_mas") == ("Had MAS", len(COLUMNS))
    assert opened(table) == ("", None)
    assert opened(table_of([OPEN], "MAS", "mas"), "mas") == ("mas", len(COLUMNS) + 1)


def test_a_table_as_a_spreadsheet_saves_it() -> None:
    assert opened(table_of([OPEN], "MAS").replace(",", ";"), "MAS") == ("MAS", len(COLUMNS))


@pytest.mark.parametrize(
    ("table", "label", "told"),
    [
        ("id,ferritin[ug/L]\na,905\n", "", "no table of results: it has no column 'status'"),
        ("", "", "The table is empty"),
        (table_of([OPEN]), "MAS", "no column beside the results"),
        (table_of([OPEN], "site", "=x()"), "MAS", "Columns beside the results are: 'site', '=x()'."),
        (table_of([OPEN], *(f"c{number}" for number in range(30))), "MAS", "'c19'."),
        (table_of([OPEN], "MAS", "mas"), "Mas", "Two columns are called 'Mas'"),
        (table_of([OPEN]), "category", "'category' is part of the results"),
        (table_of([OPEN]), "x\u200b" + "y" * 99, "'x\\u200b" + "y" * 62 + "…'"),
    ],
)
def test_what_cannot_be_used_is_told(table: str, label: str, told: str) -> None:
    with pytest.raises(UnusableTable) as caught:
        opened(table, label)
    assert told in str(caught.value)


def test_a_column_without_use_for_the_report_may_be_gone() -> None:
    """Whoever gives the results away may have taken out the names and the summaries."""
    kept = [name for name in COLUMNS if name not in ("row", "id", "summary", "cautions", "warnings")]
    assert opened(",".join([*kept, "MAS"]) + "\n", "MAS") == ("MAS", len(kept))


def test_a_text_is_shown_visibly_and_not_at_length() -> None:
    assert shown(" a\tb ") == "a\\u0009b"
    assert len(shown("x" * 500)) == 65
