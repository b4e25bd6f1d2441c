"""A row becomes a request; a bad cell stays in it, so that the one reader says what is wrong with it."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.cohort.intake.header import read_header
from service.cohort.intake.rows import UnusableRow, document_of, has_local_time, identity

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
    ("ferritin[ug/L]", "positive", {"observations": {"ferritin": "positive"}}),
    ("ferritin[ug/L]", "1.2E+05", {"observations": {"ferritin": "1.2E+05 ug/L"}}),
    ("ferritin[ug/L]", "12e3 ng/mL", {"observations": {"ferritin": "12e3 ng/mL"}}),
    ("ferritin[ug/L]", "NA", {}),
    ("ferritin[ug/L]", "NaN", {}),
    ("fever", "n/a", {}),
    ("fever", "Y", {"findings": {"fever": True}}),
    ("fever", "N", {"findings": {"fever": False}}),
    ("medications", "NULL", {}),
    ("fever", "Yes", {"findings": {"fever": True}}),
    ("fever", "0", {"findings": {"fever": False}}),
    ("fever", "perhaps", {"findings": {"fever": "perhaps"}}),
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


@pytest.mark.parametrize("mark", [
    ".", "#N/A", "None", "<NA>", "-", "--", "–", "?", "#DIV/0!", "#VALUE!", "#REF!", "n/a", "nan", "nil", "missing", "Unknown", "not done", "Not  Done",
    "QNS", "k.A.", "#NV", "\\N", "keine Angabe", "NaT", "not performed", "pending", "hemolyzed", "***",
])  # fmt: skip
@pytest.mark.parametrize("column", ["ferritin[ug/L]", "fever", "age_years", "condition", "collected_at", "confounders"])
def test_what_stands_for_nothing_is_an_empty_cell(mark: str, column: str) -> None:
    assert document(["splenomegaly", column], ["", mark]) == {"options": {"on_invalid": "omit"}}


@pytest.mark.parametrize("word", ["ND", "n.d.", "not detected", "undetectable", "<LOD", "BLQ", "negative", "trace"])
def test_what_may_be_below_detection_is_not_empty(word: str) -> None:
    assert document(["ferritin[ug/L]"], [word])["observations"] == {"ferritin": word}


@pytest.mark.parametrize(
    ("cell", "sent"),
    [
        ("116 10*9/L", "116 10*9/L"),
        ("116 G/L", "116 G/L"),
        ("116 10^9/L", "116 10^9/L"),
        ("95 K/mm3", "95 K/mm3"),
        ("95000 /mm3", "95000 /mm3"),
        (">95 x10^3/mm3", ">95 x10^3/mm3"),
        ("116", "116 10*9/L"),
        ("116.", "116. 10*9/L"),
        ("1.16E+02", "1.16E+02 10*9/L"),
        ("GT 116", "GT 116 10*9/L"),
        ("116 H", "116 H"),
        ("116*", "116*"),
        ("116(R)", "116(R)"),
        ("100-120", "100-120 10*9/L"),
    ],
)
def test_the_unit_of_the_header_is_added_to_a_number_alone(cell: str, sent: str) -> None:
    assert document(["platelets[10*9/L]"], [cell])["observations"] == {"platelets": sent}


PRESENT = [
    "1.0",
    "1",
    "present",
    "WAHR",
    "VRAI",
    "VERDADERO",
    "ja",
    "oui",
    "sí",
    "yes",
    "Y",
    "t",
    "+",
    "pos",
    "positive",
    "TRUE",
    "Checked",
    "evet",
    "да",
    "有",
    "あり",
    "kyllä",
]
ABSENT = [
    "0.0",
    "0",
    "absent",
    "FALSCH",
    "FAUX",
    "FALSO",
    "nein",
    "non",
    "no",
    "N",
    "f",
    "neg",
    "negative",
    "False",
    "Unchecked",
    "hayır",
    "нет",
    "なし",
    "否",
]


@pytest.mark.parametrize(
    ("word", "is_there"), [*((word, True) for word in PRESENT), *((word, False) for word in ABSENT)]
)
def test_the_words_for_present_and_absent(word: str, is_there: bool) -> None:
    assert document(["fever"], [word])["findings"] == {"fever": is_there}


@pytest.mark.parametrize("word", ["2", "x", "+/-", "ND", "38.5", "normal", "1.5"])
def test_any_other_word_for_a_finding_is_left_to_be_refused(word: str) -> None:
    assert document(["fever"], [word])["findings"] == {"fever": word}


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("tocilizumab, methotrexate", ["tocilizumab", "methotrexate"]),
        ("Actemra|prednisone\nfolic acid", ["Actemra", "prednisone", "folic acid"]),
        ("methotrexate 12,5 mg", ["methotrexate 12,5 mg"]),
        ("no", []),
        ("none", []),
        ("keine", []),
        ("yes", ["unknown"]),
        ("1", ["unknown"]),
        ("unknown", ["unknown"]),
        ("?", ["unknown"]),
        ("see note", ["unknown"]),
        ("anakinra; unknown", ["anakinra", "unknown"]),
    ],
)
def test_drugs_in_a_cell(cell: str, names: list[str]) -> None:
    context = document(["fever", "medications"], ["", cell]).get("context", {"medications": []})
    assert [drug["name"] for drug in context["medications"]] == names


@pytest.mark.parametrize(
    ("cell", "condition"), [("sJIA", "sjia"), ("Suspected sJIA", "suspected_sjia"), ("lupus", "lupus")]
)
def test_a_condition_in_any_case(cell: str, condition: str) -> None:
    assert document(["fever", "condition"], ["", cell])["context"] == {"condition": condition}


@pytest.mark.parametrize("first", ["Total", "MEAN:", "Summe", "Grand total"])
def test_a_total_below_the_patients_is_refused(first: str) -> None:
    with pytest.raises(UnusableRow, match="total or an average"):
        document(["fever", "id", "ferritin[ug/L]"], ["", first, "905"])


def test_a_cell_below_no_name_is_refused_and_an_empty_one_is_not() -> None:
    assert document(["fever", "", ""], ["yes", "", "-"])["findings"] == {"fever": True}
    with pytest.raises(UnusableRow, match="column 2, which has no name"):
        document(["fever", ""], ["yes", "tocilizumab"])


def test_a_time_without_an_offset_counts_in_the_zone() -> None:
    header = read_header(["fever", "collected_at"])
    for cells, is_local in ((["yes", "2023-02-01 08:30:00"], True), (["yes", "2023-02-01"], False), (["yes"], False)):
        assert has_local_time(header, cells) is is_local
    sent = document_of(
        header, ["yes", "2023-02-01 08:30"], decimal_comma=False, on_invalid="omit", zone=ZoneInfo("Asia/Tokyo")
    )
    assert sent["collected_at"] == "2023-02-01T08:30:00+09:00"
