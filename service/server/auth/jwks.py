"""The public keys that tokens are checked with, as a JWKS holds them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from service.server.settings import BadSetting

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


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of one JWKS, or none before there is one."""

    keys: tuple[Key, ...] = ()

    def named(self, kid: str) -> tuple[Key, ...]:
        """Find the keys with this id."""
        return tuple(key for key in self.keys if key.kid == kid)

    def ready(self) -> bool:
        """Whether there is any."""
        return bool(self.keys)


def parsed(text: bytes | str) -> KeySet:
    """Read a JWKS, leaving out keys that are not for ES384, RS384 or RS256 signatures; ValueError if none is left."""
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    listed = document.get("keys") if isinstance(document, dict) else None
    keys = tuple(key for item in listed if (key := _key(item))) if isinstance(listed, list) else ()
    if not keys:
        raise ValueError("no usable key")
    return KeySet(keys)


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


def from_file(path: str) -> KeySet:
    """Read a JWKS file, once; raises BadSetting."""
    try:
        return parsed(Path(path).read_bytes())
    except (ValueError, OSError) as error:
        raise BadSetting("MAS_JWT_JWKS_FILE must hold a JWKS with a public key for ES384, RS384 or RS256") from error
