"""The certificate of service as a credential that anybody can check: W3C Verifiable Credentials 2.0, signed as a JWT.

It is a JSON Web Signature with an Ed25519 key (VC-JOSE-COSE, `vc+jwt`). The key is the platform's for certificates; its
public half stands in the trust files under the issuer's name, and the header names it as a vkey does.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from libs.clock import local_midnight
from libs.tlog.notes import ED25519, NoteError, Signer, VerifierKey, load_signer
from libs.tlog.rotations import Rotation, read_rotations_file, refuse_retired, trusted_lines

Claims = Mapping[str, Any]
CONTEXT = "https://www.w3.org/ns/credentials/v2"
NAME_ENDS = "/certificates"
"""How the name of such a key ends, so that nobody takes the key of a log for one."""
LIST_ENTRIES = 131_072
"""How many certificates one status list speaks of: the fewest that Bitstring Status List allows."""
_MEDIA_TYPE = "vc+jwt"


@dataclass(frozen=True)
class Certified:
    """What a certificate says."""

    certificate_id: UUID
    number: int
    person_id: UUID
    minutes: int
    verified_minutes: int
    first_on: date | None
    last_on: date | None
    services: Mapping[str, int]
    issued_at: datetime
    valid_until: date | None


@dataclass(frozen=True)
class CertificateKeys:
    """The key that signs certificates, under its name, and the statements by which former ones led to it."""

    name: str
    signer: Signer = field(repr=False)
    rotations: Sequence[Rotation] = ()

    @classmethod
    def read(cls, name: str, seed: Path, former: Path) -> CertificateKeys:
        """Read the key of a file, and those before it.

        Raises:
            NoteError: others may read the file, it holds no key, or one that was retired.
        """
        signer, rotations = load_signer(seed), read_rotations_file(former)
        refuse_retired(signer.key(name, kind=ED25519), rotations)
        return cls(name, signer, rotations)

    @property
    def issuer(self) -> str:
        """Return who issues, as the credentials say it."""
        return f"https://{self.name}"

    @property
    def public(self) -> VerifierKey:
        """Return the public key of today."""
        return self.signer.key(self.name, kind=ED25519)

    def trust(self) -> str:
        """Return the lines that a trust file needs for the certificates: today's key and the former ones."""
        head = f"# What certificates of {self.name} are checked against. Take it from where you trust it."
        return "\n".join([head, *trusted_lines(self.public, self.rotations), ""])

    def list_address(self, number: int) -> str:
        """Return where the status list stands on which a certificate of this number has its bit."""
        host = self.name.partition("/")[0]
        return f"https://{host}/v1/certificates/status/{number // LIST_ENTRIES}"

    def sign(self, claims: Claims) -> str:
        """Return claims as a signed credential."""
        header = {"alg": "EdDSA", "cty": "vc", "kid": self.public.key_id.hex(), "typ": _MEDIA_TYPE}
        signed = f"{_encoded(header)}.{_encoded(claims)}"
        return f"{signed}.{_base64url(self.signer.sign(self.name, signed).raw)}"

    def holds(self, credential: str) -> bool:
        """Tell whether one of our keys, of today or former, signed a credential."""
        signed, _, signature = credential.rpartition(".")
        try:
            raw = urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
            key_id = json.loads(_decoded(signed.partition(".")[0]))["kid"]
            keys = (self.public, *(rotation.old for rotation in self.rotations))
            next(key for key in keys if key.key_id.hex() == key_id).verify(signed, raw)
        except (NoteError, ValueError, KeyError, StopIteration):
            return False
        return True


def certificate_claims(keys: CertificateKeys, certified: Certified) -> Claims:
    """Return what the credential of a certificate claims; it names a person by number only."""
    return {
        "@context": [CONTEXT, {"@vocab": f"{keys.issuer}#"}],
        "id": f"urn:uuid:{certified.certificate_id}",
        "type": ["VerifiableCredential", "VolunteerServiceCertificate"],
        "issuer": keys.issuer,
        "validFrom": _instant(certified.issued_at),
        **_until(certified.valid_until),
        "credentialSubject": {
            "id": f"urn:uuid:{certified.person_id}",
            "number": certified.number,
            "minutes": certified.minutes,
            "verifiedMinutes": certified.verified_minutes,
            **{
                name: day.isoformat()
                for name, day in (("firstOn", certified.first_on), ("lastOn", certified.last_on))
                if day
            },
            "services": dict(certified.services),
        },
        "credentialStatus": {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(certified.number % LIST_ENTRIES),
            "statusListCredential": keys.list_address(certified.number),
        },
    }


def says(credential: str, claims: Claims) -> bool:
    """Tell whether a credential claims exactly this."""
    return credential.split(".")[1:2] == [_encoded(claims)]


def is_over(valid_until: date | None, now: datetime) -> bool:
    """Tell whether the last day of a certificate is over."""
    return valid_until is not None and now >= local_midnight(valid_until + timedelta(days=1))


def _until(day: date | None) -> dict[str, str]:
    return {} if day is None else {"validUntil": _instant(local_midnight(day + timedelta(days=1)))}


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _encoded(value: Claims) -> str:
    return _base64url(json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode())


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
