"""Fetch mode: what is read, inside which limits, and that no other address is ever contacted."""

import socket
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.ehr.cds_hooks.allow_list import may_connect, next_page, permitted
from service.server.settings import Settings
from tests.support.authority import authority
from tests.support.calls import card_worthy_panel
from tests.support.fhir_server import FhirServer, Listener, drips, gives
from tests.support.records import bundle, call, carded, condition, met_panel, observation, patient, send

PATH = "/cds-services/mas-criteria"
BEARER = {
    "access_token": "abc.def",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "patient/*.read",
    "subject": "x",
}


@pytest.fixture
def server() -> Iterator[FhirServer]:
    with FhirServer() as running:
        running.replies = {"Patient": gives(patient()), "Condition": gives(bundle(condition()))}
        running.replies["Observation"] = gives(bundle(*met_panel()))
        yield running


def client_of(*servers: str, **settings: Any) -> FlaskClient:
    return create_app(Settings(fhir_fetch_servers=servers, fhir_fetch_seconds=1, **settings)).test_client()


def asks(server: str, **more: Any) -> dict[str, Any]:
    return {"fhirServer": server, "fhirAuthorization": BEARER} | more


def test_what_was_not_prefetched_is_read_with_the_token(server: FhirServer) -> None:
    [card] = carded(client_of(server.base), None, **asks(server.base))
    assert card["indicator"] == "critical"
    assert "/fhir/Patient/p1" in server.asked
    assert any(
        address.startswith("/fhir/Observation?patient=p1&category=laboratory&code=2276-4,") for address in server.asked
    )
    assert {header["Authorization"] for header in server.headers} == {"Bearer abc.def"}
    assert all(header["traceparent"].startswith("00-") for header in server.headers)
    assert {header["Accept-Encoding"] for header in server.headers} == {"identity"}


def test_a_failed_prefetch_is_read_again_and_what_was_prefetched_is_not(server: FhirServer) -> None:
    failed = {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}
    held = {
        "labs": failed,
        "patient": patient(),
        "conditions": bundle(condition()),
        "temperature": None,
        "medications": bundle(),
    }
    assert carded(client_of(server.base), held, **asks(server.base))
    assert [address.split("?")[0] for address in server.asked] == ["/fhir/Observation"]


def test_further_pages_of_a_prefetched_bundle_are_read(server: FhirServer) -> None:
    server.replies["Observation"] = gives(bundle(*met_panel(), total=7))
    link = [{"relation": "next", "url": f"{server.base}/Observation?page=2"}]
    first = bundle(*met_panel()[:2], link=link, total=Decimal(7))
    held = {
        "labs": first,
        "patient": patient(),
        "conditions": bundle(condition()),
        "temperature": None,
        "medications": None,
    }
    [card] = carded(client_of(server.base), held, **asks(server.base))
    assert card["indicator"] == "critical"
    assert "further page" not in card["detail"]


def test_a_further_page_of_temperatures_is_read_only_if_it_could_count(server: FhirServer) -> None:
    link = [{"relation": "next", "url": f"{server.base}/Observation?page=2"}]
    times = ["2026-11-22T07:00:00Z", "2026-11-21T05:00:00Z"]
    found = [observation("8310-5", "38.9", "Cel", effectiveDateTime=moment) for moment in times]
    held = {"labs": bundle(*met_panel()), "patient": patient(), "conditions": None, "medications": None}
    assert carded(client_of(server.base), held | {"temperature": bundle(*found, link=link)}, **asks(server.base))
    assert server.asked == []
    assert carded(client_of(server.base), held | {"temperature": bundle(*found[::-1], link=link)}, **asks(server.base))
    assert server.asked == ["/fhir/Observation?page=2"]


def test_pages_end_at_three_and_what_follows_is_said_to_be_missing(server: FhirServer) -> None:
    link = [{"relation": "next", "url": f"{server.base}/Observation?page=n"}]
    server.replies["Observation"] = gives(bundle(*met_panel(), link=link))
    held = {"patient": patient(), "conditions": bundle(condition()), "temperature": None, "medications": None}
    [card] = carded(client_of(server.base), held, **asks(server.base))
    assert len(server.asked) == 3
    assert "further page" in card["detail"]


def test_a_page_that_fails_leaves_the_first_page_as_incomplete(server: FhirServer) -> None:
    server.replies["Observation"] = gives({}, status=500)
    first = bundle(*met_panel(), link=[{"relation": "next", "url": f"{server.base}/Observation?page=2"}])
    assert "further page" in carded(client_of(server.base), {"labs": first}, **asks(server.base))[0]["detail"]


FAILURES = {
    "an error": gives({}, status=404),
    "a redirect": gives({}, status=302, Location="http://127.0.0.1:1/fhir"),
    "no JSON": gives("<html>"),
    "no Bundle": gives({"resourceType": "OperationOutcome", "issue": []}),
    "too large": gives({"resourceType": "Bundle", "id": "x" * 70_000}),
    "compressed": gives(bundle(*met_panel()), Content_Encoding="gzip"),
    "cut short": gives("{}", Content_Length="500"),
}


@pytest.mark.parametrize("reply", FAILURES.values(), ids=FAILURES)
def test_a_server_that_fails_is_412(server: FhirServer, reply: Any) -> None:
    server.replies["Observation"] = reply
    answer = send(client_of(server.base, fhir_max_body_bytes=65_536), PATH, call(None, **asks(server.base)))
    assert answer[0] == 412


def test_a_server_that_answers_nothing_several_times_is_left_alone_for_a_while(server: FhirServer) -> None:
    for kind in ("Patient", "Condition", "Observation", "MedicationRequest"):
        server.replies[kind] = gives({}, status=500)
    client = client_of(server.base)
    for _ in range(6):
        assert send(client, PATH, call(None, **asks(server.base)))[0] == 412
    asked = len(server.asked)
    assert send(client, PATH, call(None, **asks(server.base)))[0] == 412
    assert len(server.asked) == asked


@pytest.mark.parametrize("reply", [drips(60), lambda _: time.sleep(60)], ids=["drips", "sleeps"])
def test_the_time_budget_is_total(server: FhirServer, reply: Any) -> None:
    server.replies["Observation"] = reply
    began = time.monotonic()
    assert send(client_of(server.base), PATH, call(None, **asks(server.base)))[0] == 412
    assert time.monotonic() - began < 20


def test_at_the_end_of_the_budget_the_reading_ends_under_tls_too(server: FhirServer, tmp_path: Path) -> None:
    """Else a server that drips would keep a thread for each call, long after its answer."""
    ca_file, proof = authority(tmp_path)
    server.http.socket = proof.wrap_socket(server.http.socket, server_side=True)
    server.replies["Observation"] = drips(60)
    base = server.base.replace("http:", "https:")
    before = threading.enumerate()
    assert send(client_of(base, ca_file=str(ca_file)), PATH, call(None, **asks(base)))[0] == 412
    reading = [
        thread for thread in threading.enumerate() if thread not in before and thread.name.startswith("ThreadPool")
    ]
    began = time.monotonic()
    for thread in reading:
        thread.join(20)
    assert time.monotonic() - began < 20


def test_what_was_asked_for_in_vain_is_told_and_nothing_is_unlikely_without_it(server: FhirServer) -> None:
    server.replies["Observation"] = gives(bundle(*card_worthy_panel()))
    client = client_of(server.base, cds_card_from="unlikely")
    assert "unlikely" in carded(client, None, **asks(server.base))[0]["summary"]
    server.replies["MedicationRequest"] = gives({}, status=500)
    [card] = carded(client, None, **asks(server.base))
    assert "unlikely" not in card["summary"]
    assert "a query failed" in card["detail"]


def test_a_name_of_several_addresses_is_tried_at_each(server: FhirServer, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def two(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        dead = real("127.0.0.2", port, *rest, **more) if host == "localhost" else []
        return [*dead, *real("127.0.0.1", port, *rest, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    base = server.base.replace("127.0.0.1", "localhost")
    assert carded(client_of(base), None, **asks(base))


def test_a_server_that_is_down_is_412() -> None:
    with Listener() as listener:
        closed = listener.port
    base = f"http://127.0.0.1:{closed}/fhir"
    assert send(client_of(base), PATH, call(None, **asks(base)))[0] == 412


@pytest.mark.parametrize(
    "more",
    [
        {"fhirAuthorization": None},
        {"fhirAuthorization": BEARER | {"token_type": "Basic"}},
        {"fhirAuthorization": BEARER | {"access_token": ""}},
        {"fhirAuthorization": BEARER | {"access_token": "a\r\nX-Evil: 1"}},
        {"fhirServer": None},
        {"context": {"patientId": "p1&_count=9", "userId": "x"}},
        {"context": {"patientId": "../Patient", "userId": "x"}},
    ],
)
def test_without_a_token_a_server_or_a_plain_patient_id_nothing_is_asked(
    server: FhirServer, more: dict[str, Any]
) -> None:
    assert send(client_of(server.base), PATH, call(None, **asks(server.base, **more)))[0] == 412
    assert server.asked == []


# No other address


def lookalikes(port: int) -> list[str]:
    """Return addresses that lead to the listener, or look like the listed server while they do."""
    return [
        f"http://127.0.0.1:{port}/fhir",
        f"http://localhost:{port}/fhir",
        f"http://127.1:{port}/fhir",
        f"http://2130706433:{port}/fhir",
        f"http://0x7f000001:{port}/fhir",
        f"http://0177.0.0.1:{port}/fhir",
        f"http://[::1]:{port}/fhir",
        f"http://[::ffff:127.0.0.1]:{port}/fhir",
        f"http://0.0.0.0:{port}/fhir",
        f"https://ehr.example@127.0.0.1:{port}/fhir",
        f"https://ehr.example:443@127.0.0.1:{port}/fhir",
        f"https://ehr.example.127.0.0.1.nip.example:{port}/fhir",
        f"https://ehr.example.evil.example:{port}/fhir",
        f"https://ehr.example:{port}/fhir",
        f"https://ehr.example\\@127.0.0.1:{port}/fhir",
        f"https://ehr.example#@127.0.0.1:{port}/fhir",
        f"https://ehr.example?@127.0.0.1:{port}/fhir",
        f"https://ehr.example%2f@127.0.0.1:{port}/fhir",
        f"https://ehr.example./fhir:{port}",
        f"http://ehr.example:{port}/fhir",
        "https://ehr.example/fhir/../admin",
        "https://ehr.example/fhir/%2e%2e/admin",
        "https://ehr.example/fhirx",
        "https://ehr.example/",
        "https://еhr.example/fhir",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/fhir",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "//ehr.example/fhir",
        " https://ehr.example/fhir\r\nHost: x",
        "",
    ]


def test_an_address_that_is_not_listed_is_never_contacted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name leads to the listener, and still it hears nothing: it is not even looked up."""
    looked_up: list[Any] = []
    real = socket.getaddrinfo

    def lead_here(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        looked_up.append(host)
        return real("127.0.0.1", port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lead_here)
    with Listener() as listener:
        client = client_of("https://ehr.example/fhir")
        for address in lookalikes(listener.port):
            assert send(client, PATH, call(None, **asks(address)))[0] == 412, address
        assert not listener.heard()
    assert looked_up == []


def test_a_listed_name_that_was_turned_to_this_machine_is_not_contacted(monkeypatch: pytest.MonkeyPatch) -> None:
    with Listener() as listener:
        real = socket.getaddrinfo
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda host, port, *rest, **more: real("127.0.0.1", port, *rest, **more)
        )
        base = f"https://ehr.example:{listener.port}/fhir"
        assert send(client_of(base), PATH, call(None, **asks(base)))[0] == 412
        assert not listener.heard()


def test_a_redirect_is_not_followed(server: FhirServer) -> None:
    with Listener() as listener:
        server.replies["Observation"] = gives({}, status=307, Location=f"http://127.0.0.1:{listener.port}/fhir")
        assert send(client_of(server.base), PATH, call(None, **asks(server.base)))[0] == 412
        assert not listener.heard()


def test_a_next_link_to_elsewhere_is_not_followed(server: FhirServer) -> None:
    with Listener() as listener:
        for url in (
            f"http://127.0.0.1:{listener.port}/fhir?page=2",
            f"http://localhost:{listener.port}/fhir",
            "?page=2",
        ):
            first = bundle(*met_panel(), link=[{"relation": "next", "url": url}])
            held = {"labs": first, "patient": None, "conditions": None, "temperature": None, "medications": None}
            assert "further page" in carded(client_of(server.base), held, **asks(server.base))[0]["detail"]
        assert not listener.heard()
        assert server.asked == []


def test_off_by_default(server: FhirServer) -> None:
    assert send(client_of(), PATH, call(None, **asks(server.base)))[0] == 412
    assert server.asked == []


def test_proxies_of_the_environment_are_not_used(server: FhirServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with Listener() as listener:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{listener.port}")
        assert carded(client_of(server.base), None, **asks(server.base))
        assert not listener.heard()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://ehr.example/fhir", "https://ehr.example/fhir"),
        ("https://ehr.example/fhir/", "https://ehr.example/fhir"),
        ("https://ehr.example:443/fhir", "https://ehr.example:443/fhir"),
        ("https://ehr.example/fhir/tenant-1/r4", "https://ehr.example/fhir/tenant-1/r4"),
        ("https://EHR.example/fhir", ""),
        ("https://ehr.example/fhir2", ""),
        ("https://ehr.example/fhir/./x", ""),
    ],
)
def test_a_listed_server_and_what_lies_below_it(address: str, expected: str) -> None:
    assert permitted(address, ("https://other.example", "https://ehr.example/fhir")) == expected
    assert permitted("https://ehr.example/fhir", ("https://EHR.example/fhir", "nonsense")) == "https://ehr.example/fhir"


@pytest.mark.parametrize(
    ("link", "followed"),
    [
        ("https://ehr.example/fhir?_getpages=1&_getpagesoffset=20", True),
        ("https://ehr.example/fhir/Observation?page=2", True),
        ("https://ehr.example/admin?page=2", False),
        ("https://ehr.example:8443/fhir?page=2", False),
        ("http://ehr.example/fhir?page=2", False),
        ("https://ehr.example/fhir?page=2#x", False),
        ("https://ehr.example/fhir?page= 2", False),
    ],
)
def test_next_links_stay_on_the_server(link: str, followed: bool) -> None:
    assert bool(next_page(link, "https://ehr.example/fhir", ("https://ehr.example/fhir",))) is followed


@pytest.mark.parametrize(
    ("host", "address", "allowed"),
    [
        ("ehr.example", "203.0.113.7", True),
        ("ehr.example", "10.1.2.3", True),
        ("ehr.example", "2001:db8::1", True),
        ("ehr.example", "127.0.0.1", False),
        ("ehr.example", "::1", False),
        ("ehr.example", "::ffff:127.0.0.1", False),
        ("ehr.example", "169.254.169.254", False),
        ("ehr.example", "fe80::1%eth0", False),
        ("ehr.example", "0.0.0.0", False),
        ("ehr.example", "224.0.0.1", False),
        ("ehr.example", "64:ff9b::a9fe:a9fe", False),
        ("ehr.example", "64:ff9b:1::a9fe:a9fe", False),
        ("ehr.example", "2002:a9fe:a9fe::1", False),
        ("ehr.example", "2001:0:1::1", False),
        ("ehr.example", "::a9fe:a9fe", False),
        ("ehr.example", "::ffff:0:a9fe:a9fe", False),
        ("ehr.example", "fd00:ec2::254", False),
        ("ehr.example", "fd20:ce::254", False),
        ("ehr.example", "168.63.129.16", False),
        ("ehr.example", "100.100.100.200", False),
        ("ehr.example", "240.0.0.1", False),
        ("ehr.example", "fd12:3456::1", True),
        ("::1", "::1", True),
        ("localhost", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("169.254.169.254", "169.254.169.254", False),
    ],
)
def test_where_a_name_may_lead(host: str, address: str, allowed: bool) -> None:
    assert may_connect(host, address) is allowed


def test_a_server_that_a_site_signs_for_is_read_only_with_that_sites_authority(
    server: FhirServer, tmp_path: Path
) -> None:
    ca_file, proof = authority(tmp_path)
    server.http.socket = proof.wrap_socket(server.http.socket, server_side=True)
    server.http.handle_error = lambda *_: None  # type: ignore[method-assign]
    base = server.base.replace("http:", "https:")
    send(client_of(base), PATH, call(None, **asks(base)))
    assert server.asked == []
    [card] = carded(client_of(base, ca_file=str(ca_file)), None, **asks(base))
    assert card["indicator"] == "critical"
