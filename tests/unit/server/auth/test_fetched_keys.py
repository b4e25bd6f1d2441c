"""Keys from an address: cached, asked again sparingly, and never lost to a bad answer."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar

import pytest

from service.server.auth import fetched_keys
from service.server.settings import Settings
from tests.support.authority import authority
from tests.support.live import until
from tests.support.sample import create_app
from tests.support.tokens import AUDIENCE, EC, ISSUER, OTHER_EC, public, token, who

GOOD = json.dumps({"keys": [public(EC, "ec")]}).encode()
ROTATED = json.dumps({"keys": [public(EC, "ec"), public(OTHER_EC, "new")]}).encode()


class Issuer(http.server.BaseHTTPRequestHandler):
    """Answers as the test says, and counts how often it was asked."""

    manner = "good"
    asked: ClassVar[list[str]]

    def log_message(self, *_: object) -> None:
        pass


def answer(handler: Issuer, body: bytes, status: int = 200, location: str = "") -> None:
    """Write one answer."""
    handler.send_response(status)
    if location:
        handler.send_header("Location", location)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def trickle(handler: Issuer) -> None:
    """A good set, and then a byte now and then, for longer than anyone should wait."""
    handler.send_response(200)
    handler.end_headers()
    drip(handler, GOOD, b" ")


def trickling_head(handler: Issuer) -> None:
    """The same before the answer has begun: each read succeeds, and none of them is the last."""
    drip(handler, b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a")


def drip(handler: Issuer, first: bytes, then: bytes) -> None:
    """Write something, and then a byte now and then for a minute."""
    handler.wfile.write(first)
    for _ in range(600):
        handler.wfile.write(then)
        time.sleep(0.1)


def silent(_handler: Issuer) -> None:
    """No answer at all."""
    time.sleep(60)


def huge(handler: Issuer) -> None:
    """A good set under a mountain of space."""
    answer(handler, GOOD + b" " * 400_000)


def short(handler: Issuer) -> None:
    """Less than was promised."""
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(GOOD[:20])


MANNERS = {
    "good": lambda h: answer(h, GOOD),
    "rotated": lambda h: answer(h, ROTATED),
    "redirect": lambda h: answer(h, b"", 302, "/elsewhere"),
    "error": lambda h: answer(h, GOOD, 500),
    "not JSON": lambda h: answer(h, b"<html>"),
    "no keys": lambda h: answer(h, b'{"keys":[]}'),
    "not UTF-8": lambda h: answer(h, b"\xff\xfe\xfd"),
    "huge": huge,
    "short": short,
    "trickle": trickle,
    "trickling head": trickling_head,
    "silent": silent,
}
SLOW = {"silent", "trickle", "trickling head"}


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, type[Issuer]]]:
    """An issuer on this host."""

    class Here(Issuer):
        asked: ClassVar[list[str]] = []

        def do_GET(self) -> None:
            self.asked.append(self.path)
            try:
                MANNERS[self.manner](self)
            except OSError:
                return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Here)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setattr(fetched_keys, "_WAIT", 30.0)  # a good answer has all the time a busy machine needs
    yield f"http://127.0.0.1:{server.server_port}/jwks", Here
    server.shutdown()
    server.server_close()


class Clock:
    """A clock that the test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


BAD = [name for name in MANNERS if name not in {"good", "rotated"}]


@pytest.mark.slow
@pytest.mark.parametrize("manner", BAD)
def test_a_bad_answer_leaves_the_last_good_set(
    issuer: tuple[str, type[Issuer]], manner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the address does, for however long, and within a bounded time."""
    url, handler = issuer
    clock = Clock()
    keys = fetched_keys.FetchedKeys(url, clock)
    assert keys.named("ec")
    handler.manner = manner
    clock.now += 601
    monkeypatch.setattr(fetched_keys, "_WAIT", 0.2)
    assert keys.named("ec")
    until(lambda: keys.tried == clock.now and not keys.asking.locked())
    assert keys.named("ec")
    assert set(handler.asked) == {"/jwks"}


@pytest.mark.slow
@pytest.mark.parametrize("manner", BAD)
def test_a_bad_first_answer_gives_no_keys(
    issuer: tuple[str, type[Issuer]], manner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is trusted; a later good answer is."""
    url, handler = issuer
    handler.manner = manner
    clock = Clock()
    keys = fetched_keys.FetchedKeys(url, clock)
    with monkeypatch.context() as hurried:
        hurried.setattr(fetched_keys, "_WAIT", 0.2 if manner in SLOW else 30.0)
        assert not keys.ready()
    assert not keys.named("ec")
    assert len(handler.asked) <= 1  # nobody may have come to it in so short a time
    handler.manner = "good"
    clock.now += 6
    assert keys.ready()
    assert keys.named("ec")


def test_a_set_is_used_for_ten_minutes(issuer: tuple[str, type[Issuer]]) -> None:
    """One question, many answers."""
    url, handler = issuer
    clock = Clock()
    keys = fetched_keys.FetchedKeys(url, clock)
    for _ in range(9):
        assert keys.named("ec")
        clock.now += 66
    assert len(handler.asked) == 1
    clock.now += 66
    assert keys.named("ec")
    until(lambda: len(handler.asked) == 2)


def test_an_unknown_id_asks_at_most_once_a_minute(issuer: tuple[str, type[Issuer]]) -> None:
    """A rotation is noticed soon; a flood of invented ids costs nothing."""
    url, handler = issuer
    clock = Clock()
    keys = fetched_keys.FetchedKeys(url, clock)
    assert keys.named("ec")
    handler.manner = "rotated"
    for _ in range(50):
        assert not keys.named("new")
    assert len(handler.asked) == 1
    clock.now += 61
    assert keys.named("new")
    assert len(handler.asked) == 2


def test_while_one_thread_asks_others_use_what_there_is(issuer: tuple[str, type[Issuer]]) -> None:
    """Nobody queues behind a slow issuer."""
    url, _ = issuer
    clock = Clock()
    keys = fetched_keys.FetchedKeys(url, clock)
    assert keys.named("ec")
    clock.now += 700
    with keys.asking:
        assert keys.named("ec")
        assert not keys.named("other")


def test_a_caller_whose_key_is_known_never_waits_for_an_issuer_that_hangs(issuer: tuple[str, type[Issuer]]) -> None:
    """Also not the one who finds that the set is old."""
    url, handler = issuer
    clock = Clock()
    keys = fetched_keys.FetchedKeys(url, clock)
    assert keys.named("ec")
    handler.manner = "silent"
    clock.now += 601
    assert keys.named("ec")
    until(lambda: len(handler.asked) == 2)
    assert keys.asking.locked()
    clock.now += 61
    assert keys.named("ec")
    assert len(handler.asked) == 2


def test_few_wait_for_the_first_set(issuer: tuple[str, type[Issuer]]) -> None:
    """The others are told at once to come again."""
    url, handler = issuer
    keys = fetched_keys.FetchedKeys(url, Clock())
    with ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(keys.waiting)
        assert not keys.ready()
    assert keys.ready()
    assert len(handler.asked) == 1


def test_an_issuer_that_is_down_is_our_fault(issuer: tuple[str, type[Issuer]]) -> None:
    """Not ready, and 503 rather than a 401 that blames the caller; then all is well."""
    url, handler = issuer
    handler.manner = "error"
    settings = Settings(auth_mode="jwt", jwt_issuers=(ISSUER,), jwt_audience=AUDIENCE, jwt_jwks_url=url)
    app = create_app(settings)
    client = app.test_client()
    assert client.get("/readyz").status_code == 503
    refused = who(client, token())
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert client.get("/livez").status_code == 200
    handler.manner = "good"
    app.extensions["mas.tokens"].keys.tried = -1e9
    assert client.get("/readyz").status_code == 200
    assert who(client, token()).status_code == 200


def test_a_ready_set_is_not_asked_for_again(issuer: tuple[str, type[Issuer]]) -> None:
    """Probes cost the issuer nothing."""
    url, handler = issuer
    keys = fetched_keys.FetchedKeys(url, Clock())
    assert keys.ready()
    assert keys.ready()
    assert len(handler.asked) == 1


@pytest.fixture
def signed(issuer: tuple[str, type[Issuer]], tmp_path: Path) -> Iterator[tuple[str, type[Issuer], str]]:
    """An issuer on this host that proves itself with a certificate of the site's own authority."""
    _, handler = issuer
    ca_file, proof = authority(tmp_path)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.socket = proof.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a caller that hangs up is meant here
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}/jwks", handler, str(ca_file)
    server.shutdown()
    server.server_close()


def test_an_issuer_that_a_site_signs_for_is_believed_only_by_that_sites_authority(
    signed: tuple[str, type[Issuer], str],
) -> None:
    """Hospitals sign their own certificates; without their authority the keys stay unread, and nobody is let in."""
    url, _, ca_file = signed
    assert not fetched_keys.FetchedKeys(url).ready()
    assert fetched_keys.FetchedKeys(url, ca_file=ca_file).ready()


@pytest.mark.slow
@pytest.mark.parametrize("manner", sorted(SLOW))
def test_the_time_of_a_fetch_is_total_under_tls_too(
    signed: tuple[str, type[Issuer], str], manner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS takes the socket over: what was connected is no longer what must be cut."""
    url, handler, ca_file = signed
    handler.manner = manner
    monkeypatch.setattr(fetched_keys, "_WAIT", 1.0)
    started = time.monotonic()
    assert not fetched_keys.FetchedKeys(url, ca_file=ca_file).ready()
    assert time.monotonic() - started < 20
    assert handler.asked == ["/jwks"]


def test_a_proxy_of_the_environment_is_used_and_can_be_cut_as_well(
    issuer: tuple[str, type[Issuer]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some sites reach their issuer through one."""
    proxy, handler = issuer
    monkeypatch.setenv("http_proxy", proxy.removesuffix("/jwks"))
    monkeypatch.setenv("no_proxy", "")
    url = "http://issuer.example/jwks"
    assert fetched_keys.FetchedKeys(url).ready()
    handler.manner = "trickling head"
    monkeypatch.setattr(fetched_keys, "_WAIT", 0.2)
    started = time.monotonic()
    assert not fetched_keys.FetchedKeys(url).ready()
    assert time.monotonic() - started < 20
    assert handler.asked == [url, url]
