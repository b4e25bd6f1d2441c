"""The inputs that reports from the field stand on, each with its right answer, by the way in that it was reported for."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.cohort.command import main
from service.server.messages.strict_json import dumps, loads

PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "2014-03-01"}
STILL = {
    "resourceType": "Condition",
    "id": "c1",
    "subject": {"reference": "Patient/p1"},
    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "M08.2"}]},
}
NOON = "2026-11-22T12:00:00Z"
CALM_JSON = {
    "platelets": "300 10*9/L",
    "ast": "25 U/L",
    "fibrinogen": "4.2 g/L",
    "triglycerides": "0.7 mmol/L",
}
CALM_HEADER = (
    "id,ferritin[ug/L],platelets[10*9/L],ast[U/L],fibrinogen[g/L],triglycerides[mmol/L],fever,condition,medications"
)


def result(code: str, value: float | None, unit: str = "", **more: Any) -> dict[str, Any]:
    """An Observation under a LOINC code; ``more`` replaces or adds elements."""
    found: dict[str, Any] = {
        "resourceType": "Observation",
        "id": f"o-{code}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-11-22T07:45:00Z",
    }
    if value is not None:
        found["valueQuantity"] = {"value": value, "unit": unit}
    return found | more


OLD_FERRITIN = result("2276-4", 120, "ng/mL", id="old", effectiveDateTime="2026-11-20T07:00:00Z")
CALM = (
    result("777-3", 300, "10*9/L"),
    result("1920-8", 25, "U/L"),
    result("2571-8", 0.7, "mmol/L"),
    result("3255-7", 4.2, "g/L"),
    result("8310-5", 39.2, "Cel"),
)
ILL = (
    result("2276-4", 12500, "ng/mL", id="old"),
    result("777-3", 95, "10*9/L"),
    result("1920-8", 140, "U/L"),
    result("3255-7", 1.4, "g/L"),
    result("8310-5", 39.2, "Cel"),
)


def ferritin(**more: Any) -> dict[str, Any]:
    return result("2276-4", 12500, "ng/mL", id="new") | more


def coded(system: str, code: str = "2276-4", **more: Any) -> dict[str, Any]:
    return ferritin(code={"coding": [{"system": system, "code": code, **more}]})


def bundle(*resources: Any, kind: str = "collection") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": resource} for resource in resources]}


Evaluate = Callable[..., tuple[str, str]]


@pytest.fixture
def evaluate(client: FlaskClient) -> Evaluate:
    """Send a record of the child with Still's disease; return its category, and how ferritin was read."""

    def send(*resources: Any) -> tuple[str, str]:
        body = dumps(bundle(PATIENT, STILL, *resources))
        answer = client.post("/fhir/$evaluate-mas", data=body, content_type="application/fhir+json")
        assert answer.status_code == 200
        document = loads(answer.data)
        (prediction,) = document["prediction"]
        read = re.search(r"2016 criteria:.*?Ferritin: ([^;]*);", prediction["rationale"])
        return prediction["qualitativeRisk"]["coding"][0]["code"], read.group(1) if read else ""

    return send


Table = Callable[..., tuple[int, str, str]]


@pytest.fixture
def table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Table:
    """Assess a table; return the exit code, the results and what was told beside them."""

    def run(content: str | bytes, *options: str) -> tuple[int, str, str]:
        path = tmp_path / "table.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        code = main(["--workers", "1", *options, str(path)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.mark.parametrize(
    "time",
    [
        {"effectivePeriod": {"start": "2026-11-22", "end": "9999-12-31"}},
        {"effectiveDateTime": "9999-12-31"},
        {"effectiveDateTime": "9999-12-31T23:59:59-14:00"},
        {"effectiveInstant": "9999-12-31T23:59:59Z"},
        {"issued": "9999-12-31T23:59:59Z"},
    ],
)
def test_the_end_of_an_open_period_is_no_error(evaluate: Evaluate, time: dict[str, Any]) -> None:
    timeless = {key: value for key, value in ferritin().items() if key != "effectiveDateTime"}
    assert evaluate(timeless | time)[0] == "indeterminate"


def test_the_end_of_an_open_period_is_no_error_for_a_card(client: FlaskClient) -> None:
    labs = bundle(ferritin(effectiveDateTime="9999-12-31"), kind="searchset")
    asked = {"userId": "Practitioner/1", "patientId": "p1"}
    request = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": asked,
        "prefetch": {"patient": PATIENT, "labs": labs},
    }
    assert client.post("/cds-services/mas-criteria", json=request).status_code == 200


OPEN_ENDS: list[dict[str, Any]] = [
    {"effectivePeriod": {"start": "2026-11-22", "end": "9999-12-31"}},
    {"effectiveDateTime": "9999-12-31T23:59:59-14:00"},
    {"effectiveInstant": "9999-12-31T23:59:59Z"},
    {"issued": "9999-12-31T23:59:59Z"},
    {"effectiveDateTime": "0001-01-01T00:00:00Z"},
]


@pytest.mark.parametrize("time", OPEN_ENDS)
def test_a_card_still_tells_of_an_illness_whose_times_are_odd(client: FlaskClient, time: dict[str, Any]) -> None:
    timeless = [
        {key: value for key, value in resource.items() if key != "effectiveDateTime"} | time for resource in ILL
    ]
    labs, warm = (
        [resource for resource in timeless if resource["id"] != "o-8310-5"],
        [resource for resource in timeless if resource["id"] == "o-8310-5"],
    )
    request = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": "p1"},
        "prefetch": {
            "patient": PATIENT,
            "conditions": bundle(STILL, kind="searchset"),
            "labs": bundle(*labs, kind="searchset"),
            "temperature": bundle(*warm, kind="searchset"),
        },
    }
    answer = client.post("/cds-services/mas-criteria", json=request)
    assert (answer.status_code, answer.get_json()["cards"][0]["summary"][:10]) == (200, "MAS likely")


@pytest.mark.parametrize(
    "name", ["Actemra", "RoActemra", "tocilizumab-aazg", "IL-6 inhibitor", "L04AC", "immunosuppressives", "unknown"]
)
def test_a_drug_that_is_or_may_be_il6_blockade_leaves_nothing_unlikely(post: Any, name: str) -> None:
    _, answer = post(
        context={"condition": "sjia", "medications": [{"name": name}]},
        observations=CALM_JSON | {"ferritin": "120 ug/L"},
        findings={"fever": True},
    )
    assert answer["classification"]["category"] == "indeterminate"


@pytest.mark.parametrize("name", ["Actemra", "Tyenne", "biologic", "mtx; Actemra"])
def test_a_drug_of_a_table_is_read_as_that_of_a_panel(table: Table, name: str) -> None:
    code, results, _ = table(f"{CALM_HEADER}\na,120,300,25,4.2,0.7,yes,sjia,{name}\n")
    assert (code, "indeterminate" in results, ",unlikely," in results) == (0, True, False)


@pytest.mark.parametrize("column", ["meds", "Medikation", "current medications", "Medication (name)"])
def test_a_column_that_names_drugs_is_read(table: Table, column: str) -> None:
    header = CALM_HEADER.replace("medications", column)
    code, results, told = table(f"{header}\na,120,300,25,4.2,0.7,yes,sjia,tocilizumab\n")
    assert (code, ",unlikely," in results) == (0, False)
    assert f"'{column}' is read as medications" in told


@pytest.mark.parametrize("column", ["treatment", "treatments", "therapy", "biologic", "Arzneimittel", "toci", "notes"])
def test_a_column_that_may_hold_drugs_stops_the_run(table: Table, column: str) -> None:
    header = CALM_HEADER.replace("medications", column)
    content = f"{header}\na,120,300,25,4.2,0.7,yes,sjia,tocilizumab\n"
    code, results, told = table(content)
    assert (code, results) == (2, "")
    assert f"'{column}'" in told
    assert table(content, "--ignore-columns", column)[0] == 0


@pytest.mark.parametrize(
    "system",
    ["2.16.840.1.113883.6.1", "oid:2.16.840.1.113883.6.1", "http://loinc.org|2.72", "LNC", "urn:loinc", "LOINC_NUM"],
)
def test_loinc_under_another_name_is_read(evaluate: Evaluate, system: str) -> None:
    assert evaluate(OLD_FERRITIN, coded(system), *CALM)[1] == "12500 is above 684"


@pytest.mark.parametrize(
    "newer",
    [
        coded("http://hospital.example/lab", "FERR", display="Ferritin"),
        coded("http://hospital.example/lab", "1", display="フェリチン"),
        ferritin(code={"text": "S-Ferritin"}),
        coded("http://loinc.org", "24373-3"),
        {"resourceType": "Parameters", "parameter": [{"name": "lab", "part": [{"name": "one", "resource": {}}]}]},
    ],
)
def test_a_newer_result_that_is_not_read_leaves_nothing_unlikely(evaluate: Evaluate, newer: Any) -> None:
    assert evaluate(OLD_FERRITIN, newer, *CALM)[0] == "indeterminate"


@pytest.mark.parametrize(
    "parameter", [{"resource": ferritin()}, {"part": [{"name": "one", "resource": bundle(ferritin())}]}]
)
def test_a_result_in_parameters_within_a_bundle_is_read(evaluate: Evaluate, parameter: Any) -> None:
    held = {"resourceType": "Parameters", "parameter": [{"name": "lab", **parameter}]}
    assert evaluate(OLD_FERRITIN, held, *CALM)[1] == "12500 is above 684"


@pytest.mark.parametrize(("code", "value"), [("43402-7", 8), ("18184-2", 60)])
def test_an_esr_of_another_time_than_one_hour_is_refused(
    evaluate: Evaluate, client: FlaskClient, code: str, value: int
) -> None:
    body = dumps(bundle(PATIENT, STILL, result("2276-4", 1000, "ng/mL"), result(code, value, "mm")))
    answer = client.post("/fhir/$evaluate-mas", data=body, content_type="application/fhir+json").get_data(as_text=True)
    assert "the criteria mean the first hour" in answer


@pytest.mark.parametrize(
    "time",
    [
        "1970-01-01T00:00:00Z",
        "1601-01-01",
        "1753-01-01",
        "1840-12-31",
        "1858-11-17",
        "1899-12-30",
        "1900-01-01",
        "1904-01-01",
        "1980-01-01",
        "2013-01-01",
    ],
)
def test_a_time_before_birth_or_of_zero_supersedes_nothing(evaluate: Evaluate, time: str) -> None:
    read = evaluate(OLD_FERRITIN, ferritin(effectiveDateTime=time), *CALM)
    assert read == ("indeterminate", "120 to 12500 leaves open whether it is above 684")


@pytest.mark.parametrize(
    "absent",
    [
        {"dataAbsentReason": {"coding": [{"code": "error"}]}},
        *(
            {"valueString": text}
            for text in ("QNS", "NSQ", "TNP", "DNP", "hemolyzed", "hämolysiert", "pending", "N/A", "-", "***")
        ),
        *({"valueString": text} for text in ("credited", "För lite material", "próbka zhemolizowana", "无")),
    ],
)
def test_a_result_that_there_is_not_leaves_the_older_one(evaluate: Evaluate, absent: dict[str, Any]) -> None:
    assert evaluate(*ILL, result("2276-4", None, id="new", effectiveDateTime=NOON) | absent)[0] == "likely"


@pytest.mark.parametrize("unit", ["10+3/ul", "THOUS/MCL", "K/uL", "10^9/L", "G/L", "/nL", "10＾9/L"])
def test_a_count_in_the_unit_of_its_laboratory_is_read(post: Any, evaluate: Evaluate, unit: str) -> None:
    for value, met in ((152, True), (182, False)):
        status, answer = post(
            observations={"platelets": {"value": value, "unit": unit}}, options={"criteria": ["eular-acr-printo-2016"]}
        )
        [item] = [item for item in answer["criteria"][0]["items"] if item["id"] == "platelets"]
        assert (status, item["status"], item["observed"]["low"]) == (200, "met" if met else "not_met", value)
    low = result("777-3", 95, unit)
    assert evaluate(*[resource for resource in ILL if resource["id"] != "o-777-3"], low)[0] == "likely"


@pytest.mark.parametrize("unit", ["37℃", "IU/L/37℃", "U/L 37C"])
def test_a_unit_with_the_temperature_of_its_method_is_read(post: Any, unit: str) -> None:
    named = unit if unit.startswith(("IU", "U")) else f"IU/L/{unit}"
    assert post(observations={"ast": {"value": 60, "unit": named}})[0] == 200


@pytest.mark.parametrize("word", ["L", "LL"])
def test_the_word_beside_a_number_that_cannot_be_read_still_counts_as_implied(post: Any, word: str) -> None:
    sent = {"value": 95, "unit": "furlong", "interpretation": word}
    _, answer = post(
        observations={"platelets": sent}, options={"on_invalid": "omit", "criteria": ["eular-acr-printo-2016"]}
    )
    [item] = [item for item in answer["criteria"][0]["items"] if item["id"] == "platelets"]
    assert (item["status"], item["status_implied"]) == ("unknown", "met")


def test_a_value_left_out_is_told_as_not_read(post: Any) -> None:
    _, answer = post(
        context={"condition": "sjia"},
        observations=CALM_JSON | {"ferritin": ">12,500 ug/L"},
        findings={"fever": True},
        options={"on_invalid": "omit"},
    )
    assert answer["classification"]["category"] == "indeterminate"
    assert "Ferritin was sent but could not be read" in answer["classification"]["summary"]


@pytest.mark.parametrize(
    "labs",
    [
        {"resourceType": "bundle", "entry": [{"resource": ferritin()}]},
        {"resourceType": "Bundle", "type": "searchset", "total": 5},
    ],
)
def test_a_prefetch_of_which_nothing_can_be_read_is_412(client: FlaskClient, labs: dict[str, Any]) -> None:
    request = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": "p1"},
        "prefetch": {"labs": labs},
    }
    answer = client.post("/cds-services/mas-criteria", json=request)
    assert answer.status_code == 412
    assert "prefetch.labs" in answer.get_data(as_text=True)
    readable = request | {"prefetch": {"labs": bundle(ferritin(), kind="searchset")}}
    assert client.post("/cds-services/mas-criteria", json=readable).status_code == 200


def test_a_table_in_another_encoding_is_refused_or_read_as_named(table: Table) -> None:
    content = "id,ferritin[ug/L],fever\nMüller,12500,yes\nMöller,905,yes\n".encode("cp1252")
    assert table(content)[0] == 2
    code, results, _ = table(content, "--encoding", "cp1252")
    assert (code, "Müller" in results, "Möller" in results) == (0, True, True)


def test_columns_under_the_names_of_laboratories_are_hinted_at(table: Table) -> None:
    code, _, told = table("id,PLT[10*9/L],GOT[U/L],Ferr[ug/L],Hb[g/L],fever\na,95,140,12500,90,yes\n")
    assert code == 2
    assert [name for name in ("platelets", "ast", "ferritin", "hemoglobin") if f"'{name}[" not in told] == []


@pytest.mark.parametrize("mark", [".", "#N/A", "None", "<NA>", "-", "?", "#DIV/0!", "not done"])
def test_a_mark_for_nothing_is_an_empty_cell(table: Table, mark: str) -> None:
    code, results, told = table(f"id,ferritin[ug/L],fever\na,{mark},yes\nb,,yes\n")
    marked, empty = (line.split(",", 2)[2] for line in results.splitlines()[1:])
    assert (code, marked.startswith("200,"), marked) == (0, True, empty)  # byte for byte the answer of an empty cell
    assert "An empty cell counts as unknown, never as normal" in told


@pytest.mark.parametrize(
    "range_",
    [{"text": "Critical Range"}, {"age": {"low": {"value": 18, "unit": "a"}}}, {"appliesTo": [{"text": "pregnant"}]}],
)
def test_a_range_for_others_is_not_used(evaluate: Evaluate, range_: dict[str, Any]) -> None:
    given = {"high": {"value": 700, "unit": "ng/mL"}, **range_}
    high = result("2276-4", None, interpretation=[{"coding": [{"code": "H"}]}], referenceRange=[given])
    assert evaluate(high)[1].startswith("reported only as 'H'")


def test_a_word_that_contradicts_a_number_leaves_both_unread(evaluate: Evaluate) -> None:
    said = {"coding": [{"display": "Normal"}], "text": "12500 ng/mL"}
    ranges = [{"low": {"value": 30, "unit": "ng/mL"}, "high": {"value": 400, "unit": "ng/mL"}}]
    two = result("2276-4", None, valueCodeableConcept=said, referenceRange=ranges)
    assert evaluate(two, *CALM) == ("indeterminate", "was sent but could not be read")


def test_a_byte_order_mark_before_json_is_passed_over(client: FlaskClient) -> None:
    body = b'\xef\xbb\xbf{"observations": {"ferritin": "905 ug/L"}}'
    assert client.post("/v1/assessments", data=body, content_type="application/json").status_code == 200


def test_an_unlikely_without_ferritin_says_that_it_lacks_it(table: Table) -> None:
    _, results, _ = table(f"{CALM_HEADER}\na,,300,25,4.2,0.7,yes,sjia,\n")
    assert "Ferritin was not measured" in results


@pytest.mark.parametrize("comparator", ["gt", "&gt;", "greater-than", ">"])
def test_a_comparator_in_words_is_kept(evaluate: Evaluate, comparator: str) -> None:
    quantity = {"value": 100, "unit": "ng/mL", "comparator": comparator}
    assert evaluate(ferritin(valueQuantity=quantity))[1] == "anything above 100 leaves open whether it is above 684"


@pytest.mark.parametrize("offset", [".000+0000", "+0000", "+0530", "Z"])
def test_an_offset_without_a_colon_is_read(evaluate: Evaluate, offset: str) -> None:
    newer = ferritin(effectiveDateTime=f"2026-11-22T09:00:00{offset}")
    assert evaluate(OLD_FERRITIN, newer, *CALM)[1] == "12500 is above 684"


def test_times_of_a_table_are_read_where_one_day_alone_can_be_meant(table: Table) -> None:
    days = ("2023-02-01 08:30:00", "2023-02-01T08:30:00", "1/2/2023")
    rows = "".join(f"{at},{day},905,yes\n" for at, day in enumerate(days))
    _, results, told = table(f"id,collected_at,ferritin[ug/L],fever\n{rows}")
    assert [line.split(",")[2] for line in results.splitlines()[1:]] == ["200", "200", "422"]
    assert told.count("UTC") == 1


@pytest.mark.parametrize("above", ["sep=;\n", "Export of 20 November;;\n"])
def test_a_line_above_the_header_is_passed_over(table: Table, above: str) -> None:
    code, results, _ = table(f"{above}id;ferritin[ug/L];fever\na;905;yes\n")
    assert (code, "a,200," in results) == (0, True)


@pytest.mark.parametrize("word", ["1.0", "0.0", "present", "absent", "WAHR", "FALSCH", "VRAI", "FAUX"])
def test_a_finding_in_the_words_of_a_program_is_read(table: Table, word: str) -> None:
    plain = {"1.0": "yes", "present": "yes", "WAHR": "yes", "VRAI": "yes"}.get(word, "no")
    rest = "platelets[10*9/L],ast[U/L],condition"
    said, meant = (table(f"id,ferritin[ug/L],fever,{rest}\na,905,{fever},95,140,sjia\n")[1] for fever in (word, plain))
    assert said == meant
    assert ("likely" in said.splitlines()[1].split(",")) is (plain == "yes")


def test_a_unit_in_round_brackets_is_read(table: Table) -> None:
    code, _, told = table("id,Ferritin (ug/L),platelets[10*9/L],fever\na,12500,95,yes\n")
    assert (code, "is read as ferritin[ug/L]" in told) == (0, True)


@pytest.mark.parametrize("cell", ["12500 H", "12500*", "12500(R)"])
def test_a_flag_in_a_cell_is_named(table: Table, cell: str) -> None:
    assert "a flag beside the number" in table(f"id,ferritin[ug/L],fever\na,{cell},yes\n")[1]


def test_lines_of_json_under_their_other_name_are_a_batch(client: FlaskClient) -> None:
    line = b'{"observations": {"ferritin": "905 ug/L"}}\n'
    answer = client.post("/v1/assessments/batch", data=line, content_type="application/x-jsonlines")
    assert answer.status_code == 200
