"""The ways into the service, each with documents to begin with and every place in them that may grow."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from unittest import mock

from flask.testing import FlaskClient

from service.app import create_app
from service.cohort.intake.header import UnusableTable
from service.cohort.intake.table import open_table, text_of
from service.cohort.work import Reading, assess_rows
from service.ehr import bodies
from service.server.messages.strict_json import loads
from service.server.settings import Settings
from tests.contract.growth import segments
from tests.contract.growth.shapes import LISTS, SHAPES, TEXTS, Shape
from tests.contract.growth.watched import Path, placed, places_of
from tests.support import messages
from tests.support.hostile import PANEL, RECORDS, RICH_RESULT
from tests.support.records import (
    REPORT,
    TIME,
    bundle,
    call,
    condition,
    drug,
    met_panel,
    observation,
    parameters,
    patient,
)

LARGEST = 16_000_000  # bytes: the readers are tried, not the limit of a body
MARK = "@grown@"
CDS, FHIR = "/cds-services/mas-criteria", "/fhir/$evaluate-mas"
RECORD_OF_FORM, HL7V2 = "/v1/records", "/hl7v2"
ALL_IN_ONE = RICH_RESULT | {
    "component": PANEL["component"],
    "hasMember": PANEL["hasMember"],
    "derivedFrom": PANEL["hasMember"],
}
DRUG_OF_ALL = drug(
    medicationReference={"reference": "#m"},
    contained=[{"resourceType": "Medication", "id": "m", "code": {"text": "Actemra"}}],
    dosageInstruction=[{"timing": {"repeat": {"boundsPeriod": {"start": TIME, "end": TIME}}}}],
)
REPORT_OF_ALL = REPORT | {
    "result": [{"reference": "Observation/o-777-3"}],
    "code": {"text": "Panel"},
    "contained": [observation("2276-4", 12500, "ng/mL", id="f")],
}
RECORD = bundle(patient(), condition(), ALL_IN_ONE, DRUG_OF_ALL, REPORT_OF_ALL, *met_panel()[1:3])
PANEL_OF_ALL: dict[str, Any] = {
    "collected_at": TIME,
    "patient": {"age_years": 9},
    "context": {
        "condition": "sjia",
        "confounders": [],
        "medications": [{"name": "anakinra", "started_at": "2026-11-01"}],
    },
    "observations": {"ferritin": {"value": 905, "unit": "ug/L"}, "platelets": "116 G/L", "ast": 60},
    "findings": {"fever": True},
    "options": {"criteria": ["hscore"], "on_invalid": "omit"},
}
COURSE: dict[str, Any] = {
    "patient": {"age_years": 9},
    "context": {"condition": "sjia"},
    "findings": {"fever": True},
    "panels": [
        {"collected_at": "2026-11-20", "observations": {"ferritin": "905 ug/L"}},
        {"collected_at": "2026-11-22", "observations": {"ferritin": "12000 ug/L"}},
    ],
    "treatments": [{"name": "anakinra", "given_at": "2026-11-21"}],
    "options": {"on_invalid": "omit"},
}


@dataclass(frozen=True, slots=True)
class Place:
    """One member of one document of a way in, with a name that is alike for alike members."""

    name: str
    document: Any
    path: Path


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """What a document is written as, with text that has grown in a place, and how that grows."""

    write: Callable[[Any], str]
    marked: str
    shapes: dict[str, Shape]
    lists: tuple[str, ...]
    parts: bytes = b""
    """Signs behind parts that are work however short they are."""

    def body_with(self, document: Any, grown: dict[Path, str]) -> bytes:
        """Return a document with grown text in its places."""
        marks = [f"{MARK}{at}" for at in range(len(grown))]
        for mark, path in zip(marks, grown, strict=True):
            document = placed(document, path, mark)
        text = self.write(document)
        for mark, value in zip(marks, grown.values(), strict=True):
            text = text.replace(self.marked.replace("MARK", mark), value)
        return text.encode()


JSON_FORM = Form(partial(json.dumps, default=float), '"MARK"', SHAPES, LISTS)
ER7_FORM = Form(segments.written, "MARK", segments.ER7_SHAPES, ("copies", "distinct items", "distinct texts"), b"\r~")


@dataclass(frozen=True, slots=True)
class Way:
    """One way into the service: takes a body, and says which places it has."""

    name: str
    send: Callable[[bytes], object]
    places: Callable[[], list[Place]]
    form: Form = JSON_FORM


@cache
def client() -> FlaskClient:
    """A service that takes long bodies and spends what they take."""
    return create_app(
        Settings(
            log_level="error",
            max_body_bytes=LARGEST,
            fhir_max_body_bytes=LARGEST,
            batch_max_line_bytes=LARGEST,
            request_seconds=0,
            max_answer_bytes=16 * LARGEST,
        )
    ).test_client()


def _poster(path: str, kind: str, accept: str = "*/*") -> Callable[[bytes], int]:
    def send(body: bytes) -> int:
        answer = client().post(path, data=body, content_type=kind, headers={"Accept": accept})
        assert answer.status_code < 500, answer.data[:300]
        return len(answer.data)

    return send


def _asking(path: str) -> Callable[[Any], object]:
    """Return what reads a document over HTTP as it is, so that it can watch its readers."""

    def read(document: Any) -> object:
        with mock.patch.object(bodies, "loads", return_value=document):
            return client().post(path, data=b"{}", content_type="application/json")

    return read


def _watched_places(path: str, documents: dict[str, Any]) -> list[Place]:
    found: dict[str, Place] = {}
    for document in documents.values():
        for name, place in places_of(document, _asking(path), found).items():
            found[name] = Place(name, document, place)
    return list(found.values())


@cache
def _contract() -> Any:
    return loads(client().get("/openapi.json").data)


def _fields(schema: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path to every member and item that a schema describes."""
    if path:
        yield path
    if "$ref" in schema:
        schema = _contract()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for kind in ("anyOf", "oneOf", "allOf"):
        for choice in schema.get(kind, []):
            yield from _fields(choice, path)
    for key, member in schema.get("properties", {}).items():
        yield from _fields(member, (*path, key))
    if "items" in schema:
        yield from _fields(schema["items"], (*path, 0))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _fields(schema["additionalProperties"], (*path, "unknown"))


def _described(schema: str, document: Any) -> list[Place]:
    paths = [*dict.fromkeys(_fields({"$ref": schema})), ("unknown",)]
    return [Place(".".join(str(step) for step in path if step != 0), document, path) for path in paths]


@cache
def _json_places() -> list[Place]:
    return _described("PanelRequest", PANEL_OF_ALL)


@cache
def _course_places() -> list[Place]:
    return _described("TrajectoryRequest", COURSE)


@cache
def _fhir_places() -> list[Place]:
    return _watched_places(FHIR, _records())


@cache
def _form_places() -> list[Place]:
    return _watched_places(RECORD_OF_FORM, _records())


def _records() -> dict[str, Any]:
    return {"all": RECORD} | RECORDS | {"parameters of all": _parameters()}


@cache
def _message_places() -> list[Place]:
    read = _poster(HL7V2, messages.KIND)
    found = segments.paths_of(segments.MESSAGE, lambda text: read(text.encode()))
    return [Place(name, segments.MESSAGE, path) for name, path in found.items()]


def _parameters() -> Any:
    return parameters(
        {"name": "observations", "resource": RECORD},
        {"name": "medications", "resource": DRUG_OF_ALL},
        {"name": "findings", "part": [{"name": "fever", "valueBoolean": True}]},
    )


@cache
def _cds_places() -> list[Place]:
    prefetch = {
        "patient": patient(),
        "conditions": bundle(condition()),
        "labs": bundle(*met_panel()[:4], total=4, link=[{"relation": "self", "url": "x"}]),
        "temperature": bundle(met_panel()[4]),
        "medications": bundle(DRUG_OF_ALL),
    }
    more = {
        "fhirServer": "https://ehr.example/fhir",
        "fhirAuthorization": {"access_token": "x", "token_type": "Bearer"},
        "context": {"patientId": "p1", "draftOrders": bundle(DRUG_OF_ALL), "selections": ["MedicationRequest/m"]},
        "hook": "order-sign",
    }
    return _watched_places(CDS, {"sign": call(prefetch, **more), "view": call(prefetch)})


@cache
def _feedback_places() -> list[Place]:
    sent = {"feedback": [{"card": "c", "outcome": "accepted", "acceptedSuggestions": [{"id": "s"}]}]}
    overridden = {"feedback": [{"card": "c", "outcome": "overridden", "overrideReason": {"userComment": "x"}}]}
    return _watched_places(f"{CDS}/feedback", {"accepted": sent, "overridden": overridden})


def _send_table(body: bytes) -> int:
    try:
        header, rows = open_table(text_of(io.BytesIO(body)))
    except UnusableTable as error:
        return len(str(error))
    return sum(len(done.text) for done in assess_rows(Reading(header), rows, 1))


COLUMN_NAMES, CELLS = ("id", "ferritin[ug/L]", "medications", "collected_at", "fever"), ("1", "905", "", "", "yes")
ROW = ",".join(CELLS) + "\n"


def tables() -> Iterator[tuple[str, Callable[[int], bytes]]]:
    """Yield what makes a table that grows in one thing, by name."""
    for shape, part in {**TEXTS, "marks out of order": "\u0316\u0315"}.items():
        for at, name in enumerate(COLUMN_NAMES):
            yield f"cell of {name}: {shape}", partial(_with_cell, part, at)
        yield f"name: {shape}", partial(_with_name, part)
        yield f"unit: {shape}", lambda size, part=part: _table(("id", f"ferritin[{_long(part, size)}]"), ("1", "905"))
        yield (
            f"title: {shape}",
            lambda size, part=part: _long(part, size).encode() + b"\n" + _table(COLUMN_NAMES, CELLS),
        )
    yield "rows", partial(_with_rows, ROW)
    yield "stray quotation marks", partial(_with_rows, '"\n')
    yield "columns", lambda size: _table([f"note{at}" for at in range(size // 8)], ["1"] * (size // 8))
    yield "columns without a name", lambda size: _table(["ferritin[ug/L]", *[""] * size], ["1"])
    yield "equal columns", lambda size: _table(["ferritin"] * (size // 10), ["1"] * (size // 10))
    yield "titles", lambda size: b"title\n" * (size // 6)
    yield "drugs", lambda size: _table(("ferritin", "medications"), ("1", ";".join(map(str, range(size // 6)))))


def _long(part: str, size: int) -> str:
    """Return a text that is one cell."""
    return (part * (size // len(part.encode()) + 1)).replace(",", ";").replace('"', "")


def _with_cell(part: str, at: int, size: int) -> bytes:
    return _table(COLUMN_NAMES, (*CELLS[:at], _long(part, size), *CELLS[at + 1 :]))


def _with_name(part: str, size: int) -> bytes:
    return _table((*COLUMN_NAMES, _long(part, size)), (*CELLS, ""))


def _with_rows(line: str, size: int) -> bytes:
    return (",".join(COLUMN_NAMES) + "\n" + line * (size // len(line))).encode()


def _table(names: Any, cells: Any) -> bytes:
    return f"{','.join(names)}\n{','.join(cells)}\n".encode()


WAYS = [
    Way("assessments", _poster("/v1/assessments", "application/json"), _json_places),
    Way("summaries", _poster("/v1/assessments?view=summary", "application/json"), _json_places),
    Way("batch", _poster("/v1/assessments/batch", "application/x-ndjson"), _json_places),
    Way("trajectories", _poster("/v1/trajectories", "application/json"), _course_places),
    Way("records", _poster(FHIR, "application/fhir+json"), _fhir_places),
    Way("forms", _poster(RECORD_OF_FORM, "application/fhir+json"), _form_places),
    Way("messages", _poster(HL7V2, messages.KIND), _message_places, ER7_FORM),
    Way("acknowledgements", _poster(HL7V2, messages.KIND, messages.KIND), _message_places, ER7_FORM),
    Way("calls", _poster(CDS, "application/json"), _cds_places),
    Way("feedback", _poster(f"{CDS}/feedback", "application/json"), _feedback_places),
]
TABLES = Way("tables", _send_table, list)
