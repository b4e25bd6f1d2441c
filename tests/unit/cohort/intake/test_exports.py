"""Tables as R, pandas, SAS, Stata, SPSS and Excel write them."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from service.cohort.command import main

Run = Callable[..., tuple[int, list[dict[str, str]], str]]
CALM = "platelets[10*9/L],ast[U/L],fibrinogen[g/L],triglycerides[mmol/L],fever,condition"
ROW = "300,25,4.2,0.7,yes,sjia"


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def assess(text: str, *options: str) -> tuple[int, list[dict[str, str]], str]:
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        code = main(["--workers", "1", *options, str(path)])
        told = capsys.readouterr()
        return code, list(csv.DictReader(io.StringIO(told.out))), told.err

    return assess


@pytest.mark.parametrize("first", ["", '""', '" "', "Unnamed: 0", "...1", "rownames", "row_names", "_n"])
def test_a_column_of_row_names_is_left_out_and_named(run: Run, first: str) -> None:
    code, rows, told = run(f"{first},id,ferritin[ug/L],{CALM}\n1,a,120,{ROW}\n2,b,120,{ROW}\n")
    assert (code, [(row["id"], row["category"]) for row in rows]) == (0, [("a", "unlikely"), ("b", "unlikely")])
    assert "Column 1" in told


def test_without_another_name_it_names_the_rows_and_no_other_column_may_lack_one(run: Run) -> None:
    _, rows, _ = run(f",ferritin[ug/L],{CALM}\nr1,120,{ROW}\n")
    assert rows[0]["id"] == "r1"
    _, rows, _ = run(f"id,ferritin[ug/L],{CALM},\na,120,{ROW},tocilizumab\n")
    assert rows[0]["status"] == "400"


MISSING = [
    *(".", ".A", ".a", ".Z", "._", "NA", "NA_real_", "NA_integer_", "<NA>", "NaN", "NaT", "None", "#N/A", "#NULL!"),
    *("#NV", "#N/D", "null", "\\N", "1.#QNAN", "SYSMIS", "pd.NA", "", " ", '"."'),
]


@pytest.mark.parametrize("mark", MISSING)
def test_what_a_program_writes_for_nothing_is_an_empty_cell(run: Run, mark: str) -> None:
    code, rows, _ = run(f"id,ferritin[ug/L],{CALM},collected_at\na,{mark},{ROW},\nb,120,{ROW},{mark}\n")
    assert (code, [row["status"] for row in rows]) == (0, ["200", "200"])
    assert "Ferritin was not measured" in rows[0]["summary"]


GUARDED = ['="120"', '"=""120"""', "'120", "'120'", '=T("120")', '"= ""120"""']


@pytest.mark.parametrize("cell", GUARDED)
def test_a_number_that_excel_keeps_a_text_is_read(run: Run, cell: str) -> None:
    _, rows, _ = run(f"id,ferritin[ug/L],{CALM}\na,{cell},{ROW}\n")
    assert (rows[0]["status"], rows[0]["category"]) == ("200", "unlikely")


def test_so_are_headings_words_and_drugs(run: Run) -> None:
    text = f'="id","=""ferritin[ug/L]""",{CALM},medications\na,\'12500,{ROW},="Actemra"\nb,="QNS",{ROW},\'none\n'
    _, rows, _ = run(text)
    assert [row["category"] for row in rows] == ["indeterminate", "indeterminate"]
    assert "IL-6 blockade" in rows[0]["summary"]


def test_a_formula_is_no_number(run: Run) -> None:
    _, rows, _ = run(f"id,ferritin[ug/L],{CALM}\na,=A1+120,{ROW}\nb,\"='120\",{ROW}\nc,'{'1' * 300},{ROW}\n")
    assert [row["status"] for row in rows] == ["422"] * 3


COLUMNS = [
    *("med1", "Med 1", "medication_1", "Medication 2", "drug 2", "drug_name_1", "med_1_name", "Med Name", "meds2"),
    *("Medikament 1", "médicament1", "Medication-1", "concomitant medication 3", "MED (name)"),
]


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_of_drugs_with_a_number_is_read(run: Run, column: str) -> None:
    code, rows, told = run(f"id,ferritin[ug/L],{CALM},{column}\na,120,{ROW},tocilizumab\nb,120,{ROW},methotrexate\n")
    assert (code, [row["category"] for row in rows]) == (0, ["indeterminate", "unlikely"])
    assert "is read as medications" in told


def test_several_such_columns_are_one_list(run: Run) -> None:
    heading = f"id,ferritin[ug/L],{CALM},med1,med2,med3\n"
    _, rows, _ = run(f"{heading}a,120,{ROW},MTX,,Actemra\nb,120,{ROW},MTX,none,\nc,120,{ROW},,,unknown\n")
    assert [row["category"] for row in rows] == ["indeterminate", "unlikely", "indeterminate"]
    code, _, told = run(f"id,ferritin[ug/L],{CALM},meds,med2\na,120,{ROW},x,y\n")
    assert (code, "'medications' twice" in told) == (2, True)


@pytest.mark.parametrize("column", ["med1 dose", "treatment 1", "drug 1 start", "therapy2"])
def test_one_that_says_something_else_of_a_drug_stops_the_run(run: Run, column: str) -> None:
    assert run(f"id,ferritin[ug/L],{CALM},{column}\na,120,{ROW},x\n")[0] == 2


@pytest.mark.parametrize(
    ("cell", "category"),
    [
        *((text, "indeterminate") for text in ("QNS", "see report", "pending", "siehe Befund", "hémolysé")),
        *((text, "unlikely") for text in ("not done", "N/A", "-")),
    ],
)
def test_a_cell_without_a_result_is_read_as_by_the_other_ways(run: Run, cell: str, category: str) -> None:
    text = f"id,ferritin[ug/L],{CALM}\na,{cell},{ROW}\n"
    for options in ((), ("--on-invalid", "omit")):
        _, rows, _ = run(text, *options)
        assert (rows[0]["status"], rows[0]["category"]) == ("200", category)


def test_a_finding_that_is_pending_is_not_read(run: Run) -> None:
    text = "id,ferritin[ug/L],platelets[10*9/L],fever,condition\na,120,300,pending,sjia\nb,120,300,,sjia\n"
    _, rows, _ = run(text)
    assert ["fever was sent but could not be read" in row["summary"].lower() for row in rows] == [True, False]


def test_lines_for_a_service_keep_what_the_cells_say(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "table.csv"
    path.write_text("id,ferritin[ug/L],fever\na,QNS,pending\nb,N/A,yes\n")
    assert main(["to-ndjson", str(path)]) == 0
    first, second = capsysbinary.readouterr().out.splitlines()
    assert (b'"ferritin":"QNS"' in first, b'"fever":"pending"' in first, b"ferritin" in second) == (True, True, False)
