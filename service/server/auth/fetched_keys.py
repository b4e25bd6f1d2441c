"""Keys from one configured address, asked now and then.

An address inside a token (``jku``) is never followed: it would let a caller choose the keys, and the host we call.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import cast

import requests
import urllib3

from service.server.auth.cuttable import CuttableAdapter
from service.server.auth.jwks import Key, KeySet, parsed
from service.server.observing import metrics

LOG = logging.getLogger("service.keys")
_FRESH = 600.0  # seconds a fetched set is used without asking again
_PAUSE = 60.0  # least time between two fetches, whatever tokens say
_FIRST_PAUSE = 5.0  # the same while there is no set at all
_WAIT = 2.0  # seconds for connecting, for each read, and for the whole, after which it is cut
_LARGEST = 256 * 1024
_MOST_WAITING = 8  # callers who wait for the first set; beyond, they are told to come again


class FetchedKeys:
    """Keys from the configured address: asked every ten minutes, sooner for an unknown id; the last good set stays.

    A caller whose key is known never waits for the address. Of the others one waits, or a few while there is no set.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic, ca_file: str = "") -> None:
        self.url = url
        self.ca_file = ca_file
        self.clock = clock
        self.keys = KeySet()
        self.fetched = self.tried = -_FRESH
        self.asking = threading.Lock()
        self.waiting = threading.BoundedSemaphore(_MOST_WAITING)

    def named(self, kid: str) -> tuple[Key, ...]:
        """Find the keys with this id; asks again first when the set lacks it, and meanwhile when the set is old."""
        found = self.keys.named(kid)
        if not found:
            self._ask()
            return self.keys.named(kid)
        if self.clock() - self.fetched > _FRESH and self._may_ask() and not self.asking.locked():
            threading.Thread(target=self._ask, name="keys", daemon=True).start()
        return found

    def ready(self) -> bool:
        """Whether a good set has ever arrived; asks when none has."""
        if not self.keys.ready():
            self._ask()
        return self.keys.ready()

    def _may_ask(self) -> bool:
        """Whether the last try is long enough ago."""
        return self.clock() - self.tried >= (_PAUSE if self.keys.ready() else _FIRST_PAUSE)

    def _ask(self) -> None:
        """Fetch unless it was tried a moment ago or another thread is at it; a failure keeps what there is."""
        if not self.waiting.acquire(blocking=False):
            return
        try:
            if self.asking.acquire(blocking=not self.keys.ready()):
                try:
                    self._fetch()
                finally:
                    self.asking.release()
        finally:
            self.waiting.release()

    def _fetch(self) -> None:
        if not self._may_ask():
            return
        self.tried = self.clock()
        try:
            self.keys = parsed(fetched(self.url, self.ca_file))
        except (OSError, ValueError):  # requests' errors are OSErrors
            self._say_failed()
        else:
            self.fetched = self.clock()
            metrics.keys_fetched(time.time())

    def _say_failed(self) -> None:
        metrics.fetch("keys", "failed")
        if self.keys.ready():
            LOG.warning("keys could not be fetched: those of %.0f s ago stay in use", self.clock() - self.fetched)
        else:
            LOG.error("keys could not be fetched, and there are none from before")


def fetched(url: str, ca_file: str = "") -> bytes:
    """Get the document behind ``url``: no redirect, at most 256 KiB, in a few seconds in all; raises OSError.

    ``ca_file`` holds the authorities that sign for the host; "" means the public ones.
    """
    adapter, deadline = CuttableAdapter(), time.monotonic() + _WAIT
    watch = threading.Timer(_WAIT, adapter.cut)
    watch.start()
    try:
        with requests.Session() as session:
            session.mount(url, adapter)
            return _document(session, url, ca_file, deadline)
    finally:
        watch.cancel()
        adapter.cut()


def _document(session: requests.Session, url: str, ca_file: str, deadline: float) -> bytes:
    plain = {"Accept": "application/json", "Accept-Encoding": "identity"}
    wait = (_WAIT, _WAIT)
    with session.get(
        url, headers=plain, timeout=wait, allow_redirects=False, stream=True, verify=ca_file or True
    ) as answer:
        if answer.status_code != requests.codes.ok:
            raise OSError("not 200")
        text = b""
        while part := _part(answer):
            text += part
            if len(text) > _LARGEST:
                raise OSError("too long")
    if time.monotonic() > deadline:  # what was cut may look whole
        raise OSError("too slow")
    return text


def _part(answer: requests.Response) -> bytes:
    """Read what has arrived, without waiting for a whole block as requests' own iterator would."""
    try:
        return cast("bytes", answer.raw.read1(65_536))
    except urllib3.exceptions.HTTPError as error:
        raise OSError("cut off") from error
