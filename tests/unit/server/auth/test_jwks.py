"""Of a key set only what can be believed is taken."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from service.server.auth import jwks
from tests.support.tokens import EC, RSA, SHORT_EC, public


def keys_from(*items: Any) -> jwks.KeySet:
    """Parse a key set."""
    return jwks.parsed(json.dumps({"keys": list(items)}))


@pytest.mark.parametrize(
    "item",
    [
        public(SHORT_EC, "a"),
        public(rsa.generate_private_key(65_537, 1024), "a"),
        public(EC, "a", use="enc"),
        public(EC, "a", alg="ES256"),
        public(RSA, "a", alg="PS256"),
        public(EC, "a", d="AAAA"),
        public(EC, "a", x="AAAA"),
        {"kty": "oct", "k": "c2VjcmV0", "kid": "a"},
        {"kty": "RSA", "kid": "a"},
        {k: v for k, v in public(EC, "a").items() if k != "kid"},
        {"kty": ["EC"], "kid": "a"},
        "key",
    ],
)
def test_unsuitable_keys_are_left_out(item: Any) -> None:
    """Weak, private, symmetric, for encryption, or no key at all."""
    assert [key.kid for key in keys_from(item, public(EC, "good")).keys] == ["good"]
    with pytest.raises(ValueError, match="no usable key"):
        keys_from(item)
