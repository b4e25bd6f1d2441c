"""The code systems and extensions that answers refer to are served, can be found, and hold every code of an answer."""

import ast
import gzip
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from service import __version__
from service.app import create_app
from service.clinical.assessment.warning_kinds import MEANINGS
from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.load import FITS
from service.ehr.fhir.definitions.capability import KINDS
from service.ehr.fhir.definitions.vocabulary import APPLICABILITY
from service.ehr.issues import REASONS, REFUSALS
from service.server.messages.strict_json import NotJson, loads
from service.server.settings import DEFAULTS, Settings
from tests.contract.clients.test_clients import fhir_answers
from tests.golden.digests import found as golden_answers
from tests.support.answers import PUBLISHED, ROOT, not_published, own_codes
from tests.support.calls import MET
from tests.support.messages import message, obx
from tests.support.records import bundle, call, condition, evaluated, met_panel, observation, patient, send

CODES = ["category", "criteria", "item", "verdict", "applicability", "issue", "topic", "override-reason"]
IDS = {
    "StructureDefinition": ["criteria-result", "evaluation-message"],
    "CodeSystem": CODES,
    "ValueSet": CODES,
    "OperationDefinition": ["evaluate-mas"],
}
ALL = [(kind, key) for kind, keys in IDS.items() for key in keys]
SERVICE = Path(__file__).parents[3] / "service"


def found(client: FlaskClient, kind: str, query: str = "", **headers: str) -> list[str]:
    """Return the ids that a search finds."""
    answer = client.get(f"/fhir/{kind}?{query}", headers=headers)
    assert answer.status_code == 200, answer.data
    document = loads(answer.data)
    assert (document["resourceType"], document["type"]) == ("Bundle", "searchset")
    return [entry["resource"]["id"] for entry in document.get("entry", ())]


def refused(client: FlaskClient, path: str, **headers: str) -> tuple[int, str]:
    """Return the status and the text of the OperationOutcome of what is refused."""
    answer = client.get(path, headers=headers)
    document = loads(answer.data)
    assert document["resourceType"] == "OperationOutcome"
    return answer.status_code, document["issue"][0]["details"]["text"]


@pytest.mark.parametrize(("kind", "key"), ALL)
def test_each_is_read_by_its_id_and_found_by_its_address(client: FlaskClient, kind: str, key: str) -> None:
    answer = client.get(f"/fhir/{kind}/{key}")
    document = loads(answer.data)
    assert (answer.status_code, answer.content_type) == (200, "application/fhir+json")
    assert (document["resourceType"], document["id"]) == (kind, key)
    assert (document["url"], document["version"]) == (f"{ROOT}/{kind}/{key}", __version__)
    [entry] = loads(client.get(f"/fhir/{kind}", query_string={"url": document["url"]}).data)["entry"]
    assert entry == {"fullUrl": document["url"], "resource": document, "search": {"mode": "match"}}
    assert found(client, kind, f"name={document['name']}") == [key]


@pytest.mark.parametrize("kind", KINDS)
def test_a_search_for_nothing_finds_all(client: FlaskClient, kind: str) -> None:
    assert found(client, kind) == IDS[kind]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("_id=verdict", ["verdict"]),
        ("_id=verdict,topic", ["verdict", "topic"]),
        ("_id=none", []),
        ("_id=verdict&_id=topic", []),
        ("name=OVERRIDE", ["override-reason"]),
        ("name=override&_id=topic", []),
        ("name=reason", []),
        ("name:contains=reason", ["override-reason"]),
        ("name:exact=overridereason", []),
        ("name:exact=OverrideReason", ["override-reason"]),
        (f"url={ROOT}/CodeSystem/issue", ["issue"]),
        (f"url={ROOT}/CodeSystem", []),
        (f"version={__version__}", CODES),
        (f"version=%7C{__version__}&_id=issue", ["issue"]),
        ("version=0.1", []),
        ("name=a\\,b", []),
        ("url=&name=", CODES),
        ("status=draft&_elements=url", CODES),
        ("_format=json&_pretty=true", CODES),
    ],
)
def test_what_a_search_finds(client: FlaskClient, query: str, ids: list[str]) -> None:
    assert found(client, "CodeSystem", query) == ids


def test_a_parameter_that_is_not_known_is_passed_over_or_refused_as_preferred(client: FlaskClient) -> None:
    for preference in ("handling=lenient", "return=minimal", ""):
        assert found(client, "ValueSet", "status=draft", Prefer=preference) == CODES
    for preference in ("handling=strict", 'respond-async, handling = "Strict"', "return=minimal; handling=strict"):
        status, text = refused(client, "/fhir/ValueSet?status=draft", Prefer=preference)
        assert status == 400
        assert text == (
            "A parameter is not known here; those known are _id, url, name, version, _count, _offset, _format, _pretty."
        )
        assert found(client, "ValueSet", "name=issue&_count=1&_format=json", Prefer=preference) == ["issue"]
    assert "Prefer" in client.get("/fhir/ValueSet").headers["Vary"]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("url:below=x", "This modifier of url is not known here."),
        ("name:missing=true", "This modifier of name is not known here."),
        ("_id:not=x", "This modifier of _id is not known here."),
        ("_count=-1", "_count is a whole number of at most nine figures."),
        ("_count=", "_count is a whole number of at most nine figures."),
        ("_offset=1e3", "_offset is a whole number of at most nine figures."),
    ],
)
def test_what_a_search_refuses(client: FlaskClient, query: str, text: str) -> None:
    assert refused(client, f"/fhir/CodeSystem?{query}") == (400, text)


def test_pages_hold_all_once_and_name_one_another(client: FlaskClient) -> None:
    seen: list[str] = []
    address = "CodeSystem?version=2.0.0%2Cx%5C%2Cy&_count=3"
    for page in range(3):
        document = loads(client.get(f"/fhir/{address}").data)
        links = {link["relation"]: link["url"] for link in document["link"]}
        assert document["total"] == 8
        assert links["self"] == address
        assert ("next" in links) == (page < 2)
        seen += [entry["resource"]["id"] for entry in document["entry"]]
        address = links.get("next", "")
    assert seen == CODES


def test_without_a_page_only_the_number_is_told(client: FlaskClient) -> None:
    assert loads(client.get("/fhir/CodeSystem?_count=0").data) == {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 8,
        "link": [{"relation": "self", "url": "CodeSystem?_count=0"}],
    }
    assert found(client, "CodeSystem", "_offset=99") == []


def test_where_the_public_address_is_known_a_search_stands_below_it() -> None:
    client = create_app(Settings(public_url="https://mas.hospital.example")).test_client()
    document = loads(client.get("/fhir/CodeSystem?name:contains=top").data)
    assert document["link"][0]["url"] == "https://mas.hospital.example/fhir/CodeSystem?name%3Acontains=top"
    assert document["entry"][0]["fullUrl"] == "https://mas.hospital.example/fhir/CodeSystem/topic"
    assert document["entry"][0]["resource"]["url"] == f"{ROOT}/CodeSystem/topic"


@pytest.mark.parametrize("path", ["/fhir/CodeSystem/category", "/fhir/CodeSystem?_id=category"])
def test_a_definition_can_be_kept_packed_and_compared(client: FlaskClient, path: str) -> None:
    plain, packed = client.get(path), client.get(path, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert plain.headers["Cache-Control"] == "public, max-age=300"
    assert client.get(path, headers={"If-None-Match": plain.headers["ETag"]}).status_code == 304
    assert client.get(path, headers={"If-Match": '"other"'}).status_code == 412
    assert client.head(path).status_code == 200


@pytest.mark.parametrize("path", ["/fhir/ValueSet/category", "/fhir/ValueSet"])
def test_only_json_is_offered(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers={"Accept": "application/json"}).content_type == "application/fhir+json"
    assert refused(client, path, Accept="application/fhir+xml")[0] == 406
    assert refused(client, f"{path}?_format=xml")[0] == 406


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_id_is_an_outcome(client: FlaskClient, kind: str) -> None:
    assert refused(client, f"/fhir/{kind}/none") == (404, f"No {kind} has this id; GET /fhir/{kind} finds all.")
    posted = client.post(f"/fhir/{kind}", data=b"{}", content_type="application/fhir+json")
    assert (posted.status_code, loads(posted.data)["resourceType"]) == (405, "OperationOutcome")


def test_the_capability_statement_lists_what_can_be_read_and_found(client: FlaskClient) -> None:
    statement = loads(client.get("/fhir/metadata").data)
    [rest] = statement["rest"]
    assert statement["version"] == statement["software"]["version"] == __version__
    assert [resource["type"] for resource in rest["resource"]] == list(KINDS) == list(IDS)
    for resource in rest["resource"]:
        assert [offered["code"] for offered in resource["interaction"]] == ["read", "search-type"]
        assert [parameter["name"] for parameter in resource["searchParam"]] == ["_id", "url", "name", "version"]


@pytest.mark.parametrize("key", IDS["StructureDefinition"])
def test_a_snapshot_is_complete_and_agrees_with_its_differential(client: FlaskClient, key: str) -> None:
    document = loads(client.get(f"/fhir/StructureDefinition/{key}").data)
    snapshot = {element["id"]: element for element in document["snapshot"]["element"]}
    paths = ["Extension", *(f"Extension.{name}" for name in ("id", "extension", "url", "value[x]"))]
    assert list(snapshot) == paths
    for element in document["differential"]["element"]:
        assert element.items() <= snapshot[element["id"]].items()
    assert snapshot["Extension.url"]["fixedUri"] == document["url"]
    assert {"short", "definition", "min", "max", "base"} <= set.intersection(*(set(part) for part in snapshot.values()))
    [context] = document["context"]
    assert (document["type"], document["derivation"], context["expression"]) == (
        *("Extension", "constraint", "RiskAssessment"),
    )


@pytest.mark.parametrize("key", CODES)
def test_a_code_system_is_complete_and_has_its_value_set(client: FlaskClient, key: str) -> None:
    system, codes = (loads(client.get(f"/fhir/{kind}/{key}").data) for kind in ("CodeSystem", "ValueSet"))
    assert system["content"] == "complete"
    assert system["count"] == len({concept["code"] for concept in system["concept"]}) == len(system["concept"])
    assert all(concept["display"] for concept in system["concept"])
    assert system["valueSet"] == codes["url"]
    assert codes["compose"] == {"include": [{"system": system["url"]}]}


def test_a_criteria_set_says_its_version_and_its_source(client: FlaskClient) -> None:
    concepts = {concept["code"]: concept for concept in loads(client.get("/fhir/CodeSystem/criteria").data)["concept"]}
    assert list(concepts) == list(CATALOGUE)
    told = {held["code"]: held["valueString"] for held in concepts["hscore"]["property"]}
    assert told["version"] == CATALOGUE["hscore"].version
    assert told["doi"] == "10.1002/art.38690"
    method = evaluated(client, bundle(condition(), *met_panel()))["method"]
    assert method["coding"][0]["version"] == __version__
    assert method["text"].endswith(f", version {CATALOGUE['eular-acr-printo-2016'].version}")


def test_a_new_criteria_set_is_in_them_by_itself(tmp_path: Path) -> None:
    shutil.copytree(SERVICE, tmp_path / "service", ignore=shutil.ignore_patterns("__pycache__"))
    sets = tmp_path / "service" / "clinical" / "criteria"
    text = (sets / "ohi-index.toml").read_text(encoding="utf-8")
    text = text.replace('id = "ohi-index"', 'id = "ward-rule"').replace(
        '{ observation = "scd25"', '{ id = "ward_item", observation = "scd25"'
    )
    (sets / "ward-rule.toml").write_text(text, encoding="utf-8")
    code = (
        "from service.ehr.fhir.definitions.code_systems import CODE_SYSTEMS\n"
        "print(*(concept['code'] for codes in CODE_SYSTEMS.values() for concept in codes.concepts))"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert {"ward-rule", "ward_item"} <= set(said.stdout.split())


def test_every_code_of_the_answers_that_are_held_is_published() -> None:
    checked = 0
    for name, answer in golden_answers().items():
        try:
            document = loads(answer.partition("\n")[2].encode())
        except NotJson:  # lines, tables, messages
            continue
        assert not_published(document) == [], name
        checked += len(list(own_codes(document)))
    assert checked > 1000


def test_every_code_of_the_answers_of_every_kind_is_published(client: FlaskClient) -> None:
    """A hundred and ninety: each container, value, patient, diagnosis, way in which a record may lack something."""
    answers = fhir_answers(client)
    assert [code for answer in answers for code in not_published(answer)] == []
    keys = {code for answer in answers for system, code, _ in own_codes(answer) if system.endswith("/issue")}
    assert len(keys) > 20


def test_what_is_refused_or_a_card_has_published_codes(client: FlaskClient) -> None:
    mixed = bundle(*met_panel(), observation("1742-6", 9, "U/L", subject={"reference": "Patient/p2"}))
    answers = [
        send(client, "/fhir/$evaluate-mas", mixed)[1],
        send(client, "/fhir/$evaluate-mas", {"resourceType": "Device"})[1],
        send(client, "/cds-services/mas-criteria", call({}))[1],
    ]
    cards = send(client, "/cds-services/mas-criteria", call(MET))[1]
    for body in (message(obx("1"), patient="PID|1||1"), "MSH|x", message(obx("1")).replace("ORU", "ADT"), "x"):
        sent = client.post("/hl7v2", data=body, content_type="text/plain", headers={"Accept": "application/fhir+json"})
        answers.append(loads(sent.data))
    for answer in [*answers, cards]:
        assert len(list(own_codes(answer))) > 0, answer
        assert not_published(answer) == []
    assert {system for system, *_ in own_codes(cards)} == {f"{ROOT}/CodeSystem/{key}" for key in CODES[-2:]}


def literals(*names: str) -> set[str]:
    """Return every text that stands first in a call of one of these names, anywhere in the service."""
    calls = [
        node
        for path in SERVICE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute) and node.args
    ]
    named = [call for call in calls if (getattr(call.func, "id", None) or getattr(call.func, "attr", None)) in names]
    return {call.args[0].value for call in named if isinstance(call.args[0], ast.Constant)}


def test_every_code_that_the_service_can_give_has_its_meaning() -> None:
    oddities = literals("Oddity")
    assert len(oddities) > 10
    assert oddities <= set(MEANINGS)
    refusals = literals("rejected", "MessageFault", "Unprocessable", "issue_coding")
    assert refusals - set(REASONS) == set(REFUSALS)
    told = literals("issue", "Unusable", "issue_of_all")
    assert len(told) > 30
    assert {(f"{ROOT}/CodeSystem/issue", key) for key in oddities | refusals | told} <= set(PUBLISHED)
    assert list(APPLICABILITY) == list(FITS)


def addresses(node: Any) -> set[str]:
    """Return the address of every extension and of every code system of a document."""
    inner = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
    own = {str(node[key]) for key in ("url", "system") if key in node} if isinstance(node, dict) else set()
    return own.union(*(addresses(below) for below in inner))


def test_below_the_address_of_the_service_every_address_leads_to_its_definition() -> None:
    base = "https://mas.hospital.example/fhir"
    client = create_app(Settings(public_url=base.removesuffix("/fhir"), fhir_canonical=base)).test_client()
    answer = evaluated(client, bundle(patient(), condition(), *met_panel(), observation("x", 1)))
    cards = send(client, "/cds-services/mas-criteria", call(MET))[1]
    statement = loads(client.get("/fhir/metadata").data)
    own = {address for address in addresses([answer, cards]) if address.startswith(base)}
    own.add(statement["rest"][0]["operation"][0]["definition"])
    assert len(own) == 2 + 8 + 1
    for address in own:
        document = loads(client.get(urlsplit(address).path).data)
        assert document["url"] == address
    assert DEFAULTS.fhir_canonical.encode() not in client.get("/fhir/CodeSystem").data


def test_feedback_is_counted_by_the_codes_of_the_site() -> None:
    chosen = "https://mas.hospital.example/fhir"
    client = create_app(Settings(fhir_canonical=chosen)).test_client()
    [card] = send(client, "/cds-services/mas-criteria", call(MET))[1]["cards"]
    assert {reason["system"] for reason in card["overrideReasons"]} == {f"{chosen}/CodeSystem/override-reason"}
    [usual] = send(create_app(Settings()).test_client(), "/cds-services/mas-criteria", call(MET))[1]["cards"]
    assert card["uuid"] == usual["uuid"]
