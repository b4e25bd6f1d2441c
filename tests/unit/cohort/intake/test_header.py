"""The header of a table: what is used, in which unit, and which column stops the run."""

import pytest

from service.clinical.measurement.analytes import ANALYTES
from service.cohort.intake.header import KNOWN, Column, UnusableTable, read_header, with_units
from service.cohort.intake.words import COLUMNS, folded_name


@pytest.mark.parametrize(
    ("cell", "name", "unit"),
    [
        ("ferritin[ug/L]", "ferritin", "ug/L"),
        (" Ferritin [ug/L] ", "ferritin", "ug/L"),
        ("\ufeffFerritin\u00a0[ug/L]\u200b", "ferritin", "ug/L"),
        ("observations.platelets[10*9/L]", "platelets", "10*9/L"),
        ("platelets[{cells}/uL]", "platelets", "{cells}/uL"),
        ("ast[[IU]/L]", "ast", "[IU]/L"),
        ("temperature[[degF]]", "temperature", "[degF]"),
        ("D-Dimer [mg/L{FEU}]", "d_dimer", "mg/L{FEU}"),
        ("IL-18[pg/mL]", "il18", "pg/mL"),
        ("findings.fever", "fever", ""),
        ("Fever?", "fever", ""),
        ("Active Arthritis", "active_arthritis", ""),
        ("age_years", "patient.age_years", ""),
        ("Age (years)", "", ""),
        ("patient.age_at_onset_years", "patient.age_at_onset_years", ""),
        ("context.medications", "medications", ""),
        ("confounder", "confounders", ""),
        ("COLLECTED_AT", "collected_at", ""),
        ("Collected at", "collected_at", ""),
    ],
)
def test_a_column_that_is_known(cell: str, name: str, unit: str) -> None:
    cells = ["fever" if name != "fever" else "splenomegaly", cell]
    if not name:
        with pytest.raises(UnusableTable):
            read_header(cells)
        return
    header = read_header(cells)
    assert header.columns[1] == Column(1, name, unit)
    assert header.remarks == ()


@pytest.mark.parametrize(
    ("cell", "name", "unit"),
    [
        ("Ferritin (ug/L)", "ferritin", "ug/L"),
        ("Ferritin, ug/L", "ferritin", "ug/L"),
        ("FERRITIN ug/L", "ferritin", "ug/L"),
        ("Ferritin: µg/L", "ferritin", "µg/L"),
        ("ferritin - ng/mL", "ferritin", "ng/mL"),
        ("ferritin_ug_L", "ferritin", "ug/L"),
        ("ferritin.ug.L.", "ferritin", "ug/L"),
        ("ferritin(ng/mL)", "ferritin", "ng/mL"),
        ("Platelets (x10^9/L)", "platelets", "x10^9/L"),
        ("Platelets /uL", "platelets", "/uL"),
        ("platelets (G/L)", "platelets", "G/L"),
        ("fibrinogen_g_l", "fibrinogen", "g/l"),
        ("D-dimer (mg/L FEU)", "d_dimer", "mg/L FEU"),
        ("Temperature (°C)", "temperature", "°C"),
        ("d_dimer_mg_L{FEU}", "d_dimer", "mg/L{FEU}"),
    ],
)
def test_a_unit_beside_the_name_is_read_where_it_is_one_of_the_test_and_told(cell: str, name: str, unit: str) -> None:
    if ANALYTES[name].table.find(unit) is None:
        pytest.fail(f"{unit} is no unit of {name}")
    header = read_header(["fever", cell])
    assert header.columns[1] == Column(1, name, unit)
    assert header.remarks == (f"Column 2 '{cell}' is read as {name}[{unit}].",)


@pytest.mark.parametrize(
    "cell",
    ["meds", "Drug", "drugs", "drug(s)", "Medikation", "current medications", "Medication (name)", "Concomitant_Medications",
     "MEDICAMENTOS", "farmaci", "Medikamente", "médicaments", "Home meds"],
)  # fmt: skip
def test_a_column_of_drugs_by_another_name_is_read_and_told(cell: str) -> None:
    header = read_header(["fever", cell])
    assert header.columns[1] == Column(1, "medications")
    assert header.remarks == (f"Column 2 '{cell}' is read as medications.",)


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ("platlets[10*9/L]", "Did you mean 'platelets[10*9/L]'?"),
        ("PLT[10*9/L]", "Did you mean 'platelets[10*9/L]'?"),
        ("GOT[U/L]", "Did you mean 'ast[U/L]'?"),
        ("Ferr[ug/L]", "Did you mean 'ferritin[ug/L]'?"),
        ("Hb", "Did you mean 'hemoglobin[unit]'?"),
        ("ASAT (U/L)", "Did you mean 'ast[U/L]'?"),
        ("sIL-2R (U/mL)", "Did you mean 'scd25[U/mL]'?"),
        ("AST (GOT) [U/L]", "It begins with 'ast', but the rest is none of its units: U/L"),
        ("Medications at sampling", "Did you mean 'medications'?"),
        ("all meds given", "Did you mean 'medications'?"),
        ("Thrombozyten", "Did you mean 'platelets[unit]'?"),
        ("treatment", "Did you mean 'medications'?"),
        ("Therapy", "Did you mean 'medications'?"),
        ("biologic", "Did you mean 'medications'?"),
        ("traitement", "Did you mean 'medications'?"),
        ("Fieber", "Did you mean 'fever'?"),
        ("diagnosis", "Did you mean 'condition'?"),
        ("age", "Did you mean 'patient.age_years'?"),
        ("sample date", "Did you mean 'collected_at'?"),
        ("comment", "If it holds drugs, call it 'medications'."),
        ("on tocilizumab", "If it holds drugs, call it 'medications'."),
        ("x]y[z", "If it holds drugs, call it 'medications'."),
        ("Ferritin (max)", "It begins with 'ferritin', but the rest is none of its units: ng/mL, ug/L"),
        ("ferritin[ug/L].1", "Did you mean 'ferritin[unit]'?"),
        ("x" * 300, "Its name is far too long."),
    ],
)
def test_a_column_that_may_hold_an_input_stops_the_run_by_its_name(cell: str, hint: str) -> None:
    with pytest.raises(UnusableTable) as stopped:
        read_header(["fever", "id", cell])
    first, ending = str(stopped.value).split("\n")
    assert first.startswith(f"Column 3 '{cell[:64]}")
    assert hint in first
    assert "never left out unasked" in ending
    assert "--ignore-columns '" in ending


def test_every_column_that_stops_the_run_is_told_at_once_up_to_twenty() -> None:
    with pytest.raises(UnusableTable) as stopped:
        read_header(["fever", *(f"strange {number}" for number in range(30))])
    lines = str(stopped.value).split("\n")
    assert len(lines) == 22
    assert lines[20] == "10 further columns are not known here."


@pytest.mark.parametrize(
    "cell", ["ward", "Patient ID", "MRN", "sex", "Sex (m/f)", "Site", "centre", "Name", "date of birth", "Unnamed: 0"]
)
def test_a_column_that_is_surely_no_input_is_left_out_and_told(cell: str) -> None:
    header = read_header(["fever", cell])
    assert header.columns == (Column(0, "fever"),)
    assert header.remarks == (f"Column 2 '{cell}' is no input and is left out.",)


@pytest.mark.parametrize(
    ("ignored", "places"),
    [
        (["comment"], [1]),
        (["COMMENT,arm"], [1, 2]),
        (["Last dose, mg"], [3]),
        (["comment", "Last dose, mg , arm"], None),
    ],
)
def test_columns_are_left_out_by_name_alone(ignored: list[str], places: list[int] | None) -> None:
    cells = ["fever", "Comment", "arm", "Last dose, mg"]
    rest = [name for place, name in enumerate(cells) if places and place not in places and place]
    if places is None:
        with pytest.raises(UnusableTable, match="No column is called 'Last dose', 'mg', as --ignore-columns says"):
            read_header(cells, ignored)
        return
    header = read_header([name if name not in rest else "ward" for name in cells], ignored)
    assert [f"Column {place + 1} '{cells[place]}' is left out, as asked." for place in places] == [
        remark for remark in header.remarks if "asked" in remark
    ]


def test_a_name_with_a_comma_gets_an_option_of_its_own() -> None:
    with pytest.raises(UnusableTable) as stopped:
        read_header(["fever", "a, b", "comment", "arm"])
    assert str(stopped.value).endswith("--ignore-columns 'comment,arm' --ignore-columns 'a, b'")
    with pytest.raises(UnusableTable) as stopped:
        read_header(["fever", "a, b"])
    assert str(stopped.value).endswith("with --ignore-columns 'a, b'")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("ferritin", "Column 'ferritin' has no unit: numbers alone will be refused. Write ferritin[unit], one of: ng/mL"),
        ("ferritin[mg/L]", "The unit of column 'ferritin' is not accepted, its numbers will be refused. Accepted: ng/mL"),
        ("scd25[pg/mL]", "The numbers of column 'scd25' stay unknown: pg/mL has no fixed factor to U/mL."),
        ("splenomegaly[cm]", "Column 'splenomegaly' takes no unit; the one in the header is left out."),
    ],
)  # fmt: skip
def test_a_column_that_is_remarked_on(cell: str, words: str) -> None:
    (remark,) = read_header(["fever", cell]).remarks
    assert remark.startswith(words)


def test_a_table_without_any_input_is_unusable() -> None:
    with pytest.raises(UnusableTable, match="no observation and no finding"):
        read_header(["id", "collected_at", "ward"])


def test_of_a_missing_header_no_patient_is_told() -> None:
    with pytest.raises(UnusableTable) as stopped:
        read_header(["Jane Roe", "905", "perhaps"])
    assert "Jane" not in str(stopped.value)
    with pytest.raises(UnusableTable, match="'platelets") as stopped:
        read_header(["Jane Roe", "PLT"])
    assert "Jane" not in str(stopped.value)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["ferritin[ug/L]", "Ferritin[ng/mL]"], "'ferritin' twice, in the columns 1 'ferritin.* and 2 'Ferritin"),
        (["fever", "meds", "drugs"], "'medications' twice, in the columns 2 'meds' and 3 'drugs'"),
        (["ferritin (ug/L)", "Ferritin, ng/mL"], "'ferritin' twice"),
    ],
)
def test_two_columns_for_one_input_are_unusable(cells: list[str], words: str) -> None:
    with pytest.raises(UnusableTable, match=words):
        read_header(cells)


def test_a_first_column_without_a_name_holds_the_names_of_the_rows() -> None:
    assert read_header(["", "fever"]).columns == (Column(0, "id"), Column(1, "fever"))
    header = read_header(["", "fever", "id", " "])
    assert (header.columns, header.unnamed) == ((Column(1, "fever"), Column(2, "id")), (3,))


def test_units_in_the_row_below_the_header_are_read_and_told() -> None:
    header = with_units(read_header(["id", "ferritin", "Platelets", "fever"]), ["Unit", "ug/L", "10*9/L", ""])
    assert header is not None
    assert header.columns[1:3] == (Column(1, "ferritin", "ug/L"), Column(2, "platelets", "10*9/L"))
    assert header.remarks == ("The row below the header is read as the units.",)


@pytest.mark.parametrize(
    "cells",
    [
        ["a", "ug/L", "", ""],
        ["", "905", "", ""],
        ["", "ug/L", "116", ""],
        ["", "ug/L", "", "yes"],
        ["", "", "", ""],
        ["", "g/kg"],
    ],
)
def test_a_row_that_holds_anything_but_units_is_a_patient(cells: list[str]) -> None:
    assert with_units(read_header(["id", "ferritin", "platelets", "fever"]), cells) is None


def test_two_units_for_one_column_are_unusable() -> None:
    header = read_header(["ferritin[ug/L]", "fever"])
    assert with_units(header, ["µg/L", ""]) is not None
    with pytest.raises(UnusableTable, match="two units for 'ferritin'"):
        with_units(header, ["pmol/L", ""])


def test_what_a_name_perhaps_means_is_an_input() -> None:
    assert {*COLUMNS.perhaps.values(), *COLUMNS.read_as.values()} <= set(KNOWN)
    assert len({folded_name(name) for name in KNOWN}) == len(KNOWN)
