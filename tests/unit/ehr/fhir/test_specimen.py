"""A code for blood on another specimen."""

from pathlib import Path
from typing import Any

import pytest

from service.ehr.fhir.record import read_request
from service.ehr.terminology.code_file import load_codes
from tests.support.reading import keys, read, values
from tests.support.records import FERRITIN, LATER, REPORT, bundle, calm_panel, observation


def specimen(**kind: Any) -> dict[str, Any]:
    return {"resourceType": "Specimen", "id": "s", "type": kind}


CSF = specimen(coding=[{"system": "http://snomed.info/sct", "code": "258450006"}])
OTHER_SPECIMENS = [
    [{"specimen": {"reference": "Specimen/s"}}, CSF],
    [{"specimen": {"reference": "https://ehr.example/fhir/Specimen/s"}}, specimen(text="Synovial fluid, left knee")],
    [{"specimen": {"reference": "Specimen/s"}}, specimen(coding=[{"code": "UR"}])],
    [{"specimen": {"reference": "Specimen/s"}}, specimen(coding=[{"code": "1", "display": "Urine"}])],
    [{"specimen": {"display": "CSF"}}],
    [{"specimen": {"reference": "#s"}, "contained": [CSF]}],
]


@pytest.mark.parametrize("sent", OTHER_SPECIMENS)
def test_a_code_for_blood_on_another_specimen_is_not_used_and_does_not_reassure(sent: list[dict[str, Any]]) -> None:
    fluid = observation(FERRITIN, 60, "ng/mL", effectiveDateTime=LATER, id="f", **sent[0])
    assert (values(bundle(fluid, *sent[1:])), keys(bundle(fluid, *sent[1:]))) == ({}, ["specimen"])
    assert not read(bundle(*calm_panel(), fluid, *sent[1:])).may_reassure
    part = {key: fluid[key] for key in ("code", "valueQuantity")}
    panel = observation("24360-0", component=[part], **sent[0])
    assert keys(bundle(panel, *sent[1:]))[0] == "specimen"


def test_a_result_in_a_report_may_name_a_specimen_of_the_report() -> None:
    made = observation(FERRITIN, 60, "ng/mL", specimen={"reference": "#s"})
    assert keys(REPORT | {"contained": [made, CSF]}) == ["specimen"]


def test_a_specimen_of_blood_or_unknown_changes_nothing() -> None:
    for kind in (specimen(text="Serum"), specimen(coding=[{"code": "119364003"}]), specimen()):
        for sent in ({"reference": "Specimen/s"}, {"reference": "Specimen/gone"}, {"display": "EDTA blood"}, {}):
            made = bundle(observation(FERRITIN, 60, "ng/mL", specimen=sent), kind)
            assert (values(made), keys(made)) == ({"ferritin": 60}, [])


KINDS = [
    ("http://snomed.info/sct", "258450006", True),
    ("SCT", "258450006", True),
    ("http://snomed.info/sct/900000000000207008", "122575003", True),
    ("", "258450006", True),
    ("https://lab.example/specimens", "258450006", False),
    ("http://terminology.hl7.org/CodeSystem/v2-0487", "CSF", True),
    ("http://hl7.org/fhir/v2/0487", "CSF", True),
    ("HL70487", "CSF", True),
    ("urn:oid:2.16.840.1.113883.12.487", "CSF", True),
    ("http://terminology.hl7.org/CodeSystem/v2-0070", "UR", True),
    ("http://terminology.hl7.org/CodeSystem/v3-SpecimenType", "UR", True),
    ("", "UR", True),
    ("https://lab.example/specimens", "UR", False),
    ("http://snomed.info/sct", "UR", False),
    ("http://terminology.hl7.org/CodeSystem/v2-0487", "SER", False),
]


@pytest.mark.parametrize(("system", "code", "is_other"), KINDS)
def test_the_code_of_a_specimen_counts_under_its_system_or_none(system: str, code: str, *, is_other: bool) -> None:
    coding = {"system": system, "code": code} if system else {"code": code}
    made = bundle(observation(FERRITIN, 60, "ng/mL", specimen={"reference": "Specimen/s"}), specimen(coding=[coding]))
    assert keys(made) == (["specimen"] if is_other else [])


def test_a_site_adds_specimens_of_its_own(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text(
        '[[other_specimens]]\nsystem = "https://lab.example/specimens"\ncodes = [" UR "]\n'
        '[specimen_words]\nother = ["Punktat"]\n'
    )
    own = {"system": "https://lab.example/specimens", "code": "UR"}
    codes = load_codes(str(site))
    for kind in (specimen(coding=[own]), specimen(text="PUNKTAT, Knie"), CSF):
        made = bundle(observation(FERRITIN, 60, "ng/mL", specimen={"reference": "Specimen/s"}), kind)
        assert not read_request(made, codes).panel.readings


def test_several_results_of_one_report_may_name_its_specimens() -> None:
    made = [observation(FERRITIN, 60, "ng/mL", id=f"i{at}", specimen={"reference": "#s"}) for at in range(3)]
    assert keys(REPORT | {"contained": [*made, CSF]}) == ["specimen"] * 3
