"""The requests whose answers are held: every example, worked case, bench panel and record, by every way in."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from bench.panels import SPARSE, panel
from bench.record import carried, record
from service.clinical.criteria import CATALOGUE
from service.server.messages.strict_json import dumps
from tests.support.calls import MET, calm_with
from tests.support.records import bundle, call, calm_panel, condition, met_panel, patient
from tools.contract.examples import every_example
from tools.contract.sources import joined

JSON, NDJSON = "application/json", "application/x-ndjson"
COURSE, BATCH, FHIR, CDS = (
    "/v1/trajectories",
    "/v1/assessments/batch",
    "/fhir/$evaluate-mas",
    "/cds-services/mas-criteria",
)
TABLE = "cohort"
"""The way in that is no address: a table of panels read by the command."""
ROWS = (
    "id,condition,age_years,ferritin[ug/L],platelets[10*9/L],ast[U/L],fibrinogen[g/L],fever,medications",
    "A,sjia,10,9050,116,78,1.9,yes,prednisolone",
    "B,jsle,15,>10000,H,60,,no,tocilizumab",
    "C,,,,,,,,",
    "D,other,40,500,300,abc,4.0,,",
)


class Request(NamedTuple):
    """One request: a name, the address with its query, the media type and the body (None: GET)."""

    name: str
    path: str
    media: str = JSON
    body: bytes | None = None


def requests() -> Iterator[Request]:
    """Yield every request, each under a name of its own."""
    yield from _documents()
    yield from _examples()
    panels = list(_panels())
    for name, document in panels:
        yield _post(name, "/v1/assessments", document)
    yield _post("summary", "/v1/assessments?view=summary", panel(12))
    lines = b"".join(dumps(document) + b"\n" for _, document in panels)
    for view in ("full", "summary"):
        yield Request(f"batch {view}", f"{BATCH}?view={view}", NDJSON, lines)
    yield from _courses()
    yield from _records()
    yield Request("cohort", TABLE, "text/csv", "\n".join([*ROWS, ""]).encode())


def _post(name: str, path: str, document: Any) -> Request:
    return Request(name, path, "application/fhir+json" if path.startswith("/fhir") else JSON, dumps(document))


def _documents() -> Iterator[Request]:
    for path in ("/v1/criteria", "/v1/analytes", "/cds-services", *(f"/v1/criteria/{key}" for key in CATALOGUE)):
        yield Request(path, path)


def _examples() -> Iterator[Request]:
    for sent in every_example(joined()):
        value = sent.entry.get("value")
        body = None if value is None else value.encode() if isinstance(value, str) else dumps(value)
        query = f"?{urlencode(sent.entry['query'])}" if "query" in sent.entry else ""
        yield Request(
            f"example {sent.operation['operationId']} {sent.name}", sent.path + query, sent.media or JSON, body
        )


def _panels() -> Iterator[tuple[str, Any]]:
    for criteria in CATALOGUE.values():
        for case in criteria.cases:
            yield f"case {criteria.id}: {case.name}", case.request
    yield from ((f"bench {size}", panel(size)) for size in (1, 5, 12, 19))
    yield from (("bench sparse", SPARSE), ("bench carried", carried()))
    yield from ((f"bench {key}", panel(17, key)) for key in CATALOGUE)
    for name, changes in VARIANTS.items():
        yield f"variant {name}", {**panel(12), **changes}


VARIANTS: dict[str, dict[str, Any]] = {
    "confounders": {"context": {"condition": "sjia", "confounders": ["itp", "infectious_hepatitis"]}},
    "blockade": {
        "context": {"condition": "sjia", "medications": [{"name": "tocilizumab"}]},
        "findings": {"fever": False},
    },
    "unknown condition": {"context": {}},
    "adult": {"context": {"condition": "aosd"}, "patient": {"age_years": 44}},
    "other units": {
        "observations": {
            "ferritin": "9.05 mg/L",
            "platelets": "116000 /uL",
            "triglycerides": "265 mg/dL",
            "fibrinogen": "<150 mg/dL",
            "hemoglobin": "5.6 mmol/L",
            "temperature": "101.1 [degF]",
            "scd25": "3000 pg/mL",
        }
    },
    "words": {
        "observations": {
            "ferritin": {"interpretation": "HH"},
            "platelets": {"interpretation": "N"},
            "fibrinogen": {
                "interpretation": "L",
                "reference_range": {"low": 2, "high": 4, "unit": "g/L"},
            },
            "ast": {"value": 300, "unit": "U/L", "interpretation": "N", "reference_range": {"high": 40, "unit": "U/L"}},
            "crp": {"interpretation": "A"},
        }
    },
    "left out": {
        "observations": {"ferritin": "905", "platelets": "5.4x109", "ast": 7},
        "options": {"on_invalid": "omit"},
    },
    "refused": {"observations": {"ferritin": "905", "platlets": "116 10*9/L", "crp": "120 g/L"}},
}


def _courses() -> Iterator[Request]:
    days = {"2026-11-20": panel(12), "2026-11-22": panel(17), "2026-11-25": SPARSE, "2026-11-30": panel(3)}
    panels = [
        {"collected_at": f"{day}T08:00:00Z", "observations": panel["observations"], "findings": panel["findings"]}
        for day, panel in days.items()
    ]
    calm = {
        "ferritin": {"value": 60, "unit": "ug/L", "reference_range": {"high": 200, "unit": "ug/L"}},
        "platelets": {"value": 300, "unit": "10*9/L", "interpretation": "N"},
    }
    panels.append({"collected_at": "2026-12-10", "observations": calm, "findings": {"fever": False}})
    treatments = [
        {"name": "anakinra", "given_at": "2026-11-21T10:00:00Z"},
        {"name": "tocilizumab", "given_at": "2026-11-23"},
        {"name": "anakinra", "given_at": "2026-11-24"},
    ]
    whole = {"patient": {"age_years": 10}, "context": {"condition": "sjia"}, "panels": panels}
    yield _post("course", COURSE, whole)
    yield _post("course summary", f"{COURSE}?view=summary", whole)
    yield _post("course treated", COURSE, whole | {"treatments": treatments})
    yield _post("course one set", COURSE, whole | {"options": {"criteria": ["hscore"], "on_invalid": "omit"}})


def _records() -> Iterator[Request]:
    yield _post("record bench", FHIR, record())
    for name, results in (("met", met_panel()), ("calm", calm_panel()), ("part", met_panel()[:2])):
        yield _post(f"record {name}", FHIR, bundle(patient(), condition(), *results))
        prefetch = {"patient": patient(), "conditions": bundle(condition()), "labs": bundle(*results)}
        yield _post(f"call {name}", CDS, call(prefetch))
    yield _post("call met, with temperature", CDS, call(MET))
    yield _post("call calm, with temperature", CDS, call(calm_with(bundle(calm_panel()[5]))))
