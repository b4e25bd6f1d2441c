"""A newer result that says that there is none leaves the older one; what may be a result does not."""

from pathlib import Path
from typing import Any

import pytest

from service.clinical.data.toml_reader import BadData
from service.ehr.fhir.record import read_request
from service.ehr.issues import WITHOUT_VALUE
from service.ehr.terminology.code_file import load_codes
from tests.support.reading import judged, keys, read, values
from tests.support.records import FERRITIN, LATER, PLATELETS, bundle, condition, met_panel, observation

CODES = load_codes()
OLDER = observation(FERRITIN, 12500, "ng/mL", id="old")
SAID = [
    *("QNS", "qns", "Q.N.S.", "TNP", "Test not performed", "HEMOLYZED", "Hemolysed", "haemolysed.", "clotted"),
    *(
        "Specimen clotted - please recollect",
        "Cancelled",
        "CANCELED",
        "pending",
        "See note",
        "see comment",
        "N/A",
        "n.a.",
    ),
    *("-", "--", "---", "***", "*", "—", ".", "?", "unable to calculate", "Not done", "not performed", "specimen lost"),
    *("Sample insufficient", "insufficient quantity", "Quantity not sufficient (QNS)", "NaN", "null", "None", "XXXX"),
    *("Specimen hemolyzed, test not performed", "grossly hemolyzed sample", "Error", "Rejected: wrong tube"),
    *("folgt", "Befund folgt", "n. b.", "nicht bestimmt", "nicht durchgeführt", "NICHT DURCHGEFUEHRT", "hämolytisch"),
    *("Probe hämolytisch", "zu wenig Material", "geronnen", "storniert", "s. K.", "k.A.", "non fait", "hémolysé"),
    *("Échantillon hémolysé", "echantillon insuffisant", "non effectué", "en cours", "voir commentaire"),
    *("no realizado", "muestra hemolizada", "Muestra insuficiente", "pendiente", "não realizado", "non eseguito"),
    *("campione emolizzato", "niet bepaald", "gehemolyseerd", "volgt", "ej utfört", "ej analyserat", "ikke utført"),
    *("ei tehty", "nie wykonano", "hemoliza", "neprovedeno", "çalışılmadı", "гемолиз", "не выполнено"),
    *("NSQ", "DNP", "credited", "hämolysiert", "För lite material", "próbka zhemolizowana", "无"),
    *("未検査", "検体不足", "溶血", "測定不能", "标本不足", "標本不足", "검체부족", "용혈"),
]


def newer(**value: Any) -> dict[str, Any]:
    return observation(FERRITIN, id="new", effectiveDateTime=LATER, **value)


@pytest.mark.parametrize("said", SAID)
def test_a_text_that_says_that_there_is_no_result_leaves_the_older_one(said: str) -> None:
    for value in (
        {"valueString": said},
        {"valueString": f"  {said} "},
        {"valueCodeableConcept": {"text": said}},
        {"valueCodeableConcept": {"coding": [{"system": "https://lab.example", "code": "17", "display": said}]}},
        {"valueQuantity": {"value": said, "unit": "ng/mL"}},
        {"valueString": said, "dataAbsentReason": {"text": "error"}},
        {"valueString": said, "interpretation": [{"text": "N"}]},
    ):
        made = [newer(**value), OLDER]
        assert values(made) == {"ferritin": 12500}
        told = [
            (issue.key, issue.severity)
            for issue in read(made).issues
            if issue.observation and issue.key in WITHOUT_VALUE
        ]
        assert [severity for _, severity in told] == ["information"]


MAY_BE_A_RESULT = [
    *(
        "hemolyzed, 12500",
        "see note 1",
        "slightly hemolyzed",
        "pending, but high",
        "hemolyzed > 12500",
        "raised, see note",
    ),
    *("ND", "negative", "positive", "+", "+++", "<", "> ", "not hemolyzed", "exceeds linearity", "above range, QNS"),
    *("see note: over 9 thousand", "result too high to calculate", "clotted ½", "n.d.", "１２５００", "specimen", "5%"),
    *("QNS " * 40, "reactive", "hemolyzed and elevated"),
]


@pytest.mark.parametrize("said", MAY_BE_A_RESULT)
def test_a_text_that_may_be_a_result_makes_the_test_unknown(said: str) -> None:
    for value in ({"valueString": said}, {"valueCodeableConcept": {"text": said}}):
        made = [newer(**value), OLDER]
        assert values(made) == {}
        assert "no_value" not in keys(made)


V2_0085 = "http://terminology.hl7.org/CodeSystem/v2-0085"
CODED = [
    ("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "NAV"),
    ("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "nask"),
    ("http://terminology.hl7.org/CodeSystem/data-absent-reason", "not-performed"),
    (V2_0085, "X"),
    ("http://terminology.hl7.org/CodeSystem/v2-0490", "RH"),
    ("http://terminology.hl7.org/CodeSystem/rejection-criteria", "clotted"),
    ("http://snomed.info/sct", "373121007"),
]


@pytest.mark.parametrize(("system", "code"), CODED)
def test_a_code_that_says_that_there_is_no_result_leaves_the_older_one(system: str, code: str) -> None:
    coded = {"coding": [{"system": system, "code": code}]}
    assert values([newer(valueCodeableConcept=coded), OLDER]) == {"ferritin": 12500}
    assert values([newer(interpretation=[coded]), OLDER]) == {"ferritin": 12500}
    for other in ({"text": "900 ng/mL"}, {"text": "High"}, {"coding": [*coded["coding"], {"code": "H"}]}):
        assert values([newer(valueCodeableConcept=coded | other), OLDER]) != {"ferritin": 12500}


@pytest.mark.parametrize("code", ["MSK", "PINF", "OTH", "QS"])
def test_a_null_flavour_behind_which_a_result_may_stand_makes_the_test_unknown(code: str) -> None:
    system = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
    assert values([newer(valueCodeableConcept={"coding": [{"system": system, "code": code}]}), OLDER]) == {}


def test_any_reason_for_absence_leaves_the_older_one_unless_the_result_is_there() -> None:
    for reason in ({"text": "x"}, {"coding": [{"code": "not-applicable"}]}, {"coding": [{"code": "QNS"}]}):
        assert values([newer(dataAbsentReason=reason), OLDER]) == {"ferritin": 12500}
    assert values([newer(dataAbsentReason={"coding": [{"code": "masked"}]}), OLDER]) == {}


DATA_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
HIDDEN = {
    "a reason": ([{"url": DATA_ABSENT, "valueCode": "error"}], {"ferritin": 12500}),
    "masked": ([{"url": DATA_ABSENT, "valueCode": "masked"}], {}),
    "another extension": ([{"url": "https://lab.example/result", "valueDecimal": 9}], {}),
}


@pytest.mark.parametrize(("extension", "expected"), HIDDEN.values(), ids=HIDDEN)
def test_a_value_that_stands_in_an_extension_is_one_unless_it_is_a_reason(extension: Any, expected: Any) -> None:
    for value in (
        {"_valueString": {"extension": extension}},
        {"_valueQuantity": {"extension": extension}},
        {"valueQuantity": {"unit": "ng/mL", "extension": extension}},
        {"valueQuantity": {"unit": "ng/mL", "_value": {"extension": extension}}},
    ):
        assert values([newer(**value), OLDER]) == expected


def test_an_extension_beside_a_value_that_is_there_changes_nothing() -> None:
    beside = {"_valueString": {"extension": [{"url": "x", "valueCode": "y"}]}}
    assert values([newer(valueString="900 ng/mL", **beside), OLDER]) == {"ferritin": 900}
    assert values([newer(_valueString=[], valueString="900 ng/mL")]) == {"ferritin": 900}


@pytest.mark.parametrize("quantity", [{"comparator": ">"}, {"unit": "ng/mL", "low": 7}, {"value": "", "text": "12500"}])
def test_a_quantity_without_a_number_that_says_more_than_its_unit_is_not_none(quantity: Any) -> None:
    assert values([newer(valueQuantity=quantity), OLDER]) == {}


def test_a_text_that_points_to_a_note_with_a_number_is_a_result_that_is_not_shown() -> None:
    noted = newer(valueString="see note", note=[{"text": "Ferritin 13000 ng/mL after dilution"}])
    assert (values([noted, OLDER]), keys([noted])) == ({}, ["value_not_shown"])
    assert values([noted | {"note": [{"text": "hemolyzed"}, "x"]}, OLDER]) == {"ferritin": 12500}


def test_a_value_beside_one_that_says_that_there_is_none_is_two_statements() -> None:
    both = newer(valueString="hemolyzed", valueQuantity={"value": 900, "unit": "ng/mL"})
    assert (values([both, OLDER]), keys([both])) == ({}, ["value_ambiguous"])
    assert values([newer(valueString="QNS", valueCodeableConcept={"text": "QNS"}), OLDER]) == {"ferritin": 12500}


def test_a_flag_beside_a_text_that_says_that_there_is_none_still_counts_unless_it_is_normal() -> None:
    high = [newer(valueString="unable to calculate", interpretation=[{"text": "H"}]), OLDER]
    assert values(high) == {"ferritin": 140}


def test_the_category_stays_that_of_the_older_result_with_a_remark() -> None:
    record = read(bundle(condition(), *met_panel(), newer(valueString="QNS")))
    assert judged(record)[1].classification.category == "likely"
    [told] = [issue for issue in record.issues if issue.key == "no_result"]
    assert "says why" in told.text


def test_a_site_adds_its_own_words_and_codes(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(
        '[no_value]\nphrases = ["Röhrchen leer"]\nbeside = ["entnahme"]\n'
        '[no_value.codes]\n"https://lab.example" = ["Q1"]\n',
        encoding="utf-8",
    )
    codes = load_codes(str(path))
    for value in (
        {"valueString": "Röhrchen leer (Entnahme)"},
        {"valueCodeableConcept": {"coding": [{"system": "https://lab.example", "code": "q1"}]}},
        {"valueString": "QNS"},
    ):
        assert read_request([newer(**value), OLDER], codes).panel.readings["ferritin"].interval.low == 12500
    assert values([newer(valueString="Röhrchen leer"), OLDER]) == {}


@pytest.mark.parametrize(
    "text",
    [
        '[no_value]\nphrases = ["--"]\n',
        '[no_value]\nbeside = ["two words"]\n',
        '[no_value]\nphrases = "QNS"\n',
        "[no_value]\ncodes = [7]\n",
        '[no_value]\nwords = ["QNS"]\n',
        '[no_value.codes]\n"s" = "Q1"\n',
        '[no_value]\nelsewhere = ["--"]\n',
        "[no_value]\nelsewhere_codes = 7\n",
    ],
)
def test_a_slip_among_them_stops_the_start(tmp_path: Path, text: str) -> None:
    path = tmp_path / "site.toml"
    path.write_text(text)
    with pytest.raises(BadData, match=r"site\.toml"):
        load_codes(str(path))


def test_other_tests_are_read_alike() -> None:
    made = [observation(PLATELETS, id="n", effectiveDateTime=LATER, valueString="Clumped, clotted"), *met_panel()]
    assert "platelets" not in values(made)
    made[0]["valueString"] = "Clotted specimen"
    assert values(made)["platelets"] == 95
