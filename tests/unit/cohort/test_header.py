"""The header of a table: what is used, in which unit, and what is said of the rest."""

import pytest

from service.cohort.header import Column, UnusableTable, read_header


@pytest.mark.parametrize(
    ("cell", "name", "unit"),
    [
        ("ferritin[ug/L]", "ferritin", "ug/L"),
        (" Ferritin [ug/L] ", "ferritin", "ug/L"),
        ("observations.platelets[10*9/L]", "platelets", "10*9/L"),
        ("platelets[{cells}/uL]", "platelets", "{cells}/uL"),
        ("ast[[IU]/L]", "ast", "[IU]/L"),
        ("temperature[[degF]]", "temperature", "[degF]"),
        ("findings.fever", "fever", ""),
        ("age_years", "patient.age_years", ""),
        ("patient.age_at_onset_years", "patient.age_at_onset_years", ""),
        ("context.medications", "medications", ""),
        ("Medication", "medications", ""),
        ("drugs", "medications", ""),
        ("confounder", "confounders", ""),
        ("COLLECTED_AT", "collected_at", ""),
    ],
)
def test_a_column_that_is_known(cell: str, name: str, unit: str) -> None:
    header = read_header(["fever" if name != "fever" else "splenomegaly", cell])
    assert header.columns[1] == Column(1, name, unit)
    assert header.remarks == ()


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("platlets[10*9/L]", "Column 2 is not known here and is left out. Did you mean 'platelets'?"),
        ("ward", "Column 2 is not known here and is left out."),
        ("x]y[z", "Column 2 is not known here and is left out."),
        ("", "Column 2 is not known here and is left out."),
        (
            "ferritin",
            "Column 'ferritin' has no unit: numbers alone will be refused. Write ferritin[unit], one of: ng/mL",
        ),
        (
            "ferritin[mg/L]",
            "The unit of column 'ferritin' is not accepted, its numbers will be refused. Accepted: ng/mL",
        ),
        ("scd25[pg/mL]", "The numbers of column 'scd25' stay unknown: pg/mL has no fixed factor to U/mL."),
        ("splenomegaly[cm]", "Column 'splenomegaly' takes no unit; the one in the header is left out."),
    ],
)
def test_a_column_that_is_remarked_on(cell: str, words: str) -> None:
    (remark,) = read_header(["fever", cell]).remarks
    assert remark.startswith(words)


def test_a_table_without_any_input_is_unusable() -> None:
    with pytest.raises(UnusableTable, match="no observation and no finding"):
        read_header(["id", "collected_at", "ward"])


def test_a_name_that_stands_twice_is_unusable() -> None:
    with pytest.raises(UnusableTable, match="'ferritin' twice"):
        read_header(["ferritin[ug/L]", "Ferritin[ng/mL]"])
