"""Keys and signed tokens, good and bad, and who they let in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

ISSUER, AUDIENCE, PUBLIC = "https://ehr.example", "mas", "https://mas.example/base"
EC, OTHER_EC = (ec.generate_private_key(ec.SECP384R1()) for _ in range(2))
SHORT_EC = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65_537, 2048)
Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def public(key: Private, kid: str, **extra: str) -> dict[str, Any]:
    """The JWK of a key's public half."""
    algorithm = (
        jwt.algorithms.ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else jwt.algorithms.RSAAlgorithm
    )
    return json.loads(algorithm.to_jwk(key.public_key())) | {"kid": kid, "use": "sig"} | extra  # type: ignore[no-any-return, arg-type]


def claims(**changes: Any) -> dict[str, Any]:
    """Claims that are accepted; None takes one away."""
    now = int(time.time())
    usual = {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 3600, "jti": uuid.uuid4().hex}
    return {name: value for name, value in (usual | changes).items() if value is not None}


def token(key: Private = EC, algorithm: str = "ES384", kid: str | None = "ec", **changes: Any) -> str:
    """A signed token."""
    return jwt.encode(claims(**changes), key, algorithm, headers={} if kid is None else {"kid": kid})


def unsigned(header: dict[str, Any], signature: Callable[[bytes], bytes] = lambda _: b"") -> str:
    """A token put together by hand."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims())]
    content = b".".join(parts)
    return (content + b"." + base64.urlsafe_b64encode(signature(content)).rstrip(b"=")).decode()


def hmac_with_public_key(header: dict[str, Any]) -> str:
    """The classic confusion: the public key, which everyone has, used as a shared secret."""
    pem = EC.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return unsigned(header, lambda content: hmac.new(pem, content, hashlib.sha256).digest())


def who(client: FlaskClient, given: str) -> TestResponse:
    """Ask as the bearer of a token."""
    return client.get("/who", headers={"Authorization": f"Bearer {given}"})
