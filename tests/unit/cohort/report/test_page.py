"""The page as a reader sees it: its sentences and tables, for a table whose figures are worked out by hand."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from datetime import date

import pytest

from service.cohort.report.page import page
from service.cohort.report.source import shown
from tests.support.cohort_results import REFUSED, SIXTEEN, tally_of

DAY = date(2026, 11, 30)
Rows = Sequence[Mapping[str, str]]


def written(rows: Rows, *others: str, label: str = "", least: int = 0) -> str:
    return page(tally_of(rows, *others, label=label), least, shown(label), DAY)


def words(text: str) -> str:
    """Return what is read: without tags, styles and blanks beyond one."""
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def table(text: str, name: str) -> list[list[str]]:
    """Return the cells of the body of a table."""
    region = text.split(f'aria-label="{name}">', 1)[1].split("</table>", 1)[0].split("<tbody>", 1)[1]
    return [
        [words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", region, re.DOTALL)
    ]


SIXTEEN_PAGE = written(SIXTEEN, "MAS", label="MAS")


def test_the_sentences_at_the_top() -> None:
    told = words(SIXTEEN_PAGE)
    for sentence in (
        "16 rows were assessed; none was refused.",
        "MAS is likely or probable in 6 rows (38 %), and unlikely in 5 rows (31 %).",
        "3 rows (19 %) stayed indeterminate: a missing result is never taken for normal.",
        (
            "8 cases: 5 likely or probable, 1 not, 2 open. Sensitivity is 83 % (95 % interval 44 to 97 %) among the decided, "
            "and 62 to 88 % however the open ones turn out."
        ),
        (
            "8 controls: 1 likely or probable, 6 not, 1 open. Specificity is 86 % (95 % interval 49 to 97 %) among the "
            "decided, and 75 to 88 % however the open ones turn out."
        ),
    ):
        assert sentence in told


def test_the_table_of_the_category_against_the_label() -> None:
    assert table(SIXTEEN_PAGE, "The category against the label") == [
        ["likely or probable", "5", "1"],
        ["possible or unlikely", "1", "6"],
        ["indeterminate (open)", "2", "1"],
        ["all", "8", "8"],
    ]


def test_every_figure_of_the_category_with_interval_rows_and_bounds() -> None:
    main = table(SIXTEEN_PAGE, "Category, by three cuts")[0]
    assert main[:6] == [
        "likely or probable category",
        "13 3 open",
        "83 % 95 %: 44 to 97 % 5 of 6 all: 62 to 88 %",
        "86 % 95 %: 49 to 97 % 6 of 7 all: 75 to 88 %",
        "83 % 95 %: 44 to 97 % 5 of 6 all: 71 to 88 %",
        "86 % 95 %: 49 to 97 % 6 of 7 all: 67 to 88 %",
    ]
    assert main[6].startswith("0.69 95 %: ")
    assert main[6].endswith("all: 0.38 to 0.75")
    assert "50 % of the rows with a label are cases" in words(SIXTEEN_PAGE)


def test_what_words_change_has_a_line_of_its_own() -> None:
    name = "Criteria sets, by measured results (verdict) and with words counted as well (verdict_implied)"
    rows = [*SIXTEEN, {"MAS": "1", "hscore": "indeterminate", "hscore.implied": "met"}]
    lines = [cells[0] for cells in table(written(rows, "MAS", label="MAS"), name)]
    assert [line for line in lines if line.startswith(("HScore", "2016"))] == [
        "2016 criteria verdict and verdict_implied",
        "HScore verdict",
        "HScore verdict_implied",
    ]


def test_a_figure_of_no_decided_row_is_none() -> None:
    told = written([{"MAS": "1"}, {"MAS": "0"}], "MAS", label="MAS")
    assert "1 cases: 0 likely or probable, 0 not, 1 open. Sensitivity is not known, since no row is decided." in words(
        told
    )
    assert table(told, "Category, by three cuts")[0][2] == "– 0 of 0 all: 0 to 100 %"


def test_a_label_column_without_a_case_or_a_control() -> None:
    told = words(written([{"x": "a"}, {"x": "b"}], "x", label="x"))
    assert "The column x names neither a case nor a control, so nothing is held against it." in told
    one_sided = words(written([{"x": "1", "category": "likely"}], "x", label="x"))
    assert "Sensitivity is 100" in one_sided
    assert "Specificity is" not in one_sided


def test_rows_by_category_with_and_without_a_label() -> None:
    assert table(SIXTEEN_PAGE, "Categories")[:2] == [
        ["likely", "5", "31 %", "5", "0", ""],
        ["probable", "1", "6 %", "0", "1", ""],
    ]
    assert table(written(SIXTEEN, "MAS"), "Categories")[0] == ["likely", "5", "31 %", ""]
    assert "Against the label" not in written(SIXTEEN, "MAS")


def test_verdicts_by_what_was_measured_and_with_words() -> None:
    rows = [
        {"primary": "eular-acr-printo-2016", "eular-acr-printo-2016.implied": "met"},
        {"eular-acr-printo-2016": "not_met", "eular-acr-printo-2016.implied": "not_met"},
    ]
    lines = table(written(rows), "Verdicts of each set")
    assert lines[0] == ["Sets that the category of these rows can rest on"]
    assert lines[1] == ["2016 criteria leads in 1 row", "0", "1", "1", "1", "0", "1", ""]
    assert ["Other sets"] in lines
    assert len(lines) == 13 + 2


def test_what_was_missing_and_what_would_decide() -> None:
    leads = {"primary": "eular-acr-printo-2016"}
    rows = [
        {**leads, "missing": "ast;ldh", "decisive": "eular-acr-printo-2016:ast;hscore:ast"},
        {**leads, "missing": "ast;ldh;esr", "decisive": "hscore:ast"},
        {**leads, "missing": "shoe_size"},
    ]
    told = written(rows)
    assert "The input most worth having is AST: in 1 row it alone could settle the set that leads." in words(told)
    assert table(told, "What was missing") == [["AST", "2", "67 %", "1", ""]]
    assert table(told, "All inputs that were missing") == [
        ["AST", "2", "67 %", "1", "HScore (2), 2016 criteria (1)"],
        ["LDH", "2", "67 %", "0", "–"],
        ["ESR", "1", "33 %", "0", "–"],
        ["other", "1", "33 %", "0", "–"],
    ]
    assert "In no row could one missing input alone settle the leading set." in words(SIXTEEN_PAGE)


def test_agreement_of_two_sets_with_its_counts() -> None:
    pairs = [("met", "met")] * 3 + [("met", "not_met")] + [("not_met", "met")] * 2 + [("not_met", "not_met")] * 4
    told = written([{"eular-acr-printo-2016": one, "hscore": other} for one, other in pairs] + [{}] * 5)
    assert table(told, "Counts of each pair of sets")[0][:-1] == [
        "2016 criteria / HScore",
        "3",
        "1",
        "2",
        "4",
        "5",
        "0.40",
    ]
    assert table(told, "Kappa of each pair of sets") == [["HScore", "0.40"]]
    assert "Agreement between sets" not in words(written([{}]))


def test_patients_and_rows_that_could_not_be_read() -> None:
    told = written([{"id": "a"}, {"id": "a"}, {}, REFUSED, {"status": "", "problems": ""}])
    assert "3 rows of 1 patient were assessed; 2 rows could not be." in words(told)
    assert "Some patients have several rows." in words(told)
    assert table(told, "Rows")[3:] == [
        ["not a row of results", "1"],
        ["Patients, by the column id, of the assessed rows", "1"],
        ["assessed rows without an id", "1"],
    ]
    assert table(told, "Inputs that could not be read") == [["ferritin", "1", "0"]]
    assert "1 row was assessed; none was refused." in words(written([{"id": "a"}])).replace(" of 1 patient", "")


def test_a_table_without_a_row_is_a_page_all_the_same() -> None:
    told = words(written([]))
    assert "0 rows were assessed; none was refused." in told
    assert "stayed indeterminate" not in told


def test_the_band_of_a_score() -> None:
    rows = [{"MAS": "1", "hscore.min": "100", "hscore.max": ""}, {"MAS": "0", "hscore.min": "90", "hscore.max": "120"}]
    told = written(rows, "MAS", label="MAS")
    assert "HScore : area 0.00 to 1.00" in words(told)
    assert table(told, "Area under the curve")[2][:5] == ["HScore", "1", "1", "0", "1"]
    exact = [row | {"hscore.min": "100", "hscore.max": "100"} for row in rows]
    assert "HScore : area 0.50 " in words(written(exact, "MAS", label="MAS"))


HOSTILE = "<script>alert(1)</script>\"' {{ 7*7 }} =cmd|x"


def test_no_text_of_the_table_becomes_markup_or_a_template() -> None:
    rows = [
        {HOSTILE: "<img src=x onerror=alert(1)>"},
        {HOSTILE: "{{ day }}"},
        {HOSTILE: "=HYPERLINK(1)"},
        {HOSTILE: "1"},
    ]
    told = written(rows, HOSTILE, label=HOSTILE)
    assert "<script" not in told
    assert "<img" not in told
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in told
    assert [cells[0] for cells in table(told, "Values that are no label")] == [
        "<img src=x onerror=alert(1)>",
        "{{ day }}",
        "=HYPERLINK(1)",
    ]


def test_the_page_asks_nobody_and_runs_nothing() -> None:
    assert "default-src 'none'" in SIXTEEN_PAGE
    assert re.findall(r"https?:|//|url\(|@import|<link|<script|\ssrc=|\son\w+=", SIXTEEN_PAGE) == []


def test_no_value_of_a_row_is_on_the_page() -> None:
    rows = [
        {"id": "Anna-4711", "summary": "Secret", "MAS": "1", "hscore.min": "123.4", "hscore.max": "234.5"},
        {"id": "Berta", "MAS": "0", "cautions": "il6_blockade", "warnings": "/observations/ast odd"},
        REFUSED | {"problems": "/observations/ast bad: 'Cora' is none", "MAS": "0"},
    ]
    told = written(rows, "MAS", label="MAS")
    assert [text for text in ("4711", "Berta", "Secret", "123.4", "234.5", "Cora", "il6") if text in told] == []


def test_of_a_column_of_names_no_more_than_some_values_are_listed() -> None:
    told = written([{"x": f"name{number}"} for number in range(50)], "x", label="x")
    lines = table(told, "Values that are no label")
    assert (len(lines), lines[-1]) == (21, ["other values, not listed", "30"])


@pytest.fixture(scope="module")
def masked() -> str:
    rows = [dict(row) for row in SIXTEEN for _ in range(7)]
    rows += [{"MAS": "perhaps", "id": "a"}, REFUSED | {"MAS": "1"}, *({"MAS": "maybe"} for _ in range(6))]
    rows += [{"MAS": "1", "category": "likely", "hscore": "met"}] * 2
    return written(rows, "MAS", label="MAS", least=5)


def test_small_cells_are_withheld_and_the_rest_is_rounded(masked: str) -> None:
    assert "a count from 1 to 4 stands as <5, every other is rounded to a multiple of 5" in words(masked)
    bodies = " ".join(words(body) for body in re.findall(r"<tbody>.*?</tbody>", masked, re.DOTALL))
    counts = [
        int(count.replace(",", "")) for count in re.findall(r"(?<![\d.<–-])\b\d[\d,]*\b(?![\d.]|\s*%| to )", bodies)
    ]
    names = {2004, 2005, 2009, 2016, 2024, 25, 18}  # of sets and inputs
    assert [count for count in counts if count % 5 and count not in names] == []
    assert counts


def test_of_values_that_are_no_label_the_rare_ones_are_not_listed(masked: str) -> None:
    assert table(masked, "Values that are no label") == [["maybe", "5"], ["other values, not listed", "<5"]]


def test_a_figure_of_a_small_cell_is_withheld(masked: str) -> None:
    few = written(SIXTEEN, "MAS", label="MAS", least=5)
    assert "Sensitivity is withheld, since a cell is small." in words(few)
    assert table(few, "Category, by three cuts")[0][2:] == ["withheld"] * 5
    assert 'aria-label="Area under the curve"' in few
    assert 'aria-label="Area under the curve"' not in written(SIXTEEN, "MAS", label="MAS", least=9)
    # 5 * 7 + 2 = 37 found is shown as 35, 7 missed as 5, so 35 of 40
    assert table(masked, "Category, by three cuts")[0][2].startswith("88 % 95 %: 74 to 95 % 35 of 40")


def test_a_pair_with_a_small_cell_is_withheld() -> None:
    told = written([{"eular-acr-printo-2016": "met", "hscore": "met"}] * 3, least=5)
    assert table(told, "Counts of each pair of sets") == [
        ["2016 criteria / HScore", "<5", "0", "0", "0", "0", "withheld", ""]
    ]
