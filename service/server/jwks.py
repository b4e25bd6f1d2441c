"""The public keys that tokens are checked with: a fixed file, or one configured address asked now and then.

An address inside a token (``jku``) is never followed: it would let a caller choose the keys, and the host we call.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import jwt
import requests
import urllib3
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from service.server.cuttable import CuttableAdapter
from service.server.settings import BadSetting

_FRESH = 600.0  # seconds a fetched set is used without asking again
_PAUSE = 60.0  # least time between two fetches, whatever tokens say
_FIRST_PAUSE = 5.0  # the same while there is no set at all
_WAIT = 2.0  # seconds for connecting, for each read, and for the whole, after which it is cut
_LARGEST = 256 * 1024
_LEAST_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class Key:
    """One public key: its id, the algorithms it may be used with, and the issuer it is bound to ("" for any)."""

    kid: str
    algorithms: frozenset[str]
    public: ec.EllipticCurvePublicKey | rsa.RSAPublicKey
    issuer: str = ""


class Keys(Protocol):
    """Where keys come from."""

    def named(self, kid: str) -> tuple[Key, ...]:
        """Find the keys with this id; may ask the issuer again when there is none."""

    def ready(self) -> bool:
        """Whether there is a set to check with."""


def parsed(text: bytes | str) -> tuple[Key, ...]:
    """Read a JWKS, leaving out keys that are not for ES384, RS384 or RS256 signatures; ValueError if none is left."""
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    listed = document.get("keys") if isinstance(document, dict) else None
    keys = tuple(key for item in listed if (key := _key(item))) if isinstance(listed, list) else ()
    if not keys:
        raise ValueError("no usable key")
    return keys


def _key(item: Any) -> Key | None:  # whatever the document holds
    if not isinstance(item, dict) or not isinstance(item.get("kid"), str) or item.get("use", "sig") != "sig":
        return None
    usual = {"RSA": {"RS256", "RS384"}, "EC": {"ES384"}}.get(str(item.get("kty")), set())
    algorithms = frozenset(usual & {item["alg"]} if "alg" in item else usual)
    if not algorithms or "d" in item:  # a private key has been published: nothing it signs can be believed
        return None
    try:
        public = jwt.PyJWK(item, algorithm=min(algorithms)).key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    strong = public.curve.name == "secp384r1" if "ES384" in algorithms else public.key_size >= _LEAST_RSA_BITS
    return Key(item["kid"], algorithms, public, str(item.get("iss", ""))) if strong else None


@dataclass(frozen=True, slots=True)
class FixedKeys:
    """Keys from a file, read at the start."""

    keys: tuple[Key, ...]

    def named(self, kid: str) -> tuple[Key, ...]:
        """Find the keys with this id."""
        return tuple(key for key in self.keys if key.kid == kid)

    def ready(self) -> bool:
        """Answer True: they were read at the start."""
        return True


def from_file(path: str) -> FixedKeys:
    """Read a JWKS file; raises BadSetting."""
    try:
        return FixedKeys(parsed(Path(path).read_bytes()))
    except (ValueError, OSError) as error:
        raise BadSetting("MAS_JWT_JWKS_FILE must hold a JWKS with a public key for ES384, RS384 or RS256") from error


class FetchedKeys:
    """Keys from the configured address: asked every ten minutes, sooner for an unknown id; the last good set stays."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic, ca_file: str = "") -> None:
        self.url = url
        self.ca_file = ca_file
        self.clock = clock
        self.keys: tuple[Key, ...] = ()
        self.fetched = self.tried = -_FRESH
        self.asking = threading.Lock()

    def named(self, kid: str) -> tuple[Key, ...]:
        """Find the keys with this id, asking again first when the set is old or lacks it."""
        found = self._found(kid)
        if not found or self.clock() - self.fetched > _FRESH:
            self._ask()
            found = self._found(kid)
        return found

    def ready(self) -> bool:
        """Whether a good set has ever arrived; asks when none has."""
        if not self.keys:
            self._ask()
        return bool(self.keys)

    def _found(self, kid: str) -> tuple[Key, ...]:
        return tuple(key for key in self.keys if key.kid == kid)

    def _ask(self) -> None:
        """Fetch unless it was tried a moment ago or another thread is at it; a failure keeps what there is."""
        if not self.asking.acquire(blocking=not self.keys):
            return
        try:
            if self.clock() - self.tried < (_PAUSE if self.keys else _FIRST_PAUSE):
                return
            self.tried = self.clock()
            self.keys = parsed(fetched(self.url, self.ca_file))
            self.fetched = self.clock()
        except (OSError, ValueError):  # requests' errors are OSErrors
            return
        finally:
            self.asking.release()


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
