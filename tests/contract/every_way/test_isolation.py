"""No value of one panel reaches the answer to another, and nothing of a panel is kept once it is answered."""

import gc
import re
import sys
from decimal import Decimal
from types import FrameType, ModuleType
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.api.request.body import JSON
from service.server.messages.strict_json import dumps
from tests.support.records import FERRITIN, PLATELETS, bundle, call, condition, observation, patient

WAYS = ("json", "batch", "batch summary", "course", "record", "call")


class Marks:
    """One patient whose values are recognised wherever they stand; made at run time, so that no code holds them."""

    def __init__(self, number: int) -> None:
        self.ferritin = Decimal(7_000_000 + 1117 * number) / 1000
        self.platelets = Decimal(99_000 + 13 * number) / 1000
        self.word = f"odd-{number}-word"
        self.drug = f"drug-{number}-name"
        self.day = f"2026-0{number}-1{number}"
        self.texts = [f"{self.ferritin}", f"{self.platelets}", self.word, self.drug, self.day]


def body_of(way: str, marks: Marks) -> tuple[str, str, bytes]:
    """Return address, media type and body of one panel by one way in."""
    observations = {
        "ferritin": f"{marks.ferritin} ng/mL",
        "platelets": f"<{marks.platelets} 10*9/L",
        "fibrinogen": {"interpretation": "L"},
        "wbc": {"interpretation": marks.word},
        "esr": {"value": 10, "unit": "mm/h", "collected_at": marks.day},
    }
    context = {"condition": "sjia", "medications": [{"name": marks.drug}]}
    panel = {"collected_at": marks.day, "context": context, "observations": observations}
    results = [
        observation(FERRITIN, marks.ferritin, "ng/mL", effectiveDateTime=marks.day),
        observation(PLATELETS, marks.platelets, "10*9/L", effectiveDateTime=marks.day),
        observation("6690-2", effectiveDateTime=marks.day, valueString=marks.word),
    ]
    drug = {"resourceType": "MedicationRequest", "status": "active", "medicationCodeableConcept": {"text": marks.drug}}
    record = [patient(), condition(), drug | {"subject": {"reference": "Patient/p1"}}, *results]
    treatments = [{"name": marks.drug, "given_at": marks.day}]
    asked: dict[str, tuple[str, str, Any]] = {
        "json": ("/v1/assessments", JSON, panel),
        "batch": ("/v1/assessments/batch", "application/x-ndjson", panel),
        "batch summary": ("/v1/assessments/batch?view=summary", "application/x-ndjson", panel),
        "course": ("/v1/trajectories", JSON, {"panels": [panel], "treatments": treatments}),
        "record": ("/fhir/$evaluate-mas", "application/fhir+json", bundle(*record)),
        "call": ("/cds-services/mas-criteria", JSON, call({"labs": bundle(*record)})),
    }
    address, media, document = asked[way]
    return address, media, dumps(document) + b"\n"


def answered(client: FlaskClient, way: str, marks: Marks) -> str:
    address, media, body = body_of(way, marks)
    answer = client.post(address, data=body, content_type=media, headers={"X-Request-Id": "the-same"})
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("way", WAYS)
def test_a_panel_is_answered_the_same_whoever_was_answered_before(client: FlaskClient, way: str) -> None:
    one, other = Marks(1), Marks(2)
    alone = answered(client, way, one)
    for between in WAYS:
        told = answered(client, between, other)
        assert not [text for text in one.texts if text in told]
        again = answered(client, way, one)
        assert again == alone
        assert not [text for text in other.texts if text in again]


def reachable() -> list[Any]:
    """Return every object that the modules of the service keep alive, their caches included."""
    ring: list[Any] = [vars(module) for name, module in sys.modules.items() if name.startswith("service")]
    seen = {id(found): found for found in ring}
    while ring:
        below = {id(found): found for found in gc.get_referents(*ring) if not isinstance(found, ModuleType | FrameType)}
        ring = [found for key, found in below.items() if key not in seen]
        seen |= below
    return list(seen.values())


def kept(marks: Marks) -> list[Any]:
    """Return the texts and numbers kept by the service that hold a value of the patient."""
    numbers = {marks.ferritin, marks.platelets}
    mark = re.compile("|".join(map(re.escape, marks.texts)))
    mark_in_bytes = re.compile(mark.pattern.encode())
    found = []
    for kept_object in reachable():
        if isinstance(kept_object, str):
            is_kept = mark.search(kept_object) is not None
        elif isinstance(kept_object, bytes):
            is_kept = mark_in_bytes.search(kept_object) is not None
        else:
            is_kept = isinstance(kept_object, Decimal) and kept_object.is_finite() and kept_object in numbers
        if is_kept:
            found.append(kept_object)
    return found


def test_nothing_of_a_panel_is_kept_once_it_is_answered(client: FlaskClient) -> None:
    for number in (3, 4):
        for way in WAYS:
            answered(client, way, Marks(number))
    gc.collect()
    assert kept(Marks(3)) == kept(Marks(4)) == []


def test_what_a_cache_would_keep_is_found(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from functools import lru_cache

    from service.clinical.explanation import item_reasons

    monkeypatch.setattr(item_reasons, "value_text", lru_cache(8)(item_reasons.value_text))
    answered(client, "json", Marks(5))
    assert Marks(5).ferritin in kept(Marks(5))
