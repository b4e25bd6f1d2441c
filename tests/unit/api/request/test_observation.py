"""Each form of an observation, and each fault of its form, in its place."""

from decimal import Decimal
from typing import Any

import pytest

from service.api.problems import Entry
from service.api.request.observation import Faulty, read_observation
from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.interval import ANYTHING, INFINITY, Interval, point
from service.clinical.measurement.reading import Evidence, Reading

NUMBER = {"value": Decimal(1), "unit": "g/L"}
RANGE = {"low": Decimal(200), "high": Decimal(400), "unit": "mg/dL"}


def read(key: str, raw: Any) -> Reading:
    return read_observation(ANALYTES[key], raw, ("observations", key))


def entries_of(raw: Any, key: str = "fibrinogen") -> list[Entry]:
    with pytest.raises(Faulty) as caught:
        read(key, raw)
    return list(caught.value.entries)


def faults_of(raw: Any, key: str = "fibrinogen") -> list[tuple[str, str]]:
    return [(fault.pointer.removeprefix(f"/observations/{key}"), fault.code) for fault in entries_of(raw, key)]


@pytest.mark.parametrize(
    ("raw", "interval"),
    [
        ("1 g/L", point(Decimal(1))),
        (NUMBER, point(Decimal(1))),
        (NUMBER | {"comparator": None, "interpretation": None, "reference_range": None}, point(Decimal(1))),
        (NUMBER | {"comparator": "<"}, Interval(Decimal(0), Decimal(1), high_open=True)),
        (NUMBER | {"comparator": ">="}, Interval(Decimal(1), INFINITY, high_open=True)),
        ({"interpretation": "L", "reference_range": RANGE}, Interval(Decimal(0), Decimal(200), high_open=True)),
        ({"interpretation": "L"}, Interval(Decimal(0), Decimal("2.0"), high_open=True)),
        ({"interpretation": "l"}, Interval(Decimal(0), Decimal("2.0"), high_open=True)),
        ({"interpretation": " Ll "}, Interval(Decimal(0), Decimal("2.0"), high_open=True)),
        (NUMBER | {"reference_range": {}}, point(Decimal(1))),
        (NUMBER | {"reference_range": {"low": None, "high": None, "unit": None}}, point(Decimal(1))),
        ({"interpretation": "L", "unit": "mg/dL"}, Interval(Decimal(0), Decimal("2.0"), high_open=True)),
        ({"value": None, "interpretation": "N"}, ANYTHING),
    ],
    ids=str,
)
def test_each_form_is_an_interval(raw: Any, interval: Interval) -> None:
    assert read("fibrinogen", raw).interval == interval


def test_a_number_counts_before_its_word_but_the_word_is_kept() -> None:
    reading = read("fibrinogen", NUMBER | {"interpretation": "H"})
    assert (reading.interval, reading.evidence, reading.word) == (point(Decimal(1)), Evidence.MEASURED, "H")


def test_a_range_that_came_with_a_number_is_kept_in_the_numbers_unit() -> None:
    reading = read("fibrinogen", NUMBER | {"reference_range": RANGE})
    assert reading.reference == Interval(Decimal(2), Decimal(4))
    upper = read("fibrinogen", NUMBER | {"reference_range": {"high": Decimal(4), "unit": "g/L"}})
    assert upper.reference == Interval(Decimal(0), Decimal(4))


def test_a_range_in_activity_says_nothing_of_a_mass() -> None:
    reference = {"high": Decimal(1033), "unit": "U/mL"}
    reading = read("scd25", {"value": Decimal(5046), "unit": "pg/mL", "reference_range": reference})
    assert (reading.evidence, reading.reference) == (Evidence.UNKNOWN, None)


@pytest.mark.parametrize("word", [{}, {"interpretation": "H"}])
def test_a_mass_with_its_own_range_is_unknown_not_refused(word: dict[str, str]) -> None:
    """What laboratories that report sCD25 in pg/mL send: the result in mass units counts as unknown, with a warning."""
    reference = {"high": Decimal(1033), "unit": "pg/mL"}
    reading = read("scd25", {"value": Decimal(5046), "unit": "pg/mL", "reference_range": reference} | word)
    assert (reading.interval, reading.evidence) == (ANYTHING, Evidence.UNKNOWN)


@pytest.mark.parametrize("raw", ["1 g/L", NUMBER, {"interpretation": "L"}], ids=str)
def test_the_time_of_a_result_is_kept_where_it_came(raw: Any) -> None:
    assert read("fibrinogen", raw).collected_at == ""
    if isinstance(raw, dict):
        timed = read("fibrinogen", raw | {"collected_at": "2026-11-20"})
        assert timed.collected_at == "2026-11-20"
        assert timed.interval == read("fibrinogen", raw).interval


@pytest.mark.parametrize(
    ("raw", "faults"),
    [
        (True, [("", "not_a_number")]),
        ([], [("", "invalid_value")]),
        ({}, [("", "invalid_value")]),
        ({"unit": "g/L"}, [("", "invalid_value")]),
        ({"valeu": Decimal(1), "unit": "g/L"}, [("/valeu", "unknown_field")]),
        (NUMBER | {"value": "1"}, [("/value", "not_a_number")]),
        (NUMBER | {"value": False}, [("/value", "not_a_number")]),
        (NUMBER | {"unit": 5}, [("/unit", "invalid_value")]),
        (NUMBER | {"unit": ""}, [("/unit", "unit_required")]),
        ({"value": Decimal(1)}, [("/unit", "unit_required")]),
        (NUMBER | {"unit": "furlong"}, [("/unit", "unit_not_accepted")]),
        (NUMBER | {"value": Decimal(21)}, [("", "implausible_value")]),
        (NUMBER | {"comparator": "~"}, [("/comparator", "invalid_value")]),
        (NUMBER | {"comparator": "="}, [("/comparator", "invalid_value")]),
        (NUMBER | {"comparator": []}, [("/comparator", "invalid_value")]),
        ({"interpretation": "L", "comparator": "<"}, [("/comparator", "invalid_value")]),
        ({"interpretation": "L", "unit": "furlong"}, [("/unit", "unit_not_accepted")]),
        ({"interpretation": "L", "unit": " "}, [("/unit", "unit_required")]),
        ({"interpretation": ""}, [("/interpretation", "invalid_value")]),
        ({"interpretation": "x" * 21}, [("/interpretation", "invalid_value")]),
        ({"interpretation": Decimal(5)}, [("/interpretation", "invalid_value")]),
        (NUMBER | {"collected_at": "now"}, [("/collected_at", "invalid_value")]),
        (NUMBER | {"collected_at": Decimal(2026)}, [("/collected_at", "invalid_value")]),
        (NUMBER | {"reference_range": "2-4"}, [("/reference_range", "invalid_value")]),
        (NUMBER | {"reference_range": {"high": Decimal(4)}}, [("/reference_range/unit", "unit_required")]),
        (NUMBER | {"reference_range": RANGE | {"unit": "ug/L"}}, [("/reference_range/unit", "unit_not_accepted")]),
        (NUMBER | {"reference_range": RANGE | {"unit": 5}}, [("/reference_range/unit", "invalid_value")]),
        (NUMBER | {"reference_range": []}, [("/reference_range", "invalid_value")]),
        (NUMBER | {"reference_range": RANGE | {"unit": "g/L"}}, [("/reference_range", "implausible_value")]),
        (NUMBER | {"reference_range": RANGE | {"low": Decimal(401)}}, [("/reference_range", "invalid_value")]),
        (NUMBER | {"reference_range": RANGE | {"low": Decimal(-1)}}, [("/reference_range", "invalid_value")]),
        (
            {"interpretation": "L", "reference_range": {"low": "2", "hgih": Decimal(4), "unit": 5}},
            [
                ("/reference_range/hgih", "unknown_field"),
                ("/reference_range/low", "not_a_number"),
                ("/reference_range/unit", "invalid_value"),
            ],
        ),
        (
            {"value": Decimal(21), "unit": "g/L", "collected_at": "now", "reference_range": {"low": "2"}},
            [
                ("/collected_at", "invalid_value"),
                ("/reference_range/low", "not_a_number"),
                ("", "implausible_value"),
            ],
        ),
        (
            {"value": "1", "unit": "furlong", "reference_range": RANGE | {"unit": "furlong"}},
            [
                ("/value", "not_a_number"),
                ("/reference_range/unit", "unit_not_accepted"),
                ("/unit", "unit_not_accepted"),
            ],
        ),
        (
            {"value": "1", "unit": 5, "comparator": "~", "interpretation": 5, "collected_at": "now", "x": 1},
            [
                ("/x", "unknown_field"),
                ("/value", "not_a_number"),
                ("/unit", "invalid_value"),
                ("/comparator", "invalid_value"),
                ("/interpretation", "invalid_value"),
                ("/collected_at", "invalid_value"),
            ],
        ),
    ],
    ids=str,
)
def test_each_fault_is_named_in_its_place(raw: Any, faults: list[tuple[str, str]]) -> None:
    assert faults_of(raw) == faults


def test_a_bare_number_lacks_its_unit() -> None:
    (entry,) = entries_of(Decimal(1))
    assert (entry.pointer, entry.code) == ("/observations/fibrinogen", "unit_required")
    assert entry.facts == {"accepted": ["g/L", "mg/dL", "mg/L", "umol/L"]}


def test_an_unknown_word_is_kept_and_not_used() -> None:
    reading = read("fibrinogen", {"interpretation": "ABNORMAL"})
    assert (reading.word, reading.evidence) == ("ABNORMAL", Evidence.UNKNOWN)
