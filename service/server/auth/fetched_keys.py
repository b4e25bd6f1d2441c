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


class FetchedKeys:
    """Keys from the configured address: asked every ten minutes, sooner for an unknown id; the last good set stays."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic, ca_file: str = "") -> None:
        self.url = url
        self.ca_file = ca_file
        self.clock = clock
        self.keys = KeySet()
        self.fetched = self.tried = -_FRESH
        self.asking = threading.Lock()

    def named(self, kid: str) -> tuple[Key, ...]:
        """Find the keys with this id, asking again first when the set is old or lacks it."""
        found = self.keys.named(kid)
        if not found or self.clock() - self.fetched > _FRESH:
            self._ask()
            found = self.keys.named(kid)
        return found

    def ready(self) -> bool:
        """Whether a good set has ever arrived; asks when none has."""
        if not self.keys.ready():
            self._ask()
        return self.keys.ready()

    def _ask(self) -> None:
        """Fetch unless it was tried a moment ago or another thread is at it; a failure keeps what there is."""
        if not self.asking.acquire(blocking=not self.keys.ready()):
            return
        try:
            if self.clock() - self.tried < (_PAUSE if self.keys.ready() else _FIRST_PAUSE):
                return
            self.tried = self.clock()
            self.keys = parsed(fetched(self.url, self.ca_file))
            self.fetched = self.clock()
            metrics.keys_fetched(time.time())
        except (OSError, ValueError):  # requests' errors are OSErrors
            self._say_failed()
        finally:
            self.asking.release()

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
