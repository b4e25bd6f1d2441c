"""An authority as a hospital runs its own: signs a certificate for 127.0.0.1, and no public list knows it."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SIGNS_ONLY = x509.KeyUsage(
    key_cert_sign=True,
    crl_sign=True,
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)
"""Named, as are the keys, since later versions of Python refuse an authority that leaves them out."""


def authority(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Write the authority's certificate; return its path, and what a server on 127.0.0.1 proves itself with."""
    root, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    above = _named("Hospital authority", root, "Hospital authority")
    above = above.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    above = above.add_extension(SIGNS_ONLY, critical=True)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key())
    below = _named("keys", own, "Hospital authority").add_extension(here, critical=False)
    below = below.add_extension(signed, critical=False)
    ca_file, proof = folder / "ca.crt", folder / "server.pem"
    ca_file.write_bytes(above.sign(root, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private = own.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    proof.write_bytes(private + below.sign(root, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(proof)
    return ca_file, context


def _named(name: str, key: ec.EllipticCurvePrivateKey, issuer: str) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
