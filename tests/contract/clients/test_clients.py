"""Validators and clients written by others, against every answer and against the running server."""

import json
import os
import subprocess
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.server.messages.strict_json import NotJson, dumps, loads
from service.server.settings import Settings
from tests.contract.every_way.test_audit import WAYS, Site
from tests.contract.fhir.test_operation import LACKING
from tests.support.calls import MET
from tests.support.containers import CONTAINERS
from tests.support.fhir_server import FhirServer, gives
from tests.support.live import SERVICE, Live
from tests.support.records import (
    bundle,
    call,
    calm_panel,
    category,
    condition,
    evaluated,
    met_panel,
    observation,
    parameters,
    patient,
    send,
)
from tests.unit.ehr.fhir.test_conditions import DIAGNOSES
from tests.unit.ehr.fhir.test_subject import ONE
from tests.unit.ehr.fhir.test_values import READ, UNUSABLE, WORDS, ferritin
from tests.unit.ehr.fhir.test_versions import VERSIONS
from tools.clinosim_bundles import bundles, generate

TOOLS = Path(__file__).parents[3] / ".clients"
NODE = ("node", "--experimental-websocket", "--no-warnings")  # Node 20 hides it; later ones take the flag too
HERE = Path(__file__).parent
PYTHON = TOOLS / "venv" / "bin" / "python"
pytestmark = [pytest.mark.clients, pytest.mark.xdist_group("clients")]


@pytest.fixture(autouse=True)
def tools() -> None:
    """Skip where the tools are not installed; in CI that is a failure."""
    if not (TOOLS / "node_modules").is_dir() or not PYTHON.exists():
        missing = "the clients of others are not installed: bash .ci/clients/setup.sh"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)


def run(command: list[Any], said: bytes = b"") -> Any:
    done = subprocess.run([str(word) for word in command], input=said, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout.decode().splitlines()[-1])


def lines(documents: list[Any]) -> bytes:
    return b"".join(dumps(document) + b"\n" for document in documents)


def can_be_sent(document: Any) -> bool:
    """Whether the service reads it as JSON: of a number beyond all exponents no outcome of a record comes."""
    try:
        loads(dumps(document))
    except NotJson:
        return False
    return True


UNREAD = [value for values in UNUSABLE.values() for value in values if can_be_sent(value)]


def fhir_answers(client: FlaskClient) -> list[Any]:
    """Return an answer of every kind: each container, value, patient, diagnosis, and each kind of error."""
    sent: list[Any] = [
        *CONTAINERS.values(),
        *(made for made, _ in ONE),
        *(bundle(condition, *met_panel()) for condition, _ in DIAGNOSES),
    ]
    sent += UNREAD + [ferritin(**word) for word in WORDS.values()]
    sent += [ferritin(valueQuantity=value) if value else ferritin(**other) for value, other in READ.values()]
    sent += [bundle(), [], bundle(patient(), condition(), *calm_panel()[1:]), bundle(patient(), *calm_panel())]
    sent += [parameters({"name": "febril"}, {"name": "asOf", "valueDateTime": "2026-11-22"})]
    sent += [parameters(*({"name": "febrile", "valueBoolean": value} for value in (True, False)))]
    sent += [bundle(patient(), condition(), *calm_panel(), *lost) for lost in LACKING.values()]
    sent += [bundle(old, new, kind="history") for old, new, _ in VERSIONS]
    sent += [bundle(observation("2276-4", 2150, "ng/mL"), observation("4537-7", 100, "mm/h"))]
    answers = [evaluated(client, document) for document in sent]
    answers += [
        loads(client.get(path).data)
        for path in ("/fhir/metadata", "/fhir/OperationDefinition/evaluate-mas", "/fhir/no")
    ]
    mixed = bundle(*met_panel(), observation("1742-6", 9, "U/L", subject={"reference": "Patient/p2"}))
    answers.append(send(client, "/fhir/$evaluate-mas", mixed)[1])
    answers.append(loads(client.post("/fhir/$evaluate-mas", data=b"{", content_type="application/json").data))
    return answers


def test_every_fhir_answer_is_valid_r4(client: FlaskClient) -> None:
    public = create_app(Settings(public_url="https://mas.hospital.example")).test_client()
    answers = [*fhir_answers(client), loads(public.get("/fhir/metadata").data)]
    found = run([*NODE, HERE / "validate.mjs", TOOLS], lines(answers))
    assert found["problems"] == []
    assert found["count"] == len(answers) > 100


def test_the_validators_do_find_faults(client: FlaskClient) -> None:
    wrong = evaluated(client, bundle(*met_panel())) | {"status": "bogus", "unexpected": 1}
    assert {problem["by"] for problem in run([*NODE, HERE / "validate.mjs", TOOLS], lines([wrong]))["problems"]} == {
        "fhir",
        "medplum",
    }


def test_every_cds_answer_fits_the_model_of_another_client() -> None:
    client = create_app(Settings(cds_suggestions=True, cds_card_from="unlikely")).test_client()
    sent = [MET, {"labs": None}, {"labs": bundle()}, {"labs": bundle(*met_panel())}, {"labs": bundle(*met_panel()[:2])}]
    sent.append({"conditions": bundle(condition()), "labs": bundle(*calm_panel())})
    sent += [{"labs": bundle(condition(), value, *met_panel()[1:])} for value in UNREAD]
    answers = [send(client, "/cds-services/mas-criteria", call(prefetch)) for prefetch in sent]
    assert {status for status, _, _ in answers} == {200}
    found = run([PYTHON, HERE / "healthchain_client.py", "validate"], lines([body for _, body, _ in answers]))
    assert found["count"] == len(sent)


def test_healthchain_calls_the_running_server(tmp_path: Path) -> None:
    path = tmp_path / "prefetch.json"
    path.write_bytes(dumps(MET))
    with Live(tmp_path, SERVICE) as live:
        address = f"http://127.0.0.1:{live.port}/cds-services/mas-criteria"
        [answer] = run([PYTHON, HERE / "healthchain_client.py", "call", address, path])
    assert [card["indicator"] for card in answer["cards"]] == ["critical"]


def test_medplum_calls_the_running_server(tmp_path: Path) -> None:
    with FhirServer() as server, Live(tmp_path, SERVICE) as live:
        server.replies = {"Patient": gives(patient()), "Condition": gives(bundle(condition()))}
        server.replies["Observation"] = gives(bundle(*met_panel()))
        base = server.base.removesuffix("fhir")
        found = run([*NODE, HERE / "medplum.mjs", TOOLS, base, f"http://127.0.0.1:{live.port}"])
    assert [service["id"] for service in found["services"]] == ["mas-criteria", "mas-criteria"]
    assert set(found["prefetched"]) == {"patient", "labs", "temperature", "conditions", "medications"}
    assert [card["indicator"] for card in found["answer"]["cards"]] == ["critical"]
    assert any("2276-4" in address for address in server.asked)


def test_generated_in_patients_never_break_the_service_and_are_never_reassured(client: FlaskClient) -> None:
    made = list(islice(bundles(generate(TOOLS / "clinosim")), 500))
    assert len(made) == 500
    seen: Counter[str] = Counter()
    used = 0
    for document in made:
        answer = evaluated(client, document)
        assert not any(ref.get("display") == "Ferritin" for ref in answer.get("basis", []))
        used += len(answer.get("basis", []))
        seen[category(answer)] += 1
    assert used > 500
    assert set(seen) <= {"indeterminate", "possible"}
    assert seen["indeterminate"] > 400


def test_audit_lines_are_fhir(tmp_path: Path) -> None:
    """Two validators by others take the lines that every way in leaves."""
    site = Site(tmp_path)
    lines = [line for path, body, _, _ in WAYS.values() for line in site.send(path, body)]
    found = run([*NODE, HERE / "validate.mjs", TOOLS], b"".join(dumps(line) + b"\n" for line in lines))
    assert found == {"count": len(lines), "problems": []}
