"""A newer result that holds no value: by what it says the older one stands, reassures, or does not reassure."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.clinical.assessment.assess import assess
from service.clinical.assessment.category import speaks_against
from service.clinical.data import toml_reader
from service.clinical.measurement.no_result import FILE, NO_RESULT, Absence
from service.ehr.fhir.record import read_request
from service.ehr.record.record import Record
from service.ehr.terminology.code_file import load_codes
from tests.support.drawn import drawn
from tests.support.reading import CODES
from tests.support.records import (
    EARLIER,
    FERRITIN,
    LATER,
    PLATELETS,
    bundle,
    calm_panel,
    condition,
    met_panel,
    observation,
)

ELSEWHERE = [
    *("siehe Befund", "s. Befund", "siehe Anlage", "see report", "See attached.", "PENDING", "see note", "folgt"),
    *(
        "voir compte rendu",
        "cf. CR",
        "résultat à suivre",
        "vedi referto",
        "in attesa",
        "ver informe adjunto",
        "pendiente",
    ),
    *(
        "ver laudo",
        "aguardando",
        "zie bijlage",
        "volgt",
        "se bilaga",
        "svar följer",
        "ks. liite",
        "kesken",
        "patrz opis",
    ),
    *(
        "viz příloha",
        "lásd lelet",
        "bkz. rapor",
        "см. заключение",
        "ожидается",
        "別紙参照",
        "結果待ち",
        "见附件",
        "待报",
    ),
    *("결과지참조", "검사중", "βλ. σχόλιο", "Specimen received, result to follow", "hemolyzed, see comment"),
]
FAILED = ["QNS", "TNP", "Specimen hemolyzed", "clotted", "storniert", "hémolysé", "muestra insuficiente", "溶血"]
NOTHING = ["N/A", "-", "***", "not done", "nicht bestimmt", "no realizado", "未検査", "none"]
TEXTS = [(text, absence) for texts, absence in ((ELSEWHERE, 3), (FAILED, 2), (NOTHING, 1)) for text in texts]
CODED = {
    ("http://terminology.hl7.org/CodeSystem/v2-0085", "I"): Absence.ELSEWHERE,
    ("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "NAV"): Absence.ELSEWHERE,
    ("http://terminology.hl7.org/CodeSystem/data-absent-reason", "temp-unknown"): Absence.ELSEWHERE,
    ("http://terminology.hl7.org/CodeSystem/v2-0490", "RH"): Absence.FAILED,
}
WHOLE = [*calm_panel(), observation("76039-7", 400, "U/mL")]


def outcome(*resources: Any) -> tuple[Record, str]:
    record = read_request(bundle(condition(), *resources), CODES)
    return record, assess(record.panel, brief=True).classification.category


def newer(code: str = FERRITIN, time: str | None = LATER, **more: Any) -> dict[str, Any]:
    return observation(code, id="new", effectiveDateTime=time, **more)


def ways_to_say(text: str) -> Iterator[dict[str, Any]]:
    yield {"valueString": text}
    yield {"valueCodeableConcept": {"text": text}}
    yield {"valueCodeableConcept": {"coding": [{"system": "https://lab.example", "code": "17", "display": text}]}}
    yield {"valueQuantity": {"value": text, "unit": "ng/mL"}}
    yield {"interpretation": [{"text": text}]}
    yield {"dataAbsentReason": {"text": text}}


@pytest.mark.parametrize(("text", "absence"), TEXTS)
def test_a_text_says_what_became_of_the_result(text: str, absence: int) -> None:
    assert NO_RESULT.said(text) == absence


@pytest.mark.parametrize("text", [text for text, _ in TEXTS])
def test_beside_a_newer_ferritin_without_value_the_older_stands_and_does_not_reassure(text: str) -> None:
    for value in ways_to_say(text):
        panel = read_request(bundle(condition(), *WHOLE, newer(**value)), CODES).panel
        found = assess(panel, brief=True)
        assert (found.classification.category, panel.readings["ferritin"].interval.low) == ("indeterminate", 60)
        assert "does not reassure" in found.summary
        assert outcome(*met_panel(), newer(**value))[1] == "likely"


@pytest.mark.parametrize(("coded", "absence"), CODED.items())
def test_so_do_the_codes(coded: tuple[str, str], absence: Absence) -> None:
    system, code = coded
    assert CODES.absence_by_code(system, code) is absence
    made = newer(valueCodeableConcept={"coding": [{"system": system, "code": code}]})
    assert outcome(*WHOLE, made)[1] == "indeterminate"


@pytest.mark.parametrize("reason", ["temp-unknown", "error", "not-performed", "unknown", "not-applicable"])
def test_so_do_the_reasons_of_fhir(reason: str) -> None:
    made = newer(dataAbsentReason={"coding": [{"code": reason}]})
    assert outcome(*WHOLE, made)[1] == "indeterminate"
    assert outcome(*met_panel(), made)[1] == "likely"


def test_a_failed_ferritin_raises_no_alarm_and_one_elsewhere_may() -> None:
    for text, expected in (("QNS", True), ("N/A", True), ("see report", False)):
        record, _ = outcome(*WHOLE, newer(valueString=text))
        assert speaks_against(record.panel, blockade=False) is expected


def test_it_is_said_why() -> None:
    for text, key, said in (
        ("see report", "newer_elsewhere", "elsewhere or still to come"),
        ("QNS", "newer_without_result", "gave no result"),
    ):
        record, _ = outcome(*WHOLE, newer(valueString=text))
        [told] = [issue for issue in record.issues if issue.key == key]
        assert (told.observation, said in told.text) == ("ferritin", True)
    assert "The newest ferritin gave no result" in assess(record.panel).summary


def test_an_older_one_does_not_matter() -> None:
    for text in ("see report", "QNS", "N/A"):
        assert outcome(*WHOLE, newer(time=EARLIER, valueString=text))[1] == "unlikely"


def test_a_report_that_was_pending_and_is_there_now_does_not_matter() -> None:
    waiting = observation(FERRITIN, id="new", valueString="pending", issued="2026-11-22T08:00:00Z")
    there = observation(FERRITIN, 60, "ng/mL", issued="2026-11-22T10:00:00Z")
    assert outcome(*WHOLE[1:], there, waiting)[1] == "unlikely"
    assert outcome(*WHOLE[1:], there, waiting | {"issued": "2026-11-22T11:00:00Z"})[1] == "indeterminate"


def test_one_without_a_time_may_be_the_newest() -> None:
    for text in ("see report", "QNS"):
        assert outcome(*WHOLE, newer(time=None, valueString=text))[1] == "indeterminate"


def test_of_other_tests_only_what_is_elsewhere_counts_beside_an_older_one() -> None:
    for text, expected in (("see report", "indeterminate"), ("clotted", "unlikely"), ("N/A", "unlikely")):
        assert outcome(*WHOLE, newer(PLATELETS, valueString=text))[1] == expected
    assert outcome(*WHOLE, newer("33910-1", valueString="see report"))[1] == "unlikely"  # no test of the criteria


@pytest.mark.parametrize(
    ("text", "expected"), [("QNS", "indeterminate"), ("pending", "indeterminate"), ("N/A", "unlikely")]
)
def test_alone_only_that_nothing_was_measured_is_the_same_as_no_result(text: str, expected: str) -> None:
    assert outcome(*WHOLE[1:], newer(valueString=text))[1] == expected
    assert outcome(*WHOLE[1:])[1] == "unlikely"


SAID = st.sampled_from([text for text, _ in TEXTS])
VALUES = st.one_of(
    st.fixed_dictionaries({"valueString": st.one_of(SAID, st.text(max_size=12))}),
    st.fixed_dictionaries({"valueCodeableConcept": st.fixed_dictionaries({"text": SAID})}),
    st.fixed_dictionaries({"interpretation": st.lists(st.fixed_dictionaries({"text": SAID}), min_size=1)}),
    st.fixed_dictionaries({"dataAbsentReason": st.fixed_dictionaries({"text": st.one_of(SAID, st.text(max_size=9))})}),
    st.fixed_dictionaries({"status": st.sampled_from(["registered", "preliminary", "cancelled"])}),
    st.just({}),
)
TIMES = st.sampled_from([LATER, "2026-11-22T07:45:01Z", "2026-11-23", None, "2026-11", "9999-12-31", "yesterday"])


@pytest.mark.slow
@settings(max_examples=drawn(300), deadline=None)
@given(VALUES, TIMES)
def test_nothing_is_unlikely_while_a_newer_result_names_ferritin(value: dict[str, Any], time: str | None) -> None:
    record, found = outcome(*WHOLE, newer(time=time, **value))
    assert found != "unlikely" or record.basis[0][1]["reference"] == "Observation/new"


def test_a_site_adds_its_own(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(
        '[no_value]\nelsewhere = ["Blatt zwei"]\nnothing = ["leer"]\n[no_value.elsewhere_codes]\n"https://lab.example" = ["E"]\n',
        encoding="utf-8",
    )
    codes = load_codes(str(path))
    assert codes.absence(["leer"]) is Absence.NOTHING
    assert codes.absence_by_code("https://lab.example", "e") is Absence.ELSEWHERE


def test_no_phrase_stands_in_two_lists() -> None:
    table = toml_reader.read(FILE)
    named = [phrase for key in ("nothing", "failed", "elsewhere") for phrase in table[key]]
    assert [phrase for phrase in named if named.count(phrase) > 1] == []
    assert {NO_RESULT.said(phrase) for phrase in table["elsewhere"]} == {Absence.ELSEWHERE}
