"""The guess at where a request ends, and how long one may take to arrive."""

from __future__ import annotations

import socket
import time

import pytest

from service.server.serving.arrival import STREAM_AFTER, Arrival, PatientReader

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


def arrived(data: bytes, hold: int = 1000) -> Arrival:
    """An arrival of these bytes."""
    arrival = Arrival(hold, idle_until=7.0)
    arrival.add(data, now=100.0)
    return arrival


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (b"", False),
        (GET[:-1], False),
        (GET, True),
        (POST + b"Content-Length: 3\r\n\r\nab", False),
        (POST + b"content-length:3\r\n\r\nabc", True),
        (CHUNKED + b"2\r\nab\r\n", False),
        (CHUNKED + b"2\r\nab\r\n0\r\n\r\n", True),
        (CHUNKED + b"2;a=b\r\nab\r\n000;c=d\r\n\r\n", True),
        (CHUNKED + b"0\r\n\r\n", True),
        (CHUNKED + b"2\r\nab\r\n0\r\n", False),
        (CHUNKED + b"2\r\nab\r\n0\r\nTrailer: a\r\n", False),
        (CHUNKED + b"64\r\nab\r\n0\r\n\r\n", False),
        (CHUNKED + b"5\r\n\r\n0\r\n\r\n0\r\n\r\n", True),
        (CHUNKED + b"0" * 30 + b"64\r\nab", False),
        (CHUNKED + b"f" * 30 + b" ;a\r\nab\r\n0\r\n\r\n", False),
        (POST + b"Content-Length: " + b"0" * 5000 + b"3\r\n\r\nab", False),
        (POST + b"Content-Length: " + b"0" * 5000 + b"3\r\n\r\nabc", True),
        (POST + b"Content-Length: 000\r\n\r\n", True),
        (POST + b"Transfer-Encoding: Chunked\r\n\r\n2\r\nab\r\n0\r\nTrailer: a\r\n\r\nGET", True),
        (POST + b"Transfer-Encoding: gzip\r\n\r\n", True),
        (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", True),
    ],
)
def test_wholeness(data: bytes, whole: bool) -> None:
    """In one piece or byte by byte."""
    slow = Arrival(1000, 0.0)
    for number in range(len(data)):
        slow.add(data[number : number + 1], 1.0)
    for arrival in (arrived(data), slow):
        assert arrival.whole() is arrival.ready() is whole
        assert arrival.streams() is not whole


@pytest.mark.parametrize("malformed", [b"2\r\nabc\r\n", b"2x\r\n", b"\r\n", b"-2\r\nab", b" 2\r\nab\r\n0\r\n\r\n"])
def test_malformed_chunks_are_not_waited_for(malformed: bytes) -> None:
    """However much more is announced: the parser refuses them."""
    assert arrived(CHUNKED + malformed).whole()


@pytest.mark.parametrize(
    ("data", "ready", "streams"),
    [
        (POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", True, True),
        (POST + b"Content-Length: 1001\r\n\r\n", True, True),
        (POST + b"Content-Length: 1000\r\n\r\n", False, True),
        (CHUNKED + b"a" * STREAM_AFTER, True, True),
        (CHUNKED + b"a" * (STREAM_AFTER - 1), False, True),
        (POST + b"Content-Type: application/x-ndjson\r\nContent-Length: 3\r\n\r\nabc", True, True),
        (POST + b"content-type:Application/JSONL; a=b\r\nContent-Length: 3\r\n\r\nabc", True, True),
        (POST + b"Content-Type: application/json\r\nContent-Length: 3\r\n\r\nabc", True, False),
    ],
)
def test_what_is_too_long_to_hold_and_what_is_read_line_by_line_streams(
    data: bytes, ready: bool, streams: bool
) -> None:
    """A thread may start, and may have to wait for the other side."""
    assert (arrived(data).ready(), arrived(data).streams()) == (ready, streams)


def test_time_allowed_grows_with_what_has_come() -> None:
    """The pause from the first byte, then a least rate; nothing sent waits as an idle connection."""
    assert arrived(b"").deadline(3.0) == 7.0
    assert arrived(b"a").deadline(3.0) == pytest.approx(103.0, abs=0.01)
    assert arrived(b"a" * 32_768).deadline(3.0) == 105.0


def test_a_reader_waits_a_bounded_time_and_counts_only_waiting() -> None:
    """A trickle runs out of time; a slow application does not."""
    here, there = socket.socketpair()
    with here, there:
        here.settimeout(9)
        reader = PatientReader(here, 0.2)
        reader.begin(b"abc")
        assert reader.read(3) == b"abc"
        time.sleep(0.3)
        there.sendall(b"d")
        assert reader.read(1) == b"d"
        with pytest.raises(TimeoutError):
            reader.read(1)
        assert here.gettimeout() == 9
        there.sendall(b"e")
        with pytest.raises(TimeoutError):
            reader.read(2)
