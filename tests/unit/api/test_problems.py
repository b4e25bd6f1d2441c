"""Problem details: pointers, titles, and the sentence above the list."""

import pytest

from service.api.error_messages import unknown_field
from service.api.problems import (
    MOST_EXPLAINED,
    MOST_LISTED,
    Entry,
    InvalidRequest,
    invalid_detail,
    problem,
    problem_document,
)
from service.server.messages.strict_json import loads


@pytest.mark.parametrize(
    ("where", "pointer"),
    [
        ((), ""),
        (("observations", "ferritin"), "/observations/ferritin"),
        (("a/b~c",), "/a~1b~0c"),
        (("context", "medications", "1", "name"), "/context/medications/1/name"),
        (("x" * 65,), "/" + "x" * 64),
        (("",), "/"),
    ],
)
def test_a_place_is_an_rfc_6901_pointer(where: tuple[str, ...], pointer: str) -> None:
    assert Entry(where, "invalid_value", "").pointer == pointer


def test_the_facts_of_a_fault_stand_beside_its_code() -> None:
    entry = Entry(("a",), "unit_required", "A unit.", {"accepted": ["g/L"]})
    assert entry.document() == {"pointer": "/a", "code": "unit_required", "detail": "A unit.", "accepted": ["g/L"]}


def test_the_sentence_above_counts_the_faults() -> None:
    entry = Entry((), "invalid_value", "")
    assert invalid_detail((entry,)) == "One field needs attention."
    assert invalid_detail((entry, entry)) == "2 fields need attention."
    assert invalid_detail((entry,) * 1000) == "1000 fields or more need attention; the first 1000 are listed."


def test_no_more_than_a_thousand_faults_are_kept() -> None:
    assert len(InvalidRequest([Entry((), "invalid_value", "")] * 2000).entries) == MOST_LISTED == 1000


def test_the_nearest_known_word_is_looked_for_a_bounded_number_of_times() -> None:
    entries = [unknown_field((f"ferritin{at}",), ["ferritin"]) for at in range(MOST_EXPLAINED + 1)]
    told = problem_document(422, "", "", entries)["errors"]
    assert [error.get("did_you_mean") for error in told] == ["ferritin"] * MOST_EXPLAINED + [None]


def test_an_entry_may_stand_below_another_place() -> None:
    assert Entry(("a",), "invalid_value", "So.", {"x": 1}).under(("b", "0")) == Entry(
        ("b", "0", "a"), "invalid_value", "So.", {"x": 1}
    )


def test_what_an_entry_is_at_odds_with_stands_below_that_place_too() -> None:
    entry = Entry(("a",), "inconsistent_values", "So.", {"with": "/b/c"}).under(("d/e", "0"))
    assert (entry.pointer, entry.facts) == ("/d~1e/0/a", {"with": "/d~1e/0/b/c"})


def test_a_problem_is_sent_as_such() -> None:
    answer = problem(422, "One field needs attention.", "id-1", [Entry(("a",), "not_a_number", "A number.")])
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert loads(answer.data)["errors"] == [{"pointer": "/a", "code": "not_a_number", "detail": "A number."}]
    assert answer.data.endswith(b"\n")
