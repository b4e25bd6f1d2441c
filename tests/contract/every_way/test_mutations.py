"""Bodies changed at random, to every address that takes one: no error of ours, and nothing of a patient in a log.

The bodies are those whose answers are held. ``MAS_TEST_MUTATIONS`` says how many are sent (10,000 in four minutes).
"""

import json
import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from service.app import create_app
from service.server.observing import log_queue
from service.server.settings import Settings
from tests.golden.requests import BATCH, NDJSON, TABLE, Request, requests

MANY = int(os.environ.get("MAS_TEST_MUTATIONS", "600"))
HL7V2 = "application/hl7-v2"
MARK, NUMBER = "Zqx-Patientin-7731", 77317731
"""What stands for a name and for a value of a patient: neither may be found in a log."""
STRANGE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, NUMBER, 1e300, 10**40, "", " ", MARK, f"{NUMBER} ng/mL", "see report", "QNS", "\x00"),
    *("9999-12-31", "0001-01-01T00:00:00Z", "1970-01-01", "=1+1", "'120", "\ud7ff", "१२", "½", "\u202e120", "<", ">>"),
    *(
        [],
        {},
        [[]],
        [{}],
        {"": ""},
        {MARK: MARK},
        [MARK, NUMBER],
        {"reference": f"Patient/{MARK}"},
        "http://[::1",
        "%00",
    ),
    *(
        {"resourceType": "List", "entry": [{"item": {"reference": MARK}}]},
        {"resourceType": MARK},
        ["x"] * 300,
        "a" * 5000,
    ),
)


def changed(document: Any, draw: random.Random) -> Any:
    """Return a document with one to four of its places changed, removed, doubled or moved."""
    whole = deepcopy(document)
    for _ in range(draw.randint(1, 4)):
        places = list(_places(whole))
        if not places:
            return draw.choice(STRANGE)
        holder, key = draw.choice(places)
        kind = draw.random()
        if kind < 0.55:
            holder[key] = deepcopy(draw.choice(STRANGE))
        elif kind < 0.7:
            del holder[key]
        elif kind < 0.8:
            holder[key] = [holder[key], deepcopy(holder[key])]
        elif kind < 0.9 and isinstance(holder, dict):
            holder[draw.choice((MARK, "value", "code", "resourceType", "extension"))] = holder.pop(key)
        else:
            other, place = draw.choice(places)
            holder[key] = deepcopy(other[place]) if place in other or isinstance(other, list) else None
    return whole


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys: Any = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def changed_message(message: str, draw: random.Random) -> bytes:
    """Return an HL7 v2 message with one to four of its pieces changed, removed, doubled or moved."""
    pieces = re.split(r"([|^~&\r\n])", message)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(pieces))
        strange = draw.choice([value for value in STRANGE if isinstance(value, str | int)])
        pieces[at] = draw.choice((str(strange), "", pieces[at] * 2, draw.choice(pieces), "\\X41\\\\.br\\"))
    return "".join(pieces).encode(errors="surrogatepass")


def written(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def as_body(sent: Request, draw: random.Random) -> bytes:
    """Return the body of a request with something changed; now and then its bytes are cut or broken."""
    assert sent.body is not None
    if sent.media == HL7V2:
        body = changed_message(sent.body.decode(), draw)
    elif sent.path.startswith(BATCH):
        lines = draw.choices(sent.body.splitlines(), k=3)
        body = b"\n".join(written(changed(json.loads(line), draw)) for line in lines)
    else:
        body = written(changed(json.loads(sent.body), draw))
    if draw.random() < 0.05:
        at = draw.randrange(len(body) + 1)
        return body[:at] + draw.choice((b"", b"\xff", b"NaN", b'"', b"{")) + body[at + 1 :]
    return body


def test_no_body_makes_an_error_of_ours_or_leaves_a_trace_of_a_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[bytes] = []
    monkeypatch.setattr(log_queue, "written", lines.append)
    draw = random.Random(MANY)
    client = create_app(Settings(log_level="debug")).test_client()
    bodies = [sent for sent in requests() if sent.body and sent.path != TABLE and len(sent.body) < 60_000]
    bodies += [sent for sent in requests() if sent.path.startswith(BATCH)]
    by_path = {path: [sent for sent in bodies if sent.path == path] for path in {sent.path for sent in bodies}}
    statuses: Counter[tuple[str, int]] = Counter()
    for number in range(MANY):
        sent = draw.choice(by_path[sorted(by_path)[number % len(by_path)]])
        body = as_body(sent, draw)
        answer = client.post(sent.path, data=body, content_type=NDJSON if sent.media == NDJSON else sent.media)
        statuses[sent.path, answer.status_code] += 1
        text = answer.get_data(as_text=True)
        assert answer.status_code < 500, (sent.path, body)
        assert '"status":500' not in text, (sent.path, body)
    assert {path.partition("?")[0] for path, _ in statuses} == {path.partition("?")[0] for path in by_path}
    assert {200, 400, 422} <= {status for _, status in statuses}
    assert len(lines) >= MANY  # a line for each request at least: what is searched is not empty
    assert {json.loads(line)["route"] for line in lines if b'"route"' in line} >= {
        "/v1/assessments",
        "/v1/trajectories",
    }
    assert [line for line in lines if MARK.encode() in line or str(NUMBER).encode() in line] == []
    print(MANY, len(lines), dict(statuses))  # noqa: T201  # shown with -s


def test_a_trace_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[bytes] = []
    monkeypatch.setattr(log_queue, "written", lines.append)
    create_app(Settings(log_level="debug")).logger.warning("a value: %s", MARK)
    log_queue.put(MARK.encode())
    assert any(MARK.encode() in line for line in lines)
