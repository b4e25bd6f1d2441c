"""Signed tokens (JWT) of trusted issuers, with public-key algorithms only.

A token may be used more than once before it expires: answers depend on the request alone and nothing is stored, so a
replay tells its sender nothing new, and no memory of seen tokens could be shared between pods.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import jwt

from service.server.access import Refused
from service.server.auth.fetched_keys import FetchedKeys
from service.server.auth.jwks import Key, Keys, from_file
from service.server.settings import Settings

ALGORITHMS = frozenset({"ES384", "RS384", "RS256"})
_LEEWAY = 60  # seconds of clock difference allowed
_REQUIRED = ("iss", "aud", "exp", "iat")

_REASONS: tuple[tuple[type[jwt.PyJWTError], str], ...] = (
    (jwt.ExpiredSignatureError, "expired"),
    (jwt.InvalidAudienceError, "audience"),
    (jwt.InvalidIssuerError, "issuer"),
    (jwt.InvalidSignatureError, "signature"),
    (jwt.InvalidAlgorithmError, "algorithm"),
    (jwt.InvalidTokenError, "claims"),
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Who may sign, for whom, and with which keys."""

    keys: Keys
    issuers: tuple[str, ...]

    def caller(self, token: str, audiences: Iterable[str], required: Iterable[str] = ()) -> str:
        """Check a token and name its issuer; it must carry iss, aud, exp, iat and ``required``. Raises Refused."""
        kid, algorithm = _header(token)
        keys = [key for key in self._named(kid) if algorithm in key.algorithms]
        if not keys:
            raise Refused("key_id")
        wanted = [*_REQUIRED, *required]
        for key in keys[:-1]:  # two issuers may use one id
            try:
                return self._verified(token, key, algorithm, audiences, wanted)
            except Refused:
                continue
        return self._verified(token, keys[-1], algorithm, audiences, wanted)

    def _named(self, kid: str) -> tuple[Key, ...]:
        found = self.keys.named(kid)
        if not found and not self.keys.ready():
            raise Refused("no_keys")
        return found

    def _verified(self, token: str, key: Key, algorithm: str, audiences: Iterable[str], required: list[str]) -> str:
        issuers = [issuer for issuer in self.issuers if key.issuer in {"", issuer}]
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key.public,
                algorithms=[algorithm],
                audience=list(audiences),
                issuer=issuers,
                leeway=_LEEWAY,
                options={"require": required},
            )
        except (jwt.PyJWTError, RecursionError) as error:
            raise Refused(next((word for kind, word in _REASONS if isinstance(error, kind)), "malformed")) from error
        if not all(isinstance(claims[name], (str, int, float, list)) for name in required):
            raise Refused("claims")
        return str(claims["iss"])


def _header(token: str) -> tuple[str, str]:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, RecursionError) as error:  # the header is read before any signature
        raise Refused("malformed") from error
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise Refused("algorithm")
    if not isinstance(kid, str):
        raise Refused("key_id")
    return kid, algorithm


def from_settings(settings: Settings) -> Tokens:
    """Make the check from the settings; raises BadSetting when the key file is of no use."""
    keys: Keys = (
        from_file(settings.jwt_jwks_file)
        if settings.jwt_jwks_file
        else FetchedKeys(settings.jwt_jwks_url, ca_file=settings.ca_file)
    )
    return Tokens(keys, settings.jwt_issuers)
