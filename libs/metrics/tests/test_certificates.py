"""When certificates end is told of files as they are now."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from libs.metrics import certificates, exposition

SOON, LATE = dt.datetime(2027, 1, 2, tzinfo=dt.UTC), dt.datetime(2030, 1, 2, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _nothing_watched_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "_watched", {})


def _told(variable: str) -> float:
    begin = f'certificate_expires_timestamp_seconds{{variable="{variable}"}} '
    (line,) = (line for line in exposition().decode().splitlines() if line.startswith(begin))
    return float(line.removeprefix(begin))


def test_the_last_certificate_of_a_file_counts_also_after_it_was_replaced(tmp_path: Path) -> None:
    file = tmp_path / "ca.crt"
    file.write_bytes(_certificate(SOON))
    certificates.watch_certificates({"PROBE_KAFKA_CA_FILE": file})
    certificates.show_certificates()
    assert _told("PROBE_KAFKA_CA_FILE") == SOON.timestamp()

    file.write_bytes(_certificate(SOON) + _certificate(LATE))
    certificates.show_certificates()
    assert _told("PROBE_KAFKA_CA_FILE") == LATE.timestamp()


def test_a_file_that_is_away_or_none_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "ca.crt"
    file.write_bytes(_certificate(SOON))
    certificates.watch_certificates({"OTHER_KAFKA_CA_FILE": file})
    certificates.show_certificates()

    for spoil in (lambda: file.write_bytes(b"no certificate"), file.unlink):
        spoil()
        certificates.show_certificates()
        assert _told("OTHER_KAFKA_CA_FILE") == SOON.timestamp()


def _certificate(until: dt.datetime) -> bytes:
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "probe")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(until - dt.timedelta(days=365)).not_valid_after(until)
    return made.sign(key, None).public_bytes(Encoding.PEM)
