"""Authorities and certificates of a test's own, valid for the loopback and for an hour."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HERE = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
VALID_HOURS = 1


@dataclass(frozen=True)
class Authority:
    """An authority whose certificate lies in a file."""

    folder: Path
    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def file(self) -> Path:
        """Return the file that those read who trust it."""
        return self.folder / f"{self.name}.ca.crt"

    def issue(self, name: str, *, names: list[x509.GeneralName] | None = None) -> tuple[Path, Path]:
        """Return the files of a certificate and of its key, by default for a server on the loopback."""
        key = ec.generate_private_key(ec.SECP256R1())
        built = _builder(name, self.certificate.subject, key.public_key())
        built = built.add_extension(x509.SubjectAlternativeName(names or HERE), critical=False)
        certificate = built.sign(self.key, hashes.SHA256())
        files = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        files[1].touch(0o600)
        files[1].write_bytes(_pem_of(key))
        return files


def create_authority(folder: Path, name: str) -> Authority:
    """Make an authority in a folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = _builder(name, subject, key.public_key())
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    authority = Authority(folder, name, key, built.sign(key, hashes.SHA256()))
    authority.file.write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
    return authority


def _builder(name: str, issuer: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=VALID_HOURS))
    )


def _pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
