"""Which certificates were revoked, as a signed list of bits (W3C Bitstring Status List): whoever asks names none."""

from __future__ import annotations

import gzip
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from services.orders.service_time.rules.credentials import CONTEXT, LIST_ENTRIES, CertificateKeys, Claims

LASTS = timedelta(days=1)
"""How long a list is of use: an older one does not say what was revoked since."""


def status_claims(keys: CertificateKeys, list_number: int, revoked: Iterable[int], now: datetime) -> Claims:
    """Return the claims of a status list, of the numbers of the certificates on it that were revoked."""
    address = keys.list_address(list_number * LIST_ENTRIES)
    return {
        "@context": [CONTEXT],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": keys.issuer,
        "validFrom": _instant(now),
        "validUntil": _instant(now + LASTS),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded_list(revoked),
        },
    }


def encoded_list(revoked: Iterable[int]) -> str:
    """Return the bits, the first on the left of the first byte, packed by gzip, in base64url behind its `u`."""
    bits = bytearray(LIST_ENTRIES // 8)
    for number in revoked:
        index = number % LIST_ENTRIES
        bits[index // 8] |= 0x80 >> index % 8
    return "u" + urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).rstrip(b"=").decode()


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
