"""The patients of a FHIR export, as an operator runs the command: rows, faults, ends, and going on."""

import csv
import gzip
import io
import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.cohort.bulk import judgement
from service.cohort.bulk.run import Run
from service.cohort.bulk.spill import PREFIX
from service.cohort.command import main
from service.server.messages.strict_json import dumps, loads
from tests.support.exports import resources, write_export
from tests.support.records import (
    AST,
    FERRITIN,
    bundle,
    calm_panel,
    condition,
    drug,
    evaluated,
    met_panel,
    observation,
    patient,
)

Rows = list[dict[str, str]]
CALM = [patient(), condition(), *calm_panel()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "export").mkdir()
    return tmp_path / "export"


def write(path: Path, *things: Any, end: bytes = b"\n") -> None:
    path.write_bytes(b"".join((thing if isinstance(thing, bytes) else dumps(thing)) + end for thing in things))


@pytest.fixture
def run(folder: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Rows, str]]:
    def call(*options: str) -> tuple[int, Rows, str]:
        code = main(["from-fhir", str(folder), "--workers", "1", *options])
        told = capfd.readouterr()
        return code, list(csv.DictReader(io.StringIO(told.out))), told.err

    return call


def of(name: str, *things: dict[str, Any]) -> list[dict[str, Any]]:
    """Return resources as those of another patient."""
    text = json.dumps([*map(plain, things)]).replace("Patient/p1", f"Patient/{name}")
    made: list[dict[str, Any]] = json.loads(text)
    return [thing | {"id": name} if thing["resourceType"] == "Patient" else thing for thing in made]


def plain(thing: dict[str, Any]) -> Any:
    return json.loads(dumps(thing))


def test_each_day_of_results_has_a_row_with_what_was_known_then(run: Any, folder: Path) -> None:
    later = [
        result | {"id": f"x{at}", "effectiveDateTime": "2026-11-24T08:00:00Z"} for at, result in enumerate(met_panel())
    ]
    write(folder / "Observation.000.ndjson", *later, *calm_panel(), *of("p0", *met_panel()))
    write(folder / "1.Patient.ndjson", patient(), *of("p0", patient()))
    write(folder / "x.ndjson", condition(), *of("p0", condition()))
    code, rows, told = run()
    assert code == 0
    assert [(row["row"], row["id"], row["day"], row["status"], row["category"]) for row in rows] == [
        ("1", "Patient/p0", "2026-11-22", "200", "likely"),
        ("2", "Patient/p1", "2026-11-22", "200", "unlikely"),
        ("3", "Patient/p1", "2026-11-24", "200", "likely"),
    ]
    many = len(later) + len(calm_panel()) + len(met_panel()) + 4
    assert told == f"{many} lines of 3 files, 2 patients, 3 rows, 0 refused, 0 lines not read.\n"
    _, rows, _ = run("--latest")
    assert [(row["id"], row["day"], row["category"]) for row in rows] == [
        ("Patient/p0", "2026-11-22", "likely"),
        ("Patient/p1", "2026-11-24", "likely"),
    ]


def test_the_latest_row_is_the_answer_to_the_record(run: Any, folder: Path, client: FlaskClient) -> None:
    write_export(folder, 40)
    _, rows, _ = run("--latest")
    main(["from-fhir", str(folder), "--latest", "--format", "ndjson", "--workers", "1", "-o", f"{folder}.out"])
    lines = Path(f"{folder}.out").read_bytes().splitlines()
    medications = [loads(line) for line in (folder / "Medication.000.ndjson").read_bytes().splitlines()]
    for number, (line, row) in enumerate(zip(lines, rows, strict=True)):
        own = [*resources(number)]
        named = {said["medicationReference"]["reference"] for said in own if "medicationReference" in said}
        drugs = [medication for medication in medications if f"Medication/{medication['id']}" in named]
        answer = evaluated(client, bundle(*own, *drugs))
        assert without_places(loads(line)) == without_places(answer)
        assert_same(row, answer)


def without_places(assessment: Any) -> Any:
    """Return a RiskAssessment without the places of issues, which are lines here and entries there."""
    inside = [held for held in assessment["contained"] if held["resourceType"] != "OperationOutcome"]
    return assessment | {"contained": inside}


def assert_same(row: dict[str, str], answer: dict[str, Any]) -> None:
    (prediction,) = answer["prediction"]
    assert row["category"] == prediction["qualitativeRisk"]["coding"][0]["code"]
    for held in answer["contained"]:
        if held["resourceType"] == "Observation":
            verdict = held["valueCodeableConcept"]["coding"][0]["code"]
            assert row[held["id"]] == verdict.replace("-", "_")
            parts = {part["code"]["coding"][0]["code"]: part for part in held["component"]}
            for end in ("min", "max"):
                score = parts.get(f"score.{end}", {}).get("valueQuantity", {}).get("value")
                if score is not None:
                    assert float(row[f"{held['id']}.{end}"]) == float(score)


def test_files_of_any_kind_say_the_same(run: Any, folder: Path) -> None:
    write(folder / "a.ndjson", *CALM)
    expected = run()[1]
    (folder / "a.ndjson").unlink()
    (folder / "a.NDJSON").write_bytes(b"\xef\xbb\xbf" + b"\r\n\r\n".join(map(dumps, CALM[:3])) + b"\r\n")
    (folder / "b.ndjson.gz").write_bytes(gzip.compress(dumps(CALM[3]) + b"\n") + gzip.compress(dumps(CALM[4])))
    (folder / "c.ndjson").write_bytes(gzip.compress(b"\n".join(map(dumps, CALM[5:]))))
    (folder / "empty.ndjson").touch()
    (folder / "empty.ndjson.gz").touch()
    (folder / "manifest.json").write_text("{}")
    (folder / "old").mkdir()
    code, rows, told = run()
    assert (code, rows) == (0, expected)
    assert told.startswith("Not read, since the name does not end with .ndjson or .ndjson.gz: manifest.json, old/.\n")


def test_references_of_every_form_lead_to_one_patient(run: Any, folder: Path) -> None:
    forms = (
        "Patient/p1/_history/3",
        "https://ehr.example/fhir/Patient/p1",
        "Patient/p1",
        " Patient/p1 ",
        "Patient\\/p1",
    )
    panel = [result | {"subject": {"reference": form}} for result, form in zip(calm_panel(), forms, strict=False)]
    write(folder / "a.ndjson", patient(), condition(), *panel)
    text = (folder / "a.ndjson").read_bytes().replace(b"\\\\/", b"\\/")
    (folder / "a.ndjson").write_bytes(text)
    _, (row,), _ = run()
    assert (row["id"], row["category"]) == ("Patient/p1", "unlikely")


IDENTIFIER = {"system": "urn:mrn", "value": "7"}


@pytest.mark.parametrize(
    "subject",
    [
        {"subject": {"identifier": IDENTIFIER}},
        {"subject": {"reference": "Patient?identifier=urn:mrn|7"}},
        {
            "subject": {"reference": "#me"},
            "contained": [{"resourceType": "Patient", "id": "me", "identifier": [{"value": "7"}, IDENTIFIER]}],
        },
    ],
)
def test_a_subject_without_a_name_is_the_patient_with_its_identifier(
    run: Any, folder: Path, subject: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.cohort.bulk.sorting.RUN_BYTES", 1000)
    write(folder / "Observation.ndjson", *(result | subject for result in met_panel()))
    write(folder / "Patient.ndjson", patient() | {"identifier": [IDENTIFIER]}, condition(), *of("p2", patient()))
    code, rows, _ = run("--latest")
    assert (code, [(row["id"], row["category"]) for row in rows]) == (
        0,
        [("Patient/p1", "likely"), ("Patient/p2", "indeterminate")],
    )


def test_an_identifier_that_no_patient_has_is_a_patient_of_its_own(run: Any, folder: Path) -> None:
    panel = [result | {"subject": {"identifier": IDENTIFIER}} for result in met_panel()]
    write(folder / "Observation.ndjson", *panel, *CALM)
    _, rows, _ = run("--latest")
    assert [(row["id"], row["category"]) for row in rows] == [("Patient/p1", "unlikely"), ("urn:mrn|7", "possible")]


def test_beside_an_identifier_of_two_patients_neither_is_unlikely(run: Any, folder: Path) -> None:
    both = [thing | {"identifier": [IDENTIFIER]} for thing in (patient(), *of("p2", patient()))]
    panel = [*CALM[1:], *of("p2", *CALM[1:])]
    write(folder / "a.ndjson", *both, *panel)
    assert [row["category"] for row in run()[1]] == ["unlikely", "unlikely"]
    write(folder / "b.ndjson", observation(FERRITIN, 9000, "ng/mL", subject={"identifier": IDENTIFIER}))
    _, rows, _ = run()
    assert [(row["category"], row["problems"][:20]) for row in rows] == [("indeterminate", "A line of the export")] * 2


def test_shared_medications_reach_the_patients_whose_orders_name_them(run: Any, folder: Path) -> None:
    order = drug(medicationReference={"reference": "https://ehr.example/Medication/m1/_history/2"})
    del order["medicationCodeableConcept"]
    kit = {"resourceType": "Medication", "id": "m1", "ingredient": [{"itemReference": {"reference": "Medication/m2"}}]}
    inside = {"resourceType": "Medication", "id": "m2", "code": {"text": "Tocilizumab"}}
    write(folder / "a.ndjson", kit, order, *CALM, *of("p2", *CALM), inside)
    _, rows, _ = run("--latest")
    assert [(row["category"], "il6_blockade" in row["cautions"]) for row in rows] == [
        ("indeterminate", True),
        ("unlikely", False),
    ]


def test_a_shared_specimen_that_is_not_blood_rules_its_results_out(run: Any, folder: Path) -> None:
    fluid = {"resourceType": "Specimen", "id": "s1", "type": {"text": "Synovial fluid"}}
    panel = [result | {"specimen": {"reference": "Specimen/s1"}} for result in calm_panel()]
    write(folder / "a.ndjson", patient(), condition(), fluid, *panel)
    (row,) = run("--latest")[1]
    assert (row["category"], "ferritin specimen" in row["warnings"]) == ("indeterminate", True)


def test_of_several_versions_the_newest_counts_and_a_deleted_one_not_at_all(run: Any, folder: Path) -> None:
    high = observation(FERRITIN, 90000, "ng/mL", meta={"versionId": "1"})
    gone = observation(AST, 900, "U/L", id="gone")
    low = [result | {"meta": {"versionId": "2"}} for result in calm_panel()]
    deleted = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"request": {"method": "DELETE", "url": f"Observation/{name}"}} for name in ("gone", "unknown")],
    }
    nameless = observation(AST, 30, "U/L", id=None)
    write(folder / "a.ndjson", patient(), condition(), high, gone, nameless, *low)
    write(folder / "deleted.ndjson", deleted)
    (row,) = run("--latest")[1]
    assert (row["category"], "deleted" in row["warnings"]) == ("unlikely", True)
    write(folder / "deleted.ndjson", deleted, *of("p2", patient()))
    entry = {"request": {"method": "DELETE", "url": "Patient/p2"}, "response": {"lastModified": "2026-11-23T00:00:00Z"}}
    write(folder / "more.ndjson", {"resourceType": "Bundle", "entry": [entry]})
    code, rows, told = run("--latest")
    assert (code, [row["id"] for row in rows], "2 patients, 1 rows" in told) == (0, ["Patient/p1"], True)


def test_a_bundle_in_a_line_is_told_apart_by_its_entries(run: Any, folder: Path) -> None:
    entries = [
        {"fullUrl": "urn:uuid:1", "resource": patient()},
        *({"resource": result | {"subject": {"reference": "urn:uuid:1"}}} for result in calm_panel()),
        {"resource": condition()},
        {"response": {"status": "200"}},
        *({"resource": thing} for thing in of("p2", *CALM)),
    ]
    write(folder / "a.ndjson", {"resourceType": "Bundle", "entry": entries})
    code, rows, _ = run()
    assert (code, [(row["id"], row["category"]) for row in rows]) == (
        0,
        [("Patient/p1", "unlikely"), ("Patient/p2", "unlikely")],
    )
    write(folder / "b.ndjson", {"resourceType": "Bundle", "link": [{"relation": "next", "url": "x"}], "entry": []})
    code, rows, told = run()
    assert (code, [row["category"] for row in rows]) == (3, ["indeterminate"] * 2)
    assert "b.ndjson:1: says that a query failed or gave only a part; whose it is cannot be told" in told


SECRET = "12345.678"
OF_P1 = b'{"resourceType": "Observation", "subject": {"reference": "Patient/p1"}, "valueQuantity": {"value": 12345.678'
OF_ONE = {
    "cut": OF_P1,
    "twice": OF_P1 + b', "value": 1}}',
    "nan": OF_P1.replace(SECRET.encode(), b"NaN") + b"}}",
    "a patient": b'{"resourceType": "Patient", "id": "p1", "birthDate": "12345.678',
    "no type": dumps({"subject": {"reference": "Patient/p1"}, "valueString": SECRET}),
    "another case": dumps({"resourceType": "observation", "subject": {"reference": "Patient/p1"}}),
}
OF_ANY = {
    "cut before": b'{"resourceType": "Observation", "valueQuantity": {"value": 12345.678',
    "of two": OF_P1 + b', "patient": {"reference": "Patient/p2"}',
    "no JSON": b"12345.678,12345.678",
    "a list": b'["12345.678"]',
    "null": b"null",
    "no subject": dumps(observation(FERRITIN, SECRET, "ng/mL", subject=None)),
    "a name alone": dumps(observation(FERRITIN, SECRET, "ng/mL", subject={"display": "Ann"})),
    "not there": dumps(observation(FERRITIN, SECRET, "ng/mL", subject={"reference": "#x"})),
    "nothing": b"{}",
    "a bundle": b'{"resourceType": "Bundle", "entry": [{"resource": ' + OF_P1,
    "an unknown type": dumps({"resourceType": "Surprise"}),
    "no id": dumps({"resourceType": "Patient", "birthDate": SECRET}),
    "latin": '{"resourceType": "Observation", "text": "Müller"}'.encode("latin-1"),
    "another charset": "{}".encode("utf-16"),
    "a failure": dumps({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}),
}
OF_NOBODY = {
    "practitioner": dumps({"resourceType": "Practitioner", "id": "d", "name": [{"family": SECRET}]}),
    "a broken location": b'{"resourceType": "Location", "id": ',
    "an all clear": dumps({"resourceType": "OperationOutcome", "issue": [{"severity": "information"}]}),
    "of a group": dumps(observation(FERRITIN, SECRET, "ng/mL", subject={"reference": "Group/g"})),
    "of a device": dumps(observation(FERRITIN, SECRET, "ng/mL", subject={"identifier": IDENTIFIER, "type": "Device"})),
    "of a contained group": dumps(
        observation(FERRITIN, 5, "ng/mL", subject={"reference": "#g"}, contained=[{"resourceType": "Group", "id": "g"}])
    ),
}


def two_calm(folder: Path, line: bytes) -> None:
    write(folder / "a.ndjson", *CALM, *of("p2", *CALM))
    (folder / "b.ndjson").write_bytes(dumps(patient()) + b"\n" + line + b"\n")


@pytest.mark.parametrize("line", OF_ONE.values(), ids=OF_ONE)
def test_a_patient_of_whom_a_line_was_not_read_is_not_unlikely(run: Any, folder: Path, line: bytes) -> None:
    two_calm(folder, line)
    code, (first, second), told = run("--latest")
    assert (first["category"], second["category"]) == ("indeterminate", "unlikely")
    assert "entry_not_read" in first["warnings"]
    assert "b.ndjson:2" in first["problems"]
    assert SECRET not in told + first["problems"]
    is_broken = code == 3
    assert is_broken == ("b.ndjson:2: not JSON" in told) == ("1 lines not read" in told)


@pytest.mark.parametrize("line", OF_ANY.values(), ids=OF_ANY)
def test_beside_a_line_that_may_be_of_anybody_nobody_is_unlikely(run: Any, folder: Path, line: bytes) -> None:
    two_calm(folder, line)
    code, rows, told = run("--latest")
    assert (code, [row["category"] for row in rows]) == (3, ["indeterminate"] * 2)
    assert all("b.ndjson:2" in row["problems"] for row in rows)
    assert "b.ndjson:2: " in told
    assert "nobody is called unlikely" in told
    assert SECRET not in told


@pytest.mark.parametrize("line", OF_NOBODY.values(), ids=OF_NOBODY)
def test_what_speaks_of_no_patient_changes_nothing(run: Any, folder: Path, line: bytes) -> None:
    two_calm(folder, line)
    code, rows, told = run("--latest")
    assert (code, [row["category"] for row in rows]) == (0, ["unlikely"] * 2)
    assert told.startswith("Of no patient, not judged: ")


def test_types_that_are_none_and_many_types_are_counted_together(run: Any, folder: Path) -> None:
    of_group = {"subject": {"reference": "Group/g"}}
    kinds = [f"Kind{chr(97 + many // 26)}{chr(97 + many % 26)}" for many in range(110)]
    write(folder / "a.ndjson", *({"resourceType": kind} | of_group for kind in (SECRET, "K" * 65, *kinds)), *CALM)
    code, _, told = run()
    assert (code, SECRET in told, "other types 13" in told) == (0, False, True)


def test_many_bad_lines_are_counted_and_the_first_named(run: Any, folder: Path) -> None:
    write(folder / "a.ndjson", *CALM, *[b"{"] * 500)
    code, (row,), told = run()
    assert (code, len(told.splitlines())) == (3, 23)
    assert "480 more lines could not be read." in told
    assert row["problems"].startswith("500 lines or rests of files of the export could not be read")
    assert "and 497 more" in row["problems"]


def test_a_line_that_is_too_long_is_passed_over_and_told(run: Any, folder: Path) -> None:
    long = observation(FERRITIN, 9000, "ng/mL", note=[{"text": "x" * 20_000}])
    write(folder / "a.ndjson", *CALM, long, *of("p2", *CALM))
    code, rows, told = run("--latest", "--most-line-bytes", "5000")
    assert [(row["id"], row["category"]) for row in rows] == [
        ("Patient/p1", "indeterminate"),
        ("Patient/p2", "unlikely"),
    ]
    assert (code, f"a.ndjson:{len(CALM) + 1}: longer than --most-line-bytes; its patient is marked." in told) == (
        3,
        True,
    )
    write(folder / "a.ndjson", *CALM, b"x" * 20_000, end=b"")
    code, rows, told = run("--most-line-bytes", "5000")
    assert code == 3


def test_a_file_that_breaks_off_gives_what_it_holds_and_nobody_is_unlikely(run: Any, folder: Path) -> None:
    packed = gzip.compress(b"".join(dumps(thing) + b"\n" for thing in CALM * 50))
    (folder / "a.ndjson.gz").write_bytes(packed[:-20])
    write(folder / "b.ndjson", *of("p2", *CALM))
    code, rows, told = run("--latest")
    assert (code, [row["category"] for row in rows]) == (3, ["indeterminate"] * 2)
    assert "from here on the packed file is damaged" in told
    (folder / "a.ndjson.gz").write_bytes(packed[:100] + b"\xff" * 100 + packed[200:])
    assert run("--latest")[0] == 3


def test_a_file_that_unpacks_to_far_more_is_left(run: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.cohort.bulk.export.SMALL_BYTES", 1 << 20)
    monkeypatch.setattr("service.cohort.bulk.export.BLOCK_BYTES", 1 << 18)
    write(folder / "a.ndjson", *CALM)
    (folder / "b.ndjson.gz").write_bytes(gzip.compress(b" \n" * (8 << 20)))
    (folder / "c.ndjson.gz").write_bytes(gzip.compress(b" " * (32 << 20)))
    code, (row,), told = run("--most-unpacked-times", "10", "--most-line-bytes", "65536")
    assert (code, row["category"], told.count("from here on not read")) == (3, "indeterminate", 2)


def test_a_patient_with_too_much_is_refused_and_the_others_not(run: Any, folder: Path) -> None:
    write(folder / "a.ndjson", *CALM, *of("p2", *CALM, *CALM, *CALM))
    code, rows, told = run("--latest", "--most-patient-bytes", "6000")
    assert [(row["id"], row["status"]) for row in rows] == [("Patient/p1", "200"), ("Patient/p2", "413")]
    assert (code, "--most-patient-bytes" in rows[1]["problems"], "1 refused" in told) == (0, True, True)


def test_a_name_that_two_servers_use_is_refused(run: Any, folder: Path) -> None:
    there = [result | {"subject": {"reference": "https://a.example/Patient/p1"}} for result in calm_panel()]
    write(
        folder / "a.ndjson", *there, observation(AST, 5, "U/L", subject={"reference": "https://b.example/Patient/p1"})
    )
    _, (row,), _ = run()
    assert (row["status"], row["category"], row["problems"][:32]) == ("422", "", "The record holds results of more")
    write(folder / "b.ndjson", *of("p2", *CALM))
    main(["from-fhir", str(folder), "--format", "ndjson", "--workers", "1", "-o", f"{folder}.out"])
    refused, judged = (loads(line) for line in Path(f"{folder}.out").read_bytes().splitlines())
    assert (refused["resourceType"], refused["issue"][0]["diagnostics"]) == ("OperationOutcome", "Patient/p1")
    assert judged["subject"] == {"reference": "Patient/p2"}


def test_an_error_of_ours_stops_nobody_else(run: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(given: Any, codes: Any) -> Any:
        if len(given.documents) == 1:
            raise KeyError(SECRET)
        return real(given, codes)

    real = judgement.read_sources
    monkeypatch.setattr(judgement, "read_sources", fail)
    write(folder / "a.ndjson", *CALM, *of("p0", patient()))
    _, rows, _ = run("--latest")
    assert [(row["status"], row["category"]) for row in rows] == [("500", ""), ("200", "unlikely")]
    assert rows[0]["problems"] == "The patient was not assessed: an error of this program (KeyError). Please report it."


def test_a_diagnosis_may_count_from_the_start(run: Any, folder: Path) -> None:
    write(folder / "a.ndjson", patient(), condition(recordedDate="2026-11-30"), *met_panel())
    assert [run(*options)[1][0]["primary"] for options in ((), ("--diagnoses", "always"))] == [
        "",
        "eular-acr-printo-2016",
    ]


def test_the_look_back_is_that_of_the_site(run: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = observation(FERRITIN, 90000, "ng/mL", id="old", effectiveDateTime="2026-10-01T08:00:00Z")
    write(
        folder / "a.ndjson",
        patient(),
        condition(),
        old,
        *(result for result in met_panel() if result["id"] != "o-2276-4"),
    )
    found = [run("--latest", *options)[1][0]["category"] for options in ((), ("--look-back-days", "0"))]
    monkeypatch.setenv("MAS_EHR_LOOK_BACK_DAYS", "100")
    assert [*found, run("--latest")[1][0]["category"]] == ["probable", "likely", "likely"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--resume",), "--resume needs --output"),
        (("--workers", "0"), "a whole number from 1 to 68719476736 is needed"),
        (("--look-back-days", "9999"), "a whole number from 0 to 3650 is needed"),
        (("--code-map", "nowhere.toml"), "nowhere.toml"),
        (("--fhir-canonical", "here"), "an http or https address without query or user is needed"),
    ],
)
def test_an_option_that_cannot_be_used_is_told(
    folder: Path, capfd: pytest.CaptureFixture[str], options: tuple[str, ...], told: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["from-fhir", str(folder), *options])
    assert (ended.value.code, told in capfd.readouterr().err) == (2, True)


def test_a_folder_that_cannot_be_used_is_told(run: Any, folder: Path) -> None:
    assert run()[::2] == (
        2,
        "No file here ends with .ndjson or .ndjson.gz: name the folder into which the export was downloaded.\n",
    )
    write(folder / "a.ndjson", *CALM)
    (folder / "link.ndjson").symlink_to("/etc/passwd")
    assert run()[::2] == (
        2,
        "link.ndjson is not a plain file (but a link, a folder or a device): put the file itself into the folder.\n",
    )
    (folder / "link.ndjson").unlink()
    (folder / "b.ndjson").mkdir()
    assert run()[0] == 2
    assert main(["from-fhir", str(folder / "a.ndjson")]) == 2


def test_more_files_beside_are_named_up_to_ten(run: Any, folder: Path) -> None:
    write(folder / "a.ndjson", *CALM)
    for number in range(12):
        (folder / f"{number:02}.txt").touch()
    assert "09.txt and 2 more." in run()[2]


def test_the_bytes_are_the_same_in_any_number_of_processes_and_runs(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_export(folder, 30)
    outputs = [tmp_path / name for name in ("one", "two", "small")]
    assert main(["from-fhir", str(folder), "--workers", "1", "-o", str(outputs[0])]) == 0
    assert main(["from-fhir", str(folder), "--workers", "2", "-o", str(outputs[1])]) == 0
    monkeypatch.setattr("service.cohort.bulk.export.BLOCK_BYTES", 2000)
    monkeypatch.setattr("service.cohort.bulk.spill.RUNS_AT_ONCE", 3)
    monkeypatch.setattr("service.cohort.bulk.patients.PATIENTS_AT_ONCE", 1)
    assert main(["from-fhir", str(folder), "--workers", "1", "-o", str(outputs[2])]) == 0
    assert len({path.read_bytes() for path in outputs}) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export", "one", "small", "two"]


def command(folder: Path, output: Path, *options: str) -> list[str]:
    return [
        *(sys.executable, "-m", "service.cohort", "from-fhir", str(folder), "-o", str(output)),
        *("--spill", str(output.parent), *options),
    ]


@pytest.mark.slow
def test_a_run_that_is_killed_at_any_time_goes_on_to_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_export(folder, 300)
    whole, cut = tmp_path / "whole.csv", tmp_path / "cut.csv"
    assert main(["from-fhir", str(folder), "--workers", "2", "-o", str(whole)]) == 0
    size, chance, stood = whole.stat().st_size, random.Random(18), list[int]()

    def has(share: float) -> bool:
        return cut.exists() and cut.stat().st_size > share * size

    def reads() -> bool:
        return any(tmp_path.glob(f"{PREFIX}*"))  # as the first one does; what is killed leaves its folder

    for reached in (reads, *(partial(has, share) for share in (0, 0.1, 0.3, 0.5))):
        with subprocess.Popen(command(folder, cut, "--resume", "--workers", "2"), start_new_session=True) as running:
            while not reached():
                assert running.poll() is None
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.1))
            os.killpg(running.pid, signal.SIGKILL)
        stood.append(cut.stat().st_size if cut.exists() else 0)
    assert stood[1] < size
    assert stood[1] < stood[3] <= stood[4]
    assert subprocess.run(command(folder, cut, "--resume", "--workers", "2"), check=False).returncode == 0
    assert cut.read_bytes() == whole.read_bytes()
    assert not cut.with_name("cut.csv.progress").exists()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_leaves_no_data_of_patients_behind(folder: Path, tmp_path: Path, ending: signal.Signals) -> None:
    write_export(folder, 150)
    results = tmp_path / "r.csv"
    with subprocess.Popen(
        command(folder, results, "--workers", "2"), stderr=subprocess.PIPE, start_new_session=True
    ) as on:
        while not (results.exists() and results.stat().st_size):
            time.sleep(0.02)
        (work,) = tmp_path.glob(f"{PREFIX}*")
        assert stat.S_IMODE(work.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in work.iterdir() if path.name != "shelf"} == {0o600}
        os.kill(on.pid, ending)
        _, told = on.communicate(timeout=60)
    assert (on.returncode, told) == (130, b"")
    assert [*tmp_path.glob(f"{PREFIX}*")] == []
    assert main(["from-fhir", str(folder), "--resume", "-o", str(results), "--workers", "1"]) == 0


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_a_run_goes_on_where_its_results_are_really_there(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    write_export(folder, 12)
    whole, cut, beside = (tmp_path / name for name in ("whole", "cut", "cut.progress"))
    options = ["--format", form, "--workers", "1"]
    assert main(["from-fhir", str(folder), "-o", str(whole), *options]) == 0
    spoils: list[tuple[Callable[[], Any], int]] = [
        (lambda: None, 6),
        (lambda: cut.write_bytes(cut.read_bytes()[:-700]), 4),
        (lambda: cut.write_bytes(b""), 0),
    ]
    for spoil, left in spoils:
        run_until(folder, cut, monkeypatch, form)
        spoil()
        with beside.open("ab") as journal:
            journal.write(b"99 99")
        with cut.open("ab") as results:
            results.write(b'"half a row')
        found: list[int] = []
        with monkeypatch.context() as patched:
            patched.setattr(Run, "_judge", noting(found))
            assert main(["from-fhir", str(folder), "-o", str(cut), "--resume", *options]) == 0
        assert (found, cut.read_bytes() == whole.read_bytes(), beside.exists()) == ([left], True, False)
        cut.unlink()


def noting(found: list[int]) -> Any:
    """Return the judging of a run, which notes how many patients the results held before it."""
    real = Run._judge

    def judge(self: Run, manner: Any, sorter: Any, results: Any) -> None:
        found.append(results.mark.patients)
        real(self, manner, sorter, results)

    return judge


def run_until(folder: Path, output: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """Let a run be interrupted once the results of six patients are written."""

    def some(work: Any, tasks: Iterable[Any], workers: int) -> Iterator[Any]:
        for number, task in enumerate(tasks):
            if work.func is judgement.judge_all and number == 3:
                raise KeyboardInterrupt
            yield work(task)

    with monkeypatch.context() as patched:
        patched.setattr("service.cohort.bulk.patients.PATIENTS_AT_ONCE", 2)
        patched.setattr("service.cohort.bulk.run.in_order", some)
        assert main(["from-fhir", str(folder), "-o", str(output), "--format", form]) == 130


def test_what_is_not_the_same_run_is_not_gone_on_with(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    write_export(folder, 12)
    output = tmp_path / "r"
    go_on = ["from-fhir", str(folder), "-o", str(output), "--resume", "--workers", "1"]
    for other in (["--latest"], ["--look-back-days", "9"]):
        run_until(folder, output, monkeypatch, "csv")
        assert main([*go_on, *other]) == 2
        assert "is of a run on another export, with other options" in capfd.readouterr().err
    with (folder / "Patient.000.ndjson").open("a") as stream:
        stream.write("\n")
    assert main(go_on) == 2
    assert main(go_on[:4]) == 0
    assert main(go_on) == 2
    assert "has no run to resume (there is no r.progress)" in capfd.readouterr().err
    output.unlink()
    assert main(go_on) == 0


def test_a_lost_worker_process_ends_it_and_the_folder_goes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_export(folder, 3)
    monkeypatch.setattr("service.cohort.bulk.run.judge_all", _die)
    assert main(["from-fhir", str(folder), "--workers", "2", "--spill", str(tmp_path)]) == 1
    assert [*tmp_path.glob(f"{PREFIX}*")] == []


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_reader_that_has_had_enough_ends_it_quietly(folder: Path) -> None:
    write_export(folder, 60)
    run = [sys.executable, "-m", "service.cohort", "from-fhir", str(folder), "--workers", "1"]
    with subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.stderr is not None
        told = running.stderr.read()
        assert (running.wait(60), told) == (0, b"")
