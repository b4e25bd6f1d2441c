"""A row becomes a request; a bad cell stays in it, so that the one reader says what is wrong with it."""

from decimal import Decimal
from typing import Any

import pytest

from service.cohort.header import read_header
from service.cohort.rows import UnusableRow, document_of, identity

CELLS = [
    ("ferritin[ug/L]", "905", {"observations": {"ferritin": "905 ug/L"}}),
    ("ferritin[ug/L]", " >10000 ", {"observations": {"ferritin": ">10000 ug/L"}}),
    ("ferritin[ug/L]", "905 ng/mL", {"observations": {"ferritin": "905 ng/mL"}}),
    ("ferritin[ug/L]", ">= 905 ng/mL", {"observations": {"ferritin": ">= 905 ng/mL"}}),
    ("ferritin[ug/L]", "≥905 ng/mL", {"observations": {"ferritin": "≥905 ng/mL"}}),
    ("ferritin", "905", {"observations": {"ferritin": "905"}}),
    ("ferritin[ug/L]", "5,4", {"observations": {"ferritin": "5,4 ug/L"}}),
    ("ferritin[ug/L]", "h", {"observations": {"ferritin": {"interpretation": "H"}}}),
    ("ferritin[ug/L]", "LL", {"observations": {"ferritin": {"interpretation": "LL"}}}),
    ("ferritin[ug/L]", "High", {"observations": {"ferritin": {"interpretation": "H"}}}),
    ("ferritin[ug/L]", "decreased", {"observations": {"ferritin": {"interpretation": "L"}}}),
    ("ferritin[ug/L]", "positive", {"observations": {"ferritin": "positive ug/L"}}),
    ("ferritin[ug/L]", "1.2E+05", {"observations": {"ferritin": "1.2E+05 ug/L"}}),
    ("ferritin[ug/L]", "12e3 ng/mL", {"observations": {"ferritin": "12e3 ng/mL"}}),
    ("ferritin[ug/L]", "NA", {}),
    ("ferritin[ug/L]", "NaN", {}),
    ("ferritin[ug/L]", "-", {"observations": {"ferritin": "- ug/L"}}),
    ("fever", "n/a", {}),
    ("fever", "Y", {"findings": {"fever": True}}),
    ("fever", "N", {"findings": {"fever": False}}),
    ("medications", "NULL", {}),
    ("fever", "Yes", {"findings": {"fever": True}}),
    ("fever", "0", {"findings": {"fever": False}}),
    ("fever", "ja", {"findings": {"fever": "ja"}}),
    ("age_years", "10.5", {"patient": {"age_years": Decimal("10.5")}}),
    ("age_years", "ten", {"patient": {"age_years": "ten"}}),
    ("age_years", "1" * 40, {"patient": {"age_years": "1" * 40}}),
    ("condition", "sjia", {"context": {"condition": "sjia"}}),
    (
        "medications",
        "anakinra; tocilizumab;",
        {"context": {"medications": [{"name": "anakinra"}, {"name": "tocilizumab"}]}},
    ),
    ("confounders", "itp", {"context": {"confounders": ["itp"]}}),
    ("collected_at", "2026-11-20", {"collected_at": "2026-11-20"}),
    ("id", "A", {}),
    ("ferritin[ug/L]", "  ", {}),
]


def document(columns: list[str], cells: list[str], *, comma: bool = False) -> dict[str, Any]:
    return document_of(read_header(columns), cells, decimal_comma=comma, on_invalid="omit")


@pytest.mark.parametrize(("column", "cell", "expected"), CELLS)
def test_cells(column: str, cell: str, expected: dict[str, Any]) -> None:
    assert document(["splenomegaly", column], ["", cell]) == {"options": {"on_invalid": "omit"}} | expected


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("5,4", "5.4 g/L"),
        ("<0,5", "<0.5 g/L"),
        (">= 1,5 mg/dL", ">= 1.5 mg/dL"),
        ("≤ 5,4", "≤ 5.4 g/L"),
        ("5.4", "5.4 g/L"),
    ],
)
def test_a_decimal_comma_counts_only_where_it_is_announced(cell: str, shown: str) -> None:
    assert document(["fibrinogen[g/L]"], [cell], comma=True)["observations"] == {"fibrinogen": shown}


@pytest.mark.parametrize(
    ("cell", "comma", "shown"),
    [
        ("12,500", True, "12.5000 ug/L"),
        (">10,125 ug/L", True, ">10.1250 ug/L"),
        ("12,50", True, "12.50 ug/L"),
        ("12.500", True, "12.500 ug/L"),
        ("12.500", False, "12.500 ug/L"),
    ],
)
def test_a_comma_announced_as_decimal_cannot_look_like_thousands(cell: str, comma: bool, shown: str) -> None:
    assert document(["ferritin[ug/L]"], [cell], comma=comma)["observations"] == {"ferritin": shown}


def test_a_short_row_leaves_the_rest_unknown_and_a_long_one_is_refused() -> None:
    assert "findings" not in document(["ferritin[ug/L]", "fever"], ["1"])
    with pytest.raises(UnusableRow, match="more cells than the header"):
        document(["ferritin[ug/L]"], ["5", "4"])


def test_a_decimal_comma_that_shifts_a_row_is_seen_by_its_empty_last_cell() -> None:
    """Of 905,2,4 and no sedimentation rate, 2 g/L and 4 mm/h would be read: two results that nobody measured."""
    with pytest.raises(UnusableRow, match="more cells than the header"):
        document(["ferritin[ug/L]", "fibrinogen[g/L]", "esr[mm/h]"], ["905", "2", "4", ""])


def test_what_a_row_calls_itself() -> None:
    assert identity(read_header(["fever", "id"]), ["", " A "]) == "A"
    assert identity(read_header(["fever", "id"]), [""]) == identity(read_header(["fever"]), ["yes"]) == ""
