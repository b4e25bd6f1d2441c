"""The words of a table: one list each, and none that means two things."""

from pathlib import Path

import pytest

from service.clinical.data.toml_reader import BadData
from service.cohort.intake.faults import WORDS_TAKEN
from service.cohort.intake.words import FILE, LONGEST, PRESENCE, folded_cell, folded_name, load_cells, load_columns


def test_every_word_that_is_told_as_taken_is_taken() -> None:
    assert [word for word in WORDS_TAKEN if folded_cell(word) not in PRESENCE] == []


def test_a_long_text_is_not_normalised() -> None:
    long = "A\u0315" * LONGEST
    assert (folded_name(long), folded_cell(long)) == (long, long)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("ambiguous = [", 'ambiguous = ["qns", ', "'qns' stands under not_available already"),
        ("absent = [", 'absent = ["YES", ', "'yes' stands under present already"),
        ("[cells]", "[cells]\nstrange = []", "'strange' is not known"),
    ],
)  # fmt: skip
def test_a_slip_in_the_words_of_cells_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = tmp_path / "words.toml"
    path.write_text(FILE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadData, match=words):
        load_cells(path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("left_out = [", 'left_out = ["Meds", ', "'meds' means 'medications' already"),
        ("[columns.perhaps]", "[columns.perhaps]\nage = 1", "a list of texts"),
        ("[columns.perhaps]", "[columns.other]", "'perhaps' is missing"),
    ],
)  # fmt: skip
def test_a_slip_in_the_names_of_columns_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = tmp_path / "words.toml"
    path.write_text(FILE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadData, match=words):
        load_columns(path)


def test_names_that_are_no_table_are_named(tmp_path: Path) -> None:
    path = tmp_path / "words.toml"
    path.write_text(
        "cells = {}\n[columns]\nread_as = 1\nperhaps = {}\nleft_out = []\nlong_tests = []\nlong_values = []\n",
        encoding="utf-8",
    )
    with pytest.raises(BadData, match="read_as: a table is expected"):
        load_columns(path)
