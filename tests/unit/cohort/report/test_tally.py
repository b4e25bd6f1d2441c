"""What is counted of the rows, and that odd rows are counted apart and keep nothing of themselves."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from service.cohort.report import tally as module
from service.cohort.report.source import CASE, CONTROL, UNCLEAR, UNLABELLED
from tests.support.cohort_results import REFUSED, SIXTEEN, table_of, tally_of, tally_of_text


def test_rows_by_what_became_of_them() -> None:
    table = table_of([{}, {}, REFUSED, {"status": ""}], "MAS") + "1,2,3\n" + '"' + "x" * 200_000 + '"\n'
    tally = tally_of_text(table)
    assert (tally.rows, tally.answered, tally.refused, tally.unreadable) == (6, 2, 1, 3)


@pytest.mark.parametrize(
    "odd",
    [
        {"category": "certain"},
        {"primary": "my-set"},
        {"hscore": "perhaps"},
        {"hscore.min": "12,5"},
        {"hscore.min": "300", "hscore.max": "200"},
        {"missing": "ast;" * 5_000},
        {"decisive": "x" * 20_000},
    ],
)
def test_a_row_with_a_word_that_no_answer_has_is_in_no_count(odd: dict[str, str]) -> None:
    tally = tally_of([{"id": "a", **odd}])
    assert (tally.answered, tally.unreadable) == (0, 1)
    assert (len(tally.categories), len(tally.verdicts), len(tally.open), len(tally.identities)) == (0, 0, 0, 0)


def test_a_set_that_was_not_asked_for_is_not_counted() -> None:
    tally = tally_of(
        [{"hscore": "", "hscore.implied": "", "hscore.min": "", "hscore.max": "", "MAS": "1"}], "MAS", label="MAS"
    )
    assert module.SETS.index("hscore") not in {place for _, place, _, _ in tally.verdicts}
    assert len(tally.scores["hscore"].low[CASE]) == 0
    assert len(tally.scores["ms-score"].low[CASE]) == 1


def test_labels_of_assessed_and_of_refused_rows() -> None:
    rows = [{"MAS": label} for label in ("1", "0", "0", "", "perhaps", "perhaps", "maybe")]
    rows += [REFUSED | {"MAS": "1"}, REFUSED | {"MAS": "maybe"}]
    tally = tally_of(rows, "MAS", label="MAS")
    assert tally.labels == {CASE: 1, CONTROL: 2, UNLABELLED: 1, UNCLEAR: 3}
    assert tally.refused_labels == {CASE: 1, UNCLEAR: 1}
    assert tally.unclear == {"perhaps": 2, "maybe": 2}
    assert tally.unclear_rows == [5, 6, 7, 9]


def test_without_a_label_column_no_row_has_a_label() -> None:
    assert {label for label, _ in tally_of(SIXTEEN, "MAS").categories} == {UNLABELLED}


def test_patients_are_told_apart_without_keeping_their_names() -> None:
    tally = tally_of([{"id": "a"}, {"id": "b"}, {"id": "a "}, {}])
    assert (len(np.unique(tally.identities)), len(tally.identities), tally.without_identity) == (2, 3, 1)


def test_inputs_that_were_missing_and_where_they_would_decide() -> None:
    decisive = "eular-acr-printo-2016:ast,fibrinogen;hscore:ast; newer-set:ast"
    rows = [
        {"missing": "ast;fibrinogen", "decisive": decisive, "primary": "eular-acr-printo-2016"},
        {"missing": "ast;shoe_size", "decisive": "hscore:ast", "primary": "eular-acr-printo-2016"},
        {"missing": "", "decisive": ""},
    ]
    tally = tally_of(rows)
    assert tally.open == {"ast": 2, "fibrinogen": 1, "other": 1}
    assert tally.decisive == {
        ("eular-acr-printo-2016", "ast"): 1,
        ("eular-acr-printo-2016", "fibrinogen"): 1,
        ("hscore", "ast"): 2,
    }
    assert +tally.leading_decisive == {"ast": 1, "fibrinogen": 1}


def test_inputs_that_could_not_be_read_by_their_name_alone() -> None:
    told = (
        "/observations/ferritin invalid_quantity: 'Anna'; /observations/ferritin x: y; /findings/fever invalid_value: z"
    )
    rows = [
        REFUSED | {"problems": told},
        REFUSED | {"problems": "/observations/Anna_Smith invalid: x"},
        REFUSED | {"problems": "The row has more cells than the header."},
        {"problems": "/observations/crp implausible_value: Left out."},
    ]
    tally = tally_of(rows)
    assert tally.faults == {"ferritin": 1, "fever": 1, "other": 1, "the row as a whole": 1}
    assert tally.left_out == {"crp": 1}


def test_counts_do_not_depend_on_how_often_the_patterns_are_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of([*SIXTEEN, *({**row, "missing": "ast", "id": str(row)} for row in SIXTEEN)], "MAS")
    whole = tally_of_text(table, "MAS")
    monkeypatch.setattr(module, "MOST_PATTERNS", 2)
    assert tally_of_text(table, "MAS") == whole
    assert sum(whole.categories.values()) == 32


def test_a_label_column_of_names_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_VALUES", 3)
    names = ["Anna", "Berta", "Cora", "Dora", "Anna", "Emma", "F" * 200]
    tally = tally_of([{"name": name} for name in names], "name", label="name")
    assert tally.unclear == Counter({"Anna": 2, "Berta": 1, "Cora": 1})
    assert (tally.labels[UNCLEAR], tally.unclear_rows) == (7, [1, 2, 3])
