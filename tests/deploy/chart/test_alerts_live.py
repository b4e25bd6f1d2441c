"""The alerts fire from what the running service tells while the fault goes on, not from series made up for a test.

Each scenario scrapes before and after; its counters are taken to rise as much in every minute, its gauges to stay.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.deploy.chart.test_alerts import promtool, rule_groups, rules
from tests.support import rendering
from tests.support.calls import MET
from tests.support.fhir_server import FhirServer, gives
from tests.support.live import PANEL, SAMPLE, SERVICE, Live, until
from tests.support.tokens import AUDIENCE, EC, ISSUER, public, token

pytestmark = [pytest.mark.chart, pytest.mark.server]

MINUTES = 120
CARD = "/cds-services/mas-criteria"
HOOK = {
    "hook": "patient-view",
    "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
    "context": {"userId": "Practitioner/1", "patientId": "p1"},
}
FAILED_QUERY = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
FROM_OTHERS = {
    "MasServiceAbsent",
    "MasScrapeSlow",
    "MasRestarts",
    "MasAtMostPods",
}  # Prometheus and Kubernetes tell these
BEARER = {
    "access_token": "t",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "patient/*.read",
    "subject": "mas",
}
IN_A_CONTAINER = {"MasMemoryHigh"}  # a container with a limit: tests/container

Series = dict[str, tuple[float, float, bool]]
"""Of each series its value before and after, and whether it counts."""


def scraped(live: Live) -> dict[str, tuple[float, bool]]:
    """Return the value of every series that the service tells, and whether it counts."""
    families = text_string_to_metric_families(live.get("/metrics")[2].decode())
    return {
        sample.name + json.dumps(sample.labels): (sample.value, family.type != "gauge")
        for family in families
        for sample in family.samples
    }


def taken(live: Live, act: Callable[[], None]) -> Series:
    """Scrape, let something happen, and scrape again."""
    before = scraped(live)
    act()
    return {
        name: (before.get(name, (0.0, counts))[0], value, counts) for name, (value, counts) in scraped(live).items()
    }


def as_input(series: Series, pod: str, shift: float = 0.0, quiet: int = 0) -> list[dict[str, str]]:
    """Write series as promtool reads them, with nothing counted in the first ``quiet`` minutes.

    ``shift`` moves the points in time that gauges tell.
    """
    written = []
    for key, (before, after, counts) in series.items():
        name, labels = key.split("{", 1)
        told = {"namespace": "clinical", "job": "mas", "pod": pod, **json.loads("{" + labels)}
        selector = ",".join(f"{label}={json.dumps(value)}" for label, value in told.items())
        moved = after + shift if name.endswith("_timestamp_seconds") and after else after
        rising = f"{before:.9f}x{quiet} {before:.9f}+{after - before:.9f}x{MINUTES - quiet}"
        values = rising if counts else f"{moved:.9f}x{MINUTES}"
        written.append({"series": f"{name}{{{selector}}}", "values": values})
    return written


def firing(folder: Path, series: list[dict[str, str]]) -> set[str]:
    """Return the alerts that fire after two hours of these series, of pods that answer their scrapes."""
    pods = {found[1] for line in series if (found := re.search(r'pod="(\w+)"', line["series"]))}
    answering = [
        {"series": f'up{{namespace="clinical",job="mas",pod="{pod}"}}', "values": f"1x{MINUTES}"}
        for pod in sorted(pods)
    ]
    cases = [{"eval_time": f"{MINUTES - 5}m", "alertname": name, "exp_alerts": []} for name in rules()]
    test = {"interval": "1m", "input_series": [*answering, *series], "alert_rule_test": cases}
    (folder / "rules.yml").write_text(yaml.safe_dump(rule_groups()), encoding="utf-8")
    document = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [test]}
    (folder / "tests.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    done = promtool("test", "rules", folder / "tests.yml")
    said = done.stdout + done.stderr
    found = set(re.findall(r"alertname: ?(\w+)", said))
    assert bool(found) == bool(done.returncode), said
    return found


def times(number: int, act: Callable[[], Any]) -> Callable[[], None]:
    """Do something several times."""

    def repeated() -> None:
        for _ in range(number):
            act()

    return repeated


def hook(live: Live, **more: Any) -> int:
    """Call the CDS service."""
    return live.post(CARD, json.dumps({**HOOK, **more}, default=str))[0]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The sample application, whose routes can be slow, busy and broken."""
    with Live(tmp_path_factory.mktemp("sample"), SAMPLE, WEB_CONCURRENCY="1") as live:
        yield live


@pytest.fixture(scope="module")
def fhir_server() -> Iterator[FhirServer]:
    """A FHIR server that fails."""
    with FhirServer() as server:
        for resource in ("Observation", "Patient", "Condition", "MedicationRequest", "MedicationStatement"):
            server.replies[resource] = gives(FAILED_QUERY, 500)
        yield server


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, fhir_server: FhirServer) -> Iterator[Live]:
    """The service, which may ask that FHIR server."""
    folder = tmp_path_factory.mktemp("service")
    with Live(folder, SERVICE, WEB_CONCURRENCY="1", MAS_FHIR_FETCH_SERVERS=fhir_server.base) as live:
        yield live


def busy(live: Live) -> None:
    """Let some requests lie while others take the processor."""
    with ExitStack() as opened:
        head = b"GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        waiting = [opened.enter_context(live.connect(head % path)) for path in (b"/busy?seconds=2", *[b"/livez"] * 9)]
        for connection in waiting:
            while connection.recv(65_536):
                pass


SAMPLE_FAULTS: dict[str, tuple[Callable[[Live], Callable[[], None]], set[str]]] = {
    "a route that fails": (
        lambda live: times(5, lambda: live.get("/v1/criteria/hscore")),
        {"MasErrorsFast", "MasErrorsSlow"},
    ),
    "a route that is slow": (lambda live: times(3, lambda: live.get("/slow?seconds=0.8")), {"MasSlow"}),
    "a worker that is busy": (lambda live: lambda: busy(live), {"MasQueueing", "MasSlow"}),
    "healthy callers": (lambda live: times(20, lambda: live.post("/v1/assessments", PANEL)), set()),
}


@pytest.mark.parametrize("fault", SAMPLE_FAULTS)
def test_faults_of_the_process(sample: Live, fault: str, tmp_path: Path) -> None:
    act, wanted = SAMPLE_FAULTS[fault]
    assert firing(tmp_path, as_input(taken(sample, act(sample)), "a")) == wanted


SERVICE_FAULTS: dict[str, tuple[Callable[[Live, str], Callable[[], None]], set[str]]] = {
    "a hospital system whose query fails": (
        lambda live, _: times(9, lambda: hook(live, prefetch={**MET, "labs": FAILED_QUERY})),
        {"MasPrefetchFailing"},
    ),
    "a hospital system that sends nothing": (
        lambda live, _: times(9, lambda: hook(live, prefetch={})),
        {"MasPrefetchFailing"},
    ),
    "a FHIR server that fails": (
        lambda live, base: times(4, lambda: hook(live, prefetch={}, fhirServer=base, fhirAuthorization=BEARER)),
        {"MasFhirServerFailing", "MasPrefetchFailing"},
    ),
    "healthy callers": (
        lambda live, _: times(9, lambda: (live.post("/v1/assessments", PANEL), hook(live, prefetch=MET))),
        set(),
    ),
}


@pytest.mark.parametrize("fault", SERVICE_FAULTS)
def test_faults_of_callers_and_of_others(service: Live, fhir_server: FhirServer, fault: str, tmp_path: Path) -> None:
    act, wanted = SERVICE_FAULTS[fault]
    assert firing(tmp_path, as_input(taken(service, act(service, fhir_server.base)), "a")) == wanted


def test_a_caller_that_begins_to_send_no_units(service: Live, tmp_path: Path) -> None:
    refused = taken(service, times(9, lambda: service.post("/v1/assessments", b'{"observations":{"ferritin":905}}')))
    assert firing(tmp_path, as_input(refused, "a", quiet=MINUTES - 30)) == {"MasRejectionsJump"}
    assert firing(tmp_path, as_input(refused, "a")) == set(), "it was so yesterday"


def test_two_versions_side_by_side(service: Live, tmp_path: Path) -> None:
    ours = as_input(taken(service, lambda: None), "a")
    (build,) = [line for line in ours if line["series"].startswith("mas_build_info{")]
    other = build["series"].replace('pod="a"', 'pod="b"').replace('criteria_digest="', 'criteria_digest="0')
    assert other != build["series"]
    assert firing(tmp_path, [*ours, {**build, "series": other}]) == {"MasVersionsMixed"}


def test_keys_that_cannot_be_read(tmp_path: Path) -> None:
    """Unready until the first set has come; from then on its age counts once no further one comes."""
    with FhirServer() as keys, ExitStack() as opened:
        keys.replies["keys"] = gives({}, 500)
        jwt = {"MAS_AUTH_MODE": "jwt", "MAS_JWT_ISSUERS": ISSUER, "MAS_JWT_AUDIENCE": AUDIENCE}
        live = opened.enter_context(
            Live(tmp_path, SAMPLE, WEB_CONCURRENCY="1", MAS_JWT_JWKS_URL=f"{keys.base}/keys", **jwt)
        )
        unready = taken(live, times(6, lambda: live.get("/readyz")))
        assert firing(tmp_path, as_input(unready, "a")) == {"MasNotReady", "MasPodNotReady"}

        def recover() -> None:
            until(lambda: live.get("/readyz")[0] == 503 and len(keys.asked) > 1)
            keys.replies["keys"] = gives({"keys": [public(EC, "ec")]})
            until(lambda: live.get("/readyz")[0] == 200)
            assert live.get("/who", Authorization=f"Bearer {token()}")[0] == 200

        recovered = taken(live, recover)
        ready = taken(live, times(6, lambda: live.get("/readyz")))
        assert firing(tmp_path, [*as_input(unready, "a"), *as_input(ready, "b")]) == {"MasPodNotReady"}
        assert firing(tmp_path, as_input(ready, "b", -time.time())) == set()
        failures = {name: told for name, told in recovered.items() if name.startswith(("mas_fetches", "mas_keys"))}
        assert firing(tmp_path, as_input(failures, "b", -time.time() + 60)) == {"MasKeysOld"}


def test_credentials_that_are_guessed(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"lab:{'0' * 64}\n")
    with Live(tmp_path, SAMPLE, WEB_CONCURRENCY="1", MAS_AUTH_MODE="api_key", MAS_API_KEYS_FILE=str(keys)) as live:
        guesses = taken(live, times(40, lambda: live.get("/who", X_API_Key="guess")))
        assert firing(tmp_path, as_input(guesses, "a")) == {"MasAuthFailures"}


def test_no_alert_is_left_out() -> None:
    proven = set().union(*(wanted for _, wanted in [*SAMPLE_FAULTS.values(), *SERVICE_FAULTS.values()]))
    proven |= {
        "MasRejectionsJump",
        "MasVersionsMixed",
        "MasNotReady",
        "MasPodNotReady",
        "MasKeysOld",
        "MasAuthFailures",
    }
    assert proven | FROM_OTHERS | IN_A_CONTAINER == set(rules())
    assert rendering.program("promtool")
