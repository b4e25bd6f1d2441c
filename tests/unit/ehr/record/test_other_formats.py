"""A reader of another format than FHIR hands over results, and the same choice is made of them."""

import pytest

from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.laboratory_text import read_text
from service.clinical.measurement.reading import read_number
from service.clinical.panel.moment import NEVER, Moment, read_moment
from service.ehr.issues import issue
from service.ehr.record.newest_result import choose, needed
from service.ehr.record.ranking import tied
from service.ehr.record.record import PARTIAL, Told, record_of
from service.ehr.record.result import Result
from service.ehr.record.unread import Unread
from service.ehr.terminology.code_file import load_codes
from service.ehr.terminology.code_map import Lookup

CODES = load_codes()
MORNING, NOON = read_moment("2026-11-22T07:00:00Z"), read_moment("2026-11-22T12:00:00Z")
FERRITIN = ("loinc", "2276-4")


def sent(said: str, moment: Moment, where: str, source: str = "") -> Result:
    """Return a result as a reader makes it: its codes looked up, its value read; an empty one says nothing."""
    meaning = Lookup(CODES).meaning([FERRITIN])
    assert meaning is not None
    result = Result(meaning, moment, where, source)
    if said:
        analyte = ANALYTES[meaning.observation]
        result.reading = read_number(analyte, read_text(analyte, said))
    else:
        result.issue = issue("no_value", where, observation=meaning.observation)
    return result


def test_the_newest_result_makes_the_panel() -> None:
    results = [sent("900 ng/mL", MORNING, "OBX[1]", "a"), sent("12000 ng/mL", NOON, "OBX[2]", "b")]
    record = record_of(choose(results), Told(), CODES)
    assert record.panel.readings["ferritin"].reported == "12000 ng/mL"
    assert (record.moment, record.basis) == (NOON, (("ferritin", "b"),))
    assert [(told.key, told.where) for told in record.issues] == [("superseded", ("OBX[1]",))]
    assert (record.has_results, record.may_reassure) == (True, True)


def test_a_newer_thing_that_was_not_read_keeps_the_record_from_reassuring() -> None:
    newer = Unread("status", "OBX[2]", NOON, frozenset(["ferritin"]), counts_tied=False)
    record = record_of(choose([sent("200 ng/mL", MORNING, "OBX[1]")]), Told(unread=[newer]), CODES)
    assert not record.may_reassure
    assert {told.key for told in record.issues} & {*PARTIAL} == {"not_final"}


def test_a_result_without_a_value_lets_the_one_before_it_stand() -> None:
    results = [sent("900 ng/mL", MORNING, "OBX[1]"), sent("", NOON, "OBX[2]")]
    assert choose(results).readings["ferritin"].reported == "900 ng/mL"


def test_a_result_without_a_time_is_never_taken_for_an_old_one() -> None:
    results = [sent("900 ng/mL", MORNING, "OBX[1]"), sent("12000 ng/mL", NEVER, "OBX[2]")]
    assert choose(results).readings["ferritin"].reported == "900 to 12000 ng/mL"


def test_only_the_values_that_decide_are_asked_for() -> None:
    old, silent, newest = (
        sent(said, moment, "") for said, moment in (("1 ng/mL", MORNING), ("2 ng/mL", NOON), ("", NOON))
    )
    newest.moment = read_moment("2026-11-22T13:00:00Z")
    assert [*needed([old, silent, newest])] == [newest, silent]
    assert [*needed([old, silent, newest], as_of=MORNING)] == [old]


def test_a_reader_that_forgets_to_read_a_value_is_told() -> None:
    result = sent("900 ng/mL", MORNING, "OBX[1]")
    result.reading = None
    with pytest.raises(AssertionError):
        choose([result])


def test_what_ranks_results_is_asked_for_where_they_are_of_one_moment() -> None:
    first, second, third = (sent("1 ng/mL", NOON, where) for where in "abc")
    alone = sent("1 ng/mL", MORNING, "d")
    assert [result.where for result in tied([first, alone, second, third])] == ["a", "b", "c"]
    assert [*tied([first, alone])] == []
